#include "containers/task_overrides.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "containers/container_definition_json.hpp"
#include "containers/json_members.hpp"
#include "containers/task_definition_json.hpp"
#include "containers/task_definition_rules.hpp"

namespace cutover::containers {

namespace {

constexpr std::int64_t integer_most = std::numeric_limits<std::int32_t>::max();

std::optional<std::uint32_t> read_number(JsonReader& reader, std::string_view key,
                                         std::int64_t least, std::int64_t most) {
  const auto number = reader.optional_integer(key, least, most);
  if (!number) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

ContainerOverride read_container(JsonReader& reader, const nlohmann::json& value) {
  ContainerOverride container;
  container.name = read_name(reader, "name");
  if (reader.array("command")) container.command = reader.strings("command");
  container.environment = read_pairs(reader, "environment", "name", "value");
  container.cpu = read_number(reader, "cpu", 0, container_cpu_most);
  container.memory = read_number(reader, "memory", memory_least_mib, integer_most);
  container.memory_reservation =
      read_number(reader, "memoryReservation", memory_least_mib, integer_most);
  refuse_unsupported(reader, value, {"environmentFiles", "resourceRequirements"});
  return container;
}

void read_containers(JsonReader& reader, TaskOverrides& overrides, Numbers numbers) {
  const nlohmann::json* list = reader.array("containerOverrides");
  if (!list) return;
  for (std::size_t i = 0; i < list->size() && reader.ok(); ++i) {
    JsonReader entry((*list)[i], fmt::format("{}/{}", reader.pointer_to("containerOverrides"), i),
                     numbers);
    overrides.containers.push_back(read_container(entry, (*list)[i]));
    if (const auto end = entry.finish(); !end) reader.fail(end.error());
  }
}

void merge(std::vector<NamedValue>& environment, const std::vector<NamedValue>& added) {
  for (const NamedValue& each : added) {
    const auto same = std::find_if(environment.begin(), environment.end(),
                                   [&](const NamedValue& one) { return one.first == each.first; });
    if (same == environment.end()) {
      environment.push_back(each);
    } else {
      same->second = each.second;
    }
  }
}

void apply(ContainerDefinition& container, const ContainerOverride& change) {
  if (change.command) container.command = *change.command;
  merge(container.environment, change.environment);
  if (change.cpu) container.cpu = *change.cpu;
  if (change.memory) container.memory = change.memory;
  if (change.memory_reservation) container.memory_reservation = change.memory_reservation;
}

nlohmann::json container_to_json(const ContainerOverride& container) {
  nlohmann::json value{{"name", container.name}};
  if (container.command) value["command"] = *container.command;
  if (!container.environment.empty()) {
    value["environment"] = pairs_to_json(container.environment, "name");
  }
  if (container.cpu) value["cpu"] = *container.cpu;
  if (container.memory) value["memory"] = *container.memory;
  if (container.memory_reservation) value["memoryReservation"] = *container.memory_reservation;
  return value;
}

}  // namespace

Result<TaskOverrides> parse_task_overrides(const nlohmann::json& value, std::string pointer,
                                           Numbers numbers) {
  JsonReader reader(value, std::move(pointer), numbers);
  TaskOverrides overrides;
  overrides.cpu = read_task_cpu(reader);
  overrides.memory = read_task_memory(reader);
  overrides.task_role_arn = reader.optional_string("taskRoleArn").value_or(std::string{});
  overrides.execution_role_arn = reader.optional_string("executionRoleArn").value_or(std::string{});
  refuse_unsupported(reader, value, {"ephemeralStorage", "inferenceAcceleratorOverrides"});
  read_containers(reader, overrides, numbers);
  const std::size_t length = value.dump().size();
  if (length > overrides_length_max) {
    reader.fail(Error{"InvalidParameterException", reader.pointer(),
                      fmt::format("found overrides of {} characters; allowed are at most {}",
                                  length, overrides_length_max)});
  }
  if (const auto end = reader.finish(); !end) {
    Error error = end.error();
    error.code = "InvalidParameterException";
    return error;
  }
  return overrides;
}

nlohmann::json task_overrides_to_json(const TaskOverrides& overrides) {
  nlohmann::json value{{"containerOverrides", nlohmann::json::array()},
                       {"inferenceAcceleratorOverrides", nlohmann::json::array()}};
  for (const ContainerOverride& each : overrides.containers) {
    value["containerOverrides"].push_back(container_to_json(each));
  }
  if (overrides.cpu) value["cpu"] = std::to_string(*overrides.cpu);
  if (overrides.memory) value["memory"] = std::to_string(*overrides.memory);
  if (!overrides.task_role_arn.empty()) value["taskRoleArn"] = overrides.task_role_arn;
  if (!overrides.execution_role_arn.empty()) {
    value["executionRoleArn"] = overrides.execution_role_arn;
  }
  return value;
}

Result<TaskDefinition> apply_overrides(TaskDefinition definition, const TaskOverrides& overrides) {
  if (overrides.cpu) definition.cpu = overrides.cpu;
  if (overrides.memory) definition.memory = overrides.memory;
  for (std::size_t i = 0; i < overrides.containers.size(); ++i) {
    const ContainerOverride& change = overrides.containers[i];
    auto& containers = definition.containers;
    const auto found = std::find_if(containers.begin(), containers.end(),
                                    [&](const auto& each) { return each.name == change.name; });
    if (found == containers.end()) {
      return Error{"InvalidParameterException", fmt::format("/containerOverrides/{}/name", i),
                   fmt::format("Override for container named {} is not a container in the "
                               "TaskDefinition.",
                               change.name)};
    }
    apply(*found, change);
  }
  // Sizes may have outgrown their task.
  if (const auto checked = check_task_definition(definition); !checked) {
    return Error{"InvalidParameterException", "", checked.error().message};
  }
  return definition;
}

}  // namespace cutover::containers

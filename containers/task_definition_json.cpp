#include "containers/task_definition_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "containers/capabilities.hpp"
#include "containers/container_definition_json.hpp"
#include "containers/json_members.hpp"
#include "containers/passive_members.hpp"
#include "containers/placement_json.hpp"
#include "containers/query_expression.hpp"
#include "containers/task_definition_rules.hpp"

namespace cutover::containers {

namespace {

constexpr std::int64_t units_per_vcpu = 1024;
constexpr std::int64_t mib_per_gb = 1024;
constexpr std::int64_t task_cpu_least = 128;
constexpr std::int64_t task_cpu_most = 196608;
constexpr std::int64_t integer_most = std::numeric_limits<std::int32_t>::max();
constexpr std::size_t containers_max = 10;
constexpr double wall_seconds_most = 253402300800;  // The year 10000.

/// "512", "1GB", "1 GB", ".5 gb" -> 512, 1024, 1024, 512; nothing when it is no such size.
std::optional<std::int64_t> parse_size(std::string_view text, std::string_view unit,
                                       std::int64_t per_unit) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, number);
  if (error != std::errc{} || end != text.data() + digits) return std::nullopt;
  std::string_view rest = text.substr(digits);
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  const bool has_unit = !rest.empty();
  const auto same = [](char a, char b) { return (a | 0x20) == b; };
  if (has_unit && !std::equal(rest.begin(), rest.end(), unit.begin(), unit.end(), same)) {
    return std::nullopt;
  }
  const double size = has_unit ? number * static_cast<double>(per_unit) : number;
  if (size < 0 || size > static_cast<double>(integer_most)) return std::nullopt;
  const auto whole = static_cast<std::int64_t>(size);
  // "0.5" without a unit is half a MiB: meant as something else.
  if (static_cast<double>(whole) != size) return std::nullopt;
  return whole;
}

struct SizeRule {
  std::string_view unit;  ///< Lower case.
  std::int64_t per_unit;
  std::int64_t least;
  std::int64_t most;
  std::string_view allowed;
};

constexpr SizeRule cpu_rule{"vcpu", units_per_vcpu, task_cpu_least, task_cpu_most,
                            R"(a string such as "256" or "1 vCPU", of 128 to 196608 CPU units)"};
constexpr SizeRule memory_rule{"gb", mib_per_gb, memory_least_mib, integer_most,
                               R"(a string such as "512" or "1 GB", of at least 6 MiB)"};

/// Task-level sizes are strings in AWS's model, container-level ones are integers.
std::optional<std::uint32_t> read_size(JsonReader& reader, std::string_view key,
                                       const SizeRule& rule) {
  const auto text = reader.optional_string(key);
  if (!text) return std::nullopt;
  const auto size = parse_size(*text, rule.unit, rule.per_unit);
  if (size && *size >= rule.least && *size <= rule.most) return static_cast<std::uint32_t>(*size);
  reader.fail(
      key, fmt::format("found {}; allowed is {}", describe(nlohmann::json(*text)), rule.allowed));
  return std::nullopt;
}

void read_containers(JsonReader& reader, TaskDefinition& definition, Numbers numbers) {
  const nlohmann::json* list = reader.array("containerDefinitions");
  if (!list || list->empty() || list->size() > containers_max) {
    reader.fail("containerDefinitions", fmt::format("found {} containers; allowed are 1 to {}",
                                                    list ? list->size() : 0, containers_max));
    return;
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    auto container = parse_container_definition(
        (*list)[i], fmt::format("{}/{}", reader.pointer_to("containerDefinitions"), i), numbers);
    if (!container) return reader.fail(container.error());
    definition.containers.push_back(*std::move(container));
  }
}

NetworkMode read_network_mode(JsonReader& reader) {
  constexpr std::array modes{NetworkMode::bridge, NetworkMode::host, NetworkMode::awsvpc,
                             NetworkMode::none};
  constexpr std::array<std::string_view, 4> words{"bridge", "host", "awsvpc", "none"};
  const auto word = reader.optional_one_of("networkMode", words);
  for (const NetworkMode mode : modes) {
    if (word == to_string(mode)) return mode;
  }
  return NetworkMode::bridge;
}

std::vector<std::string> read_compatibilities(JsonReader& reader) {
  constexpr std::array<std::string_view, 4> known{"EC2", "EXTERNAL", "FARGATE",
                                                  "MANAGED_INSTANCES"};
  std::vector<std::string> list = reader.strings("requiresCompatibilities");
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (std::find(known.begin(), known.end(), list[i]) != known.end()) continue;
    reader.fail(Error{"ClientException",
                      fmt::format("{}/{}", reader.pointer_to("requiresCompatibilities"), i),
                      fmt::format("found {}; allowed are {}", describe(nlohmann::json(list[i])),
                                  fmt::join(known, ", "))});
  }
  return list;
}

std::vector<PlacementConstraint> read_constraints(JsonReader& reader) {
  auto constraints = read_placement_constraints(reader, "placementConstraints");
  for (std::size_t i = 0; i < constraints.size(); ++i) {
    if (constraints[i].type == PlacementConstraint::Type::member_of) {
      const auto parsed = QueryExpression::parse(constraints[i].expression);
      if (!parsed) {
        reader.fail(
            Error{"ClientException",
                  fmt::format("{}/{}/expression", reader.pointer_to("placementConstraints"), i),
                  parsed.error().message});
      }
      continue;
    }
    reader.fail(Error{"ClientException",
                      fmt::format("{}/{}/type", reader.pointer_to("placementConstraints"), i),
                      fmt::format("found {}; allowed in a task definition is memberOf",
                                  to_string(constraints[i].type))});
  }
  return constraints;
}

TaskDefinitionStatus read_status(JsonReader& reader) {
  constexpr std::array statuses{TaskDefinitionStatus::active, TaskDefinitionStatus::inactive,
                                TaskDefinitionStatus::delete_in_progress};
  constexpr std::array<std::string_view, 3> words{"ACTIVE", "INACTIVE", "DELETE_IN_PROGRESS"};
  const std::string word = reader.one_of("status", words);
  for (const TaskDefinitionStatus status : statuses) {
    if (word == to_string(status)) return status;
  }
  return TaskDefinitionStatus::active;
}

std::optional<WallTime> read_time(JsonReader& reader, std::string_view key) {
  const auto seconds = reader.optional_number(key, 0, wall_seconds_most);
  if (!seconds) return std::nullopt;
  return WallTime(std::chrono::microseconds(std::llround(*seconds * 1e6)));
}

double to_seconds(WallTime moment) {
  return static_cast<double>(moment.time_since_epoch().count()) / 1e6;
}

/// The account's root, in an ARN's account: nobody is logged in here.
std::string registrar(std::string_view definition_arn) {
  const std::size_t account = definition_arn.find(':', definition_arn.find(":ecs:") + 5) + 1;
  return fmt::format("arn:aws:iam::{}:root",
                     definition_arn.substr(account, definition_arn.find(':', account) - account));
}

/// The launch types that a definition is fit for.
std::vector<std::string_view> compatibilities(const TaskDefinition& definition) {
  if (definition.network_mode != NetworkMode::awsvpc) return {"EXTERNAL", "EC2"};
  if (definition.cpu && definition.memory) return {"EC2", "FARGATE"};
  return {"EC2"};
}

void write_optional(nlohmann::json& value, const TaskDefinition& definition) {
  if (definition.cpu) value["cpu"] = std::to_string(*definition.cpu);
  if (definition.memory) value["memory"] = std::to_string(*definition.memory);
  if (!definition.task_role_arn.empty()) value["taskRoleArn"] = definition.task_role_arn;
  if (!definition.execution_role_arn.empty()) {
    value["executionRoleArn"] = definition.execution_role_arn;
  }
  if (!definition.requires_compatibilities.empty()) {
    value["requiresCompatibilities"] = definition.requires_compatibilities;
  }
  if (!definition.tags.empty()) value["tags"] = pairs_to_json(definition.tags, "key");
}

TaskDefinition read_definition(JsonReader& reader, const nlohmann::json& value, Numbers numbers) {
  TaskDefinition definition;
  definition.family = read_name(reader, "family");
  definition.network_mode = read_network_mode(reader);
  definition.requires_compatibilities = read_compatibilities(reader);
  definition.cpu = read_task_cpu(reader);
  definition.memory = read_task_memory(reader);
  definition.task_role_arn = reader.optional_string("taskRoleArn").value_or(std::string{});
  definition.execution_role_arn =
      reader.optional_string("executionRoleArn").value_or(std::string{});
  definition.placement_constraints = read_constraints(reader);
  definition.tags = read_pairs(reader, "tags", "key", "value");
  definition.carried = read_passive_members(reader, value, passive_task_members());
  if (reader.ok()) read_containers(reader, definition, numbers);
  return definition;
}

/// Ends the reading; gives the definition its last touch when nothing is wrong with it.
Result<void> finish(JsonReader& reader, TaskDefinition& definition) {
  const auto end = reader.finish();
  const auto checked = end ? check_task_definition(definition) : Result<void>{};
  if (end && checked) {
    apply_network_mode(definition);
    return {};
  }
  Error error = end ? at(reader.pointer(), checked.error()) : end.error();
  error.code = "ClientException";
  return error;
}

}  // namespace

std::optional<std::uint32_t> read_task_cpu(JsonReader& reader) {
  return read_size(reader, "cpu", cpu_rule);
}

std::optional<std::uint32_t> read_task_memory(JsonReader& reader) {
  return read_size(reader, "memory", memory_rule);
}

Result<TaskDefinition> parse_task_definition(const nlohmann::json& value, std::string pointer,
                                             Numbers numbers) {
  JsonReader reader(value, std::move(pointer), numbers);
  TaskDefinition definition = read_definition(reader, value, numbers);
  if (const auto end = finish(reader, definition); !end) return end.error();
  return definition;
}

Result<RegisteredTaskDefinition> parse_registered_task_definition(const nlohmann::json& value,
                                                                  std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  RegisteredTaskDefinition registered;
  TaskDefinition definition = read_definition(reader, value, Numbers::strict);
  definition.arn = reader.string("taskDefinitionArn");
  definition.revision = static_cast<std::uint32_t>(reader.integer("revision", 1, integer_most));
  registered.status = read_status(reader);
  registered.registered_at = read_time(reader, "registeredAt").value_or(WallTime{});
  registered.deregistered_at = read_time(reader, "deregisteredAt");
  registered.delete_requested_at = read_time(reader, "deleteRequestedAt");
  // These follow from the rest.
  for (const auto key : {"compatibilities", "registeredBy", "requiresAttributes"}) {
    reader.member(key);
  }
  if (const auto end = finish(reader, definition); !end) return end.error();
  registered.definition = std::make_shared<const TaskDefinition>(std::move(definition));
  return registered;
}

nlohmann::json task_definition_to_json(const TaskDefinition& definition) {
  nlohmann::json value{{"family", definition.family},
                       {"networkMode", to_string(definition.network_mode)},
                       {"volumes", nlohmann::json::array()},
                       {"placementConstraints", to_json(definition.placement_constraints)},
                       {"containerDefinitions", nlohmann::json::array()}};
  write_optional(value, definition);
  for (const ContainerDefinition& container : definition.containers) {
    value["containerDefinitions"].push_back(container_definition_to_json(container));
  }
  write_carried(value, definition.carried);
  return value;
}

nlohmann::json registered_task_definition_to_json(const RegisteredTaskDefinition& registered) {
  const TaskDefinition& definition = *registered.definition;
  nlohmann::json value = task_definition_to_json(definition);
  value.erase("tags");
  value["taskDefinitionArn"] = definition.arn;
  value["revision"] = definition.revision;
  value["status"] = to_string(registered.status);
  value["compatibilities"] = compatibilities(definition);
  value["requiresAttributes"] = nlohmann::json::array();
  for (const std::string& name : required_attributes(definition)) {
    value["requiresAttributes"].push_back({{"name", name}});
  }
  value["registeredAt"] = to_seconds(registered.registered_at);
  value["registeredBy"] = registrar(definition.arn);
  if (registered.deregistered_at) {
    value["deregisteredAt"] = to_seconds(*registered.deregistered_at);
  }
  if (registered.delete_requested_at) {
    value["deleteRequestedAt"] = to_seconds(*registered.delete_requested_at);
  }
  return value;
}

}  // namespace cutover::containers

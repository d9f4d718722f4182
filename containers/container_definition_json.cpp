#include "containers/container_definition_json.hpp"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <nlohmann/json.hpp>

#include "containers/json_members.hpp"
#include "containers/passive_members.hpp"

namespace cutover::containers {

namespace {

constexpr std::int64_t integer_most = std::numeric_limits<std::int32_t>::max();
constexpr std::size_t image_length_max = 255;
constexpr std::size_t ignored_exit_codes_max = 50;

/// Calls `read(entry)` with a reader for each object of the optional list `key`.
template <class Read>
void read_list(JsonReader& reader, std::string_view key, Numbers numbers, Read read) {
  const nlohmann::json* list = reader.array(key);
  if (!list) return;
  for (std::size_t i = 0; i < list->size() && reader.ok(); ++i) {
    JsonReader entry((*list)[i], fmt::format("{}/{}", reader.pointer_to(key), i), numbers);
    read(entry);
    if (const auto end = entry.finish(); !end) reader.fail(end.error());
  }
}

std::optional<std::chrono::seconds> read_seconds(JsonReader& reader, std::string_view key,
                                                 std::int64_t least, std::int64_t most) {
  const auto seconds = reader.optional_integer(key, least, most);
  if (!seconds) return std::nullopt;
  return std::chrono::seconds(*seconds);
}

std::optional<std::uint32_t> read_mebibytes(JsonReader& reader, std::string_view key) {
  const auto size = reader.optional_integer(key, memory_least_mib, integer_most);
  if (!size) return std::nullopt;
  return static_cast<std::uint32_t>(*size);
}

PortMapping read_port_mapping(JsonReader& reader) {
  constexpr std::array<std::string_view, 1> protocols{"tcp"};
  constexpr std::array<std::string_view, 3> app_protocols{"http", "http2", "grpc"};
  PortMapping mapping;
  if (reader.has("containerPortRange")) {
    reader.member("containerPortRange");
    reader.fail("containerPortRange",
                "port ranges are not supported; give each port a mapping of its own");
  }
  mapping.container_port = static_cast<std::uint16_t>(reader.integer("containerPort", 1, 65535));
  mapping.host_port =
      static_cast<std::uint16_t>(reader.optional_integer("hostPort", 0, 65535).value_or(0));
  if (reader.has("protocol") && *reader.member("protocol") == "udp") {
    reader.fail("protocol", "found the string \"udp\"; udp is not supported, allowed is tcp");
  }
  reader.optional_one_of("protocol", protocols);
  mapping.name = reader.optional_string("name").value_or(std::string{});
  mapping.app_protocol =
      reader.optional_one_of("appProtocol", app_protocols).value_or(std::string{});
  return mapping;
}

std::vector<NamedValue> read_labels(JsonReader& reader) {
  std::vector<NamedValue> labels;
  const nlohmann::json* object = reader.object("dockerLabels");
  if (!object) return labels;
  JsonReader values(*object, reader.pointer_to("dockerLabels"));
  for (const auto& [name, value] : object->items()) labels.emplace_back(name, values.string(name));
  if (const auto end = values.finish(); !end) reader.fail(end.error());
  return labels;
}

std::optional<ContainerHealthCheck> read_health_check(JsonReader& reader, Numbers numbers) {
  const nlohmann::json* object = reader.object("healthCheck");
  if (!object) return std::nullopt;
  JsonReader values(*object, reader.pointer_to("healthCheck"), numbers);
  ContainerHealthCheck check;
  check.command = values.strings("command");
  const bool shell = !check.command.empty() && check.command.front() == "CMD-SHELL";
  const bool program = !check.command.empty() && check.command.front() == "CMD";
  if (values.ok() && !shell && !program) {
    values.fail("command", "it has to begin with CMD or CMD-SHELL");
  } else if (values.ok() && (check.command.size() < 2 || (shell && check.command.size() > 2))) {
    values.fail("command", fmt::format("found {} entries; CMD takes a program and its arguments, "
                                       "CMD-SHELL one command line",
                                       check.command.size()));
  }
  check.interval = read_seconds(values, "interval", 5, 300).value_or(check.interval);
  check.timeout = read_seconds(values, "timeout", 2, 60).value_or(check.timeout);
  check.retries =
      static_cast<std::uint32_t>(values.optional_integer("retries", 1, 10).value_or(check.retries));
  check.start_period = read_seconds(values, "startPeriod", 0, 300);
  if (const auto end = values.finish(); !end) reader.fail(end.error());
  return check;
}

ContainerDependency read_dependency(JsonReader& reader) {
  using Condition = ContainerDependency::Condition;
  constexpr std::array conditions{Condition::start, Condition::complete, Condition::success,
                                  Condition::healthy};
  constexpr std::array<std::string_view, 4> words{"START", "COMPLETE", "SUCCESS", "HEALTHY"};
  ContainerDependency dependency;
  dependency.container_name = reader.string("containerName");
  const std::string word = reader.one_of("condition", words);
  for (const Condition each : conditions) {
    if (to_string(each) == word) dependency.condition = each;
  }
  return dependency;
}

std::optional<RestartPolicy> read_restart_policy(JsonReader& reader, Numbers numbers) {
  const nlohmann::json* object = reader.object("restartPolicy");
  if (!object) return std::nullopt;
  JsonReader values(*object, reader.pointer_to("restartPolicy"), numbers);
  RestartPolicy policy;
  const auto enabled = values.optional_boolean("enabled");
  if (!enabled && values.ok()) values.fail("enabled", "true or false is required");
  policy.enabled = enabled.value_or(false);
  policy.attempt_period =
      read_seconds(values, "restartAttemptPeriod", 60, 1800).value_or(policy.attempt_period);
  if (const nlohmann::json* codes = values.array("ignoredExitCodes")) {
    if (codes->size() > ignored_exit_codes_max) {
      values.fail("ignoredExitCodes", fmt::format("found {} exit codes; allowed are at most {}",
                                                  codes->size(), ignored_exit_codes_max));
    }
    for (const auto& code : *codes) {
      if (code.is_number_integer() && code >= 0 && code <= 255) {
        policy.ignored_exit_codes.push_back(code.get<int>());
      } else {
        values.fail("ignoredExitCodes",
                    fmt::format("found {}; exit codes are numbers of 0 to 255", describe(code)));
      }
    }
  }
  if (const auto end = values.finish(); !end) reader.fail(end.error());
  return policy;
}

/// Only whether it is one that ECS would take; it is carried as it is written.
void check_log_configuration(JsonReader& reader) {
  constexpr std::array<std::string_view, 8> drivers{
      "awsfirelens", "awslogs", "fluentd", "gelf", "journald", "json-file", "splunk", "syslog"};
  const nlohmann::json* object = reader.object("logConfiguration");
  if (!object || object->empty()) return;
  JsonReader values(*object, reader.pointer_to("logConfiguration"));
  values.one_of("logDriver", drivers);
  if (const nlohmann::json* options = values.object("options")) {
    JsonReader option(*options, values.pointer_to("options"));
    for (const auto& [name, value] : options->items()) option.string(name);
    if (const auto end = option.finish(); !end) values.fail(end.error());
  }
  values.array("secretOptions");
  if (const auto end = values.finish(); !end) reader.fail(end.error());
}

/// RegisterTaskDefinition's own words for the two members that every container needs.
void require(JsonReader& reader, std::string_view key) {
  const nlohmann::json* member = reader.member(key);
  if (member && !(member->is_string() && member->get_ref<const std::string&>().empty())) return;
  reader.fail(Error{"ClientException", reader.pointer_to(key),
                    fmt::format("Container.{} should not be null or empty.", key)});
}

std::string read_image(JsonReader& reader) {
  std::string image = reader.string("image");
  if (image.size() > image_length_max) {
    reader.fail("image", fmt::format("found an image of {} characters; allowed are 1 to {}",
                                     image.size(), image_length_max));
  }
  return image;
}

void read_program(JsonReader& reader, ContainerDefinition& container) {
  container.entry_point = reader.strings("entryPoint");
  container.command = reader.strings("command");
  container.working_directory = reader.optional_string("workingDirectory").value_or(std::string{});
  container.user = reader.optional_string("user").value_or(std::string{});
  container.environment = read_pairs(reader, "environment", "name", "value");
  container.docker_labels = read_labels(reader);
}

void read_resources(JsonReader& reader, ContainerDefinition& container) {
  container.cpu =
      static_cast<std::uint32_t>(reader.optional_integer("cpu", 0, container_cpu_most).value_or(0));
  container.memory = read_mebibytes(reader, "memory");
  container.memory_reservation = read_mebibytes(reader, "memoryReservation");
  if (container.memory && container.memory_reservation &&
      *container.memory <= *container.memory_reservation) {
    reader.fail("memory", fmt::format("found {}; it has to be greater than memoryReservation, {}",
                                      *container.memory, *container.memory_reservation));
  }
}

nlohmann::json health_check_to_json(const ContainerHealthCheck& check) {
  nlohmann::json value{{"command", check.command},
                       {"interval", check.interval.count()},
                       {"timeout", check.timeout.count()},
                       {"retries", check.retries}};
  if (check.start_period) value["startPeriod"] = check.start_period->count();
  return value;
}

nlohmann::json port_mappings_to_json(const std::vector<PortMapping>& mappings) {
  nlohmann::json list = nlohmann::json::array();
  for (const PortMapping& mapping : mappings) {
    nlohmann::json entry{{"containerPort", mapping.container_port},
                         {"hostPort", mapping.host_port},
                         {"protocol", "tcp"}};
    if (!mapping.name.empty()) entry["name"] = mapping.name;
    if (!mapping.app_protocol.empty()) entry["appProtocol"] = mapping.app_protocol;
    list.push_back(std::move(entry));
  }
  return list;
}

void write_optional(nlohmann::json& value, const ContainerDefinition& container) {
  if (container.memory) value["memory"] = *container.memory;
  if (container.memory_reservation) value["memoryReservation"] = *container.memory_reservation;
  if (!container.entry_point.empty()) value["entryPoint"] = container.entry_point;
  if (!container.command.empty()) value["command"] = container.command;
  if (!container.working_directory.empty()) value["workingDirectory"] = container.working_directory;
  if (!container.user.empty()) value["user"] = container.user;
  for (const auto& [name, label] : container.docker_labels) value["dockerLabels"][name] = label;
  if (container.health_check) value["healthCheck"] = health_check_to_json(*container.health_check);
  for (const ContainerDependency& each : container.depends_on) {
    value["dependsOn"].push_back(
        {{"containerName", each.container_name}, {"condition", to_string(each.condition)}});
  }
  if (container.start_timeout) value["startTimeout"] = container.start_timeout->count();
  if (container.stop_timeout) value["stopTimeout"] = container.stop_timeout->count();
  if (const auto& policy = container.restart_policy) {
    value["restartPolicy"] = {{"enabled", policy->enabled},
                              {"ignoredExitCodes", policy->ignored_exit_codes},
                              {"restartAttemptPeriod", policy->attempt_period.count()}};
  }
}

}  // namespace

Result<ContainerDefinition> parse_container_definition(const nlohmann::json& value,
                                                       std::string pointer, Numbers numbers) {
  JsonReader reader(value, std::move(pointer), numbers);
  ContainerDefinition container;
  if (reader.ok()) {
    require(reader, "name");
    require(reader, "image");
  }
  container.name = read_name(reader, "name");
  container.image = read_image(reader);
  read_resources(reader, container);
  container.essential = reader.optional_boolean("essential").value_or(true);
  read_list(reader, "portMappings", numbers, [&](JsonReader& entry) {
    container.port_mappings.push_back(read_port_mapping(entry));
  });
  read_program(reader, container);
  container.health_check = read_health_check(reader, numbers);
  read_list(reader, "dependsOn", numbers,
            [&](JsonReader& entry) { container.depends_on.push_back(read_dependency(entry)); });
  container.start_timeout = read_seconds(reader, "startTimeout", 0, integer_most);
  container.stop_timeout = read_seconds(reader, "stopTimeout", 0, integer_most);
  container.restart_policy = read_restart_policy(reader, numbers);
  check_log_configuration(reader);
  container.carried = read_passive_members(reader, value, passive_container_members());
  if (const auto end = reader.finish(); !end) return end.error();
  return container;
}

nlohmann::json pairs_to_json(const std::vector<NamedValue>& pairs, const char* name_key) {
  nlohmann::json list = nlohmann::json::array();
  for (const auto& [name, value] : pairs) list.push_back({{name_key, name}, {"value", value}});
  return list;
}

nlohmann::json container_definition_to_json(const ContainerDefinition& container) {
  nlohmann::json value{{"name", container.name},
                       {"image", container.image},
                       {"cpu", container.cpu},
                       {"essential", container.essential},
                       {"environment", pairs_to_json(container.environment, "name")},
                       {"mountPoints", nlohmann::json::array()},
                       {"volumesFrom", nlohmann::json::array()},
                       {"portMappings", port_mappings_to_json(container.port_mappings)}};
  write_optional(value, container);
  write_carried(value, container.carried);
  return value;
}

}  // namespace cutover::containers

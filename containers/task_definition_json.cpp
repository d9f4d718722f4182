#include "containers/task_definition_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "containers/json_members.hpp"

namespace cutover::containers {

namespace {

constexpr std::int64_t units_per_vcpu = 1024;
constexpr std::int64_t mib_per_gb = 1024;
constexpr std::int64_t container_cpu_most = 196608;
constexpr std::int64_t task_cpu_least = 128;
constexpr std::int64_t task_cpu_most = 196608;
constexpr std::int64_t memory_least = 6;  // Docker's own minimum, MiB.
constexpr std::int64_t integer_most = std::numeric_limits<std::int32_t>::max();
constexpr std::size_t image_length_max = 255;
constexpr std::size_t containers_max = 10;

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
constexpr SizeRule memory_rule{"gb", mib_per_gb, memory_least, integer_most,
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

std::optional<std::uint32_t> read_mebibytes(JsonReader& reader, std::string_view key) {
  const auto size = reader.optional_integer(key, memory_least, integer_most);
  if (!size) return std::nullopt;
  return static_cast<std::uint32_t>(*size);
}

PortMapping read_port_mapping(JsonReader& reader, const nlohmann::json& value) {
  constexpr std::array<std::string_view, 1> protocols{"tcp"};
  PortMapping mapping;
  mapping.container_port = static_cast<std::uint16_t>(reader.integer("containerPort", 1, 65535));
  mapping.host_port =
      static_cast<std::uint16_t>(reader.optional_integer("hostPort", 0, 65535).value_or(0));
  if (reader.has("protocol") && *reader.member("protocol") == "udp") {
    reader.fail("protocol", "found the string \"udp\"; udp is not supported yet, allowed is tcp");
  }
  reader.optional_one_of("protocol", protocols);
  refuse_unsupported(reader, value, {"name", "appProtocol", "containerPortRange"});
  return mapping;
}

std::vector<PortMapping> read_port_mappings(JsonReader& reader, Numbers numbers) {
  std::vector<PortMapping> mappings;
  const nlohmann::json* list = reader.array("portMappings");
  if (!list) return mappings;
  if (list->size() > 1) {
    reader.fail("portMappings",
                fmt::format("found {} port mappings; more than one for a container is not "
                            "supported yet",
                            list->size()));
    return mappings;
  }
  for (const auto& entry : *list) {
    JsonReader mapping(entry, reader.pointer_to("portMappings") + "/0", numbers);
    mappings.push_back(read_port_mapping(mapping, entry));
    if (const auto end = mapping.finish(); !end) reader.fail(end.error());
  }
  return mappings;
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

std::string read_image(JsonReader& reader) {
  std::string image = reader.string("image");
  if (reader.ok() && (image.empty() || image.size() > image_length_max)) {
    reader.fail("image", fmt::format("found an image of {} characters; allowed are 1 to {}",
                                     image.size(), image_length_max));
  }
  return image;
}

ContainerDefinition read_container(JsonReader& reader, const nlohmann::json& value,
                                   Numbers numbers) {
  ContainerDefinition container;
  container.name = read_name(reader, "name");
  container.image = read_image(reader);
  container.cpu =
      static_cast<std::uint32_t>(reader.optional_integer("cpu", 0, container_cpu_most).value_or(0));
  container.memory = read_mebibytes(reader, "memory");
  container.memory_reservation = read_mebibytes(reader, "memoryReservation");
  container.essential = reader.optional_boolean("essential").value_or(true);
  container.port_mappings = read_port_mappings(reader, numbers);
  container.environment = read_pairs(reader, "environment", "name", "value");
  container.docker_labels = read_labels(reader);
  container.stop_timeout =
      std::chrono::seconds(reader.optional_integer("stopTimeout", 0, integer_most)
                               .value_or(stop_timeout_default.count()));
  refuse_unsupported(reader, value,
                     {"command",
                      "credentialSpecs",
                      "dependsOn",
                      "disableNetworking",
                      "dnsSearchDomains",
                      "dnsServers",
                      "dockerSecurityOptions",
                      "entryPoint",
                      "environmentFiles",
                      "extraHosts",
                      "firelensConfiguration",
                      "healthCheck",
                      "hostname",
                      "interactive",
                      "links",
                      "linuxParameters",
                      "logConfiguration",
                      "mountPoints",
                      "privileged",
                      "pseudoTerminal",
                      "readonlyRootFilesystem",
                      "repositoryCredentials",
                      "resourceRequirements",
                      "restartPolicy",
                      "secrets",
                      "startTimeout",
                      "systemControls",
                      "ulimits",
                      "user",
                      "versionConsistency",
                      "volumesFrom",
                      "workingDirectory"});
  if (container.memory && container.memory_reservation &&
      *container.memory <= *container.memory_reservation) {
    reader.fail("memory", fmt::format("found {}; it has to be greater than memoryReservation, {}",
                                      *container.memory, *container.memory_reservation));
  }
  return container;
}

/// Rules about one container that need the task or its other containers.
void check_container(JsonReader& reader, const TaskDefinition& definition, std::size_t index) {
  const ContainerDefinition& container = definition.containers[index];
  if (!container.memory && !container.memory_reservation && !definition.memory) {
    reader.fail("memory",
                fmt::format("missing for container \"{}\"; memory or memoryReservation is "
                            "required, or memory for the whole task",
                            container.name));
  }
  for (std::size_t other = 0; other < index; ++other) {
    const ContainerDefinition& earlier = definition.containers[other];
    if (earlier.name == container.name) {
      reader.fail("name", fmt::format("found \"{}\" a second time; names differ within a task",
                                      container.name));
    }
    for (const PortMapping& mapping : container.port_mappings) {
      if (mapping.host_port == 0 || earlier.port_mappings.empty()) continue;
      if (earlier.port_mappings.front().host_port != mapping.host_port) continue;
      reader.fail(Error{"ValidationError", reader.pointer_to("portMappings") + "/0/hostPort",
                        fmt::format("found {}, which container \"{}\" of the same task has; host "
                                    "ports differ within a task, 0 takes a free one",
                                    mapping.host_port, earlier.name)});
    }
  }
}

void read_containers(JsonReader& reader, TaskDefinition& definition, Numbers numbers) {
  const nlohmann::json* list = reader.array("containerDefinitions");
  if (!list || list->empty() || list->size() > containers_max) {
    if (!reader.ok()) return;
    reader.fail("containerDefinitions", fmt::format("found {} containers; allowed are 1 to {}",
                                                    list ? list->size() : 0, containers_max));
    return;
  }
  for (std::size_t i = 0; i < list->size() && reader.ok(); ++i) {
    JsonReader container(
        (*list)[i], fmt::format("{}/{}", reader.pointer_to("containerDefinitions"), i), numbers);
    definition.containers.push_back(read_container(container, (*list)[i], numbers));
    if (container.ok()) check_container(container, definition, i);
    if (const auto end = container.finish(); !end) reader.fail(end.error());
  }
  const bool some_essential =
      std::any_of(definition.containers.begin(), definition.containers.end(),
                  [](const ContainerDefinition& container) { return container.essential; });
  if (!some_essential) {
    reader.fail("containerDefinitions",
                "found no essential container; at least one has to be essential");
  }
}

void read_network_mode(JsonReader& reader) {
  constexpr std::array<std::string_view, 1> supported{"bridge"};
  for (const std::string_view mode : {"awsvpc", "host", "none"}) {
    if (!reader.has("networkMode") || *reader.member("networkMode") != mode) continue;
    reader.fail("networkMode",
                fmt::format("found the string \"{}\"; this network mode is not supported yet, "
                            "allowed is bridge",
                            mode));
  }
  reader.optional_one_of("networkMode", supported);
}

void read_compatibilities(JsonReader& reader) {
  const auto list = reader.strings("requiresCompatibilities");
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i] == "EC2") continue;
    reader.fail(Error{
        "ValidationError", fmt::format("{}/{}", reader.pointer_to("requiresCompatibilities"), i),
        fmt::format("found {}; only EC2 is supported", describe(nlohmann::json(list[i])))});
  }
}

nlohmann::json pairs_to_json(const std::vector<NamedValue>& pairs, const char* name_key) {
  nlohmann::json list = nlohmann::json::array();
  for (const auto& [name, value] : pairs) list.push_back({{name_key, name}, {"value", value}});
  return list;
}

nlohmann::json container_to_json(const ContainerDefinition& container) {
  nlohmann::json value = {{"name", container.name},
                          {"image", container.image},
                          {"cpu", container.cpu},
                          {"essential", container.essential},
                          {"environment", pairs_to_json(container.environment, "name")},
                          {"mountPoints", nlohmann::json::array()},
                          {"volumesFrom", nlohmann::json::array()},
                          {"portMappings", nlohmann::json::array()}};
  if (container.memory) value["memory"] = *container.memory;
  if (container.memory_reservation) value["memoryReservation"] = *container.memory_reservation;
  for (const PortMapping& mapping : container.port_mappings) {
    value["portMappings"].push_back({{"containerPort", mapping.container_port},
                                     {"hostPort", mapping.host_port},
                                     {"protocol", "tcp"}});
  }
  for (const auto& [name, label] : container.docker_labels) value["dockerLabels"][name] = label;
  if (container.stop_timeout != stop_timeout_default) {
    value["stopTimeout"] = container.stop_timeout.count();
  }
  return value;
}

}  // namespace

Result<TaskDefinition> parse_task_definition(const nlohmann::json& value, std::string pointer,
                                             Numbers numbers) {
  JsonReader reader(value, std::move(pointer), numbers);
  TaskDefinition definition;
  definition.family = read_name(reader, "family");
  read_network_mode(reader);
  read_compatibilities(reader);
  definition.cpu = read_size(reader, "cpu", cpu_rule);
  definition.memory = read_size(reader, "memory", memory_rule);
  definition.task_role_arn = reader.optional_string("taskRoleArn").value_or(std::string{});
  definition.execution_role_arn =
      reader.optional_string("executionRoleArn").value_or(std::string{});
  definition.tags = read_pairs(reader, "tags", "key", "value");
  refuse_unsupported(
      reader, value,
      {"enableFaultInjection", "ephemeralStorage", "inferenceAccelerators", "ipcMode", "pidMode",
       "placementConstraints", "proxyConfiguration", "runtimePlatform", "volumes"});
  if (reader.ok()) read_containers(reader, definition, numbers);
  if (const auto end = reader.finish(); !end) return end.error();
  return definition;
}

nlohmann::json to_json(const TaskDefinition& definition) {
  nlohmann::json value = {{"family", definition.family},
                          {"networkMode", to_string(definition.network_mode)},
                          {"volumes", nlohmann::json::array()},
                          {"placementConstraints", nlohmann::json::array()},
                          {"containerDefinitions", nlohmann::json::array()}};
  if (definition.revision != 0) value["revision"] = definition.revision;
  if (!definition.arn.empty()) value["taskDefinitionArn"] = definition.arn;
  if (definition.cpu) value["cpu"] = std::to_string(*definition.cpu);
  if (definition.memory) value["memory"] = std::to_string(*definition.memory);
  if (!definition.task_role_arn.empty()) value["taskRoleArn"] = definition.task_role_arn;
  if (!definition.execution_role_arn.empty()) {
    value["executionRoleArn"] = definition.execution_role_arn;
  }
  if (!definition.tags.empty()) value["tags"] = pairs_to_json(definition.tags, "key");
  for (const ContainerDefinition& container : definition.containers) {
    value["containerDefinitions"].push_back(container_to_json(container));
  }
  return value;
}

}  // namespace cutover::containers

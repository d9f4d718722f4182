#include "containers/saved_json.hpp"

#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "containers/json_members.hpp"
#include "containers/service_json.hpp"
#include "containers/task_definition_json.hpp"
#include "lb/base/json.hpp"

namespace cutover::containers {

namespace {

using nlohmann::json;

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr std::array<std::string_view, 2> lives{"ACTIVE", "INACTIVE"};
constexpr std::array<std::string_view, 2> instance_statuses{"ACTIVE", "DRAINING"};

std::int64_t micros(WallTime moment) { return moment.time_since_epoch().count(); }

WallTime read_moment(JsonReader& reader, std::string_view key) {
  return WallTime(std::chrono::microseconds(reader.integer(key, 0, most)));
}

json pairs_json(const Tags& tags) {
  json list = json::array();
  for (const auto& [key, value] : tags) list.push_back({{"key", key}, {"value", value}});
  return list;
}

Tags read_tags(JsonReader& reader) { return read_pairs(reader, "tags", "key", "value"); }

bool read_flag(JsonReader& reader, std::string_view key) {
  return reader.optional_boolean(key).value_or(false);
}

/// A revision is kept as the service that it would be by itself.
Result<ServiceSpec> read_spec(JsonReader& reader, std::string_view key) {
  const json* value = reader.object(key);
  if (value) return parse_service(*value, reader.pointer_to(key));
  reader.string(key);  // what is required and not there
  return reader.finish().error();
}

}  // namespace

json saved_json(const SavedCluster& cluster) {
  return {{"clusterName", cluster.name},
          {"containerInsights", cluster.settings.container_insights},
          {"configuration", cluster.settings.configuration},
          {"tags", pairs_json(cluster.tags)},
          {"status", to_string(cluster.status)},
          {"ownInstances", cluster.own_instances}};
}

Result<SavedCluster> parse_saved_cluster(const json& value, const std::string& pointer) {
  JsonReader reader(value, pointer);
  SavedCluster cluster;
  cluster.name = reader.string("clusterName");
  cluster.settings.container_insights = reader.string("containerInsights");
  cluster.settings.configuration = reader.string("configuration");
  cluster.tags = read_tags(reader);
  const bool active = reader.one_of("status", lives) == lives[0];
  cluster.status = active ? ClusterStatus::active : ClusterStatus::inactive;
  cluster.own_instances = reader.strings("ownInstances");
  if (const auto end = reader.finish(); !end) return end.error();
  return cluster;
}

json saved_json(const ContainerInstance& instance) {
  json value{{"id", instance.id},
             {"arn", instance.arn},
             {"ec2InstanceId", instance.ec2_instance_id},
             {"address", instance.address},
             {"status", to_string(instance.status)},
             {"agentConnected", instance.agent_connected},
             {"hostRuns", instance.host_runs},
             {"attributes", instance.attributes},
             {"tags", pairs_json(instance.tags)},
             {"registeredAt", micros(instance.registered_at)},
             {"version", instance.version},
             {"cpu", instance.cpu},
             {"memory", instance.memory}};
  if (instance.network_interfaces_max) {
    value["networkInterfaces"] = *instance.network_interfaces_max;
  }
  return value;
}

Result<ContainerInstance> parse_saved_container_instance(const json& value,
                                                         const std::string& pointer) {
  JsonReader reader(value, pointer);
  ContainerInstance instance;
  instance.id = reader.string("id");
  instance.arn = reader.string("arn");
  instance.ec2_instance_id = reader.string("ec2InstanceId");
  instance.address = reader.string("address");
  if (reader.one_of("status", instance_statuses) == instance_statuses[1]) {
    instance.status = ContainerInstanceStatus::draining;
  }
  instance.agent_connected = read_flag(reader, "agentConnected");
  instance.host_runs = reader.optional_boolean("hostRuns").value_or(instance.agent_connected);
  if (const json* attributes = reader.object("attributes")) {
    JsonReader values(*attributes, reader.pointer_to("attributes"));
    for (const auto& [name, text] : attributes->items()) {
      instance.attributes[name] = values.string(name);
    }
    if (const auto end = values.finish(); !end) reader.fail(end.error());
  }
  instance.tags = read_tags(reader);
  instance.registered_at = read_moment(reader, "registeredAt");
  instance.version =
      static_cast<std::uint64_t>(reader.optional_integer("version", 1, most).value_or(1));
  instance.cpu = static_cast<std::uint64_t>(reader.integer("cpu", 0, most));
  instance.memory = static_cast<std::uint64_t>(reader.integer("memory", 0, most));
  const auto interfaces = reader.optional_integer("networkInterfaces", 0, 65'535);
  if (interfaces) instance.network_interfaces_max = static_cast<std::uint32_t>(*interfaces);
  if (const auto end = reader.finish(); !end) return end.error();
  return instance;
}

json saved_json(const SavedService& service) {
  json value{{"spec", create_service_input(service.spec)},
             {"definition", service.definition},
             {"deploys", service.deploys},
             {"status", service.status == ServiceStatus::active ? lives[0] : lives[1]},
             {"createdAt", micros(service.created_at)}};
  if (service.completed) {
    ServiceSpec spec = service.spec;
    spec.task_definition = service.completed->definition;
    spec.load_balancers = service.completed->load_balancers;
    spec.network = service.completed->network;
    value["completed"] = create_service_input(spec);
    value["inAlternateGroups"] = service.completed->in_alternate_groups;
  }
  return value;
}

Result<SavedService> parse_saved_service(const json& value, const std::string& pointer) {
  JsonReader reader(value, pointer);
  SavedService service;
  auto spec = read_spec(reader, "spec");
  if (!spec) return spec.error();
  service.spec = *std::move(spec);
  service.definition = reader.string("definition");
  service.deploys = read_flag(reader, "deploys");
  const bool active = reader.one_of("status", lives) == lives[0];
  service.status = active ? ServiceStatus::active : ServiceStatus::inactive;
  service.created_at = read_moment(reader, "createdAt");
  const bool in_alternate_groups = read_flag(reader, "inAlternateGroups");
  if (reader.has("completed")) {
    auto completed = read_spec(reader, "completed");
    if (!completed) return completed.error();
    service.completed =
        SavedRevision{completed->task_definition, std::move(completed->load_balancers),
                      std::move(completed->network), in_alternate_groups};
  }
  if (const auto end = reader.finish(); !end) return end.error();
  return service;
}

json saved_json(const RegisteredTaskDefinition& registered) {
  return {{"taskDefinition", registered_task_definition_to_json(registered)},
          {"registeredTags", pairs_json(registered.definition->tags)},
          {"tags", pairs_json(registered.tags)}};
}

Result<RegisteredTaskDefinition> parse_saved_task_definition(const json& value,
                                                             const std::string& pointer) {
  JsonReader reader(value, pointer);
  const json* object = reader.object("taskDefinition");
  if (!object) {
    reader.string("taskDefinition");  // what is required and not there
    return reader.finish().error();
  }
  auto registered = parse_registered_task_definition(*object, reader.pointer_to("taskDefinition"));
  if (!registered) return registered.error();
  TaskDefinition definition = *registered->definition;
  definition.tags = read_pairs(reader, "registeredTags", "key", "value");
  registered->definition = std::make_shared<const TaskDefinition>(std::move(definition));
  registered->tags = read_tags(reader);
  if (const auto end = reader.finish(); !end) return end.error();
  return registered;
}

}  // namespace cutover::containers

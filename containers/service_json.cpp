#include "containers/service_json.hpp"

#include <fmt/format.h>

#include <array>
#include <limits>

#include "containers/deployment_configuration_json.hpp"
#include "containers/json_members.hpp"
#include "containers/placement_json.hpp"
#include "containers/zone_balance.hpp"

namespace cutover::containers {

namespace {

using nlohmann::json;

constexpr std::int64_t desired_count_most = 5000;  // ECS service quotas: tasks per service.
constexpr std::size_t load_balancers_max = 5;
constexpr std::size_t subnets_max = 16;
constexpr std::size_t security_groups_max = 5;
constexpr std::int64_t integer_most = std::numeric_limits<std::int32_t>::max();

/// A member of which only one value is supported, be it written or left out.
void read_only_value(JsonReader& reader, std::string_view key, std::string_view supported) {
  const auto value = reader.optional_string(key);
  if (!value || *value == supported) return;
  reader.fail(key,
              fmt::format("found {}; only {} is supported", describe(json(*value)), supported));
}

AdvancedConfiguration read_advanced(JsonReader& reader) {
  AdvancedConfiguration advanced;
  advanced.alternate_target_group = reader.string("alternateTargetGroupArn");
  advanced.production_listener_rule = reader.string("productionListenerRule");
  advanced.test_listener_rule = reader.optional_string("testListenerRule").value_or(std::string{});
  advanced.role_arn = reader.optional_string("roleArn").value_or(std::string{});
  return advanced;
}

ServiceLoadBalancer read_load_balancer(JsonReader& reader, const json& value) {
  ServiceLoadBalancer entry;
  entry.target_group = reader.string("targetGroupArn");
  if (reader.ok() && entry.target_group.empty()) {
    reader.fail("targetGroupArn", "found an empty name; the name of a target group is required");
  }
  entry.container_name = read_name(reader, "containerName");
  entry.container_port = static_cast<std::uint16_t>(reader.integer("containerPort", 1, 65535));
  if (const json* object = reader.object("advancedConfiguration")) {
    JsonReader advanced(*object, reader.pointer_to("advancedConfiguration"));
    entry.advanced = read_advanced(advanced);
    if (const auto end = advanced.finish(); !end) reader.fail(end.error());
  }
  refuse_unsupported(reader, value, {"loadBalancerName"});
  return entry;
}

/// Nothing when the member is absent.
std::optional<std::vector<ServiceLoadBalancer>> read_load_balancers(JsonReader& reader,
                                                                    Numbers numbers) {
  const json* list = reader.array("loadBalancers");
  if (!list) return std::nullopt;
  std::vector<ServiceLoadBalancer> entries;
  if (list->size() > load_balancers_max) {
    reader.fail("loadBalancers", fmt::format("found {} target groups; allowed are at most {}",
                                             list->size(), load_balancers_max));
  }
  for (std::size_t i = 0; i < list->size() && reader.ok(); ++i) {
    JsonReader entry((*list)[i], fmt::format("{}/{}", reader.pointer_to("loadBalancers"), i),
                     numbers);
    ServiceLoadBalancer parsed = read_load_balancer(entry, (*list)[i]);
    for (const ServiceLoadBalancer& earlier : entries) {
      if (parsed == earlier) {
        entry.fail("targetGroupArn",
                   fmt::format("found {} a second time for the same container and port",
                               parsed.target_group));
      }
    }
    entries.push_back(std::move(parsed));
    if (const auto end = entry.finish(); !end) reader.fail(end.error());
  }
  return entries;
}

std::vector<std::string> read_ids(JsonReader& reader, std::string_view key, std::size_t most) {
  std::vector<std::string> ids = reader.strings(key);
  if (ids.size() > most) {
    reader.fail(key, fmt::format("found {} ids; allowed are at most {}", ids.size(), most));
  }
  return ids;
}

void read_deployment_controller(JsonReader& reader) {
  const json* value = reader.object("deploymentController");
  if (!value) return;
  JsonReader controller(*value, reader.pointer_to("deploymentController"));
  read_only_value(controller, "type", "ECS");
  if (const auto end = controller.finish(); !end) reader.fail(end.error());
}

std::optional<PropagateTags> read_propagate_tags(JsonReader& reader) {
  constexpr std::array<std::string_view, 3> words{"NONE", "TASK_DEFINITION", "SERVICE"};
  const auto word = reader.optional_one_of("propagateTags", words);
  if (!word) return std::nullopt;
  if (*word == words[1]) return PropagateTags::task_definition;
  return *word == words[2] ? PropagateTags::service : PropagateTags::none;
}

std::optional<bool> read_rebalancing(JsonReader& reader) {
  constexpr std::array<std::string_view, 2> words{"ENABLED", "DISABLED"};
  const auto word = reader.optional_one_of("availabilityZoneRebalancing", words);
  return word ? std::optional(*word == words[0]) : std::nullopt;
}

/// Nothing when the list `key` is not there.
template <class T, class Read>
std::optional<T> read_if_there(JsonReader& reader, std::string_view key, Read read) {
  T list = read(reader, key);
  return reader.has(key) ? std::optional(std::move(list)) : std::nullopt;
}

/// The members that CreateService and UpdateService have in common.
ServiceUpdate read_changeable(JsonReader& reader, const json& value, Numbers numbers) {
  ServiceUpdate update;
  if (const auto count = reader.optional_integer("desiredCount", 0, desired_count_most)) {
    update.desired_count = static_cast<std::uint32_t>(*count);
  }
  update.task_definition = reader.optional_string("taskDefinition");
  if (reader.ok() && update.task_definition && update.task_definition->empty()) {
    reader.fail("taskDefinition", "found an empty name; a family or family:revision is required");
  }
  update.load_balancers = read_load_balancers(reader, numbers);
  update.deployment = read_deployment_configuration(reader, "deploymentConfiguration", numbers);
  read_deployment_controller(reader);
  update.placement_constraints = read_if_there<std::vector<PlacementConstraint>>(
      reader, "placementConstraints", read_placement_constraints);
  update.placement_strategy = read_if_there<std::vector<PlacementStrategy>>(
      reader, "placementStrategy", read_placement_strategies);
  update.network = read_network_configuration(reader);
  if (const auto grace =
          reader.optional_integer("healthCheckGracePeriodSeconds", 0, integer_most)) {
    update.health_check_grace_period = std::chrono::seconds(*grace);
  }
  update.availability_zone_rebalancing = read_rebalancing(reader);
  update.ecs_managed_tags = reader.optional_boolean("enableECSManagedTags");
  update.propagate_tags = read_propagate_tags(reader);
  if (reader.optional_boolean("enableExecuteCommand").value_or(false)) {
    reader.fail("enableExecuteCommand", "found true; ExecuteCommand is not supported");
  }
  refuse_unsupported(reader, value,
                     {"capacityProviderStrategy", "platformVersion", "serviceConnectConfiguration",
                      "serviceRegistries", "volumeConfigurations", "vpcLatticeConfigurations"});
  return update;
}

json epoch_seconds(WallTime moment) {
  return static_cast<double>(moment.time_since_epoch().count()) / 1e6;
}

json to_json(const ServiceLoadBalancer& entry) {
  json value{{"targetGroupArn", entry.target_group},
             {"containerName", entry.container_name},
             {"containerPort", entry.container_port}};
  if (!entry.advanced) return value;
  json& advanced = value["advancedConfiguration"];
  advanced = {{"alternateTargetGroupArn", entry.advanced->alternate_target_group},
              {"productionListenerRule", entry.advanced->production_listener_rule}};
  if (!entry.advanced->test_listener_rule.empty()) {
    advanced["testListenerRule"] = entry.advanced->test_listener_rule;
  }
  if (!entry.advanced->role_arn.empty()) advanced["roleArn"] = entry.advanced->role_arn;
  return value;
}

json to_json(const DeploymentDescription& deployment) {
  json value{{"id", deployment.id},
             {"status", to_string(deployment.status)},
             {"taskDefinition", deployment.task_definition_arn},
             {"desiredCount", deployment.desired_count},
             {"pendingCount", deployment.pending_count},
             {"runningCount", deployment.running_count},
             {"failedTasks", deployment.failed_tasks},
             {"createdAt", epoch_seconds(deployment.created_at)},
             {"updatedAt", epoch_seconds(deployment.updated_at)},
             {"launchType", "EC2"},
             {"rolloutState", to_string(deployment.rollout_state)},
             {"rolloutStateReason", deployment.rollout_state_reason}};
  if (deployment.network) value["networkConfiguration"] = to_json(*deployment.network);
  return value;
}

/// What the input and the description of a service have in common.
json to_json(const ServiceSpec& spec) {
  json value{
      {"serviceName", spec.name},
      {"loadBalancers", to_json(spec.load_balancers)},
      {"launchType", "EC2"},
      {"deploymentConfiguration", to_json(spec.deployment)},
      {"deploymentController", {{"type", "ECS"}}},
      {"placementConstraints", to_json(spec.placement_constraints)},
      {"placementStrategy", to_json(spec.placement_strategy)},
      {"schedulingStrategy", to_string(spec.scheduling)},
      {"availabilityZoneRebalancing", spec.availability_zone_rebalancing ? "ENABLED" : "DISABLED"},
      {"enableECSManagedTags", spec.ecs_managed_tags},
      {"propagateTags", to_string(spec.propagate_tags)},
      {"enableExecuteCommand", false}};
  if (!spec.load_balancers.empty() || spec.health_check_grace_period.count() > 0) {
    value["healthCheckGracePeriodSeconds"] = spec.health_check_grace_period.count();
  }
  if (spec.network) value["networkConfiguration"] = to_json(*spec.network);
  return value;
}

json tags_to_json(const std::vector<NamedValue>& tags) {
  json list = json::array();
  for (const auto& [key, value] : tags) list.push_back({{"key", key}, {"value", value}});
  return list;
}

}  // namespace

json to_json(const std::vector<ServiceLoadBalancer>& load_balancers) {
  json list = json::array();
  for (const ServiceLoadBalancer& entry : load_balancers) list.push_back(to_json(entry));
  return list;
}

json to_json(const NetworkConfiguration& network) {
  return {{"awsvpcConfiguration",
           {{"subnets", network.subnets},
            {"securityGroups", network.security_groups},
            {"assignPublicIp", network.assign_public_ip ? "ENABLED" : "DISABLED"}}}};
}

std::optional<NetworkConfiguration> read_network_configuration(JsonReader& reader) {
  const json* object = reader.object("networkConfiguration");
  if (!object || object->empty()) return std::nullopt;
  JsonReader outer(*object, reader.pointer_to("networkConfiguration"));
  std::optional<NetworkConfiguration> network;
  if (const json* value = outer.object("awsvpcConfiguration")) {
    constexpr std::array<std::string_view, 2> words{"ENABLED", "DISABLED"};
    JsonReader inner(*value, outer.pointer_to("awsvpcConfiguration"));
    network.emplace();
    network->subnets = read_ids(inner, "subnets", subnets_max);
    if (inner.ok() && network->subnets.empty()) {
      inner.fail("subnets", "found no subnet; at least one is required");
    }
    network->security_groups = read_ids(inner, "securityGroups", security_groups_max);
    network->assign_public_ip = inner.optional_one_of("assignPublicIp", words) == words[0];
    if (const auto end = inner.finish(); !end) outer.fail(end.error());
  }
  if (const auto end = outer.finish(); !end) reader.fail(end.error());
  return network;
}

Result<ServiceSpec> parse_service(const json& value, std::string pointer, Numbers numbers) {
  constexpr std::array<std::string_view, 2> strategies{"REPLICA", "DAEMON"};
  JsonReader reader(value, pointer, numbers);
  ServiceSpec spec;
  spec.name = read_name(reader, "serviceName");
  spec.cluster = reader.optional_string("cluster").value_or(std::string{});
  const bool daemon = reader.optional_one_of("schedulingStrategy", strategies) == strategies[1];
  if (daemon) {
    spec.scheduling = SchedulingStrategy::daemon;
    spec.deployment.minimum_healthy_percent = 0;
    spec.deployment.maximum_percent = 100;
  }
  if (daemon && reader.has("desiredCount")) {
    reader.fail("desiredCount", "a DAEMON service takes none; leave it out");
  }
  reader.string("taskDefinition");
  if (!daemon) reader.integer("desiredCount", 0, desired_count_most);
  const ServiceUpdate members = read_changeable(reader, value, numbers);
  spec = changed(std::move(spec), members);
  // A new service is rebalanced unless it says otherwise, or its other members do.
  if (!members.availability_zone_rebalancing) {
    spec.availability_zone_rebalancing = check_rebalancing(spec).has_value();
  }
  spec.role = reader.optional_string("role").value_or(std::string{});
  spec.tags = read_pairs(reader, "tags", "key", "value");
  read_only_value(reader, "launchType", "EC2");
  // Asking twice for a service of one name is harmless with and without a token.
  reader.optional_string("clientToken");
  if (const auto end = reader.finish(); !end) return end.error();
  if (const auto checked = check_service(spec); !checked) return at(pointer, checked.error());
  return spec;
}

Result<UpdateServiceInput> parse_service_update(const json& value, std::string pointer,
                                                Numbers numbers) {
  JsonReader reader(value, std::move(pointer), numbers);
  UpdateServiceInput input;
  input.service = reader.string("service");
  input.cluster = reader.optional_string("cluster").value_or(std::string{});
  input.update = read_changeable(reader, value, numbers);
  input.update.force_new_deployment = reader.optional_boolean("forceNewDeployment").value_or(false);
  if (const auto end = reader.finish(); !end) return end.error();
  return input;
}

json create_service_input(const ServiceSpec& spec) {
  json value = to_json(spec);
  value["taskDefinition"] = spec.task_definition;
  if (!spec.cluster.empty()) value["cluster"] = spec.cluster;
  if (spec.scheduling == SchedulingStrategy::replica) value["desiredCount"] = spec.desired_count;
  if (!spec.role.empty()) value["role"] = spec.role;
  if (!spec.tags.empty()) value["tags"] = tags_to_json(spec.tags);
  return value;
}

json to_json(const ServiceDescription& service, bool with_tags) {
  json value = to_json(service.spec);
  value["serviceArn"] = service.arn;
  value["clusterArn"] = service.cluster_arn;
  value["serviceRegistries"] = json::array();
  value["status"] = to_string(service.status);
  value["desiredCount"] = service.desired_count;
  value["runningCount"] = service.running_count;
  value["pendingCount"] = service.pending_count;
  value["taskDefinition"] = service.task_definition_arn;
  value["deployments"] = json::array();
  for (const auto& each : service.deployments) value["deployments"].push_back(to_json(each));
  if (!service.spec.role.empty()) value["roleArn"] = service.spec.role;
  value["events"] = json::array();
  for (const ServiceEvent& event : service.events) {
    value["events"].push_back({{"id", event.id},
                               {"createdAt", epoch_seconds(event.created_at)},
                               {"message", event.message}});
  }
  value["createdAt"] = epoch_seconds(service.created_at);
  if (!service.current_service_deployment.empty()) {
    value["currentServiceDeployment"] = service.current_service_deployment;
  }
  value["currentServiceRevisions"] = json::array();
  for (const ServiceRevisionSummary& each : service.current_service_revisions) {
    value["currentServiceRevisions"].push_back({{"arn", each.arn},
                                                {"requestedTaskCount", each.requested_task_count},
                                                {"runningTaskCount", each.running_task_count},
                                                {"pendingTaskCount", each.pending_task_count}});
  }
  if (with_tags) value["tags"] = tags_to_json(service.spec.tags);
  return value;
}

}  // namespace cutover::containers

#include "containers/service_json.hpp"

#include <fmt/format.h>

#include <array>
#include <limits>

#include "containers/json_members.hpp"

namespace cutover::containers {

namespace {

constexpr std::int64_t desired_count_most = 5000;  // ECS service quotas: tasks per service.
constexpr std::size_t load_balancers_max = 5;
constexpr std::int64_t integer_most = std::numeric_limits<std::int32_t>::max();

/// A member of which only one value is supported, be it written or left out.
void read_only_value(JsonReader& reader, std::string_view key, std::string_view supported) {
  const auto value = reader.optional_string(key);
  if (!value || *value == supported) return;
  reader.fail(key, fmt::format("found {}; only {} is supported", describe(nlohmann::json(*value)),
                               supported));
}

ServiceLoadBalancer read_load_balancer(JsonReader& reader, const nlohmann::json& value) {
  ServiceLoadBalancer entry;
  entry.target_group = reader.string("targetGroupArn");
  if (reader.ok() && entry.target_group.empty()) {
    reader.fail("targetGroupArn", "found an empty name; the name of a target group is required");
  }
  entry.container_name = read_name(reader, "containerName");
  entry.container_port = static_cast<std::uint16_t>(reader.integer("containerPort", 1, 65535));
  refuse_unsupported(reader, value, {"advancedConfiguration", "loadBalancerName"});
  return entry;
}

void read_load_balancers(JsonReader& reader, ServiceSpec& spec, Numbers numbers) {
  const nlohmann::json* list = reader.array("loadBalancers");
  if (!list) return;
  if (list->size() > load_balancers_max) {
    reader.fail("loadBalancers", fmt::format("found {} target groups; allowed are at most {}",
                                             list->size(), load_balancers_max));
    return;
  }
  for (std::size_t i = 0; i < list->size() && reader.ok(); ++i) {
    JsonReader entry((*list)[i], fmt::format("{}/{}", reader.pointer_to("loadBalancers"), i),
                     numbers);
    ServiceLoadBalancer parsed = read_load_balancer(entry, (*list)[i]);
    for (const ServiceLoadBalancer& earlier : spec.load_balancers) {
      if (parsed == earlier) {
        entry.fail("targetGroupArn",
                   fmt::format("found {} a second time for the same container and port",
                               parsed.target_group));
      }
    }
    spec.load_balancers.push_back(std::move(parsed));
    if (const auto end = entry.finish(); !end) reader.fail(end.error());
  }
}

void read_circuit_breaker(JsonReader& reader, Numbers numbers) {
  const nlohmann::json* value = reader.object("deploymentCircuitBreaker");
  if (!value) return;
  JsonReader breaker(*value, reader.pointer_to("deploymentCircuitBreaker"), numbers);
  for (const std::string_view key : {"enable", "rollback"}) {
    if (!breaker.optional_boolean(key).value_or(false)) continue;
    breaker.fail(key, "found true; the deployment circuit breaker is not supported yet");
  }
  if (const auto end = breaker.finish(); !end) reader.fail(end.error());
}

void read_deployment_configuration(JsonReader& reader, ServiceSpec& spec, Numbers numbers) {
  const nlohmann::json* value = reader.object("deploymentConfiguration");
  if (!value) return;
  JsonReader configuration(*value, reader.pointer_to("deploymentConfiguration"), numbers);
  spec.minimum_healthy_percent =
      static_cast<std::uint32_t>(configuration.optional_integer("minimumHealthyPercent", 0, 100)
                                     .value_or(spec.minimum_healthy_percent));
  spec.maximum_percent = static_cast<std::uint32_t>(
      configuration.optional_integer("maximumPercent", 100, 200).value_or(spec.maximum_percent));
  read_only_value(configuration, "strategy", "ROLLING");
  read_circuit_breaker(configuration, numbers);
  refuse_unsupported(configuration, *value,
                     {"alarms", "bakeTimeInMinutes", "canaryConfiguration", "lifecycleHooks",
                      "linearConfiguration"});
  if (const auto end = configuration.finish(); !end) reader.fail(end.error());
}

void read_deployment_controller(JsonReader& reader) {
  const nlohmann::json* value = reader.object("deploymentController");
  if (!value) return;
  JsonReader controller(*value, reader.pointer_to("deploymentController"));
  read_only_value(controller, "type", "ECS");
  if (const auto end = controller.finish(); !end) reader.fail(end.error());
}

}  // namespace

Result<ServiceSpec> parse_service(const nlohmann::json& value, std::string pointer,
                                  Numbers numbers) {
  JsonReader reader(value, std::move(pointer), numbers);
  ServiceSpec spec;
  spec.name = read_name(reader, "serviceName");
  spec.cluster = reader.optional_string("cluster").value_or(std::string{});
  spec.task_definition = reader.string("taskDefinition");
  if (reader.ok() && spec.task_definition.empty()) {
    reader.fail("taskDefinition", "found an empty name; a family or family:revision is required");
  }
  spec.desired_count =
      static_cast<std::uint32_t>(reader.integer("desiredCount", 0, desired_count_most));
  read_load_balancers(reader, spec, numbers);
  read_deployment_configuration(reader, spec, numbers);
  read_deployment_controller(reader);
  spec.health_check_grace_period = std::chrono::seconds(
      reader.optional_integer("healthCheckGracePeriodSeconds", 0, integer_most).value_or(0));
  spec.tags = read_pairs(reader, "tags", "key", "value");
  read_only_value(reader, "launchType", "EC2");
  read_only_value(reader, "schedulingStrategy", "REPLICA");
  read_only_value(reader, "propagateTags", "NONE");
  refuse_unsupported(reader, value,
                     {"availabilityZoneRebalancing", "capacityProviderStrategy", "clientToken",
                      "enableECSManagedTags", "enableExecuteCommand", "networkConfiguration",
                      "placementConstraints", "placementStrategy", "platformVersion", "role",
                      "serviceConnectConfiguration", "serviceRegistries", "volumeConfigurations",
                      "vpcLatticeConfigurations"});
  if (const auto end = reader.finish(); !end) return end.error();
  return spec;
}

}  // namespace cutover::containers

#include "containers/service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "containers/zone_balance.hpp"

namespace cutover::containers {

namespace {

template <class T, class U>
void overlay(T& value, const std::optional<U>& change) {
  if (change) value = *change;
}

Error invalid(std::string where, std::string message) {
  return {"InvalidParameterException", std::move(where), std::move(message)};
}

Result<void> check_daemon(const ServiceSpec& spec) {
  if (spec.deployment.maximum_percent != 100) {
    return invalid(
        "/deploymentConfiguration/maximumPercent",
        fmt::format("found {}; a DAEMON service requires 100", spec.deployment.maximum_percent));
  }
  if (spec.deployment.strategy != DeploymentStrategy::rolling) {
    return invalid("/deploymentConfiguration/strategy",
                   fmt::format("found {}; a DAEMON service takes ROLLING only",
                               to_string(spec.deployment.strategy)));
  }
  if (!spec.placement_strategy.empty()) {
    return invalid("/placementStrategy", "a DAEMON service takes none; leave it out");
  }
  return {};
}

/// What a deployment that shifts traffic has to know.
Result<void> check_strategy(const ServiceSpec& spec) {
  const DeploymentConfiguration& its = spec.deployment;
  const std::string place = "/deploymentConfiguration";
  if (its.linear && its.strategy != DeploymentStrategy::linear) {
    return invalid(place + "/linearConfiguration", "is for the strategy LINEAR only");
  }
  if (its.canary && its.strategy != DeploymentStrategy::canary) {
    return invalid(place + "/canaryConfiguration", "is for the strategy CANARY only");
  }
  if (its.strategy == DeploymentStrategy::rolling) {
    if (its.hooks.empty()) return {};
    return invalid(place + "/lifecycleHooks",
                   "are for the strategies BLUE_GREEN, LINEAR and CANARY only");
  }
  if (its.strategy == DeploymentStrategy::blue_green && !its.bake_time) {
    return invalid(place + "/bakeTimeInMinutes", "found none; the strategy BLUE_GREEN requires it");
  }
  for (std::size_t i = 0; i < spec.load_balancers.size(); ++i) {
    const ServiceLoadBalancer& entry = spec.load_balancers[i];
    const std::string advanced = fmt::format("/loadBalancers/{}/advancedConfiguration", i);
    if (!entry.advanced) {
      return invalid(advanced,
                     fmt::format("found none; the strategy {} requires an alternate target group "
                                 "and a production listener rule",
                                 to_string(its.strategy)));
    }
    if (entry.advanced->alternate_target_group == entry.target_group) {
      return invalid(advanced + "/alternateTargetGroupArn",
                     fmt::format("found {}, which is the target group already; another one is "
                                 "required",
                                 entry.target_group));
    }
    if (entry.advanced->test_listener_rule == entry.advanced->production_listener_rule) {
      return invalid(advanced + "/testListenerRule",
                     fmt::format("found {}, which is the production listener rule already; another "
                                 "one is required, or none",
                                 entry.advanced->test_listener_rule));
    }
  }
  return {};
}

Result<void> check_entry(const ServiceLoadBalancer& entry, const TaskDefinition& definition,
                         const std::string& pointer) {
  const ContainerDefinition* container = definition.container(entry.container_name);
  if (!container) {
    std::vector<std::string_view> names;
    for (const auto& each : definition.containers) names.push_back(each.name);
    return Error{"InvalidParameterException", pointer + "/containerName",
                 fmt::format("The container {} does not exist in the task definition: {} has {}",
                             entry.container_name, definition.family, fmt::join(names, ", "))};
  }
  const auto& mappings = container->port_mappings;
  const bool mapped = std::any_of(mappings.begin(), mappings.end(), [&](const PortMapping& each) {
    return each.container_port == entry.container_port;
  });
  if (mapped) return {};
  const std::string ports =
      mappings.empty() ? "no port" : fmt::format("port {}", mappings.front().container_port);
  return Error{"InvalidParameterException", pointer + "/containerPort",
               fmt::format("The container {} did not have a container port {} defined: it has {}",
                           entry.container_name, entry.container_port, ports)};
}

}  // namespace

Result<void> check_service(const ServiceSpec& spec) {
  if (spec.scheduling == SchedulingStrategy::daemon) {
    if (auto checked = check_daemon(spec); !checked) return checked;
  }
  if (spec.availability_zone_rebalancing) {
    if (auto checked = check_rebalancing(spec); !checked) return checked;
  }
  return check_strategy(spec);
}

Result<void> check_service(const ServiceSpec& spec, const TaskDefinition& definition) {
  if (auto checked = check_service(spec); !checked) return checked;
  if (auto checked = check_network(spec.network, definition); !checked) return checked;
  for (std::size_t i = 0; i < spec.load_balancers.size(); ++i) {
    auto checked =
        check_entry(spec.load_balancers[i], definition, fmt::format("/loadBalancers/{}", i));
    if (!checked) return checked;
  }
  return {};
}

Result<void> check_network(const std::optional<NetworkConfiguration>& network,
                           const TaskDefinition& definition) {
  const bool needed = definition.network_mode == NetworkMode::awsvpc;
  if (needed == network.has_value()) return {};
  if (needed) {
    return invalid("/networkConfiguration",
                   "Network Configuration must be provided when networkMode 'awsvpc' is specified");
  }
  return invalid("/networkConfiguration",
                 fmt::format("Network Configuration is not valid for the given networkMode of this "
                             "task definition: {}",
                             to_string(definition.network_mode)));
}

ServiceSpec changed(ServiceSpec spec, const ServiceUpdate& update) {
  spec.deployment = changed(std::move(spec.deployment), update.deployment);
  overlay(spec.desired_count, update.desired_count);
  overlay(spec.task_definition, update.task_definition);
  overlay(spec.load_balancers, update.load_balancers);
  overlay(spec.placement_constraints, update.placement_constraints);
  overlay(spec.placement_strategy, update.placement_strategy);
  overlay(spec.network, update.network);
  overlay(spec.health_check_grace_period, update.health_check_grace_period);
  overlay(spec.availability_zone_rebalancing, update.availability_zone_rebalancing);
  overlay(spec.ecs_managed_tags, update.ecs_managed_tags);
  overlay(spec.propagate_tags, update.propagate_tags);
  return spec;
}

bool needs_new_deployment(const ServiceSpec& from, const ServiceSpec& to) {
  return from.network != to.network || from.load_balancers != to.load_balancers;
}

std::string_view to_string(ServiceStatus status) {
  switch (status) {
    case ServiceStatus::active:
      return "ACTIVE";
    case ServiceStatus::draining:
      return "DRAINING";
    case ServiceStatus::inactive:
      break;
  }
  return "INACTIVE";
}

std::string_view to_string(SchedulingStrategy strategy) {
  return strategy == SchedulingStrategy::replica ? "REPLICA" : "DAEMON";
}

std::string_view to_string(PropagateTags source) {
  switch (source) {
    case PropagateTags::none:
      return "NONE";
    case PropagateTags::task_definition:
      return "TASK_DEFINITION";
    case PropagateTags::service:
      break;
  }
  return "SERVICE";
}

std::string_view to_string(DeploymentStatus status) {
  return status == DeploymentStatus::primary ? "PRIMARY" : "ACTIVE";
}

std::string_view to_string(RolloutState state) {
  switch (state) {
    case RolloutState::in_progress:
      return "IN_PROGRESS";
    case RolloutState::completed:
      return "COMPLETED";
    case RolloutState::failed:
      break;
  }
  return "FAILED";
}

bool ServiceDescription::stable() const {
  return deployments.size() == 1 && running_count == desired_count;
}

}  // namespace cutover::containers

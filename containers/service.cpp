#include "containers/service.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cutover::containers {

namespace {

Result<void> check_entry(const ServiceLoadBalancer& entry, const TaskDefinition& definition,
                         const std::string& pointer) {
  const ContainerDefinition* container = definition.container(entry.container_name);
  if (!container) {
    std::vector<std::string_view> names;
    for (const auto& each : definition.containers) names.push_back(each.name);
    return Error{"InvalidParameterException", pointer + "/containerName",
                 fmt::format("the container {} does not exist in task definition {}; it has {}",
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
               fmt::format("the container {} did not have a container port {} defined; it has {}",
                           entry.container_name, entry.container_port, ports)};
}

}  // namespace

Result<void> check_service(const ServiceSpec& spec, const TaskDefinition& definition) {
  for (std::size_t i = 0; i < spec.load_balancers.size(); ++i) {
    auto checked =
        check_entry(spec.load_balancers[i], definition, fmt::format("/loadBalancers/{}", i));
    if (!checked) return checked;
  }
  return {};
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

std::string_view to_string(DeploymentStatus status) {
  return status == DeploymentStatus::primary ? "PRIMARY" : "ACTIVE";
}

std::string_view to_string(RolloutState state) {
  return state == RolloutState::in_progress ? "IN_PROGRESS" : "COMPLETED";
}

bool ServiceDescription::stable() const {
  return deployments.size() == 1 && running_count == desired_count;
}

}  // namespace cutover::containers

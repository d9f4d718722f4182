#include "containers/task_definition_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace cutover::containers {

namespace {

using Condition = ContainerDependency::Condition;

/// Fargate's own limits for startTimeout and stopTimeout.
constexpr std::chrono::seconds fargate_start_timeout_least{2};
constexpr std::chrono::seconds fargate_timeout_most{120};

Error refusal(std::string where, std::string message) {
  return {"ClientException", std::move(where), std::move(message)};
}

std::string container_at(std::size_t index) {
  return fmt::format("/containerDefinitions/{}", index);
}

/// Bridge mode alone has ports that differ inside and outside.
bool shares_ports(NetworkMode mode) { return mode != NetworkMode::bridge; }

std::uint16_t effective_host_port(const PortMapping& mapping, NetworkMode mode) {
  return shares_ports(mode) ? mapping.container_port : mapping.host_port;
}

Result<void> check_names(const TaskDefinition& definition) {
  std::set<std::string_view> names;
  bool some_essential = false;
  for (std::size_t i = 0; i < definition.containers.size(); ++i) {
    const ContainerDefinition& container = definition.containers[i];
    some_essential = some_essential || container.essential;
    if (names.insert(container.name).second) continue;
    return refusal(
        container_at(i) + "/name",
        fmt::format("found \"{}\" a second time; names differ within a task", container.name));
  }
  if (some_essential) return {};
  return refusal("/containerDefinitions",
                 "found no essential container; at least one has to be essential");
}

Result<void> check_sizes(const TaskDefinition& definition) {
  std::uint64_t cpu = 0;
  std::uint64_t memory = 0;
  for (std::size_t i = 0; i < definition.containers.size(); ++i) {
    const ContainerDefinition& container = definition.containers[i];
    const auto reserved =
        container.memory_reservation ? container.memory_reservation : container.memory;
    if (!reserved && !definition.memory) {
      return refusal(container_at(i) + "/memory",
                     fmt::format("Invalid setting for container '{}'. At least one of 'memory' or "
                                 "'memoryReservation' must be specified.",
                                 container.name));
    }
    if (definition.memory && container.memory && *container.memory > *definition.memory) {
      return refusal(container_at(i) + "/memory",
                     fmt::format("found {} for container '{}'; allowed is at most the task's own "
                                 "memory, {}",
                                 *container.memory, container.name, *definition.memory));
    }
    cpu += container.cpu;
    memory += reserved.value_or(0);
  }
  if (definition.cpu && cpu > *definition.cpu) {
    return refusal("/cpu", fmt::format("found {}; its containers have {} CPU units together",
                                       *definition.cpu, cpu));
  }
  if (definition.memory && memory > *definition.memory) {
    return refusal("/memory", fmt::format("found {}; its containers reserve {} MiB together",
                                          *definition.memory, memory));
  }
  return {};
}

Result<void> check_ports(const TaskDefinition& definition) {
  const NetworkMode mode = definition.network_mode;
  std::set<std::uint16_t> taken;
  for (std::size_t i = 0; i < definition.containers.size(); ++i) {
    const auto& mappings = definition.containers[i].port_mappings;
    if (mode == NetworkMode::none && !mappings.empty()) {
      return refusal(container_at(i) + "/portMappings",
                     "no port can be mapped in networkMode none; leave portMappings out");
    }
    for (std::size_t j = 0; j < mappings.size(); ++j) {
      const std::string where = fmt::format("{}/portMappings/{}/hostPort", container_at(i), j);
      const PortMapping& mapping = mappings[j];
      if (shares_ports(mode) && mapping.host_port != 0 &&
          mapping.host_port != mapping.container_port) {
        return refusal(where, fmt::format("When networkMode={}, the host ports and container ports "
                                          "in port mappings must match.",
                                          to_string(mode)));
      }
      const std::uint16_t port = effective_host_port(mapping, mode);
      if (port == 0 || taken.insert(port).second) continue;
      return refusal(where,
                     fmt::format("found {} a second time; host ports differ within a task", port));
    }
  }
  return {};
}

Result<void> check_dependency(const TaskDefinition& definition, std::size_t index,
                              std::size_t entry) {
  const ContainerDefinition& container = definition.containers[index];
  const ContainerDependency& dependency = container.depends_on[entry];
  const std::string where = fmt::format("{}/dependsOn/{}", container_at(index), entry);
  const ContainerDefinition* other = definition.container(dependency.container_name);
  if (!other || other == &container) {
    return refusal(where + "/containerName",
                   fmt::format("found \"{}\"; another container of this task is required",
                               dependency.container_name));
  }
  const bool has_to_end =
      dependency.condition == Condition::complete || dependency.condition == Condition::success;
  if (has_to_end && other->essential) {
    return refusal(where + "/condition",
                   fmt::format("found {} for the essential container \"{}\", whose end stops the "
                               "task; only containers that are not essential can be waited for so",
                               to_string(dependency.condition), other->name));
  }
  if (dependency.condition == Condition::healthy && !other->health_check) {
    return refusal(
        where + "/condition",
        fmt::format("found HEALTHY for container \"{}\", which has no healthCheck", other->name));
  }
  return {};
}

/// Takes away containers whose dependencies are gone until none is left; what stays is a cycle, or
/// waits for one.
Result<void> check_cycles(const TaskDefinition& definition) {
  std::set<std::string_view> left;
  for (const auto& container : definition.containers) left.insert(container.name);
  bool progress = true;
  while (progress) {
    progress = false;
    for (const auto& container : definition.containers) {
      const bool free = std::none_of(
          container.depends_on.begin(), container.depends_on.end(),
          [&](const ContainerDependency& each) { return left.contains(each.container_name); });
      if (free && left.erase(container.name) > 0) progress = true;
    }
  }
  for (std::size_t i = 0; i < definition.containers.size(); ++i) {
    if (!left.contains(definition.containers[i].name)) continue;
    return refusal(
        container_at(i) + "/dependsOn",
        fmt::format("found a cycle: containers {} wait for one another", fmt::join(left, ", ")));
  }
  return {};
}

Result<void> check_dependencies(const TaskDefinition& definition) {
  for (std::size_t i = 0; i < definition.containers.size(); ++i) {
    for (std::size_t j = 0; j < definition.containers[i].depends_on.size(); ++j) {
      if (auto checked = check_dependency(definition, i, j); !checked) return checked;
    }
  }
  return check_cycles(definition);
}

Result<void> check_fargate(const TaskDefinition& definition) {
  const auto& wanted = definition.requires_compatibilities;
  if (std::find(wanted.begin(), wanted.end(), "FARGATE") == wanted.end()) return {};
  if (definition.network_mode != NetworkMode::awsvpc) {
    return refusal("/networkMode", "Fargate only supports network mode 'awsvpc'.");
  }
  if (!definition.cpu) {
    return refusal("/cpu", "Fargate requires that 'cpu' be defined at the task level.");
  }
  if (!definition.memory) {
    return refusal("/memory", "Fargate requires that 'memory' be defined at the task level.");
  }
  for (std::size_t i = 0; i < definition.containers.size(); ++i) {
    const ContainerDefinition& container = definition.containers[i];
    const auto& start = container.start_timeout;
    if (start && (*start < fargate_start_timeout_least || *start > fargate_timeout_most)) {
      return refusal(container_at(i) + "/startTimeout",
                     fmt::format("found {}; allowed on Fargate are 2 to 120", start->count()));
    }
    const auto& stop = container.stop_timeout;
    if (stop && *stop > fargate_timeout_most) {
      return refusal(container_at(i) + "/stopTimeout",
                     fmt::format("found {}; allowed on Fargate are 0 to 120", stop->count()));
    }
  }
  return {};
}

}  // namespace

Result<void> check_task_definition(const TaskDefinition& definition) {
  for (const auto check :
       {check_names, check_sizes, check_ports, check_dependencies, check_fargate}) {
    if (auto checked = check(definition); !checked) return checked;
  }
  return {};
}

void apply_network_mode(TaskDefinition& definition) {
  for (ContainerDefinition& container : definition.containers) {
    for (PortMapping& mapping : container.port_mappings) {
      mapping.host_port = effective_host_port(mapping, definition.network_mode);
    }
  }
}

}  // namespace cutover::containers

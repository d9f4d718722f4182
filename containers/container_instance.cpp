#include "containers/container_instance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cutover::containers {

namespace {

constexpr std::size_t attribute_length_max = 128;
/// Capabilities that an agent may report beside the usual ones (AWS names no limit).
constexpr std::size_t capabilities_max = 200;

bool is_attribute_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-_./\\").find(c) != std::string_view::npos;
}

Error refuse(std::string message) {
  return {"InvalidParameterException", "/attributes", std::move(message)};
}

Result<void> check_attribute(std::string_view name, std::string_view value) {
  if (name.empty() || name.size() > attribute_length_max || value.size() > attribute_length_max) {
    return refuse(
        fmt::format("found {}={}; allowed are a name of 1 to {} characters and a value of "
                    "as many at most",
                    name, value, attribute_length_max));
  }
  if (!std::all_of(name.begin(), name.end(), is_attribute_character)) {
    return refuse(
        fmt::format("found the name {}; allowed are letters, digits, -, _, ., / and \\", name));
  }
  return {};
}

Result<void> check_custom_attribute(std::string_view name, std::string_view value) {
  if (auto checked = check_attribute(name, value); !checked) return checked;
  if (!is_custom_attribute(name)) {
    return refuse(fmt::format(
        "found {}; names that begin with ecs. or com.amazonaws.ecs. are AWS's own", name));
  }
  return {};
}

}  // namespace

std::string_view to_string(ContainerInstanceStatus status) {
  switch (status) {
    case ContainerInstanceStatus::active:
      return "ACTIVE";
    case ContainerInstanceStatus::draining:
      return "DRAINING";
    case ContainerInstanceStatus::inactive:
      break;
  }
  return "INACTIVE";
}

bool is_custom_attribute(std::string_view name) {
  return !name.starts_with("ecs.") && !is_capability(name);
}

Result<void> check_custom_attributes(const Attributes& attributes) {
  for (const auto& [name, value] : attributes) {
    if (auto checked = check_custom_attribute(name, value); !checked) return checked;
  }
  if (attributes.size() <= custom_attributes_max) return {};
  return Error{"AttributeLimitExceededException", "/attributes",
               fmt::format("found {} custom attributes; allowed for a container instance are at "
                           "most {}",
                           attributes.size(), custom_attributes_max)};
}

Result<void> check_capabilities(const Capabilities& capabilities) {
  for (const std::string& name : capabilities) {
    if (auto checked = check_attribute(name, ""); !checked) return checked;
  }
  if (capabilities.size() <= capabilities_max) return {};
  return refuse(fmt::format("found {} capabilities; allowed are at most {}", capabilities.size(),
                            capabilities_max));
}

Reservation reservation(const TaskDefinition& definition) {
  Reservation sum;
  const bool own_address = definition.network_mode == NetworkMode::awsvpc;
  for (const ContainerDefinition& container : definition.containers) {
    sum.cpu += container.cpu;
    sum.memory += container.memory_reservation.value_or(container.memory.value_or(0));
    for (const PortMapping& mapping : container.port_mappings) {
      if (mapping.host_port != 0 && !own_address) sum.tcp_ports.push_back(mapping.host_port);
    }
  }
  if (definition.cpu) sum.cpu = *definition.cpu;
  if (definition.memory) sum.memory = *definition.memory;
  sum.network_interfaces = own_address ? 1 : 0;
  return sum;
}

std::uint32_t ContainerInstance::tasks_of(std::string_view group) const {
  const auto found = tasks_by_group.find(group);
  return found == tasks_by_group.end() ? 0 : found->second;
}

std::optional<std::string_view> ContainerInstance::attribute(std::string_view name) const {
  const auto found = attributes.find(name);
  if (found != attributes.end()) return found->second;
  if (agent_capabilities().contains(name)) return std::string_view{};
  return std::nullopt;
}

Attributes ContainerInstance::all_attributes() const {
  Attributes all = attributes;
  for (const std::string& name : agent_capabilities()) all.try_emplace(name);
  return all;
}

void ContainerInstance::take(const Reservation& reservation, const std::string& group) {
  reserved_cpu += reservation.cpu;
  reserved_memory += reservation.memory;
  tcp_ports.insert(reservation.tcp_ports.begin(), reservation.tcp_ports.end());
  network_interfaces += reservation.network_interfaces;
  ++tasks;
  ++tasks_by_group[group];
  ++version;
}

void ContainerInstance::give_back(const Reservation& reservation, const std::string& group) {
  reserved_cpu -= reservation.cpu;
  reserved_memory -= reservation.memory;
  for (const std::uint16_t port : reservation.tcp_ports) tcp_ports.erase(port);
  network_interfaces -= reservation.network_interfaces;
  --tasks;
  const auto found = tasks_by_group.find(group);
  if (found != tasks_by_group.end() && --found->second == 0) tasks_by_group.erase(found);
  ++version;
}

}  // namespace cutover::containers

#include "containers/container_instance.hpp"

namespace cutover::containers {

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
  if (found == attributes.end()) return std::nullopt;
  return found->second;
}

void ContainerInstance::take(const Reservation& reservation, const std::string& group) {
  reserved_cpu += reservation.cpu;
  reserved_memory += reservation.memory;
  tcp_ports.insert(reservation.tcp_ports.begin(), reservation.tcp_ports.end());
  udp_ports.insert(reservation.udp_ports.begin(), reservation.udp_ports.end());
  network_interfaces += reservation.network_interfaces;
  ++tasks;
  ++tasks_by_group[group];
  ++version;
}

void ContainerInstance::give_back(const Reservation& reservation, const std::string& group) {
  reserved_cpu -= reservation.cpu;
  reserved_memory -= reservation.memory;
  for (const std::uint16_t port : reservation.tcp_ports) tcp_ports.erase(port);
  for (const std::uint16_t port : reservation.udp_ports) udp_ports.erase(port);
  network_interfaces -= reservation.network_interfaces;
  --tasks;
  const auto found = tasks_by_group.find(group);
  if (found != tasks_by_group.end() && --found->second == 0) tasks_by_group.erase(found);
  ++version;
}

}  // namespace cutover::containers

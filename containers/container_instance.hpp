#pragma once

// A container instance: a pretended EC2 instance with an address, attributes and a capacity, of
// which placed tasks reserve their declared sizes whatever they really use (ECS developer guide:
// Amazon ECS container instances).

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "containers/capabilities.hpp"
#include "containers/tags.hpp"
#include "containers/task_definition.hpp"
#include "lb/base/clock.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

enum class ContainerInstanceStatus { active, draining, inactive };

std::string_view to_string(ContainerInstanceStatus status);  ///< "ACTIVE", "DRAINING", "INACTIVE"

/// Room for anything: what an instance has unless it is told otherwise.
inline constexpr std::uint32_t cpu_default = 1U << 30;
inline constexpr std::uint32_t memory_default = 1U << 30;

/// Names and values; a custom attribute may be without a value.
using Attributes = std::map<std::string, std::string, std::less<>>;

/// Attributes of a user's own that an instance may have.
inline constexpr std::size_t custom_attributes_max = 10;
/// ECS service quotas: container instances per cluster.
inline constexpr std::uint32_t container_instances_max = 5000;
/// Ports on which nothing is placed: SSH's, Docker's two and the ECS agent's three
/// (ContainerInstance, remainingResources).
inline constexpr std::array<std::uint16_t, 6> agent_ports{22, 2375, 2376, 51678, 51679, 51680};
/// Ports that may be reserved on an instance, those of the agent among them (PortMapping,
/// hostPort).
inline constexpr std::size_t reserved_ports_max = 100;
/// What instances run unless they say otherwise.
inline constexpr std::string_view ami_default = "ami-ecs";

/// Whether these may be an instance's attributes of a user's own. The error's place is
/// "/attributes".
Result<void> check_custom_attributes(const Attributes& attributes);
/// The same of what an agent reports beside what every agent does.
Result<void> check_capabilities(const Capabilities& capabilities);
/// AWS's own names begin with "ecs.", or are capabilities.
bool is_custom_attribute(std::string_view name);

/// What one instance is to be.
struct ContainerInstanceSpec {
  std::uint32_t cpu = cpu_default;        ///< CPU units, 1024 per vCPU.
  std::uint32_t memory = memory_default;  ///< MiB.
  std::string instance_type;              ///< Attribute ecs.instance-type, if any.
  std::string availability_zone;          ///< Empty: the zones take turns.
  std::string ami_id{ami_default};        ///< Attribute ecs.ami-id.
  Attributes attributes;                  ///< Custom ones, at most 10.
  /// What its agent reports beside what every agent does (capabilities.hpp).
  Capabilities capabilities;
  /// Tasks in network mode awsvpc that it has room for; without, there is no limit.
  std::optional<std::uint32_t> network_interfaces;
  Tags tags;

  friend bool operator==(const ContainerInstanceSpec&, const ContainerInstanceSpec&) = default;
};

/// Several instances of a kind, as a stack file names them.
struct ContainerInstanceGroup {
  std::uint32_t count = 1;
  ContainerInstanceSpec spec;

  friend bool operator==(const ContainerInstanceGroup&, const ContainerInstanceGroup&) = default;
};

/// What a task takes of its instance until it is STOPPED.
struct Reservation {
  std::uint64_t cpu = 0;
  std::uint64_t memory = 0;
  std::vector<std::uint16_t> tcp_ports;  ///< Fixed host ports; dynamic ones are not reserved.
  std::uint32_t network_interfaces = 0;

  friend bool operator==(const Reservation&, const Reservation&) = default;
};

/// The task's own sizes, or the sums of its containers': memoryReservation where there is one, else
/// memory.
Reservation reservation(const TaskDefinition& definition);

struct ContainerInstance {
  std::string id;  ///< 32 hex digits.
  std::string arn;
  std::string ec2_instance_id;  ///< "i-" and 17 hex digits.
  std::string address;          ///< Loopback.
  ContainerInstanceStatus status = ContainerInstanceStatus::active;
  bool agent_connected = true;  ///< False: no task is placed there.
  bool host_runs = true;        ///< False: the EC2 instance under it does not run.
  /// AWS's ("ecs.…") and custom ones; what every agent reports is not repeated here.
  Attributes attributes;
  Tags tags;
  WallTime registered_at{};
  std::uint64_t version = 1;  ///< Grows with each change.

  std::uint64_t cpu = 0;  ///< Registered.
  std::uint64_t memory = 0;
  std::optional<std::uint32_t> network_interfaces_max;

  std::uint64_t reserved_cpu = 0;
  std::uint64_t reserved_memory = 0;
  std::set<std::uint16_t> tcp_ports;  ///< Those of the agent among them.
  std::uint32_t network_interfaces = 0;

  std::uint32_t tasks = 0;         ///< That hold a place here.
  std::uint32_t daemon_tasks = 0;  ///< Of these, the daemons'.
  /// The same by task group ("service:<name>", "family:<name>"); none with 0.
  std::map<std::string, std::uint32_t, std::less<>> tasks_by_group;

  std::uint64_t remaining_cpu() const { return cpu - reserved_cpu; }
  std::uint64_t remaining_memory() const { return memory - reserved_memory; }
  std::uint32_t tasks_of(std::string_view group) const;
  /// Its value, which for capabilities is empty, or nothing when it is not there.
  std::optional<std::string_view> attribute(std::string_view name) const;
  /// All that attribute() knows.
  Attributes all_attributes() const;

  /// It has to fit.
  void take(const Reservation& reservation, const std::string& group);
  void give_back(const Reservation& reservation, const std::string& group);
};

}  // namespace cutover::containers

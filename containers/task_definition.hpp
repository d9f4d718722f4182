#pragma once

// A task definition: which containers make one task, with ECS's defaults filled in. Immutable once
// it is registered; parse_task_definition() (task_definition_json.hpp) makes one from JSON.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "containers/placement_rules.hpp"

namespace cutover::containers {

/// How a task's containers are reached (ECS developer guide: Task networking).
enum class NetworkMode {
  bridge,  ///< Each mapped container port gets a port of the container instance.
  host,    ///< Container ports are the container instance's own.
  awsvpc,  ///< The task has an address of its own; its ports are its containers' ports.
  none     ///< No port is mapped.
};

std::string_view to_string(NetworkMode mode);  ///< "bridge", "host", "awsvpc", "none"

/// One port of a container, made reachable from outside. TCP.
struct PortMapping {
  std::uint16_t container_port = 0;  ///< 1-65535.
  /// bridge: 0 takes a free dynamic port for each task. host, awsvpc: the container port.
  std::uint16_t host_port = 0;
  std::string name{};          ///< Carried: there is no Service Connect here.
  std::string app_protocol{};  ///< Carried, as `name`.

  friend bool operator==(const PortMapping&, const PortMapping&) = default;
};

/// A name and its value, in the order in which they were written.
using NamedValue = std::pair<std::string, std::string>;

/// A command that is run beside a container's program, to find out whether it is well.
struct ContainerHealthCheck {
  std::vector<std::string> command;  ///< Begins with "CMD" or "CMD-SHELL".
  std::chrono::seconds interval{30};
  std::chrono::seconds timeout{5};
  std::uint32_t retries = 3;  ///< Failures in a row that make it UNHEALTHY.
  std::optional<std::chrono::seconds> start_period{};  ///< Failures before its end do not count.

  friend bool operator==(const ContainerHealthCheck&, const ContainerHealthCheck&) = default;
};

/// What a container waits for before it is started.
struct ContainerDependency {
  enum class Condition { start, complete, success, healthy };
  std::string container_name;
  Condition condition = Condition::start;

  friend bool operator==(const ContainerDependency&, const ContainerDependency&) = default;
};

/// "START", "COMPLETE", "SUCCESS", "HEALTHY"
std::string_view to_string(ContainerDependency::Condition condition);

/// A container that ends is started again in its task, which goes on meanwhile.
struct RestartPolicy {
  bool enabled = false;
  std::vector<int> ignored_exit_codes;  ///< After one of these it is not restarted.
  /// One that ran for a shorter time is not restarted.
  std::chrono::seconds attempt_period{300};

  friend bool operator==(const RestartPolicy&, const RestartPolicy&) = default;
};

/// The time a container is given between SIGTERM and SIGKILL when its definition names none
/// (ECS developer guide: task definition parameters, stopTimeout).
inline constexpr std::chrono::seconds stop_timeout_default{30};

/// How long others wait for a container to be COMPLETE, SUCCESS or HEALTHY when its definition
/// names no startTimeout (the ECS agent's ECS_CONTAINER_START_TIMEOUT).
inline constexpr std::chrono::seconds start_timeout_default{180};

struct ContainerDefinition {
  std::string name;
  std::string image;
  std::uint32_t cpu = 0;                            ///< CPU units, 1024 per vCPU; shares, no cap.
  std::optional<std::uint32_t> memory;              ///< Hard limit, MiB.
  std::optional<std::uint32_t> memory_reservation;  ///< Soft limit, MiB.
  bool essential = true;                            ///< Its exit ends the whole task.
  std::vector<PortMapping> port_mappings;
  std::vector<std::string> entry_point;  ///< Empty: the image's own; so is `command`.
  std::vector<std::string> command;
  std::string working_directory;
  std::string user;
  std::vector<NamedValue> environment;
  std::vector<NamedValue> docker_labels;
  std::optional<ContainerHealthCheck> health_check;
  std::vector<ContainerDependency> depends_on;
  std::optional<std::chrono::seconds> start_timeout;
  std::optional<std::chrono::seconds> stop_timeout;
  std::optional<RestartPolicy> restart_policy;
  /// What is echoed and otherwise of no consequence here: member and its JSON text, sorted
  /// (task_definition_members.hpp says which).
  std::vector<NamedValue> carried;

  friend bool operator==(const ContainerDefinition&, const ContainerDefinition&) = default;
};

struct TaskDefinition {
  std::string family;
  std::uint32_t revision = 0;  ///< 0 until it is registered; then 1, 2, …
  std::string arn;             ///< Empty until it is registered.
  NetworkMode network_mode = NetworkMode::bridge;
  std::optional<std::uint32_t> cpu;     ///< Of the whole task, CPU units.
  std::optional<std::uint32_t> memory;  ///< Of the whole task, MiB.
  std::string task_role_arn;            ///< Carried; there is no IAM here.
  std::string execution_role_arn;       ///< Carried; there is no IAM here.
  std::vector<std::string> requires_compatibilities;
  std::vector<PlacementConstraint> placement_constraints;  ///< All of them memberOf.
  std::vector<NamedValue> tags;
  std::vector<ContainerDefinition> containers;  ///< At least one of them essential.
  std::vector<NamedValue> carried;              ///< As ContainerDefinition::carried.

  /// "family:revision", as services and tasks name it.
  std::string reference() const;
  /// The container of that name, or nullptr.
  const ContainerDefinition* container(std::string_view name) const;

  friend bool operator==(const TaskDefinition&, const TaskDefinition&) = default;
};

}  // namespace cutover::containers

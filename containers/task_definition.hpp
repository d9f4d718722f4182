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

namespace cutover::containers {

/// The one network mode there is so far: each mapped container port gets a port of the host.
enum class NetworkMode { bridge };

std::string_view to_string(NetworkMode mode);  ///< "bridge"

/// One port of a container, made reachable on the host. TCP.
struct PortMapping {
  std::uint16_t container_port = 0;  ///< 1-65535.
  std::uint16_t host_port = 0;       ///< 0: a free dynamic port for each task.

  friend bool operator==(const PortMapping&, const PortMapping&) = default;
};

/// A name and its value, in the order in which they were written.
using NamedValue = std::pair<std::string, std::string>;

/// The time a container is given between SIGTERM and SIGKILL when its definition names none
/// (ECS developer guide: task definition parameters, stopTimeout).
inline constexpr std::chrono::seconds stop_timeout_default{30};

struct ContainerDefinition {
  std::string name;
  std::string image;
  std::uint32_t cpu = 0;                            ///< CPU units, 1024 per vCPU; shares, no cap.
  std::optional<std::uint32_t> memory;              ///< Hard limit, MiB.
  std::optional<std::uint32_t> memory_reservation;  ///< Soft limit, MiB.
  bool essential = true;                            ///< Its exit ends the whole task.
  std::vector<PortMapping> port_mappings;           ///< None or one.
  std::vector<NamedValue> environment;
  std::vector<NamedValue> docker_labels;
  std::chrono::seconds stop_timeout = stop_timeout_default;

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
  std::vector<NamedValue> tags;
  std::vector<ContainerDefinition> containers;  ///< At least one of them essential.

  /// "family:revision", as services and tasks name it.
  std::string reference() const;
  /// The container of that name, or nullptr.
  const ContainerDefinition* container(std::string_view name) const;

  friend bool operator==(const TaskDefinition&, const TaskDefinition&) = default;
};

}  // namespace cutover::containers

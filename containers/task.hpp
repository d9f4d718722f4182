#pragma once

// One task as it is described to others: its lifecycle words, its containers, and why it ended. The
// words are ECS's own (ECS developer guide: Task lifecycle, Stopped task error codes).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "containers/target_registry.hpp"
#include "containers/task_overrides.hpp"
#include "lb/base/clock.hpp"

namespace cutover::containers {

/// In the order of a task's life. PROVISIONING and DEPROVISIONING are for network mode awsvpc: then
/// the task's network interface is made and taken away.
enum class TaskStatus {
  provisioning,
  pending,
  activating,
  running,
  deactivating,
  stopping,
  deprovisioning,
  stopped
};

/// What the scheduler wants of a task; never goes back from stopped to running.
enum class DesiredStatus { running, stopped };

/// Why a task stopped, as a word.
enum class StopCode {
  user_initiated,
  service_scheduler_initiated,
  essential_container_exited,
  task_failed_to_start,
  termination_notice  ///< Its container instance went away.
};

/// What health checks say of a container, or of a task by its essential containers.
enum class ContainerHealth { unknown, healthy, unhealthy };

std::string_view to_string(TaskStatus status);       ///< "PROVISIONING" … "STOPPED"
std::string_view to_string(DesiredStatus status);    ///< "RUNNING", "STOPPED"
std::string_view to_string(StopCode code);           ///< "UserInitiated", …
std::string_view to_string(ContainerHealth health);  ///< "UNKNOWN", "HEALTHY", "UNHEALTHY"

/// "initial", "healthy", "unhealthy", "draining", "unused"
std::string_view to_string(TargetStatus status);

/// Whether a task in this state is on its way to RUNNING.
bool is_before_running(TaskStatus status);

struct NetworkBinding {
  std::string bind_ip;
  std::uint16_t container_port = 0;
  std::uint16_t host_port = 0;
};

struct ContainerDescription {
  std::string arn;  ///< "arn:aws:ecs:<region>:<account>:container/<cluster>/<task id>/<uuid>"
  std::string name;
  std::string image;
  std::string last_status;  ///< "PENDING", "RUNNING" or "STOPPED".
  std::string runtime_id;   ///< A container engine's id; else empty.
  /// Filled once it runs. In network mode awsvpc these are the ports of the task's own address; ECS
  /// answers none of them then.
  std::vector<NetworkBinding> network_bindings;
  ContainerHealth health = ContainerHealth::unknown;
  std::uint32_t cpu = 0;
  std::optional<std::uint32_t> memory;
  std::optional<std::uint32_t> memory_reservation;
  std::optional<int> pid;        ///< Of a child process.
  std::optional<int> exit_code;  ///< Absent while it runs, or if it never ran.
  std::string reason;            ///< "CannotPullContainerError: …"; empty when there is none.
};

/// A task's place in one target group, as the load balancer sees it now.
struct TaskTargetHealth {
  std::string target_group;
  std::string container_name;
  std::uint16_t host_port = 0;
  TargetStatus status = TargetStatus::unused;
  std::string reason;
};

/// What a task in network mode awsvpc has of its own.
struct TaskNetworkInterface {
  std::string attachment_id;      ///< A UUID.
  std::string attachment_status;  ///< "PRECREATED", "ATTACHED", "DELETED"
  std::string id;                 ///< "eni-" and 17 hex digits.
  std::string mac_address;
  std::string subnet;
  std::string address;
};

struct TaskDescription {
  std::string id;   ///< 32 hex digits.
  std::string arn;  ///< "arn:aws:ecs:<region>:<account>:task/<cluster>/<id>"
  std::string cluster_arn;
  std::string container_instance_arn;
  std::string availability_zone;
  std::string task_definition;  ///< "family:revision"
  std::string task_definition_arn;
  std::string service;     ///< The service's name; empty when it stands alone.
  std::string group;       ///< "service:<name>", "family:<family>" or RunTask's own.
  std::string started_by;  ///< The deployment, "ecs-svc/<19 digits>", or RunTask's own.
  std::uint64_t version = 1;
  TaskStatus last_status = TaskStatus::provisioning;
  DesiredStatus desired_status = DesiredStatus::running;
  ContainerHealth health = ContainerHealth::unknown;
  bool connected = true;                         ///< With its container instance's agent.
  std::optional<std::uint32_t> cpu;              ///< Of the whole task, CPU units.
  std::optional<std::uint32_t> memory;           ///< Of the whole task, MiB.
  std::vector<ContainerDescription> containers;  ///< As in the definition, at least one.
  std::optional<TaskNetworkInterface> network_interface;
  std::vector<TaskTargetHealth> targets;  ///< While it is registered or draining; else empty.
  TaskOverrides overrides;
  std::vector<NamedValue> tags;
  std::optional<StopCode> stop_code;
  std::string stopped_reason;

  WallTime created_at{};
  WallTime connectivity_at{};  ///< When `connected` changed last.
  std::optional<WallTime> pull_started_at;
  std::optional<WallTime> pull_stopped_at;
  std::optional<WallTime> started_at;            ///< RUNNING.
  std::optional<WallTime> stopping_at;           ///< Asked to stop, or a container ended.
  std::optional<WallTime> execution_stopped_at;  ///< The last container ended.
  std::optional<WallTime> stopped_at;

  /// The host port of the first container that maps one, or 0 before it runs.
  std::uint16_t host_port() const;
  /// "127.0.0.1:32768": where that port is reached; empty while there is none.
  std::string host_endpoint() const;
};

}  // namespace cutover::containers

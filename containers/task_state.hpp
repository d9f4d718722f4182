#pragma once

// The life of one task as a pure state machine: (state, event, now) -> (state, actions). The agent
// (task_agent.hpp) performs the actions and reports what comes of them. Follows the ECS developer
// guide: Task lifecycle, Stopped task error codes, Container dependency.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "containers/container_health.hpp"
#include "containers/task.hpp"
#include "containers/task_definition.hpp"
#include "lb/base/clock.hpp"

namespace cutover::containers {

enum class ContainerPhase { waiting, starting, running, stopped };

struct ContainerState {
  ContainerPhase phase = ContainerPhase::waiting;
  bool has_run = false;                 ///< It reached `running`, maybe before a restart.
  bool signalled = false;               ///< SIGTERM was sent.
  std::optional<TimePoint> started_at;  ///< Of its present or last run.
  std::optional<TimePoint> kill_at;     ///< SIGKILL follows then.
  std::optional<int> exit_code;         ///< Absent when it never ran.
  std::string reason;
  std::optional<HealthMonitor> health;  ///< While it runs and has a health check.
};

struct TaskState {
  std::shared_ptr<const TaskDefinition> definition;
  TaskStatus last_status = TaskStatus::pending;
  DesiredStatus desired_status = DesiredStatus::running;
  std::vector<ContainerState> containers;  ///< As in the definition.
  bool has_targets = false;                ///< Its service is behind target groups.
  bool is_registered = false;              ///< It is, or is to be, a target of them now.
  bool connected = true;                   ///< With its container instance's agent.
  std::optional<TimePoint> connectivity_changed_at;
  bool has_network = false;   ///< awsvpc: its network interface is there.
  std::uint64_t version = 1;  ///< Grows by 1 with each step that can be seen.
  /// A stop was ordered while the agent was away: whether connections drain before the signal.
  std::optional<bool> waiting_stop_drains;
  std::optional<StopCode> stop_code;
  std::string stopped_reason;
  std::optional<TimePoint> pull_started_at;
  std::optional<TimePoint> pull_stopped_at;
  std::optional<TimePoint> started_at;
  std::optional<TimePoint> stopping_at;
  std::optional<TimePoint> execution_stopped_at;
  std::optional<TimePoint> stopped_at;
};

namespace task_event {

/// The task has its place; its life may begin.
struct Placed {};
/// awsvpc: it has, or has no longer, a network interface.
struct NetworkAttached {};
struct NetworkDetached {};
/// Images are there, but for those containers that have a reason ("CannotPullContainerError: …").
struct Pulled {
  std::vector<std::string> reasons;  ///< As many as containers; empty: its image is there.
};
struct ContainerRunning {
  std::size_t container = 0;
};
struct ContainerExited {
  std::size_t container = 0;
  int exit_code = 0;
  std::string reason;
  bool started = true;
};
/// A container that is to be restarted may start: its former run is out of the way.
struct RestartDue {
  std::size_t container = 0;
};
struct HealthChecked {
  std::size_t container = 0;
  bool passed = false;
};
/// A second request can only make a stop faster.
struct StopRequested {
  enum class Manner {
    drain,   ///< Connections drain before the first signal.
    signal,  ///< SIGTERM at once, also to a task that is draining already.
    kill     ///< SIGKILL at once: its container instance is gone.
  };
  StopCode code = StopCode::service_scheduler_initiated;
  std::string reason;
  Manner manner = Manner::drain;
};
/// Its container instance's agent is lost, or is back. What the task's containers do meanwhile is
/// told when it is back.
struct AgentConnection {
  bool connected = true;
};
/// No target group holds the task any more.
struct TargetsUnused {};
/// `now` may have reached next_moment().
struct TimePassed {};

}  // namespace task_event

using TaskEvent =
    std::variant<task_event::Placed, task_event::NetworkAttached, task_event::NetworkDetached,
                 task_event::Pulled, task_event::ContainerRunning, task_event::ContainerExited,
                 task_event::RestartDue, task_event::HealthChecked, task_event::StopRequested,
                 task_event::AgentConnection, task_event::TargetsUnused, task_event::TimePassed>;

struct TaskAction {
  enum class Kind {
    attach_network,
    pull,  ///< See which images are there.
    start_container,
    restart_soon,  ///< Restart policy: RestartDue follows.
    check_health,
    register_targets,
    deregister_targets,
    terminate,  ///< SIGTERM
    kill,       ///< SIGKILL
    detach_network,
    release  ///< Give back containers and their ports.
  };
  Kind kind = Kind::release;
  std::size_t container = 0;  ///< For what concerns one container.

  friend bool operator==(const TaskAction&, const TaskAction&) = default;
};

struct TaskStep {
  TaskState state;
  std::vector<TaskAction> actions;  ///< In the order in which they are to be performed.
};

/// A new task: PROVISIONING in network mode awsvpc, else PENDING.
TaskState new_task(std::shared_ptr<const TaskDefinition> definition, bool has_targets);

/// Events that mean nothing in a state change nothing.
TaskStep step(TaskState state, const TaskEvent& event, TimePoint now);

/// When TimePassed is due, if it is.
std::optional<TimePoint> next_moment(const TaskState& state);

/// A task's healthStatus (ECS API, Task): UNHEALTHY before UNKNOWN before HEALTHY, of its essential
/// containers. One without a check is UNKNOWN.
ContainerHealth health_status(const TaskState& state);

/// What the scheduler goes by: the same of those essential containers that have a check; nothing
/// when none has. A service whose tasks have a container without one beside others gets to its
/// steady state all the same (our choice).
std::optional<ContainerHealth> task_health(const TaskState& state);

}  // namespace cutover::containers

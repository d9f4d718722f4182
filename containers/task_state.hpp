#pragma once

// The life of one task as a pure state machine: (state, event, now) -> (state, actions). The agent
// (task_agent.hpp) performs the actions and reports what comes of them. Follows the ECS developer
// guide: Task lifecycle, Stopped task error codes.

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "containers/task.hpp"
#include "containers/task_definition.hpp"
#include "lb/base/clock.hpp"

namespace cutover::containers {

enum class ContainerPhase { waiting, starting, running, stopped };

struct ContainerState {
  bool essential = true;
  Duration stop_timeout = stop_timeout_default;
  ContainerPhase phase = ContainerPhase::waiting;
  std::optional<TimePoint> kill_at;  ///< SIGTERM was sent; SIGKILL follows then.
  std::optional<int> exit_code;      ///< Absent when it never ran.
  std::string reason;
};

struct TaskState {
  TaskStatus last_status = TaskStatus::provisioning;
  DesiredStatus desired_status = DesiredStatus::running;
  std::vector<ContainerState> containers;
  bool has_targets = false;    ///< Its service is behind target groups.
  bool is_registered = false;  ///< It is, or is to be, a target of them now.
  std::optional<StopCode> stop_code;
  std::string stopped_reason;
  std::optional<TimePoint> started_at;
  std::optional<TimePoint> stopping_at;
  std::optional<TimePoint> stopped_at;
};

namespace task_event {

/// The task has its place; its containers may start.
struct Placed {};
/// A container can't even be made ("CannotPullContainerError: …"); none has been started.
struct NotStartable {
  std::size_t container = 0;
  std::string reason;
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
/// With `drain`, connections drain before the first signal. Without, the signal goes out at once,
/// also to a task that is draining already.
struct StopRequested {
  StopCode code = StopCode::service_scheduler_initiated;
  std::string reason;
  bool drain = true;
};
/// No target group holds the task any more.
struct TargetsUnused {};
/// `now` may have reached a container's kill_at.
struct TimePassed {};

}  // namespace task_event

using TaskEvent =
    std::variant<task_event::Placed, task_event::NotStartable, task_event::ContainerRunning,
                 task_event::ContainerExited, task_event::StopRequested, task_event::TargetsUnused,
                 task_event::TimePassed>;

struct TaskAction {
  enum class Kind {
    start_container,
    register_targets,
    deregister_targets,
    terminate,  ///< SIGTERM
    kill,       ///< SIGKILL
    release     ///< Give back containers and their ports.
  };
  Kind kind = Kind::release;
  std::size_t container = 0;  ///< For start_container, terminate and kill.

  friend bool operator==(const TaskAction&, const TaskAction&) = default;
};

struct TaskStep {
  TaskState state;
  std::vector<TaskAction> actions;  ///< In the order in which they are to be performed.
};

/// A new task in PROVISIONING.
TaskState new_task(const TaskDefinition& definition, bool has_targets);

/// Events that mean nothing in a state change nothing.
TaskStep step(TaskState state, const TaskEvent& event, TimePoint now);

/// When TimePassed is due, if it is.
std::optional<TimePoint> next_kill(const TaskState& state);

}  // namespace cutover::containers

#include "containers/task_state.hpp"

#include <algorithm>
#include <utility>

namespace cutover::containers {

namespace {

using Kind = TaskAction::Kind;

/// One step in the making: the state it started from, changed in place, and what is to be done.
class Transition {
 public:
  Transition(TaskState state, TimePoint now) : state_(std::move(state)), now_(now) {}

  TaskStep finish() && { return {std::move(state_), std::move(actions_)}; }

  void operator()(const task_event::Placed&) {
    if (state_.last_status != TaskStatus::provisioning) return;
    state_.last_status = TaskStatus::pending;
    for (std::size_t i = 0; i < state_.containers.size(); ++i) {
      state_.containers[i].phase = ContainerPhase::starting;
      act(Kind::start_container, i);
    }
  }

  void operator()(const task_event::NotStartable& event) {
    if (state_.last_status != TaskStatus::provisioning) return;
    state_.containers[event.container].reason = event.reason;
    state_.last_status = TaskStatus::pending;
    stop(StopCode::task_failed_to_start, event.reason, false);
  }

  void operator()(const task_event::ContainerRunning& event) {
    ContainerState& container = state_.containers[event.container];
    if (container.phase != ContainerPhase::starting) return;
    container.phase = ContainerPhase::running;
    run_once_all_run();
  }

  void operator()(const task_event::ContainerExited& event) {
    ContainerState& container = state_.containers[event.container];
    if (container.phase == ContainerPhase::stopped) return;
    container.phase = ContainerPhase::stopped;
    container.kill_at.reset();
    if (event.started) container.exit_code = event.exit_code;
    container.reason = event.reason;
    if (container.essential) {
      lose_essential(event);
    } else {
      run_once_all_run();
    }
    stop_once_all_stopped();
  }

  void operator()(const task_event::StopRequested& event) {
    if (state_.last_status == TaskStatus::stopped) return;
    if (state_.desired_status == DesiredStatus::running) {
      stop(event.code, event.reason, event.drain);
    } else if (!event.drain && state_.last_status == TaskStatus::deactivating) {
      signal();
    }
  }

  void operator()(const task_event::TargetsUnused&) {
    if (state_.last_status == TaskStatus::deactivating) signal();
  }

  void operator()(const task_event::TimePassed&) {
    for (std::size_t i = 0; i < state_.containers.size(); ++i) {
      ContainerState& container = state_.containers[i];
      if (!container.kill_at || *container.kill_at > now_) continue;
      container.kill_at.reset();
      act(Kind::kill, i);
    }
  }

 private:
  void act(Kind kind, std::size_t container = 0) { actions_.push_back({kind, container}); }

  void run_once_all_run() {
    if (state_.last_status != TaskStatus::pending) return;
    const bool all = std::none_of(state_.containers.begin(), state_.containers.end(),
                                  [](const ContainerState& container) {
                                    return container.phase == ContainerPhase::waiting ||
                                           container.phase == ContainerPhase::starting;
                                  });
    if (!all) return;
    state_.last_status = TaskStatus::running;
    state_.started_at = now_;
    if (!state_.has_targets) return;
    state_.is_registered = true;
    act(Kind::register_targets);
  }

  void lose_essential(const task_event::ContainerExited& event) {
    if (state_.desired_status == DesiredStatus::running) {
      if (event.started) {
        stop(StopCode::essential_container_exited, "Essential container in task exited", false);
      } else {
        stop(StopCode::task_failed_to_start,
             event.reason.empty() ? "Task failed to start" : event.reason, false);
      }
    } else if (state_.last_status == TaskStatus::deactivating) {
      // Nothing is left to drain from; the other containers have no reason to go on.
      signal();
    }
  }

  /// A crashed task's target is deregistered only now, after its death: until then the load
  /// balancer sees refused connections, as on AWS.
  void stop(StopCode code, std::string reason, bool drain) {
    state_.desired_status = DesiredStatus::stopped;
    state_.stop_code = code;
    state_.stopped_reason = std::move(reason);
    state_.stopping_at = now_;
    const bool was_registered = std::exchange(state_.is_registered, false);
    if (was_registered) act(Kind::deregister_targets);
    if (was_registered && drain) {
      state_.last_status = TaskStatus::deactivating;
    } else {
      signal();
    }
  }

  /// SIGTERM to every container that lives, the last one first.
  void signal() {
    state_.last_status = TaskStatus::stopping;
    for (std::size_t i = state_.containers.size(); i-- > 0;) {
      ContainerState& container = state_.containers[i];
      if (container.phase == ContainerPhase::waiting) container.phase = ContainerPhase::stopped;
      if (container.phase == ContainerPhase::stopped) continue;
      container.kill_at = now_ + container.stop_timeout;
      act(Kind::terminate, i);
    }
    stop_once_all_stopped();
  }

  void stop_once_all_stopped() {
    if (state_.last_status == TaskStatus::stopped) return;
    const bool all = std::all_of(
        state_.containers.begin(), state_.containers.end(),
        [](const ContainerState& container) { return container.phase == ContainerPhase::stopped; });
    if (!all) return;
    state_.last_status = TaskStatus::stopped;
    state_.stopped_at = now_;
    act(Kind::release);
  }

  TaskState state_;
  TimePoint now_;
  std::vector<TaskAction> actions_;
};

}  // namespace

TaskState new_task(const TaskDefinition& definition, bool has_targets) {
  TaskState state;
  state.has_targets = has_targets;
  for (const ContainerDefinition& container : definition.containers) {
    ContainerState each;
    each.essential = container.essential;
    each.stop_timeout = container.stop_timeout.value_or(stop_timeout_default);
    state.containers.push_back(std::move(each));
  }
  return state;
}

TaskStep step(TaskState state, const TaskEvent& event, TimePoint now) {
  Transition transition(std::move(state), now);
  std::visit(transition, event);
  return std::move(transition).finish();
}

std::optional<TimePoint> next_kill(const TaskState& state) {
  std::optional<TimePoint> next;
  for (const ContainerState& container : state.containers) {
    if (container.kill_at && (!next || *container.kill_at < *next)) next = container.kill_at;
  }
  return next;
}

}  // namespace cutover::containers

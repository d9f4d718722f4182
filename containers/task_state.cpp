#include "containers/task_state.hpp"

#include <algorithm>
#include <utility>

#include "containers/container_order.hpp"

namespace cutover::containers {

namespace {

/// A container's reason has 1,024 characters at most (ECS API, Container). Whole characters of
/// UTF-8 are kept.
std::string shortened(std::string text) {
  constexpr std::size_t most = 1024;
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  return text;
}

using Kind = TaskAction::Kind;
using Manner = task_event::StopRequested::Manner;

/// One step in the making: the state it started from, changed in place, and what is to be done.
class Transition {
 public:
  Transition(TaskState state, TimePoint now) : state_(std::move(state)), now_(now) {}

  TaskStep finish() && {
    if (changed_) ++state_.version;
    return {std::move(state_), std::move(actions_)};
  }

  void operator()(const task_event::Placed&) {
    if (state_.last_status == TaskStatus::provisioning) {
      act(Kind::attach_network);
    } else if (state_.last_status == TaskStatus::pending && !state_.pull_started_at) {
      pull();
    }
  }

  void operator()(const task_event::NetworkAttached&) {
    if (state_.last_status != TaskStatus::provisioning) return;
    state_.has_network = true;
    enter(TaskStatus::pending);
    pull();
  }

  void operator()(const task_event::NetworkDetached&) {
    if (state_.last_status == TaskStatus::deprovisioning) end();
  }

  void operator()(const task_event::Pulled& event) {
    if (state_.last_status != TaskStatus::pending) return;
    state_.pull_stopped_at = now_;
    enter(TaskStatus::activating);
    for (std::size_t i = 0; i < state_.containers.size(); ++i) {
      if (event.reasons[i].empty()) continue;
      enter(i, ContainerPhase::stopped);
      state_.containers[i].reason = event.reasons[i];
      // None is started when the task can't run without this one.
      if (is_essential(i)) return stop(StopCode::task_failed_to_start, event.reasons[i]);
    }
    go_on();
  }

  void operator()(const task_event::ContainerRunning& event) {
    ContainerState& container = state_.containers[event.container];
    if (container.phase != ContainerPhase::starting) return;
    enter(event.container, ContainerPhase::running);
    container.has_run = true;
    container.started_at = now_;
    const auto& check = state_.definition->containers[event.container].health_check;
    if (check) container.health = begin_health_checks(*check, now_);
    if (state_.is_registered) act(Kind::register_targets);
    go_on();
  }

  void operator()(const task_event::ContainerExited& event) {
    ContainerState& container = state_.containers[event.container];
    if (container.phase == ContainerPhase::stopped) return;
    container.kill_at.reset();
    container.health.reset();
    if (event.started) container.exit_code = event.exit_code;
    container.reason = shortened(event.reason);
    if (is_restarted(event)) {
      container.exit_code.reset();
      enter(event.container, ContainerPhase::waiting);
      return act(Kind::restart_soon, event.container);
    }
    // It may have run and ended before anybody was told that it runs.
    container.has_run = container.has_run || event.started;
    enter(event.container, ContainerPhase::stopped);
    if (is_essential(event.container)) {
      lose_essential(event);
    } else if (state_.last_status == TaskStatus::stopping) {
      signal_next();
    } else {
      go_on();
    }
    stop_once_all_stopped();
  }

  void operator()(const task_event::RestartDue& event) {
    if (state_.containers[event.container].phase != ContainerPhase::waiting) return;
    enter(event.container, ContainerPhase::starting);
    act(Kind::start_container, event.container);
  }

  void operator()(const task_event::HealthChecked& event) {
    ContainerState& container = state_.containers[event.container];
    const auto& check = state_.definition->containers[event.container].health_check;
    if (!container.health || !check) return;
    const ContainerHealth before = container.health->health;
    end_check(*container.health, *check, event.passed, now_);
    if (container.health->health == before) return;
    changed_ = true;
    go_on();
  }

  void operator()(const task_event::StopRequested& event) {
    if (state_.last_status >= TaskStatus::deprovisioning) return;
    if (state_.desired_status == DesiredStatus::running) {
      stop(event.code, event.reason, event.manner);
    } else if (event.manner == Manner::kill) {
      kill_all();
    } else if (event.manner == Manner::signal && !state_.connected) {
      if (state_.last_status < TaskStatus::stopping) state_.waiting_stop_drains = false;
    } else if (event.manner == Manner::signal && state_.last_status == TaskStatus::deactivating) {
      signal();
    }
  }

  void operator()(const task_event::AgentConnection& event) {
    if (state_.connected == event.connected) return;
    state_.connected = event.connected;
    state_.connectivity_changed_at = now_;
    changed_ = true;
    const auto drains = std::exchange(state_.waiting_stop_drains, std::nullopt);
    if (!drains || state_.last_status >= TaskStatus::stopping) return go_on();
    if (*drains) {
      enter(TaskStatus::deactivating);
    } else {
      signal();
    }
  }

  void operator()(const task_event::TargetsUnused&) {
    if (state_.last_status == TaskStatus::deactivating && state_.connected) signal();
  }

  void operator()(const task_event::TimePassed&) {
    for (std::size_t i = 0; i < state_.containers.size(); ++i) {
      ContainerState& container = state_.containers[i];
      if (container.kill_at && *container.kill_at <= now_) {
        container.kill_at.reset();
        act(Kind::kill, i);
      }
      if (container.health && begin_due_check(*container.health, now_)) act(Kind::check_health, i);
    }
    go_on();
  }

 private:
  void act(Kind kind, std::size_t container = 0) { actions_.push_back({kind, container}); }

  void enter(TaskStatus status) {
    state_.last_status = status;
    changed_ = true;
  }

  void enter(std::size_t container, ContainerPhase phase) {
    state_.containers[container].phase = phase;
    changed_ = true;
  }

  bool is_essential(std::size_t container) const {
    return state_.definition->containers[container].essential;
  }

  void pull() {
    state_.pull_started_at = now_;
    act(Kind::pull);
  }

  /// Starts what may start, gives up when something never will, and runs once everything runs.
  void go_on() {
    if (state_.last_status != TaskStatus::activating || !state_.connected) return;
    for (std::size_t i = 0; i < state_.containers.size(); ++i) {
      if (state_.containers[i].phase != ContainerPhase::waiting) continue;
      if (may_start(state_, i)) {
        enter(i, ContainerPhase::starting);
        act(Kind::start_container, i);
      } else if (const auto reason = never_starts(state_, i, now_)) {
        state_.containers[i].reason = *reason;
        return stop(StopCode::task_failed_to_start, "Task failed to start: " + *reason);
      }
    }
    const bool all = std::none_of(state_.containers.begin(), state_.containers.end(),
                                  [](const ContainerState& container) {
                                    return container.phase == ContainerPhase::waiting ||
                                           container.phase == ContainerPhase::starting;
                                  });
    if (!all) return;
    enter(TaskStatus::running);
    state_.started_at = now_;
    if (!state_.has_targets) return;
    state_.is_registered = true;
    act(Kind::register_targets);
  }

  bool is_restarted(const task_event::ContainerExited& event) const {
    const auto& policy = state_.definition->containers[event.container].restart_policy;
    if (!policy || !policy->enabled || !event.started) return false;
    if (state_.desired_status != DesiredStatus::running) return false;
    const auto& ignored = policy->ignored_exit_codes;
    if (std::find(ignored.begin(), ignored.end(), event.exit_code) != ignored.end()) return false;
    const auto& started_at = state_.containers[event.container].started_at;
    return started_at && now_ - *started_at >= policy->attempt_period;
  }

  void lose_essential(const task_event::ContainerExited& event) {
    if (state_.desired_status == DesiredStatus::running) {
      if (event.started) {
        stop(StopCode::essential_container_exited, "Essential container in task exited");
      } else {
        stop(StopCode::task_failed_to_start,
             event.reason.empty() ? "Task failed to start" : event.reason);
      }
    } else if (state_.last_status == TaskStatus::deactivating) {
      // Nothing is left to drain from; the other containers have no reason to go on.
      signal();
    } else {
      signal_next();
    }
  }

  /// A crashed task's target is deregistered only now, after its death: until then the load
  /// balancer sees refused connections, as on AWS.
  void stop(StopCode code, std::string reason, Manner manner = Manner::signal) {
    state_.desired_status = DesiredStatus::stopped;
    state_.stop_code = code;
    state_.stopped_reason = std::move(reason);
    state_.stopping_at = now_;
    changed_ = true;
    const bool was_registered = std::exchange(state_.is_registered, false);
    if (was_registered) act(Kind::deregister_targets);
    if (manner == Manner::kill) {
      kill_all();
    } else if (!state_.connected) {
      // The targets are ECS's own to deregister; the rest is the agent's.
      state_.waiting_stop_drains = was_registered && manner == Manner::drain;
    } else if (was_registered && manner == Manner::drain) {
      enter(TaskStatus::deactivating);
    } else {
      signal();
    }
  }

  void begin_stopping() {
    enter(TaskStatus::stopping);
    for (ContainerState& container : state_.containers) {
      if (container.phase == ContainerPhase::waiting) container.phase = ContainerPhase::stopped;
    }
  }

  void signal() {
    begin_stopping();
    signal_next();
    stop_once_all_stopped();
  }

  /// SIGTERM to each container on which no living one depends, the last one first.
  void signal_next() {
    if (state_.last_status != TaskStatus::stopping) return;
    for (std::size_t i = state_.containers.size(); i-- > 0;) {
      ContainerState& container = state_.containers[i];
      if (container.phase == ContainerPhase::stopped || container.signalled) continue;
      if (!may_stop(state_, i)) continue;
      container.signalled = true;
      container.kill_at =
          now_ + state_.definition->containers[i].stop_timeout.value_or(stop_timeout_default);
      act(Kind::terminate, i);
    }
  }

  void kill_all() {
    begin_stopping();
    for (std::size_t i = state_.containers.size(); i-- > 0;) {
      ContainerState& container = state_.containers[i];
      container.kill_at.reset();
      container.signalled = true;
      if (container.phase != ContainerPhase::stopped) act(Kind::kill, i);
    }
    stop_once_all_stopped();
  }

  void stop_once_all_stopped() {
    if (state_.last_status >= TaskStatus::deprovisioning) return;
    const auto& all = state_.containers;
    if (std::any_of(all.begin(), all.end(), [](const ContainerState& container) {
          return container.phase != ContainerPhase::stopped;
        })) {
      return;
    }
    if (std::any_of(all.begin(), all.end(), [](const auto& each) { return each.has_run; })) {
      state_.execution_stopped_at = now_;
    }
    if (!state_.has_network) return end();
    enter(TaskStatus::deprovisioning);
    act(Kind::detach_network);
  }

  void end() {
    enter(TaskStatus::stopped);
    state_.stopped_at = now_;
    act(Kind::release);
  }

  TaskState state_;
  TimePoint now_;
  bool changed_ = false;
  std::vector<TaskAction> actions_;
};

}  // namespace

TaskState new_task(std::shared_ptr<const TaskDefinition> definition, bool has_targets) {
  TaskState state;
  state.has_targets = has_targets;
  state.containers.resize(definition->containers.size());
  if (definition->network_mode == NetworkMode::awsvpc) {
    state.last_status = TaskStatus::provisioning;
  }
  state.definition = std::move(definition);
  return state;
}

TaskStep step(TaskState state, const TaskEvent& event, TimePoint now) {
  Transition transition(std::move(state), now);
  std::visit(transition, event);
  return std::move(transition).finish();
}

std::optional<TimePoint> next_moment(const TaskState& state) {
  std::optional<TimePoint> next;
  const auto take = [&next](const std::optional<TimePoint>& moment) {
    if (moment && (!next || *moment < *next)) next = moment;
  };
  for (std::size_t i = 0; i < state.containers.size(); ++i) {
    take(state.containers[i].kill_at);
    if (state.containers[i].health) take(state.containers[i].health->next_check);
    if (state.last_status == TaskStatus::activating) take(wait_ends(state, i));
  }
  return next;
}

ContainerHealth health_status(const TaskState& state) {
  const auto& all = state.definition->containers;
  const bool some_unknown = std::any_of(all.begin(), all.end(), [](const auto& container) {
    return container.essential && !container.health_check;
  });
  const auto checked = task_health(state).value_or(ContainerHealth::unknown);
  return some_unknown && checked == ContainerHealth::healthy ? ContainerHealth::unknown : checked;
}

std::optional<ContainerHealth> task_health(const TaskState& state) {
  bool some = false;
  bool unknown = false;
  for (std::size_t i = 0; i < state.containers.size(); ++i) {
    const ContainerDefinition& definition = state.definition->containers[i];
    if (!definition.essential || !definition.health_check) continue;
    some = true;
    const auto& monitor = state.containers[i].health;
    const auto health = monitor ? monitor->health : ContainerHealth::unknown;
    if (health == ContainerHealth::unhealthy) return health;
    unknown = unknown || health == ContainerHealth::unknown;
  }
  if (!some) return std::nullopt;
  return unknown ? ContainerHealth::unknown : ContainerHealth::healthy;
}

}  // namespace cutover::containers

#include "containers/scheduler.hpp"

#include <algorithm>

namespace cutover::containers {

namespace {

struct LiveTask {
  std::size_t index = 0;
  TaskHealth health = TaskHealth::pending;
  TimePoint created_at{};
};

using LiveTasks = std::vector<LiveTask>;

std::uint32_t count(const LiveTasks& tasks, TaskHealth health) {
  return static_cast<std::uint32_t>(
      std::count_if(tasks.begin(), tasks.end(),
                    [health](const LiveTask& task) { return task.health == health; }));
}

std::uint32_t size(const LiveTasks& tasks) { return static_cast<std::uint32_t>(tasks.size()); }

/// What is lost least by stopping comes first; among equals the oldest, or the youngest.
void sort_for_stopping(LiveTasks& tasks, bool oldest_first) {
  const auto worth = [](TaskHealth health) {
    switch (health) {
      case TaskHealth::unhealthy:
        return 0;
      case TaskHealth::pending:
        return 1;
      case TaskHealth::unproven:
        return 2;
      case TaskHealth::healthy:
        break;
    }
    return 3;
  };
  std::stable_sort(tasks.begin(), tasks.end(), [&](const LiveTask& a, const LiveTask& b) {
    if (worth(a.health) != worth(b.health)) return worth(a.health) < worth(b.health);
    return oldest_first ? a.created_at < b.created_at : b.created_at < a.created_at;
  });
}

class Planner {
 public:
  Planner(const ServiceGoal& goal, std::span<const ObservedTask> tasks, TimePoint now)
      : goal_(goal), now_(now), live_(goal.deployments.size()) {
    for (std::size_t i = 0; i < tasks.size(); ++i) observe(tasks[i], i);
    for (const DeploymentGoal& deployment : goal.deployments) {
      plan_.desired_counts.push_back(deployment.desired_count);
    }
    plan_.desired_counts.front() = goal.desired_count;
  }

  Plan make() && {
    plan_.steady = is_steady();
    for (std::size_t i = live_.size(); i-- > 1;) retire(i);
    stop_unhealthy();
    scale_in();
    // A substitute is of the kind of the task it replaces, and availability comes before progress.
    for (std::size_t i = 1; i < live_.size(); ++i) start(i, plan_.desired_counts[i]);
    start(0, goal_.desired_count + count(live_[0], TaskHealth::unhealthy));
    plan_.stuck = is_stuck();
    return std::move(plan_);
  }

 private:
  void observe(const ObservedTask& task, std::size_t index) {
    if (task.desired_status == DesiredStatus::stopped) {
      some_stopping_ = some_stopping_ || task.status != TaskStatus::stopped;
      return;
    }
    const TaskHealth health = judge(task, goal_, now_);
    live_[task.deployment].push_back({index, health, task.created_at});
    ++total_;
    if (health == TaskHealth::healthy) ++healthy_;
    if (health == TaskHealth::unhealthy) plan_.unhealthy.push_back(index);
    if (health == TaskHealth::unproven) look_again_for(task);
  }

  void look_again_for(const ObservedTask& task) {
    const Duration wait =
        goal_.behind_load_balancer ? goal_.health_check_grace_period : healthy_after_running;
    look_again_at(*task.started_at + wait);
  }

  void look_again_at(TimePoint moment) {
    if (moment <= now_) return;
    plan_.look_again = std::min(plan_.look_again.value_or(moment), moment);
  }

  bool is_steady() const {
    return live_.size() == 1 && !some_stopping_ && total_ == goal_.desired_count &&
           healthy_ == total_;
  }

  /// Takes the task out of the books; the caller has removed it from, or will remove it from,
  /// live_.
  void stop(const LiveTask& task, bool unhealthy) {
    plan_.stop.push_back({task.index, unhealthy});
    --total_;
    if (task.health == TaskHealth::healthy) --healthy_;
  }

  /// The rollout's way down: stops what it may of an older deployment.
  void retire(std::size_t deployment) {
    std::uint32_t& wanted = plan_.desired_counts[deployment];
    LiveTasks& tasks = live_[deployment];
    sort_for_stopping(tasks, true);
    std::uint32_t left = size(tasks);
    LiveTasks kept;
    for (const LiveTask& task : tasks) {
      const bool surplus = left > wanted;
      if (!may_retire(task, surplus)) {
        kept.push_back(task);
        continue;
      }
      stop(task, false);
      if (!surplus) --wanted;
      --left;
    }
    tasks = std::move(kept);
    // What died and is not needed any more is not replaced.
    if (healthy_ >= goal_.fewest_healthy()) wanted = std::min(wanted, left);
  }

  bool may_retire(const LiveTask& task, bool surplus) const {
    const std::uint32_t fewest = goal_.fewest_healthy();
    if (task.health == TaskHealth::healthy) return healthy_ > fewest;
    // One that is about to be healthy may be a substitute that is still needed.
    if (surplus || healthy_ >= fewest) return true;
    // An unhealthy one waits for its substitute too, unless it takes the room for it.
    return task.health == TaskHealth::unhealthy && total_ >= goal_.most_live() && none_coming();
  }

  /// No task of PRIMARY is on its way to being healthy.
  bool none_coming() const {
    return count(live_[0], TaskHealth::pending) + count(live_[0], TaskHealth::unproven) == 0;
  }

  /// Of PRIMARY's unhealthy tasks, as many stay as wait for a healthy substitute. When there is no
  /// room for substitutes, they go one at a time.
  void stop_unhealthy() {
    LiveTasks& tasks = live_[0];
    sort_for_stopping(tasks, true);  // The unhealthy ones are in front.
    const std::uint32_t unhealthy = count(tasks, TaskHealth::unhealthy);
    if (unhealthy == 0) return;
    const std::uint32_t healthy = count(tasks, TaskHealth::healthy);
    const std::uint32_t missing = goal_.desired_count - std::min(goal_.desired_count, healthy);
    std::uint32_t going = unhealthy - std::min(unhealthy, missing);
    if (going == 0 && none_coming() && total_ >= goal_.most_live()) going = 1;
    for (std::uint32_t i = 0; i < going; ++i) stop(tasks[i], goal_.desired_count > 0);
    tasks.erase(tasks.begin(), tasks.begin() + going);
  }

  void scale_in() {
    LiveTasks& tasks = live_[0];
    sort_for_stopping(tasks, false);
    const std::uint32_t unhealthy = count(tasks, TaskHealth::unhealthy);
    const std::uint32_t good = size(tasks) - unhealthy;
    if (good <= goal_.desired_count) return;
    const std::uint32_t surplus = good - goal_.desired_count;
    const auto first = tasks.begin() + unhealthy;
    for (auto task = first; task != first + surplus; ++task) stop(*task, false);
    tasks.erase(first, first + surplus);
  }

  void start(std::size_t deployment, std::uint32_t wanted) {
    const std::uint32_t live = size(live_[deployment]);
    const std::uint32_t most = goal_.most_live();
    if (live >= wanted || total_ >= most) return;
    const auto not_before = goal_.deployments[deployment].not_before;
    if (not_before && now_ < *not_before) {
      look_again_at(*not_before);
      return;
    }
    const std::uint32_t starting = std::min(wanted - live, most - total_);
    plan_.start.push_back({deployment, starting});
    total_ += starting;
  }

  bool is_stuck() const {
    if (live_.size() < 2 || !plan_.start.empty() || !plan_.stop.empty()) return false;
    if (some_stopping_ || total_ < goal_.most_live()) return false;
    if (size(live_[0]) >= goal_.desired_count) return false;
    return std::all_of(live_.begin(), live_.end(), [](const LiveTasks& tasks) {
      return count(tasks, TaskHealth::healthy) == size(tasks);
    });
  }

  const ServiceGoal& goal_;
  TimePoint now_;
  std::vector<LiveTasks> live_;
  std::uint32_t total_ = 0;
  std::uint32_t healthy_ = 0;
  bool some_stopping_ = false;
  Plan plan_;
};

std::uint64_t percent_of(std::uint32_t desired, std::uint32_t percent) {
  return std::uint64_t{desired} * percent;
}

}  // namespace

std::uint32_t ServiceGoal::fewest_healthy() const {
  return static_cast<std::uint32_t>((percent_of(desired_count, minimum_healthy_percent) + 99) /
                                    100);
}

std::uint32_t ServiceGoal::most_live() const {
  return static_cast<std::uint32_t>(percent_of(desired_count, maximum_percent) / 100);
}

TaskHealth judge(const ObservedTask& task, const ServiceGoal& goal, TimePoint now) {
  if (task.status != TaskStatus::running || !task.started_at) return TaskHealth::pending;
  const Duration age = now - *task.started_at;
  if (!goal.behind_load_balancer) {
    return age >= healthy_after_running ? TaskHealth::healthy : TaskHealth::unproven;
  }
  const auto all = [&](TargetStatus status) {
    return std::all_of(task.targets.begin(), task.targets.end(),
                       [status](TargetStatus each) { return each == status; });
  };
  if (!task.targets.empty() && all(TargetStatus::healthy)) return TaskHealth::healthy;
  const bool unhealthy = std::find(task.targets.begin(), task.targets.end(),
                                   TargetStatus::unhealthy) != task.targets.end();
  if (unhealthy && age >= goal.health_check_grace_period) return TaskHealth::unhealthy;
  return TaskHealth::unproven;
}

Plan make_plan(const ServiceGoal& goal, std::span<const ObservedTask> tasks, TimePoint now) {
  return Planner(goal, tasks, now).make();
}

}  // namespace cutover::containers

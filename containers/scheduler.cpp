#include "containers/scheduler.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "containers/scheduler_daemon.hpp"

namespace cutover::containers {

namespace {

/// What is lost least by stopping comes first.
constexpr std::array by_worth{TaskHealth::unhealthy, TaskHealth::pending, TaskHealth::unproven,
                              TaskHealth::healthy};

/// One deployment's tasks, less those that the plan stops.
class Remaining {
 public:
  explicit Remaining(const ObservedTasks::Group& group) : group_(&group) {}

  std::uint32_t count(TaskHealth health) const {
    return group_->count(health) - taken_[static_cast<std::size_t>(health)];
  }
  std::uint32_t leaving() const { return group_->count(Tenure::leaving) - taken_leaving_; }
  std::uint32_t kept() const { return group_->count(Tenure::kept); }
  std::uint32_t size() const {
    std::uint32_t sum = 0;
    for (const TaskHealth health : by_worth) sum += count(health);
    return sum;
  }

  /// Takes the oldest or youngest one left of that kind, if there is one. One kind is taken from
  /// one end only, or from both while some are left.
  std::optional<TaskKey> take(TaskHealth health, Tenure tenure, bool oldest) {
    const ObservedTasks::ByAge& all = group_->of(health, tenure);
    Ends& ends = ends_[static_cast<std::size_t>(health)][static_cast<std::size_t>(tenure)];
    if (ends.taken == all.size()) return std::nullopt;
    if (ends.taken == 0) {
      ends.front = all.begin();
      ends.back = all.rbegin();
    }
    ++ends.taken;
    ++taken_[static_cast<std::size_t>(health)];
    if (tenure == Tenure::leaving) ++taken_leaving_;
    return oldest ? (ends.front++)->second : (ends.back++)->second;
  }
  /// Takes one out of the middle; its kind must not be taken from an end any more.
  void take_named(TaskHealth health) { ++taken_[static_cast<std::size_t>(health)]; }

 private:
  struct Ends {
    std::size_t taken = 0;
    ObservedTasks::ByAge::const_iterator front;
    ObservedTasks::ByAge::const_reverse_iterator back;
  };

  const ObservedTasks::Group* group_;
  std::array<std::array<Ends, 3>, 4> ends_{};
  std::array<std::uint32_t, 4> taken_{};
  std::uint32_t taken_leaving_ = 0;
};

class Planner {
 public:
  Planner(const ServiceGoal& goal, const ObservedTasks& tasks, TimePoint now)
      : goal_(goal), tasks_(tasks), now_(now) {
    for (const DeploymentGoal& deployment : goal.deployments) {
      live_.emplace_back(tasks.group(deployment.key));
      total_ += live_.back().size();
      healthy_ += live_.back().count(TaskHealth::healthy);
      plan_.desired_counts.push_back(deployment.desired_count);
    }
    plan_.desired_counts.front() = goal.desired_count;
    plan_.look_again = tasks.next_judgement();
  }

  Plan make() && {
    plan_.steady = is_steady();
    for (std::size_t i = live_.size(); i-- > 1;) retire(i);
    stop_unhealthy();
    for (std::size_t i = live_.size(); i-- > 0;) replace_leaving(i);
    scale_in();
    // A substitute is of the kind of the task it replaces, and availability comes before progress.
    for (std::size_t i = 1; i < live_.size(); ++i) start(i, plan_.desired_counts[i]);
    start(0, goal_.desired_count + live_[0].count(TaskHealth::unhealthy) + live_[0].leaving());
    plan_.stuck = is_stuck();
    return std::move(plan_);
  }

 private:
  bool is_steady() const {
    return live_.size() == 1 && tasks_.stopping() == 0 && live_[0].leaving() == 0 &&
           is_at_strength(tasks_.group(goal_.deployments.front().key), goal_.desired_count);
  }

  void look_again_at(TimePoint moment) {
    if (moment <= now_) return;
    plan_.look_again = std::min(plan_.look_again.value_or(moment), moment);
  }

  /// Stops the oldest or youngest of that kind; false when there is none.
  bool stop(std::size_t deployment, TaskHealth health, Tenure tenure, bool oldest,
            bool unhealthy = false) {
    const auto key = live_[deployment].take(health, tenure, oldest);
    if (!key) return false;
    count_stop(*key, health, unhealthy);
    return true;
  }
  void count_stop(TaskKey key, TaskHealth health, bool unhealthy) {
    plan_.stop.push_back({key, unhealthy});
    --total_;
    if (health == TaskHealth::healthy) --healthy_;
  }

  /// The rollout's way down: stops what it may of an older deployment.
  void retire(std::size_t deployment) {
    std::uint32_t& wanted = plan_.desired_counts[deployment];
    std::uint32_t left = live_[deployment].size();
    for (const TaskHealth health : by_worth) {
      while (may_retire(health, left > wanted)) {
        // One that goes before enough others are healthy is replaced by one of its own kind.
        const bool replaced =
            left <= wanted && health == TaskHealth::unhealthy && healthy_ < goal_.fewest_healthy();
        if (!stop(deployment, health, Tenure::ordinary, true, replaced) &&
            !stop(deployment, health, Tenure::leaving, true, replaced)) {
          break;
        }
        if (left <= wanted && !replaced) --wanted;
        --left;
        if (replaced) break;
      }
    }
    // What died and is not needed any more is not replaced.
    if (healthy_ >= goal_.fewest_healthy()) {
      wanted = std::min(wanted, left);
      plan_.held_by_protection += std::min(left, live_[deployment].kept());
    }
  }

  bool may_retire(TaskHealth health, bool surplus) const {
    const std::uint32_t fewest = goal_.fewest_healthy();
    if (health == TaskHealth::healthy) return healthy_ > fewest;
    // One that is about to be healthy may be a substitute that is still needed.
    if (surplus || healthy_ >= fewest) return true;
    // An unhealthy one waits for its substitute too, unless it takes the room for it.
    return health == TaskHealth::unhealthy && total_ >= goal_.most_live() && none_coming();
  }

  /// No task of PRIMARY is on its way to being healthy.
  bool none_coming() const {
    return live_[0].count(TaskHealth::pending) + live_[0].count(TaskHealth::unproven) == 0;
  }

  /// Of PRIMARY's unhealthy tasks, as many stay as wait for a healthy substitute. When there is no
  /// room for substitutes, they go one at a time.
  void stop_unhealthy() {
    const std::uint32_t unhealthy = live_[0].count(TaskHealth::unhealthy);
    if (unhealthy == 0) return;
    const std::uint32_t healthy = live_[0].count(TaskHealth::healthy);
    const std::uint32_t missing = goal_.desired_count - std::min(goal_.desired_count, healthy);
    std::uint32_t going = unhealthy - std::min(unhealthy, missing);
    if (going == 0 && none_coming() && total_ >= goal_.most_live()) going = 1;
    if (goal_.deployments[0].halted) going = unhealthy;
    for (std::uint32_t i = 0; i < going; ++i) {
      // Protection is from scale-in and rollouts, not from this.
      for (const Tenure tenure : {Tenure::ordinary, Tenure::leaving, Tenure::kept}) {
        if (stop(0, TaskHealth::unhealthy, tenure, true, goal_.desired_count > 0)) break;
      }
    }
  }

  /// Tasks leave an instance that drains: at once those that do not run yet, the others within the
  /// minimum, and after their substitutes if the maximum leaves room for these.
  void replace_leaving(std::size_t deployment) {
    while (stop(deployment, TaskHealth::pending, Tenure::leaving, true)) {
    }
    for (const TaskHealth health :
         {TaskHealth::unhealthy, TaskHealth::unproven, TaskHealth::healthy}) {
      while (healthy_ >= goal_.fewest_healthy() + (health == TaskHealth::healthy ? 1 : 0) &&
             stop(deployment, health, Tenure::leaving, true)) {
      }
    }
  }

  void scale_in() {
    const std::uint32_t good =
        live_[0].size() - live_[0].count(TaskHealth::unhealthy) - live_[0].leaving();
    const std::uint32_t wanted = goal_.desired_count + (goal_.moving ? 1 : 0);
    if (good <= wanted) return;
    std::uint32_t surplus = good - wanted;
    while (surplus > 0 && stop(0, TaskHealth::pending, Tenure::ordinary, false)) --surplus;
    if (!goal_.scale_in_order.empty()) {
      plan_.held_by_protection += scale_in_by_place(surplus);
      return;
    }
    for (const TaskHealth health : {TaskHealth::unproven, TaskHealth::healthy}) {
      while (surplus > 0 && stop(0, health, Tenure::ordinary, false)) --surplus;
    }
    plan_.held_by_protection += surplus;
  }

  /// Where tasks stand decides only among those of equal worth.
  std::uint32_t scale_in_by_place(std::uint32_t surplus) {
    for (const TaskHealth health : {TaskHealth::unproven, TaskHealth::healthy}) {
      for (const TaskKey key : goal_.scale_in_order) {
        if (surplus == 0) return 0;
        const ObservedTask* task = tasks_.find(key);
        const auto& set = tasks_.group(goal_.deployments[0].key).of(health, Tenure::ordinary);
        if (!task || !set.contains({task->created_at, key})) continue;
        live_[0].take_named(health);
        count_stop(key, health, false);
        --surplus;
      }
    }
    return surplus;
  }

  void start(std::size_t deployment, std::uint32_t wanted) {
    const std::uint32_t live = live_[deployment].size();
    const std::uint32_t most = goal_.most_live();
    const DeploymentGoal& goal = goal_.deployments[deployment];
    if (live >= wanted || total_ >= most || goal.halted) return;
    if (goal.not_before && now_ < *goal.not_before) {
      look_again_at(*goal.not_before);
      return;
    }
    const std::uint32_t starting = std::min(wanted - live, most - total_);
    plan_.start.push_back({deployment, starting});
    total_ += starting;
  }

  bool is_stuck() const {
    if (live_.size() < 2 || !plan_.start.empty() || !plan_.stop.empty()) return false;
    if (tasks_.stopping() > 0 || total_ < goal_.most_live()) return false;
    return live_[0].size() < goal_.desired_count && healthy_ == total_;
  }

  const ServiceGoal& goal_;
  const ObservedTasks& tasks_;
  TimePoint now_;
  std::vector<Remaining> live_;
  std::uint32_t total_ = 0;
  std::uint32_t healthy_ = 0;
  Plan plan_;
};

/// Adds the plan of a part of the deployments, those from index `first` on.
void add(Plan& whole, Plan its, std::size_t first) {
  for (PlannedStart& start : its.start) {
    start.deployment += first;
    whole.start.push_back(std::move(start));
  }
  whole.stop.insert(whole.stop.end(), its.stop.begin(), its.stop.end());
  whole.desired_counts.insert(whole.desired_counts.end(), its.desired_counts.begin(),
                              its.desired_counts.end());
  whole.held_by_protection += its.held_by_protection;
  if (its.look_again) {
    whole.look_again = std::min(whole.look_again.value_or(*its.look_again), *its.look_again);
  }
}

/// Each deployment as if it were a service of its own.
Plan plan_side_by_side(const ServiceGoal& goal, const ObservedTasks& tasks, TimePoint now) {
  Plan whole;
  for (std::size_t i = 0; i < goal.deployments.size(); ++i) {
    ServiceGoal one = goal;
    one.shifting = false;
    one.desired_count = goal.deployments[i].desired_count;
    one.deployments = {goal.deployments[i]};
    if (i > 0) one.scale_in_order.clear();  // it is of PRIMARY's tasks
    Plan its = Planner(one, tasks, now).make();
    whole.steady = goal.deployments.size() == 1 && its.steady;
    add(whole, std::move(its), i);
  }
  return whole;
}

/// PRIMARY has failed and was not rolled back: it starts nothing and keeps what is not unhealthy.
/// The newest older deployment plays its part: it replaces its own tasks, but does not grow, and
/// has no more than PRIMARY's healthy tasks leave of the desired count.
Plan plan_beside_failed(const ServiceGoal& goal, const ObservedTasks& tasks, TimePoint now) {
  const auto less = [](std::uint32_t from, std::uint32_t what) {
    return from - std::min(from, what);
  };
  const Remaining failed(tasks.group(goal.deployments.front().key));
  const std::uint32_t staying = less(failed.count(TaskHealth::healthy), failed.leaving());
  std::uint32_t elsewhere = 0;
  std::uint32_t held = 0;
  for (std::size_t i = 1; i < goal.deployments.size(); ++i) {
    elsewhere += tasks.group(goal.deployments[i].key).count(TaskHealth::healthy);
    held += goal.deployments[i].desired_count;
  }
  // The limits are the service's: what one part has, the other may miss.
  ServiceGoal its = goal;
  its.deployments = {goal.deployments.front()};
  const std::uint32_t good = less(failed.size(), failed.count(TaskHealth::unhealthy));
  its.desired_count = std::min(goal.desired_count, good);
  its.healthy_at_least = less(goal.fewest_healthy(), elsewhere);
  // What has to leave its instance may, once others suffice.
  if (elsewhere + staying >= goal.fewest_healthy()) {
    its.desired_count = less(its.desired_count, failed.leaving());
  }
  Plan whole;
  add(whole, Planner(its, tasks, now).make(), 0);
  whole.desired_counts.front() = goal.desired_count;
  const auto stopped = static_cast<std::uint32_t>(whole.stop.size());
  ServiceGoal older = goal;
  older.deployments.erase(older.deployments.begin());
  older.desired_count = std::min(held, less(goal.desired_count, staying));
  older.healthy_at_least = less(goal.fewest_healthy(), staying);
  older.live_at_most = less(goal.most_live(), less(failed.size(), stopped));
  add(whole, Planner(older, tasks, now).make(), 1);
  return whole;
}

std::uint64_t percent_of(std::uint32_t desired, std::uint32_t percent) {
  return std::uint64_t{desired} * percent;
}

}  // namespace

std::uint32_t ServiceGoal::fewest_healthy() const {
  if (healthy_at_least) return *healthy_at_least;
  return static_cast<std::uint32_t>((percent_of(desired_count, minimum_healthy_percent) + 99) /
                                    100);
}

std::uint32_t ServiceGoal::most_live() const {
  if (live_at_most) return *live_at_most;
  return static_cast<std::uint32_t>(percent_of(desired_count, maximum_percent) / 100);
}

bool is_at_strength(const ObservedTasks::Group& tasks, std::uint32_t desired_count) {
  return tasks.size() == desired_count && tasks.count(TaskHealth::healthy) == desired_count;
}

Plan make_plan(const ServiceGoal& goal, const ObservedTasks& tasks, TimePoint now) {
  if (goal.scheduling == SchedulingStrategy::daemon) return plan_daemon(goal, tasks, now);
  if (goal.shifting) return plan_side_by_side(goal, tasks, now);
  if (goal.deployments.size() > 1 && goal.deployments.front().halted) {
    return plan_beside_failed(goal, tasks, now);
  }
  return Planner(goal, tasks, now).make();
}

}  // namespace cutover::containers

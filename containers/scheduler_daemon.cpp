#include "containers/scheduler_daemon.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace cutover::containers {

namespace {

class DaemonPlanner {
 public:
  DaemonPlanner(const ServiceGoal& goal, const ObservedTasks& tasks, TimePoint now)
      : goal_(goal),
        tasks_(tasks),
        now_(now),
        wanted_(goal.instances.begin(), goal.instances.end()) {
    goal_.desired_count = static_cast<std::uint32_t>(wanted_.size());
    for (const TaskKey key : tasks.live()) {
      const bool healthy = tasks.health(key) == TaskHealth::healthy;
      live_.emplace(tasks.find(key)->container_instance, key);
      healthy_ += healthy ? 1 : 0;
      all_healthy_ = all_healthy_ && healthy;
    }
    plan_.look_again = tasks.next_judgement();
  }

  Plan make() && {
    plan_.steady = goal_.deployments.size() == 1 && tasks_.stopping() == 0 && all_healthy_ &&
                   live_.size() == wanted_.size() && every_instance_has_one();
    stop_where_not_wanted();
    stop_unhealthy();
    retire();
    start();
    plan_.stuck = goal_.deployments.size() > 1 && plan_.start.empty() && plan_.stop.empty() &&
                  tasks_.stopping() == 0 && all_healthy_ && !goal_.deployments.front().halted &&
                  has_older();
    for (std::size_t i = 0; i < goal_.deployments.size(); ++i) {
      plan_.desired_counts.push_back(i == 0 ? goal_.desired_count : older_left(i));
    }
    return std::move(plan_);
  }

 private:
  bool every_instance_has_one() const {
    return std::all_of(wanted_.begin(), wanted_.end(),
                       [this](const std::string& instance) { return live_.count(instance) == 1; });
  }
  bool is_primary(TaskKey key) const {
    return tasks_.find(key)->deployment == goal_.deployments.front().key;
  }
  bool has_older() const {
    return std::any_of(live_.begin(), live_.end(),
                       [this](const auto& each) { return !is_primary(each.second); });
  }
  std::uint32_t older_left(std::size_t deployment) const {
    return static_cast<std::uint32_t>(
        std::count_if(live_.begin(), live_.end(), [&](const auto& each) {
          return tasks_.find(each.second)->deployment == goal_.deployments[deployment].key;
        }));
  }

  using Live = std::multimap<std::string, TaskKey>;

  Live::iterator stop(Live::iterator task, bool unhealthy) {
    plan_.stop.push_back({task->second, unhealthy});
    if (tasks_.health(task->second) == TaskHealth::healthy) --healthy_;
    return live_.erase(task);
  }

  /// Away from instances that drain, are gone or are not eligible; and never two of a kind.
  void stop_where_not_wanted() {
    for (auto task = live_.begin(); task != live_.end();) {
      const bool twin = task != live_.begin() && std::prev(task)->first == task->first &&
                        is_primary(task->second) && is_primary(std::prev(task)->second);
      task = wanted_.contains(task->first) && !twin ? std::next(task) : stop(task, false);
    }
  }

  /// One at a time: there is no room for a substitute beside it.
  void stop_unhealthy() {
    for (auto task = live_.begin(); task != live_.end(); ++task) {
      if (tasks_.health(task->second) != TaskHealth::unhealthy) continue;
      stop(task, true);
      return;
    }
  }

  void retire() {
    if (goal_.deployments.front().halted) return;
    for (auto task = live_.begin(); task != live_.end();) {
      const bool healthy = tasks_.health(task->second) == TaskHealth::healthy;
      const bool may_go = !healthy || healthy_ > goal_.fewest_healthy();
      if (is_primary(task->second) || !may_go) {
        ++task;
      } else if (tasks_.find(task->second)->is_protected) {
        ++plan_.held_by_protection;
        ++task;
      } else {
        task = stop(task, false);
      }
    }
  }

  void start() {
    const DeploymentGoal& primary = goal_.deployments.front();
    if (primary.halted) return;
    for (const std::string& instance : wanted_) {
      if (live_.contains(instance)) continue;
      if (primary.not_before && now_ < *primary.not_before) {
        plan_.look_again =
            std::min(plan_.look_again.value_or(*primary.not_before), *primary.not_before);
        return;
      }
      plan_.start.push_back({0, 1, instance});
    }
  }

  ServiceGoal goal_;
  const ObservedTasks& tasks_;
  TimePoint now_;
  std::set<std::string> wanted_;
  Live live_;  ///< By container instance.
  std::uint32_t healthy_ = 0;
  bool all_healthy_ = true;
  Plan plan_;
};

}  // namespace

Plan plan_daemon(const ServiceGoal& goal, const ObservedTasks& tasks, TimePoint now) {
  return DaemonPlanner(goal, tasks, now).make();
}

}  // namespace cutover::containers

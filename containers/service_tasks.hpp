#pragma once

// The tasks of one service: their agents, how many of each deployment run, and which of them have
// changed since the service last looked. Counts are kept as tasks change, not taken anew.

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "containers/deployment.hpp"
#include "containers/task_agent.hpp"

namespace cutover::containers {

class ServiceTasks {
 public:
  struct Entry {
    TaskKey key = 0;
    DeploymentKey deployment = 0;
    std::unique_ptr<TaskAgent> agent;

   private:
    friend class ServiceTasks;
    TaskCounts counted_;
  };

  Entry& add(DeploymentKey deployment, std::unique_ptr<TaskAgent> agent);
  /// Takes in what has become of a task; it is among the changed ones then.
  void note(const TaskAgent& agent);
  /// Those noted since the last call, oldest first.
  std::vector<Entry*> take_changed();

  Entry* find(std::string_view id);
  const Entry* find(std::string_view id) const;
  Entry& at(TaskKey key) { return tasks_.at(key); }
  const Entry& at(TaskKey key) const { return tasks_.at(key); }
  Entry& at(const TaskAgent& agent) { return tasks_.at(keys_.at(&agent)); }

  TaskCounts counts(DeploymentKey deployment) const;
  /// Of all deployments.
  const TaskCounts& counts() const { return all_; }

  /// Forgets those that stopped long ago, or too many others ago.
  void forget_old(TimePoint now);
  /// When there is something to forget.
  std::optional<TimePoint> next_forgetting() const;
  /// Oldest first, stopped ones among them.
  template <class Call>
  void for_each(Call call) const {
    for (const auto& [key, entry] : tasks_) call(entry);
  }

 private:
  void count(Entry& entry);

  std::map<TaskKey, Entry> tasks_;
  std::unordered_map<const TaskAgent*, TaskKey> keys_;
  std::unordered_map<std::string, TaskKey> ids_;
  std::set<TaskKey> changed_;
  std::deque<TaskKey> stopped_;  ///< In the order of their end.
  std::map<DeploymentKey, TaskCounts> counts_;
  TaskCounts all_;
  TaskKey last_ = 0;
};

}  // namespace cutover::containers

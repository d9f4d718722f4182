#pragma once

// The tasks of one service as its scheduler sees them, kept in order as they change: noting a
// change, and counting or choosing tasks, costs no more with many tasks than with few.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "containers/task.hpp"
#include "lb/base/clock.hpp"

namespace cutover::containers {

/// Names a task within its service; later ones are greater.
using TaskKey = std::uint64_t;
/// Names a deployment within its service.
using DeploymentKey = std::uint64_t;

/// A task that is not yet STOPPED.
struct ObservedTask {
  DeploymentKey deployment = 0;
  TaskStatus status = TaskStatus::pending;
  DesiredStatus desired_status = DesiredStatus::running;
  TimePoint created_at{};
  std::optional<TimePoint> started_at = std::nullopt;  ///< When it reached RUNNING.
  std::vector<TargetStatus> targets = {};              ///< In each of the service's target groups.
  /// Over its essential containers; empty when none of them has a health check.
  std::optional<ContainerHealth> container_health = std::nullopt;
  std::string container_instance = {};
  bool instance_draining = false;
  bool is_protected = false;  ///< From scale-in and from deployments' stops.
};

enum class TaskHealth {
  pending,    ///< Not RUNNING yet.
  unproven,   ///< RUNNING, but not known to be healthy.
  healthy,    ///< Counts for the minimum.
  unhealthy,  ///< A check says so, and the grace period is over.
};

/// Without any check a task counts as healthy once it has run this long (UpdateService,
/// minimumHealthyPercent).
inline constexpr Duration healthy_after_running = std::chrono::seconds(40);

/// What health is judged by.
struct HealthRules {
  bool behind_load_balancer = false;
  Duration health_check_grace_period = Duration::zero();

  friend bool operator==(const HealthRules&, const HealthRules&) = default;
};

TaskHealth judge(const ObservedTask& task, const HealthRules& rules, TimePoint now);

/// Which tasks may be taken away, and why.
enum class Tenure {
  ordinary,
  leaving,  ///< Its container instance drains.
  kept      ///< Protected.
};

class ObservedTasks {
 public:
  /// In order of age: the oldest first.
  using ByAge = std::set<std::pair<TimePoint, TaskKey>>;

  /// Of one deployment, those that are to run.
  struct Group {
    std::array<std::array<ByAge, 3>, 4> sets;  ///< By TaskHealth and Tenure.

    const ByAge& of(TaskHealth health, Tenure tenure) const;
    std::uint32_t count(TaskHealth health) const;
    std::uint32_t count(Tenure tenure) const;
    std::uint32_t size() const;
  };

  explicit ObservedTasks(HealthRules rules = {}) : rules_(rules) {}

  /// Judges everything anew.
  void set_rules(const HealthRules& rules, TimePoint now);
  /// Takes in a task, or what has become of it.
  void put(TaskKey key, ObservedTask task, TimePoint now);
  /// Forgets a task: it is STOPPED.
  void erase(TaskKey key);
  /// Judges those again whose health time alone may have changed.
  void advance(TimePoint now);
  /// When time alone may next change a judgement.
  std::optional<TimePoint> next_judgement() const;

  const Group& group(DeploymentKey deployment) const;
  const ObservedTask* find(TaskKey key) const;
  TaskHealth health(TaskKey key) const { return known_.at(key).health; }
  /// Those that are to stop and have not stopped yet.
  std::uint32_t stopping() const { return stopping_; }
  /// All that are to run, by key.
  std::vector<TaskKey> live() const;

 private:
  struct Known {
    ObservedTask task;
    TaskHealth health = TaskHealth::pending;
    std::optional<TimePoint> judged_again_at;
  };

  void enter(TaskKey key, Known& known, TimePoint now);
  void leave(TaskKey key, const Known& known);
  void judge_again(TaskKey key, TimePoint now);

  HealthRules rules_;
  std::map<TaskKey, Known> known_;
  std::map<DeploymentKey, Group> groups_;
  std::set<std::pair<TimePoint, TaskKey>> due_;
  std::uint32_t stopping_ = 0;
};

}  // namespace cutover::containers

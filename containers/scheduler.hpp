#pragma once

// The service scheduler as a pure function: what is wanted and what is seen -> which tasks to start
// and which to stop now. Follows the ECS developer guide: Services (rolling update, minimum and
// maximum percent, unhealthy replacement, daemons, task scale-in protection). Its cost grows with
// what it plans, not with how many tasks there are; only a daemon's grows with its tasks.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "containers/observed_tasks.hpp"
#include "containers/service.hpp"
#include "lb/base/clock.hpp"

namespace cutover::containers {

/// One deployment of the service; the first one is PRIMARY, older ones follow, newest first.
struct DeploymentGoal {
  DeploymentKey key = 0;
  /// PRIMARY of a rolling update: ignored, it wants the service's count. Older ones: the tasks they
  /// still hold; shrinks as the rollout goes on, and one that dies meanwhile is replaced by one of
  /// its own kind. While traffic is shifted: what the deployment is to have.
  std::uint32_t desired_count = 0;
  /// No start before this (restart throttle, restart pace).
  std::optional<TimePoint> not_before = std::nullopt;
  /// It has failed: no start at all, and no older task makes way for it.
  bool halted = false;
};

struct ServiceGoal {
  SchedulingStrategy scheduling = SchedulingStrategy::replica;
  std::uint32_t desired_count = 0;
  std::uint32_t minimum_healthy_percent = 100;
  std::uint32_t maximum_percent = 200;
  /// Instead of what the percentages make of the desired count.
  std::optional<std::uint32_t> healthy_at_least = std::nullopt;
  std::optional<std::uint32_t> live_at_most = std::nullopt;
  std::vector<DeploymentGoal> deployments{DeploymentGoal{}};
  /// Deployments stand side by side, each with its own count, while traffic moves from one to the
  /// other: none makes way for another.
  bool shifting = false;
  /// One task more than desired is there while tasks move from one zone to another.
  bool moving = false;
  /// daemon: the container instances that are to run a task each.
  std::vector<std::string> instances = {};
  /// Which running tasks scale-in takes, first to last. Empty: the youngest first.
  std::vector<TaskKey> scale_in_order = {};

  /// Healthy tasks are never deliberately fewer: the minimum percent, rounded up.
  std::uint32_t fewest_healthy() const;
  /// Tasks that run or start are never more: the maximum percent, rounded down.
  std::uint32_t most_live() const;
};

struct PlannedStart {
  std::size_t deployment = 0;  ///< Its index in the goal.
  std::uint32_t count = 0;
  std::string container_instance = {};  ///< daemon: there and nowhere else.
  friend bool operator==(const PlannedStart&, const PlannedStart&) = default;
};

struct PlannedStop {
  TaskKey task = 0;
  bool unhealthy = false;  ///< Because of its health checks; else scaling or rollout.
  friend bool operator==(const PlannedStop&, const PlannedStop&) = default;
};

struct Plan {
  std::vector<PlannedStart> start;
  std::vector<PlannedStop> stop;
  /// The deployments' new desired counts, as many as in the goal.
  std::vector<std::uint32_t> desired_counts;
  /// Minimum and maximum percent let a rollout neither stop nor start a task.
  bool stuck = false;
  /// As many tasks as desired run and are healthy, of one deployment, and none is on its way out.
  bool steady = false;
  /// Tasks that would have been stopped, were they not protected.
  std::uint32_t held_by_protection = 0;
  /// When time alone may change the plan.
  std::optional<TimePoint> look_again;
};

/// `tasks` are judged as of `now`: see ObservedTasks::advance().
Plan make_plan(const ServiceGoal& goal, const ObservedTasks& tasks, TimePoint now);

/// As many tasks as desired of this deployment run and are healthy.
bool is_at_strength(const ObservedTasks::Group& tasks, std::uint32_t desired_count);

}  // namespace cutover::containers

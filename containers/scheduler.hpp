#pragma once

// The service scheduler as a pure function: what is wanted and what is seen -> which tasks to start
// and which to stop now. Follows the ECS developer guide: Services (rolling update, minimum and
// maximum percent, unhealthy replacement).

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "containers/task.hpp"
#include "lb/base/clock.hpp"

namespace cutover::containers {

/// One deployment of the service; index 0 is PRIMARY, older ones follow, newest first.
struct DeploymentGoal {
  /// PRIMARY: ignored, it wants the service's count. Older ones: the tasks they still hold; shrinks
  /// as the rollout goes on, and one that dies meanwhile is replaced by one of its own kind.
  std::uint32_t desired_count = 0;
  /// No start before this (restart throttle).
  std::optional<TimePoint> not_before;
};

struct ServiceGoal {
  std::uint32_t desired_count = 0;
  std::uint32_t minimum_healthy_percent = 100;
  std::uint32_t maximum_percent = 200;
  bool behind_load_balancer = false;
  Duration health_check_grace_period = Duration::zero();
  std::vector<DeploymentGoal> deployments{DeploymentGoal{}};

  /// Healthy tasks are never deliberately fewer: the minimum, rounded up.
  std::uint32_t fewest_healthy() const;
  /// Tasks that run or start are never more: the maximum, rounded down.
  std::uint32_t most_live() const;
};

/// A task that is not yet STOPPED.
struct ObservedTask {
  std::size_t deployment = 0;
  TaskStatus status = TaskStatus::pending;
  DesiredStatus desired_status = DesiredStatus::running;
  TimePoint created_at{};
  std::optional<TimePoint> started_at;  ///< When it reached RUNNING.
  std::vector<TargetStatus> targets;    ///< In each of the service's target groups.
  /// What its containers' own checks say; nothing when no essential container has one.
  std::optional<ContainerHealth> container_health;
};

enum class TaskHealth {
  pending,    ///< Not RUNNING yet.
  unproven,   ///< RUNNING, but not known to be healthy.
  healthy,    ///< Counts for the minimum.
  unhealthy,  ///< The load balancer says so, and the grace period is over.
};

/// Without a load balancer a task counts as healthy once it has run this long (UpdateService,
/// minimumHealthyPercent).
inline constexpr Duration healthy_after_running = std::chrono::seconds(40);

TaskHealth judge(const ObservedTask& task, const ServiceGoal& goal, TimePoint now);

struct PlannedStart {
  std::size_t deployment = 0;
  std::uint32_t count = 0;
  friend bool operator==(const PlannedStart&, const PlannedStart&) = default;
};

struct PlannedStop {
  std::size_t task = 0;    ///< Index in the observed tasks.
  bool unhealthy = false;  ///< Because of its health checks; else scaling or rollout.
  friend bool operator==(const PlannedStop&, const PlannedStop&) = default;
};

struct Plan {
  std::vector<PlannedStart> start;
  std::vector<PlannedStop> stop;
  /// The deployments' new desired counts, as many as in the goal.
  std::vector<std::uint32_t> desired_counts;
  /// Observed tasks that are judged unhealthy.
  std::vector<std::size_t> unhealthy;
  /// Minimum and maximum percent let a rollout neither stop nor start a task.
  bool stuck = false;
  /// As many tasks as desired run and are healthy, of one deployment, and none is on its way out.
  bool steady = false;
  /// When time alone may change the plan.
  std::optional<TimePoint> look_again;
};

Plan make_plan(const ServiceGoal& goal, std::span<const ObservedTask> tasks, TimePoint now);

}  // namespace cutover::containers

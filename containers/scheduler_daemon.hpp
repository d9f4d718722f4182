#pragma once

// The scheduler's half for daemons: one task on each of the goal's container instances (ECS
// developer guide: Daemon strategy).

#include "containers/scheduler.hpp"

namespace cutover::containers {

Plan plan_daemon(const ServiceGoal& goal, const ObservedTasks& tasks, TimePoint now);

}  // namespace cutover::containers

#pragma once

// The health of one running container as a pure state machine: when its check is to be run, and
// what the results make of it. Follows the ECS API's HealthCheck, whose rules are Docker's: one
// check at a time, each `interval` after the one before has ended.

#include <optional>
#include <string>
#include <vector>

#include "containers/task.hpp"
#include "containers/task_definition.hpp"
#include "lb/base/clock.hpp"

namespace cutover::containers {

struct HealthMonitor {
  ContainerHealth health = ContainerHealth::unknown;
  std::uint32_t failures = 0;  ///< In a row, of those that count.
  TimePoint grace_ends{};      ///< Failures of checks that began before do not count.
  TimePoint check_began{};
  std::optional<TimePoint> next_check;  ///< Nothing while one is under way.
};

/// For a container that has just started.
HealthMonitor begin_health_checks(const ContainerHealthCheck& check, TimePoint now);

/// Whether a check is to be run now; it is then under way.
bool begin_due_check(HealthMonitor& monitor, TimePoint now);

/// The check under way has ended. A success makes the container HEALTHY and ends its start period;
/// as many failures in a row as `retries` make it UNHEALTHY.
void end_check(HealthMonitor& monitor, const ContainerHealthCheck& check, bool passed,
               TimePoint now);

/// The check's command as a program and its arguments.
std::vector<std::string> check_program(const ContainerHealthCheck& check);

}  // namespace cutover::containers

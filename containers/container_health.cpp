#include "containers/container_health.hpp"

#include <algorithm>
#include <chrono>

namespace cutover::containers {

HealthMonitor begin_health_checks(const ContainerHealthCheck& check, TimePoint now) {
  HealthMonitor monitor;
  monitor.grace_ends = now + check.start_period.value_or(std::chrono::seconds(0));
  monitor.next_check = now + check.interval;
  return monitor;
}

bool begin_due_check(HealthMonitor& monitor, TimePoint now) {
  if (!monitor.next_check || *monitor.next_check > now) return false;
  monitor.next_check.reset();
  monitor.check_began = now;
  return true;
}

void end_check(HealthMonitor& monitor, const ContainerHealthCheck& check, bool passed,
               TimePoint now) {
  if (monitor.next_check) return;
  monitor.next_check = now + check.interval;
  if (passed) {
    monitor.health = ContainerHealth::healthy;
    monitor.failures = 0;
    monitor.grace_ends = std::min(monitor.grace_ends, now);
    return;
  }
  if (monitor.check_began < monitor.grace_ends) return;
  if (++monitor.failures >= check.retries) monitor.health = ContainerHealth::unhealthy;
}

std::vector<std::string> check_program(const ContainerHealthCheck& check) {
  if (check.command.front() == "CMD-SHELL") return {"/bin/sh", "-c", check.command.back()};
  return {check.command.begin() + 1, check.command.end()};
}

}  // namespace cutover::containers

#include "cutover/rehearsal/conditions.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cutover/rehearsal/figures.hpp"

namespace cutover::rehearsal {

namespace {

using Missing = std::optional<std::string>;

std::string state_of(const containers::ServiceDescription& service) {
  std::string text =
      fmt::format("{}: {} of {} tasks running, {}", service.name(), service.running_count,
                  service.desired_count, counted(service.deployments.size(), "deployment"));
  if (!service.events.empty()) text += "; " + service.events.front().message;
  return text;
}

Missing not_stable(const std::string& name, stack::RunningStack& stack) {
  const auto service = stack.cluster().describe_service(name);
  if (!service) return to_string(service.error());
  if (service->stable()) return std::nullopt;
  return state_of(*service);
}

Missing not_completed(const std::string& name, stack::RunningStack& stack) {
  const auto service = stack.cluster().describe_service(name);
  if (!service) return to_string(service.error());
  const auto state = service->deployments.front().rollout_state;
  if (service->stable() && state == containers::RolloutState::completed) return std::nullopt;
  return fmt::format("{}; the deployment is {}", state_of(*service), to_string(state));
}

Missing not_healthy(const std::string& group, stack::RunningStack& stack) {
  if (!stack.balancing().there().target_group(group)) {
    return fmt::format("there is no target group \"{}\"", group);
  }
  bool any = false;
  for (const auto& [target, health, in_flight, anomaly] :
       stack.balancing().targets().describe(group)) {
    if (health.state == lb::targets::State::draining) continue;
    any = true;
    if (health.state == lb::targets::State::healthy) continue;
    return fmt::format("{}: target {}:{} is {} ({})", group, target.id, *target.port,
                       lb::targets::to_string(health.state), health.description);
  }
  if (any) return std::nullopt;
  return fmt::format("{}: no target is registered", group);
}

Missing not_stopped(const std::string& name, stack::RunningStack& stack) {
  const auto service = stack.cluster().describe_service(name);
  if (!service) return to_string(service.error());
  std::size_t left = 0;
  std::string_view status;
  for (const auto& task : stack.cluster().tasks(name)) {
    if (task.last_status == containers::TaskStatus::stopped) continue;
    ++left;
    if (task.desired_status == containers::DesiredStatus::stopped || status.empty()) {
      status = to_string(task.last_status);
    }
  }
  if (left <= service->desired_count) return std::nullopt;
  return fmt::format("{}: {} left, {} desired, one is {}", name, counted(left, "task"),
                     service->desired_count, status);
}

}  // namespace

Missing missing(const Wait& wait, stack::RunningStack& stack) {
  const auto look = [&](const std::string& name) -> Missing {
    switch (wait.what) {
      case Wait::For::services_stable:
        return not_stable(name, stack);
      case Wait::For::target_healthy:
        return not_healthy(name, stack);
      case Wait::For::tasks_stopped:
        return not_stopped(name, stack);
      case Wait::For::deployments_completed:
        break;
    }
    return not_completed(name, stack);
  };
  for (const std::string& name : wait.names) {
    if (Missing found = look(name)) return found;
  }
  return std::nullopt;
}

}  // namespace cutover::rehearsal

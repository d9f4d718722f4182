#include "containers/task.hpp"

#include <fmt/format.h>

namespace cutover::containers {

std::string_view to_string(TaskStatus status) {
  switch (status) {
    case TaskStatus::provisioning:
      return "PROVISIONING";
    case TaskStatus::pending:
      return "PENDING";
    case TaskStatus::activating:
      return "ACTIVATING";
    case TaskStatus::running:
      return "RUNNING";
    case TaskStatus::deactivating:
      return "DEACTIVATING";
    case TaskStatus::stopping:
      return "STOPPING";
    case TaskStatus::deprovisioning:
      return "DEPROVISIONING";
    case TaskStatus::stopped:
      break;
  }
  return "STOPPED";
}

std::string_view to_string(DesiredStatus status) {
  return status == DesiredStatus::running ? "RUNNING" : "STOPPED";
}

std::string_view to_string(StopCode code) {
  switch (code) {
    case StopCode::user_initiated:
      return "UserInitiated";
    case StopCode::service_scheduler_initiated:
      return "ServiceSchedulerInitiated";
    case StopCode::essential_container_exited:
      return "EssentialContainerExited";
    case StopCode::task_failed_to_start:
      return "TaskFailedToStart";
    case StopCode::termination_notice:
      break;
  }
  return "TerminationNotice";
}

std::string_view to_string(ContainerHealth health) {
  switch (health) {
    case ContainerHealth::unknown:
      return "UNKNOWN";
    case ContainerHealth::healthy:
      return "HEALTHY";
    case ContainerHealth::unhealthy:
      break;
  }
  return "UNHEALTHY";
}

std::string_view to_string(TargetStatus status) {
  switch (status) {
    case TargetStatus::initial:
      return "initial";
    case TargetStatus::healthy:
      return "healthy";
    case TargetStatus::unhealthy:
      return "unhealthy";
    case TargetStatus::draining:
      return "draining";
    case TargetStatus::unused:
      break;
  }
  return "unused";
}

bool is_before_running(TaskStatus status) {
  return status == TaskStatus::provisioning || status == TaskStatus::pending ||
         status == TaskStatus::activating;
}

namespace {

const NetworkBinding* first_binding(const TaskDescription& task) {
  for (const ContainerDescription& container : task.containers) {
    if (!container.network_bindings.empty()) return &container.network_bindings.front();
  }
  return nullptr;
}

}  // namespace

std::uint16_t TaskDescription::host_port() const {
  const NetworkBinding* binding = first_binding(*this);
  return binding ? binding->host_port : 0;
}

std::string TaskDescription::host_endpoint() const {
  const NetworkBinding* binding = first_binding(*this);
  return binding ? fmt::format("{}:{}", binding->bind_ip, binding->host_port) : std::string();
}

}  // namespace cutover::containers

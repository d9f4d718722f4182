#include "containers/service_deployment.hpp"

namespace cutover::containers {

std::string_view to_string(ServiceDeploymentStatus status) {
  switch (status) {
    case ServiceDeploymentStatus::pending:
      return "PENDING";
    case ServiceDeploymentStatus::in_progress:
      return "IN_PROGRESS";
    case ServiceDeploymentStatus::successful:
      return "SUCCESSFUL";
    case ServiceDeploymentStatus::stop_requested:
      return "STOP_REQUESTED";
    case ServiceDeploymentStatus::stopped:
      return "STOPPED";
    case ServiceDeploymentStatus::rollback_requested:
      return "ROLLBACK_REQUESTED";
    case ServiceDeploymentStatus::rollback_in_progress:
      return "ROLLBACK_IN_PROGRESS";
    case ServiceDeploymentStatus::rollback_successful:
      return "ROLLBACK_SUCCESSFUL";
    case ServiceDeploymentStatus::rollback_failed:
      break;
  }
  return "ROLLBACK_FAILED";
}

std::string_view to_string(MonitorStatus status) {
  switch (status) {
    case MonitorStatus::disabled:
      return "DISABLED";
    case MonitorStatus::monitoring:
      return "MONITORING";
    case MonitorStatus::triggered:
      return "TRIGGERED";
    case MonitorStatus::monitoring_complete:
      break;
  }
  return "MONITORING_COMPLETE";
}

std::string_view to_string(HookStatus status) {
  switch (status) {
    case HookStatus::awaiting_action:
      return "AWAITING_ACTION";
    case HookStatus::in_progress:
      return "IN_PROGRESS";
    case HookStatus::succeeded:
      return "SUCCEEDED";
    case HookStatus::failed:
      return "FAILED";
    case HookStatus::timed_out:
      break;
  }
  return "TIMED_OUT";
}

bool is_final(ServiceDeploymentStatus status) {
  return status == ServiceDeploymentStatus::successful ||
         status == ServiceDeploymentStatus::stopped ||
         status == ServiceDeploymentStatus::rollback_successful ||
         status == ServiceDeploymentStatus::rollback_failed;
}

}  // namespace cutover::containers

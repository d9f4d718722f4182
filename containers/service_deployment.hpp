#pragma once

// The record of one deployment of a service: what DescribeServiceDeployments tells of it, and
// DescribeServiceRevisions of what it deploys.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "containers/deployment.hpp"
#include "containers/failure.hpp"

namespace cutover::containers {

enum class ServiceDeploymentStatus {
  pending,
  in_progress,
  successful,
  stop_requested,
  stopped,
  rollback_requested,
  rollback_in_progress,
  rollback_successful,
  rollback_failed
};

/// Of what watches over a deployment: the circuit breaker, the alarms.
enum class MonitorStatus { disabled, monitoring, triggered, monitoring_complete };

/// Of a lifecycle hook that has been called.
enum class HookStatus { awaiting_action, in_progress, succeeded, failed, timed_out };

/// StopServiceDeployment: what becomes of the service.
enum class StopType {
  rollback,  ///< Back to the revision that was deployed last.
  abort      ///< It stays as it is; what it does exactly is unverified.
};

std::string_view to_string(ServiceDeploymentStatus status);  ///< "ROLLBACK_IN_PROGRESS"
std::string_view to_string(MonitorStatus status);            ///< "MONITORING_COMPLETE"
std::string_view to_string(HookStatus status);               ///< "AWAITING_ACTION"

/// Whether nothing more comes of the deployment.
bool is_final(ServiceDeploymentStatus status);

struct HookDetail {
  std::string id;
  LifecycleHook::TargetType target_type = LifecycleHook::TargetType::lambda;
  std::string target_arn;
  HookStatus status = HookStatus::in_progress;
  WallTime expires_at{};
  LifecycleHook::TimeoutAction timeout_action = LifecycleHook::TimeoutAction::rollback;
};

struct ServiceDeployment {
  struct Source {
    RevisionPtr revision;
    DeploymentKey deployment = 0;
  };
  struct Rollback {
    std::string reason;
    std::string revision_arn;
    WallTime started_at{};
  };

  std::string arn;
  DeploymentKey deployment = 0;  ///< Whose tasks the target revision runs.
  RevisionPtr target;
  std::vector<Source> sources;
  /// The one of them whose traffic is shifted; nothing with a rolling update.
  std::optional<DeploymentKey> shifts_from;
  DeploymentConfiguration configuration;
  ServiceDeploymentStatus status = ServiceDeploymentStatus::pending;
  std::string status_reason;
  std::optional<LifecycleStage> stage;
  std::vector<HookDetail> hooks;
  std::optional<Rollback> rollback;
  MonitorStatus breaker = MonitorStatus::disabled;
  std::uint32_t breaker_count = 0;
  std::uint32_t breaker_threshold = 0;
  MonitorStatus alarms = MonitorStatus::disabled;
  std::vector<std::string> triggered_alarms;
  double test_weight = 0;        ///< Percent of the test traffic that the target gets.
  double production_weight = 0;  ///< Percent of the production traffic that the target gets.
  WallTime created_at{};
  std::optional<WallTime> started_at;
  std::optional<WallTime> finished_at;
  std::optional<WallTime> stopped_at;
  WallTime updated_at{};
};

/// A record with its counts, as it is now.
struct ServiceDeploymentDescription {
  ServiceDeployment deployment;
  std::string service_arn;
  std::string cluster_arn;
  ServiceRevisionSummary target;
  std::vector<ServiceRevisionSummary> sources;
};

struct ServiceDeploymentsAnswer {
  std::vector<ServiceDeploymentDescription> service_deployments;
  std::vector<Failure> failures;
};

struct ServiceRevisionDescription {
  RevisionPtr revision;
  std::string service_arn;
  std::string cluster_arn;
};

struct ServiceRevisionsAnswer {
  std::vector<ServiceRevisionDescription> service_revisions;
  std::vector<Failure> failures;
};

}  // namespace cutover::containers

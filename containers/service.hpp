#pragma once

// A service: a task definition kept running a desired number of times, behind target groups. What
// is asked for (ServiceSpec) and what is answered about it (ServiceDescription).

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "containers/task_definition.hpp"
#include "lb/base/clock.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

/// Each task of the service is a target of this group, with the host port of that container.
struct ServiceLoadBalancer {
  std::string target_group;  ///< Its name: names stand in place of ARNs.
  std::string container_name;
  std::uint16_t container_port = 0;

  friend bool operator==(const ServiceLoadBalancer&, const ServiceLoadBalancer&) = default;
};

struct ServiceSpec {
  std::string name;
  std::string cluster;  ///< Empty: whichever cluster it is given to.
  std::string task_definition;
  std::uint32_t desired_count = 0;
  std::vector<ServiceLoadBalancer> load_balancers;  ///< At most 5.
  /// Percent of the desired count; the share that stays healthy while tasks are replaced is rounded
  /// up, the most that may run or start at one time is rounded down (UpdateService).
  std::uint32_t minimum_healthy_percent = 100;
  std::uint32_t maximum_percent = 200;
  /// From a task's start: unhealthy verdicts of the load balancer are not acted on until it ends.
  std::chrono::seconds health_check_grace_period{0};
  std::vector<NamedValue> tags;

  friend bool operator==(const ServiceSpec&, const ServiceSpec&) = default;
};

/// Whether the definition has the containers and ports that the spec's load balancers name. The
/// error's place is relative to the service: "/loadBalancers/0/containerName".
Result<void> check_service(const ServiceSpec& spec, const TaskDefinition& definition);

enum class ServiceStatus { active, draining, inactive };
enum class DeploymentStatus { primary, active };
enum class RolloutState { in_progress, completed };

std::string_view to_string(ServiceStatus status);     ///< "ACTIVE", "DRAINING", "INACTIVE"
std::string_view to_string(DeploymentStatus status);  ///< "PRIMARY", "ACTIVE"
std::string_view to_string(RolloutState state);       ///< "IN_PROGRESS", "COMPLETED"

struct DeploymentDescription {
  std::string id;  ///< "ecs-svc/<19 digits>"
  DeploymentStatus status = DeploymentStatus::primary;
  std::string task_definition;  ///< "family:revision"
  std::uint32_t desired_count = 0;
  std::uint32_t running_count = 0;
  std::uint32_t pending_count = 0;
  std::uint32_t failed_tasks = 0;  ///< Never reached RUNNING, or failed health checks.
  RolloutState rollout_state = RolloutState::in_progress;
  std::string rollout_state_reason;
  WallTime created_at{};
  WallTime updated_at{};
};

struct ServiceEvent {
  std::string id;  ///< A UUID.
  WallTime created_at{};
  std::string message;  ///< "(service api) has reached a steady state."
};

/// Events kept for each service; older ones are forgotten.
inline constexpr std::size_t service_events_max = 100;

struct ServiceDescription {
  std::string name;
  std::string arn;
  ServiceStatus status = ServiceStatus::active;
  std::string task_definition;  ///< "family:revision"
  std::uint32_t desired_count = 0;
  std::uint32_t running_count = 0;  ///< In RUNNING: tasks that drain or stop no longer count.
  std::uint32_t pending_count = 0;
  std::vector<ServiceLoadBalancer> load_balancers;
  std::uint32_t minimum_healthy_percent = 100;
  std::uint32_t maximum_percent = 200;
  std::chrono::seconds health_check_grace_period{0};
  std::vector<DeploymentDescription> deployments;  ///< Newest first.
  std::vector<ServiceEvent> events;                ///< Newest first.
  WallTime created_at{};

  /// What the AWS CLI's waiter `services_stable` waits for: one deployment is left and as many
  /// tasks run as are desired. It looks neither at target health nor at tasks that still drain.
  bool stable() const;
};

}  // namespace cutover::containers

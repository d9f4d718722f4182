#pragma once

// A service: a task definition kept running a desired number of times, behind target groups. What
// is asked for (ServiceSpec) and what is answered about it (ServiceDescription).

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "containers/deployment_configuration.hpp"
#include "containers/placement_rules.hpp"
#include "containers/task_definition.hpp"
#include "lb/base/clock.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

/// The second half of a target group's pair in deployments that shift traffic.
struct AdvancedConfiguration {
  std::string alternate_target_group;
  std::string production_listener_rule;  ///< Its name or ARN, as are the other rules here.
  std::string test_listener_rule;        ///< Empty: none.
  std::string role_arn;                  ///< Carried; there is no IAM here.

  friend bool operator==(const AdvancedConfiguration&, const AdvancedConfiguration&) = default;
};

/// Each task of the service is a target of this group, with the host port of that container.
struct ServiceLoadBalancer {
  std::string target_group;  ///< Its name or ARN: carried as it was given.
  std::string container_name;
  std::uint16_t container_port = 0;
  std::optional<AdvancedConfiguration> advanced = std::nullopt;

  friend bool operator==(const ServiceLoadBalancer&, const ServiceLoadBalancer&) = default;
};

/// Of tasks in network mode awsvpc. There are no subnets here: what is written is carried, and each
/// task gets a loopback address of its own.
struct NetworkConfiguration {
  std::vector<std::string> subnets;
  std::vector<std::string> security_groups;
  bool assign_public_ip = false;

  friend bool operator==(const NetworkConfiguration&, const NetworkConfiguration&) = default;
};

enum class SchedulingStrategy { replica, daemon };
enum class PropagateTags { none, task_definition, service };

std::string_view to_string(SchedulingStrategy strategy);  ///< "REPLICA", "DAEMON"
std::string_view to_string(PropagateTags source);         ///< "NONE", "TASK_DEFINITION", "SERVICE"

struct ServiceSpec {
  std::string name;
  std::string cluster;  ///< Empty: whichever cluster it is given to.
  std::string task_definition;
  SchedulingStrategy scheduling = SchedulingStrategy::replica;
  std::uint32_t desired_count = 0;                  ///< replica; a daemon's follows the instances.
  std::vector<ServiceLoadBalancer> load_balancers;  ///< At most 5.
  DeploymentConfiguration deployment;
  std::vector<PlacementConstraint> placement_constraints;
  std::vector<PlacementStrategy> placement_strategy;
  std::optional<NetworkConfiguration> network;
  /// From a task's start: unhealthy verdicts are not acted on until it ends.
  std::chrono::seconds health_check_grace_period{0};
  bool availability_zone_rebalancing = true;  ///< See zone_balance.hpp.
  std::string role;                           ///< Carried; there is no IAM here.
  bool ecs_managed_tags = false;
  PropagateTags propagate_tags = PropagateTags::none;
  std::vector<NamedValue> tags;

  friend bool operator==(const ServiceSpec&, const ServiceSpec&) = default;
};

/// UpdateService: absent members keep their values, empty lists remove.
struct ServiceUpdate {
  std::optional<std::uint32_t> desired_count = std::nullopt;
  std::optional<std::string> task_definition = std::nullopt;
  bool force_new_deployment = false;
  DeploymentConfigurationChange deployment = {};
  std::optional<std::vector<ServiceLoadBalancer>> load_balancers = std::nullopt;
  std::optional<std::vector<PlacementConstraint>> placement_constraints = std::nullopt;
  std::optional<std::vector<PlacementStrategy>> placement_strategy = std::nullopt;
  std::optional<NetworkConfiguration> network = std::nullopt;
  std::optional<std::chrono::seconds> health_check_grace_period = std::nullopt;
  std::optional<bool> availability_zone_rebalancing = std::nullopt;
  std::optional<bool> ecs_managed_tags = std::nullopt;
  std::optional<PropagateTags> propagate_tags = std::nullopt;
};

/// `spec` with the update's values.
ServiceSpec changed(ServiceSpec spec, const ServiceUpdate& update);
/// Whether going from one to the other takes a new deployment, be the task definition the same or
/// not (UpdateService).
bool needs_new_deployment(const ServiceSpec& from, const ServiceSpec& to);

/// Whether the spec's members go together. The error's place is relative to the service:
/// "/deploymentConfiguration/strategy".
Result<void> check_service(const ServiceSpec& spec);
/// Network mode awsvpc requires a network configuration, the others have none.
Result<void> check_network(const std::optional<NetworkConfiguration>& network,
                           const TaskDefinition& definition);
/// Whether the definition has the containers and ports that the spec's load balancers name, and a
/// network mode that goes with its network. The error's place is relative to the service:
/// "/loadBalancers/0/containerName".
Result<void> check_service(const ServiceSpec& spec, const TaskDefinition& definition);

/// A revision's part in a deployment, as it is now.
struct ServiceRevisionSummary {
  std::string arn;
  std::uint32_t requested_task_count = 0;
  std::uint32_t running_task_count = 0;
  std::uint32_t pending_task_count = 0;
  double requested_test_traffic_weight = 0;
  double requested_production_traffic_weight = 0;
};

enum class ServiceStatus { active, draining, inactive };
enum class DeploymentStatus { primary, active };
enum class RolloutState { in_progress, completed, failed };

std::string_view to_string(ServiceStatus status);     ///< "ACTIVE", "DRAINING", "INACTIVE"
std::string_view to_string(DeploymentStatus status);  ///< "PRIMARY", "ACTIVE"
std::string_view to_string(RolloutState state);       ///< "IN_PROGRESS", "COMPLETED", "FAILED"

struct DeploymentDescription {
  std::string id;  ///< "ecs-svc/<19 digits>"
  DeploymentStatus status = DeploymentStatus::primary;
  std::string task_definition;  ///< "family:revision"
  std::string task_definition_arn;
  std::uint32_t desired_count = 0;
  std::uint32_t running_count = 0;
  std::uint32_t pending_count = 0;
  std::uint32_t failed_tasks = 0;  ///< Never reached RUNNING, or failed health checks.
  RolloutState rollout_state = RolloutState::in_progress;
  std::string rollout_state_reason;
  std::optional<NetworkConfiguration> network;
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
  ServiceSpec spec;  ///< As it is now; task_definition is "family:revision".
  std::string arn;
  std::string cluster_arn;
  std::string task_definition_arn;
  ServiceStatus status = ServiceStatus::active;
  std::uint32_t desired_count = 0;
  std::uint32_t running_count = 0;  ///< In RUNNING: tasks that drain or stop no longer count.
  std::uint32_t pending_count = 0;
  std::vector<DeploymentDescription> deployments;  ///< Newest first.
  std::vector<ServiceEvent> events;                ///< Newest first.
  std::string current_service_deployment;          ///< Its ARN, while one is under way.
  std::vector<ServiceRevisionSummary> current_service_revisions;
  WallTime created_at{};

  const std::string& name() const { return spec.name; }
  /// What the AWS CLI's waiter `services_stable` waits for: one deployment is left and as many
  /// tasks run as are desired. It looks neither at target health nor at tasks that still drain.
  bool stable() const;
};

}  // namespace cutover::containers

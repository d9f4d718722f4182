#pragma once

// How a service's deployments go: CreateService's deploymentConfiguration (ECS developer guide:
// Rolling update, Blue/green, Linear and Canary deployments, Lifecycle hooks).

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cutover::containers {

enum class DeploymentStrategy { rolling, blue_green, linear, canary };

/// In the order in which a deployment that shifts traffic passes them.
enum class LifecycleStage {
  reconcile_service,  ///< Only when more than one revision has tasks at the start.
  pre_scale_up,
  scale_up,
  post_scale_up,
  test_traffic_shift,
  post_test_traffic_shift,
  pre_production_traffic_shift,
  production_traffic_shift,
  post_production_traffic_shift,
  bake_time,
  clean_up
};

std::string_view to_string(DeploymentStrategy strategy);  ///< "BLUE_GREEN"
std::string_view to_string(LifecycleStage stage);         ///< "POST_SCALE_UP"

/// Whether hooks may be attached to this stage.
bool takes_hooks(LifecycleStage stage);

/// Something outside that lets a deployment go on, or not.
struct LifecycleHook {
  enum class TargetType {
    lambda,  ///< A command of the machine's, under the name of an ARN: see HookRunner.
    pause    ///< Waits for ContinueServiceDeployment.
  };
  enum class TimeoutAction { go_on, rollback };

  TargetType target_type = TargetType::lambda;
  std::string hook_target_arn;  ///< Empty for pause.
  std::string role_arn;         ///< Carried; there is no IAM here.
  std::vector<LifecycleStage> stages;
  std::string details;  ///< JSON text that is handed to the hook; empty: none.
  std::chrono::minutes timeout{0};
  TimeoutAction timeout_action = TimeoutAction::rollback;

  friend bool operator==(const LifecycleHook&, const LifecycleHook&) = default;
};

std::string_view to_string(LifecycleHook::TargetType type);       ///< "AWS_LAMBDA", "PAUSE"
std::string_view to_string(LifecycleHook::TimeoutAction action);  ///< "CONTINUE", "ROLLBACK"

/// A stage and every hook but one that pauses ends within this time (Lifecycle stages).
inline constexpr std::chrono::minutes stage_longest = std::chrono::hours(24);
inline constexpr std::chrono::minutes pause_longest{20160};

struct CircuitBreakerConfiguration {
  bool enable = false;
  bool rollback = false;
  friend bool operator==(const CircuitBreakerConfiguration&,
                         const CircuitBreakerConfiguration&) = default;
};

struct DeploymentAlarms {
  std::vector<std::string> alarm_names;
  bool enable = false;
  bool rollback = false;
  friend bool operator==(const DeploymentAlarms&, const DeploymentAlarms&) = default;
};

/// Equal steps with a wait after each but the last.
struct LinearConfiguration {
  double step_percent = 10.0;
  std::chrono::minutes step_bake_time{6};
  friend bool operator==(const LinearConfiguration&, const LinearConfiguration&) = default;
};

/// A small step, a wait, and the rest.
struct CanaryConfiguration {
  double canary_percent = 5.0;
  std::chrono::minutes canary_bake_time{10};
  friend bool operator==(const CanaryConfiguration&, const CanaryConfiguration&) = default;
};

struct DeploymentConfiguration {
  /// Percent of the desired count; the share that stays healthy while tasks are replaced is rounded
  /// up, the most that may run or start at one time is rounded down (UpdateService).
  std::uint32_t minimum_healthy_percent = 100;
  std::uint32_t maximum_percent = 200;
  CircuitBreakerConfiguration circuit_breaker;
  std::optional<DeploymentAlarms> alarms;
  DeploymentStrategy strategy = DeploymentStrategy::rolling;
  /// After the whole shift, while both revisions live.
  std::optional<std::chrono::minutes> bake_time;
  std::optional<LinearConfiguration> linear;
  std::optional<CanaryConfiguration> canary;
  std::vector<LifecycleHook> hooks;

  friend bool operator==(const DeploymentConfiguration&, const DeploymentConfiguration&) = default;
};

/// What UpdateService changes of it: absent members keep their values.
struct DeploymentConfigurationChange {
  std::optional<std::uint32_t> minimum_healthy_percent;
  std::optional<std::uint32_t> maximum_percent;
  std::optional<CircuitBreakerConfiguration> circuit_breaker;
  std::optional<DeploymentAlarms> alarms;
  std::optional<DeploymentStrategy> strategy;
  std::optional<std::chrono::minutes> bake_time;
  std::optional<LinearConfiguration> linear;
  std::optional<CanaryConfiguration> canary;
  std::optional<std::vector<LifecycleHook>> hooks;
};

DeploymentConfiguration changed(DeploymentConfiguration configuration,
                                const DeploymentConfigurationChange& change);

}  // namespace cutover::containers

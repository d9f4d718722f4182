#include "containers/deployment_configuration.hpp"

namespace cutover::containers {

namespace {

template <class T, class U>
void overlay(T& value, const std::optional<U>& change) {
  if (change) value = *change;
}

}  // namespace

std::string_view to_string(DeploymentStrategy strategy) {
  switch (strategy) {
    case DeploymentStrategy::rolling:
      return "ROLLING";
    case DeploymentStrategy::blue_green:
      return "BLUE_GREEN";
    case DeploymentStrategy::linear:
      return "LINEAR";
    case DeploymentStrategy::canary:
      break;
  }
  return "CANARY";
}

std::string_view to_string(LifecycleStage stage) {
  switch (stage) {
    case LifecycleStage::reconcile_service:
      return "RECONCILE_SERVICE";
    case LifecycleStage::pre_scale_up:
      return "PRE_SCALE_UP";
    case LifecycleStage::scale_up:
      return "SCALE_UP";
    case LifecycleStage::post_scale_up:
      return "POST_SCALE_UP";
    case LifecycleStage::test_traffic_shift:
      return "TEST_TRAFFIC_SHIFT";
    case LifecycleStage::post_test_traffic_shift:
      return "POST_TEST_TRAFFIC_SHIFT";
    case LifecycleStage::pre_production_traffic_shift:
      return "PRE_PRODUCTION_TRAFFIC_SHIFT";
    case LifecycleStage::production_traffic_shift:
      return "PRODUCTION_TRAFFIC_SHIFT";
    case LifecycleStage::post_production_traffic_shift:
      return "POST_PRODUCTION_TRAFFIC_SHIFT";
    case LifecycleStage::bake_time:
      return "BAKE_TIME";
    case LifecycleStage::clean_up:
      break;
  }
  return "CLEAN_UP";
}

bool takes_hooks(LifecycleStage stage) {
  return stage != LifecycleStage::scale_up && stage != LifecycleStage::bake_time &&
         stage != LifecycleStage::clean_up;
}

std::string_view to_string(LifecycleHook::TargetType type) {
  return type == LifecycleHook::TargetType::lambda ? "AWS_LAMBDA" : "PAUSE";
}

std::string_view to_string(LifecycleHook::TimeoutAction action) {
  return action == LifecycleHook::TimeoutAction::go_on ? "CONTINUE" : "ROLLBACK";
}

DeploymentConfiguration changed(DeploymentConfiguration configuration,
                                const DeploymentConfigurationChange& change) {
  overlay(configuration.minimum_healthy_percent, change.minimum_healthy_percent);
  overlay(configuration.maximum_percent, change.maximum_percent);
  overlay(configuration.circuit_breaker, change.circuit_breaker);
  overlay(configuration.alarms, change.alarms);
  overlay(configuration.strategy, change.strategy);
  overlay(configuration.bake_time, change.bake_time);
  overlay(configuration.linear, change.linear);
  overlay(configuration.canary, change.canary);
  overlay(configuration.hooks, change.hooks);
  // What belongs to another strategy goes with it.
  const auto strategy = configuration.strategy;
  if (strategy != DeploymentStrategy::linear && !change.linear) configuration.linear.reset();
  if (strategy != DeploymentStrategy::canary && !change.canary) configuration.canary.reset();
  return configuration;
}

}  // namespace cutover::containers

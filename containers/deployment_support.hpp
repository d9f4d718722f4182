#pragma once

// What deployments need of the world outside the cluster, besides target groups.

#include <functional>
#include <string>

#include "containers/alarm_source.hpp"
#include "containers/hook_runner.hpp"
#include "containers/service.hpp"
#include "containers/traffic_router.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

/// Whether what a service names is there. Empty: there is nothing of the kind.
struct SupportChecks {
  std::function<Result<void>(const std::string& rule, const std::string& target_group,
                             const std::string& alternate_target_group)>
      rule;
  std::function<Result<void>(const std::string& hook_target_arn)> hook;
  std::function<Result<void>(const std::string& name)> alarm;
};

/// All of it is borrowed. A service that asks for what is not there is refused.
struct DeploymentSupport {
  TrafficRouter* router = nullptr;
  HookRunner* hooks = nullptr;
  AlarmSource* alarms = nullptr;

  SupportChecks checks() const;
};

/// Whether the rules, hooks and alarms that the spec names are there. The error's place is relative
/// to the service: "/deploymentConfiguration/alarms/alarmNames/0".
Result<void> check_support(const ServiceSpec& spec, const SupportChecks& checks);

}  // namespace cutover::containers

#include "containers/deployment_support.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "lb/base/json.hpp"

namespace cutover::containers {

namespace {

Error unsupported(std::string where, std::string message) {
  return {"InvalidParameterException", std::move(where), std::move(message)};
}

Result<void> check_rules(const ServiceSpec& spec, const SupportChecks& checks) {
  if (!checks.rule) {
    return unsupported("/deploymentConfiguration/strategy",
                       fmt::format("found {}; only ROLLING is supported here: there is no load "
                                   "balancer whose rules could shift traffic",
                                   to_string(spec.deployment.strategy)));
  }
  for (std::size_t i = 0; i < spec.load_balancers.size(); ++i) {
    const ServiceLoadBalancer& entry = spec.load_balancers[i];
    const std::string place = fmt::format("/loadBalancers/{}/advancedConfiguration", i);
    const auto check = [&](const std::string& rule, const char* member) -> Result<void> {
      const auto checked =
          checks.rule(rule, entry.target_group, entry.advanced->alternate_target_group);
      return checked ? checked : at(place + member, checked.error());
    };
    auto checked = check(entry.advanced->production_listener_rule, "/productionListenerRule");
    if (checked && !entry.advanced->test_listener_rule.empty()) {
      checked = check(entry.advanced->test_listener_rule, "/testListenerRule");
    }
    if (!checked) return checked;
  }
  return {};
}

Result<void> check_hooks(const std::vector<LifecycleHook>& hooks, const SupportChecks& checks) {
  for (std::size_t i = 0; i < hooks.size(); ++i) {
    if (hooks[i].target_type == LifecycleHook::TargetType::pause) continue;
    const std::string place =
        fmt::format("/deploymentConfiguration/lifecycleHooks/{}/hookTargetArn", i);
    if (!checks.hook) {
      return unsupported(place, fmt::format("found {}; hooks other than PAUSE are not supported "
                                            "here",
                                            hooks[i].hook_target_arn));
    }
    if (auto checked = checks.hook(hooks[i].hook_target_arn); !checked) {
      return at(place, checked.error());
    }
  }
  return {};
}

Result<void> check_alarms(const DeploymentAlarms& alarms, const SupportChecks& checks) {
  const std::string place = "/deploymentConfiguration/alarms";
  if (!checks.alarm) return unsupported(place + "/enable", "found true; there are no alarms here");
  if (alarms.alarm_names.empty()) {
    return unsupported(place + "/alarmNames", "found no alarm; at least one is required");
  }
  for (std::size_t i = 0; i < alarms.alarm_names.size(); ++i) {
    if (auto checked = checks.alarm(alarms.alarm_names[i]); !checked) {
      return at(fmt::format("{}/alarmNames/{}", place, i), checked.error());
    }
  }
  return {};
}

}  // namespace

SupportChecks DeploymentSupport::checks() const {
  SupportChecks checks;
  if (router) {
    checks.rule = [this](const std::string& rule, const std::string& group,
                         const std::string& alternate) {
      return router->check_rule(rule, group, alternate);
    };
  }
  if (hooks) checks.hook = [this](const std::string& arn) { return hooks->check_hook(arn); };
  if (alarms) checks.alarm = [this](const std::string& name) { return alarms->check_alarm(name); };
  return checks;
}

Result<void> check_support(const ServiceSpec& spec, const SupportChecks& checks) {
  const DeploymentConfiguration& its = spec.deployment;
  if (its.strategy != DeploymentStrategy::rolling) {
    if (auto checked = check_rules(spec, checks); !checked) return checked;
    if (auto checked = check_hooks(its.hooks, checks); !checked) return checked;
  }
  if (its.alarms && its.alarms->enable) return check_alarms(*its.alarms, checks);
  return {};
}

}  // namespace cutover::containers

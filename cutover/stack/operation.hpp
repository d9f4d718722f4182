#pragma once

// The control operations that a stack is built with and that a plan's steps are made of, as values:
// the inputs of AWS's actions of the same names, names in place of ARNs.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "containers/service.hpp"
#include "containers/task_definition.hpp"
#include "cutover/stack/names.hpp"
#include "lb/attributes.hpp"
#include "lb/base/clock.hpp"
#include "lb/targets/target_group_spec.hpp"
#include "rules/rule.hpp"

namespace cutover::stack {

// Elastic Load Balancing.

struct CreateLoadBalancer {
  std::string name;
  lb::LoadBalancerAttributes attributes;
};
struct ModifyLoadBalancerAttributes {
  std::string load_balancer;
  /// AWS's list, read without fault once: changed() lays it over the attributes there are.
  nlohmann::json attributes;
};

/// New values for some of a target group's settings; what is empty stays as it was.
struct TargetGroupSettings {
  std::optional<std::optional<std::uint16_t>> health_check_port;  ///< Inner empty: traffic-port.
  std::optional<std::string> health_check_path;
  std::optional<Duration> health_check_interval;
  std::optional<Duration> health_check_timeout;
  std::optional<std::uint32_t> healthy_threshold;
  std::optional<std::uint32_t> unhealthy_threshold;
  std::optional<lb::targets::CodeMatcher> matcher;
  std::optional<Duration> deregistration_delay;
  std::optional<std::uint32_t> minimum_healthy_count;
  std::optional<std::optional<std::uint32_t>> minimum_healthy_percentage;  ///< Inner empty: off.
  std::optional<std::optional<std::uint32_t>> dns_minimum_healthy_count;   ///< Inner empty: off.
  std::optional<std::optional<std::uint32_t>> dns_minimum_healthy_percentage;  ///< As above.
  std::optional<lb::targets::Algorithm> algorithm;
  std::optional<bool> anomaly_mitigation;
  std::optional<Duration> slow_start;
  std::optional<bool> stickiness_enabled;
  std::optional<lb::targets::Stickiness::Type> stickiness_type;
  std::optional<Duration> lb_cookie_duration;
  std::optional<Duration> app_cookie_duration;
  std::optional<std::string> app_cookie_name;
};
/// `spec` with those values.
lb::targets::TargetGroupSpec changed(lb::targets::TargetGroupSpec spec,
                                     const TargetGroupSettings& settings);

struct CreateTargetGroup {
  lb::targets::TargetGroupSpec spec;
};
struct ModifyTargetGroup {
  std::string target_group;
  TargetGroupSettings settings;
};
struct ModifyTargetGroupAttributes {
  std::string target_group;
  TargetGroupSettings settings;
};
struct DeleteTargetGroup {
  std::string target_group;
};

/// A target as it is written; without a port it takes its group's.
struct TargetEntry {
  std::string id;  ///< An IP address literal.
  std::optional<std::uint16_t> port;
};
struct RegisterTargets {
  std::string target_group;
  std::vector<TargetEntry> targets;
};
struct DeregisterTargets {
  std::string target_group;
  std::vector<TargetEntry> targets;
};

struct CreateListener {
  ListenerName listener;
  rules::Action default_action;
  lb::ListenerAttributes attributes = {};  ///< Of a stack's entry; AWS's own call has none.
};
struct ModifyListenerAttributes {
  ListenerName listener;
  nlohmann::json attributes;  ///< As with ModifyLoadBalancerAttributes.
};
struct ModifyListener {
  ListenerName listener;
  rules::Action default_action;
};
struct DeleteListener {
  ListenerName listener;
};

/// Those of one rule.
struct Transforms {
  std::optional<rules::Rewrite> host_header_rewrite;
  std::optional<rules::Rewrite> url_rewrite;
};

struct CreateRule {
  ListenerName listener;
  rules::Rule rule;
};
struct ModifyRule {
  RuleName rule;
  std::optional<std::vector<rules::Condition>> conditions;
  std::optional<rules::Action> action;
  std::optional<Transforms> transforms;  ///< In place of all that the rule had; without any: reset.
};
/// `rule` with those values.
rules::Rule changed(rules::Rule rule, const ModifyRule& operation);

struct DeleteRule {
  RuleName rule;
};
struct SetRulePriorities {
  struct Change {
    RuleName rule;
    std::uint32_t priority = 0;
  };
  std::vector<Change> changes;  ///< Of one listener.
};

// Elastic Container Service.

struct RegisterTaskDefinition {
  containers::TaskDefinition definition;
};
struct CreateService {
  containers::ServiceSpec spec;
};
struct UpdateService {
  std::string service;
  std::optional<std::string> cluster;
  std::optional<std::uint32_t> desired_count;
  std::optional<std::string> task_definition;
  bool force_new_deployment = false;
};
struct DeleteService {
  std::string service;
  std::optional<std::string> cluster;
  bool force = false;
};
struct StopTask {
  TaskName task;
  std::optional<std::string> cluster;
  std::string reason;
};

using Operation =
    std::variant<CreateLoadBalancer, CreateTargetGroup, ModifyTargetGroup,
                 ModifyTargetGroupAttributes, DeleteTargetGroup, RegisterTargets, DeregisterTargets,
                 CreateListener, ModifyListener, DeleteListener, CreateRule, ModifyRule, DeleteRule,
                 SetRulePriorities, ModifyLoadBalancerAttributes, ModifyListenerAttributes,
                 RegisterTaskDefinition, CreateService, UpdateService, DeleteService, StopTask>;

/// AWS's name of the action: "CreateRule".
std::string_view name_of(const Operation& operation);

/// One line for people: "DeleteRule demo:80/10", "UpdateService api desiredCount 0".
std::string to_string(const Operation& operation);

}  // namespace cutover::stack

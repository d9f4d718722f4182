#pragma once

// The control operations that a stack is built with and that a plan's steps are made of, as values:
// the inputs of AWS's actions of the same names (`operation_name`), names in place of ARNs.

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

// Elastic Load Balancing. What creates a thing may give the `id` that ends its ARN, so that a stack
// comes back as it was; empty, it is given one when it comes to be.

struct Tag {
  std::string key;
  std::string value;
  friend bool operator==(const Tag&, const Tag&) = default;
};
using Tags = std::vector<Tag>;

/// Where a load balancer stands in a network: kept and told, without effect on one machine.
struct Placement {
  std::string scheme = "internet-facing";
  std::string ip_address_type = "ipv4";
  std::vector<std::string> subnets = {};
  std::vector<std::string> security_groups = {};
  friend bool operator==(const Placement&, const Placement&) = default;
};

struct CreateLoadBalancer {
  static constexpr std::string_view operation_name = "CreateLoadBalancer";
  std::string name;
  lb::LoadBalancerAttributes attributes = {};  ///< Of a stack's entry; AWS's own call has none.
  Placement placement = {};
  Tags tags = {};
  std::string id = {};
  /// Of its own, on loopback; empty: the first that is free.
  std::string address = {};
  WallTime created = {};  ///< The epoch: when it comes to be.
};
struct DeleteLoadBalancer {
  static constexpr std::string_view operation_name = "DeleteLoadBalancer";
  std::string load_balancer;
};
struct ModifyLoadBalancerAttributes {
  static constexpr std::string_view operation_name = "ModifyLoadBalancerAttributes";
  std::string load_balancer;
  /// AWS's list, read without fault once: changed() lays it over the attributes there are.
  nlohmann::json attributes;
};
struct SetSubnets {
  static constexpr std::string_view operation_name = "SetSubnets";
  std::string load_balancer;
  std::vector<std::string> subnets;
  std::optional<std::string> ip_address_type = {};
};
struct SetSecurityGroups {
  static constexpr std::string_view operation_name = "SetSecurityGroups";
  std::string load_balancer;
  std::vector<std::string> security_groups;
};
struct SetIpAddressType {
  static constexpr std::string_view operation_name = "SetIpAddressType";
  std::string load_balancer;
  std::string ip_address_type;
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

/// What is kept of a target group and told, without effect on one machine, but for the type: the
/// targets of an `instance` group go by their instances' ids.
struct TargetGroupKind {
  std::string target_type = "instance";
  std::string vpc = {};
  std::string ip_address_type = "ipv4";
  friend bool operator==(const TargetGroupKind&, const TargetGroupKind&) = default;
};

struct CreateTargetGroup {
  static constexpr std::string_view operation_name = "CreateTargetGroup";
  lb::targets::TargetGroupSpec spec;
  TargetGroupKind kind = {};
  Tags tags = {};
  std::string id = {};
};
struct ModifyTargetGroup {
  static constexpr std::string_view operation_name = "ModifyTargetGroup";
  std::string target_group;
  TargetGroupSettings settings;
};
struct ModifyTargetGroupAttributes {
  static constexpr std::string_view operation_name = "ModifyTargetGroupAttributes";
  std::string target_group;
  TargetGroupSettings settings;
};
struct DeleteTargetGroup {
  static constexpr std::string_view operation_name = "DeleteTargetGroup";
  std::string target_group;
};

/// A target as it is written; without a port it takes its group's.
struct TargetEntry {
  std::string id;  ///< An IP address literal, or an instance's id: "i-…".
  std::optional<std::uint16_t> port = {};
  std::string availability_zone = {};  ///< As given.
  friend bool operator==(const TargetEntry&, const TargetEntry&) = default;
};
struct RegisterTargets {
  static constexpr std::string_view operation_name = "RegisterTargets";
  std::string target_group;
  std::vector<TargetEntry> targets;
};
struct DeregisterTargets {
  static constexpr std::string_view operation_name = "DeregisterTargets";
  std::string target_group;
  std::vector<TargetEntry> targets;
};

struct CreateListener {
  static constexpr std::string_view operation_name = "CreateListener";
  ListenerName listener;
  rules::Action default_action;
  lb::ListenerAttributes attributes = {};  ///< Of a stack's entry; AWS's own call has none.
  Tags tags = {};
  std::string id = {};
  std::string default_rule_id = {};
  Tags default_rule_tags = {};
};
struct ModifyListenerAttributes {
  static constexpr std::string_view operation_name = "ModifyListenerAttributes";
  ListenerName listener;
  nlohmann::json attributes;  ///< As with ModifyLoadBalancerAttributes.
};
struct ModifyListener {
  static constexpr std::string_view operation_name = "ModifyListener";
  ListenerName listener;
  std::optional<std::uint16_t> port = {};  ///< Moves it there.
  std::optional<rules::Action> default_action = {};
};
struct DeleteListener {
  static constexpr std::string_view operation_name = "DeleteListener";
  ListenerName listener;
};

/// Those of one rule.
struct Transforms {
  std::optional<rules::Rewrite> host_header_rewrite;
  std::optional<rules::Rewrite> url_rewrite;
};

struct CreateRule {
  static constexpr std::string_view operation_name = "CreateRule";
  ListenerName listener;
  rules::Rule rule;
  Tags tags = {};
  std::string id = {};
};
struct ModifyRule {
  static constexpr std::string_view operation_name = "ModifyRule";
  RuleName rule;
  std::optional<std::vector<rules::Condition>> conditions;
  std::optional<rules::Action> action;
  std::optional<Transforms> transforms;  ///< In place of all that the rule had; without any: reset.
};
/// `rule` with those values.
rules::Rule changed(rules::Rule rule, const ModifyRule& operation);

struct DeleteRule {
  static constexpr std::string_view operation_name = "DeleteRule";
  RuleName rule;
};
struct SetRulePriorities {
  static constexpr std::string_view operation_name = "SetRulePriorities";
  struct Change {
    RuleName rule;
    std::uint32_t priority = 0;
  };
  std::vector<Change> changes;  ///< Of one listener.
};

/// What tags are put on; a default rule is the one of priority 0.
using ResourceName = std::variant<LoadBalancerName, TargetGroupName, ListenerName, RuleName>;

struct AddTags {
  static constexpr std::string_view operation_name = "AddTags";
  std::vector<ResourceName> resources;
  Tags tags;  ///< A key that is there gets the value.
};
struct RemoveTags {
  static constexpr std::string_view operation_name = "RemoveTags";
  std::vector<ResourceName> resources;
  std::vector<std::string> keys;
};

// Elastic Container Service.

struct RegisterTaskDefinition {
  static constexpr std::string_view operation_name = "RegisterTaskDefinition";
  containers::TaskDefinition definition;
};
/// DeregisterTaskDefinition, and DeleteTaskDefinitions after it if asked for. Of a stack's entry: a
/// plan has no such step.
struct EndTaskDefinition {
  static constexpr std::string_view operation_name = "DeregisterTaskDefinition";
  std::string task_definition;  ///< "family:revision"
  bool deletes = false;
};
struct CreateService {
  static constexpr std::string_view operation_name = "CreateService";
  containers::ServiceSpec spec;
};
struct UpdateService {
  static constexpr std::string_view operation_name = "UpdateService";
  std::string service;
  std::optional<std::string> cluster;
  containers::ServiceUpdate update;
};
struct DeleteService {
  static constexpr std::string_view operation_name = "DeleteService";
  std::string service;
  std::optional<std::string> cluster;
  bool force = false;
};
struct StopTask {
  static constexpr std::string_view operation_name = "StopTask";
  TaskName task;
  std::optional<std::string> cluster;
  std::string reason;
};

using Operation =
    std::variant<CreateLoadBalancer, DeleteLoadBalancer, ModifyLoadBalancerAttributes, SetSubnets,
                 SetSecurityGroups, SetIpAddressType, CreateTargetGroup, ModifyTargetGroup,
                 ModifyTargetGroupAttributes, DeleteTargetGroup, RegisterTargets, DeregisterTargets,
                 CreateListener, ModifyListener, ModifyListenerAttributes, DeleteListener,
                 CreateRule, ModifyRule, DeleteRule, SetRulePriorities, AddTags, RemoveTags,
                 RegisterTaskDefinition, EndTaskDefinition, CreateService, UpdateService,
                 DeleteService, StopTask>;

/// AWS's name of the action: "CreateRule".
std::string_view name_of(const Operation& operation);

/// One line for people: "DeleteRule demo:80/10", "UpdateService api desiredCount 0".
std::string to_string(const Operation& operation);

}  // namespace cutover::stack

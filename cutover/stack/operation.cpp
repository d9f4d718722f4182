#include "cutover/stack/operation.hpp"

#include <fmt/format.h>

namespace cutover::stack {

namespace {

std::string joined(const std::vector<TargetEntry>& targets) {
  std::string text;
  for (const auto& target : targets) {
    text += target.port ? fmt::format(" {}:{}", target.id, *target.port) : " " + target.id;
  }
  return text;
}

/// " key=value …" of a list that was read before.
std::string attributes(const nlohmann::json& list) {
  std::string text;
  for (const auto& entry : list) {
    text += fmt::format(" {}={}", entry.value("Key", ""), entry.value("Value", ""));
  }
  return text;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += " " + word;
  return text;
}

std::string joined(const std::vector<ResourceName>& resources) {
  std::string text;
  for (const ResourceName& resource : resources) {
    if (!text.empty()) text += ", ";
    text += std::visit([](const auto& name) { return stack::to_string(name); }, resource);
  }
  return text + ":";
}

/// What an operation is about, after its name.
struct Subject {
  std::string operator()(const CreateLoadBalancer& o) const { return o.name; }
  std::string operator()(const DeleteLoadBalancer& o) const { return o.load_balancer; }
  std::string operator()(const SetSubnets& o) const { return o.load_balancer + joined(o.subnets); }
  std::string operator()(const SetSecurityGroups& o) const {
    return o.load_balancer + joined(o.security_groups);
  }
  std::string operator()(const SetIpAddressType& o) const {
    return o.load_balancer + " " + o.ip_address_type;
  }
  std::string operator()(const AddTags& o) const {
    std::string text = joined(o.resources);
    for (const Tag& tag : o.tags) text += fmt::format(" {}={}", tag.key, tag.value);
    return text;
  }
  std::string operator()(const RemoveTags& o) const { return joined(o.resources) + joined(o.keys); }
  std::string operator()(const ModifyLoadBalancerAttributes& o) const {
    return o.load_balancer + attributes(o.attributes);
  }
  std::string operator()(const ModifyListenerAttributes& o) const {
    return stack::to_string(o.listener) + attributes(o.attributes);
  }
  std::string operator()(const CreateTargetGroup& o) const { return o.spec.name; }
  std::string operator()(const ModifyTargetGroup& o) const { return o.target_group; }
  std::string operator()(const ModifyTargetGroupAttributes& o) const { return o.target_group; }
  std::string operator()(const DeleteTargetGroup& o) const { return o.target_group; }
  std::string operator()(const RegisterTargets& o) const {
    return o.target_group + joined(o.targets);
  }
  std::string operator()(const DeregisterTargets& o) const {
    return o.target_group + joined(o.targets);
  }
  std::string operator()(const CreateListener& o) const {
    return fmt::format("{}: {}", stack::to_string(o.listener), rules::to_string(o.default_action));
  }
  std::string operator()(const ModifyListener& o) const {
    std::string text = stack::to_string(o.listener) + ":";
    if (o.port) text += fmt::format(" to port {}", *o.port);
    if (o.default_action) text += " " + rules::to_string(*o.default_action);
    return text;
  }
  std::string operator()(const DeleteListener& o) const { return stack::to_string(o.listener); }
  std::string operator()(const CreateRule& o) const {
    return fmt::format("{}: {}", stack::to_string(o.listener), rules::to_string(o.rule));
  }
  std::string operator()(const ModifyRule& o) const { return stack::to_string(o.rule); }
  std::string operator()(const DeleteRule& o) const { return stack::to_string(o.rule); }
  std::string operator()(const SetRulePriorities& o) const {
    std::string text;
    for (const auto& change : o.changes) {
      text += fmt::format("{}{} -> {}", text.empty() ? "" : ", ", stack::to_string(change.rule),
                          change.priority);
    }
    return text;
  }
  std::string operator()(const RegisterTaskDefinition& o) const { return o.definition.family; }
  std::string operator()(const EndTaskDefinition& o) const { return o.task_definition; }
  std::string operator()(const CreateService& o) const {
    return fmt::format("{}: desiredCount {}", o.spec.name, o.spec.desired_count);
  }
  std::string operator()(const UpdateService& o) const {
    std::string text = o.service + ":";
    const containers::ServiceUpdate& update = o.update;
    if (update.desired_count) text += fmt::format(" desiredCount {}", *update.desired_count);
    if (update.task_definition) text += " taskDefinition " + *update.task_definition;
    if (update.force_new_deployment) text += " forceNewDeployment";
    return text;
  }
  std::string operator()(const DeleteService& o) const {
    return o.service + (o.force ? " force" : "");
  }
  std::string operator()(const StopTask& o) const { return stack::to_string(o.task); }
};

template <class T>
void overlay(T& value, const std::optional<T>& change) {
  if (change) value = *change;
}

}  // namespace

lb::targets::TargetGroupSpec changed(lb::targets::TargetGroupSpec spec,
                                     const TargetGroupSettings& settings) {
  lb::targets::HealthCheck& check = spec.health_check;
  overlay(check.port, settings.health_check_port);
  overlay(check.path, settings.health_check_path);
  overlay(check.interval, settings.health_check_interval);
  overlay(check.timeout, settings.health_check_timeout);
  overlay(check.healthy_threshold, settings.healthy_threshold);
  overlay(check.unhealthy_threshold, settings.unhealthy_threshold);
  overlay(check.matcher, settings.matcher);
  overlay(spec.deregistration_delay, settings.deregistration_delay);
  auto& routing = spec.unhealthy_state_routing;
  overlay(routing.minimum_healthy_count, settings.minimum_healthy_count);
  overlay(routing.minimum_healthy_percentage, settings.minimum_healthy_percentage);
  overlay(spec.dns_failover.minimum_healthy_count, settings.dns_minimum_healthy_count);
  overlay(spec.dns_failover.minimum_healthy_percentage, settings.dns_minimum_healthy_percentage);
  overlay(spec.algorithm, settings.algorithm);
  overlay(spec.anomaly_mitigation, settings.anomaly_mitigation);
  overlay(spec.slow_start, settings.slow_start);
  overlay(spec.stickiness.enabled, settings.stickiness_enabled);
  overlay(spec.stickiness.type, settings.stickiness_type);
  overlay(spec.stickiness.lb_cookie_duration, settings.lb_cookie_duration);
  overlay(spec.stickiness.app_cookie_duration, settings.app_cookie_duration);
  overlay(spec.stickiness.app_cookie_name, settings.app_cookie_name);
  return spec;
}

rules::Rule changed(rules::Rule rule, const ModifyRule& operation) {
  overlay(rule.conditions, operation.conditions);
  overlay(rule.action, operation.action);
  if (operation.transforms) {
    rule.host_header_rewrite = operation.transforms->host_header_rewrite;
    rule.url_rewrite = operation.transforms->url_rewrite;
  }
  return rule;
}

std::string_view name_of(const Operation& operation) {
  return std::visit([](const auto& input) { return input.operation_name; }, operation);
}

std::string to_string(const Operation& operation) {
  return fmt::format("{} {}", name_of(operation), std::visit(Subject{}, operation));
}

}  // namespace cutover::stack

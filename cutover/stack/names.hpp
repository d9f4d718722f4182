#pragma once

// How stack and plan name what AWS names by ARN: a load balancer, target group or service by its
// own name, a listener as "demo:80", a rule as "demo:80/10", a task as
// "api/0": the oldest running task of service api.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lb/base/result.hpp"

namespace cutover::stack {

struct LoadBalancerName {
  std::string name;
  friend auto operator<=>(const LoadBalancerName&, const LoadBalancerName&) = default;
};

struct TargetGroupName {
  std::string name;
  friend auto operator<=>(const TargetGroupName&, const TargetGroupName&) = default;
};

struct ListenerName {
  std::string load_balancer;
  std::uint16_t port = 0;
  friend auto operator<=>(const ListenerName&, const ListenerName&) = default;
};

struct RuleName {
  ListenerName listener;
  std::uint32_t priority = 0;  ///< 0: the default rule.
  friend auto operator<=>(const RuleName&, const RuleName&) = default;
};

struct TaskName {
  std::string service;
  std::uint32_t number = 0;  ///< Among the service's running tasks, the oldest is 0.
  friend auto operator<=>(const TaskName&, const TaskName&) = default;
};

/// The errors have no place: the caller knows where the name stood.
Result<ListenerName> parse_listener_name(std::string_view text);
Result<RuleName> parse_rule_name(std::string_view text);
Result<TaskName> parse_task_name(std::string_view text);

std::string to_string(const LoadBalancerName& name);
std::string to_string(const TargetGroupName& name);
std::string to_string(const ListenerName& name);
std::string to_string(const RuleName& name);
std::string to_string(const TaskName& name);

/// `found "ap"; allowed are api, users; did you mean "api"?`: what to say of a name that is not
/// among `known`. `kind` in the singular: "target group".
std::string unknown_name(std::string_view kind, std::string_view name,
                         const std::vector<std::string>& known);

}  // namespace cutover::stack

#include "cutover/api/elbv2/arns.hpp"

#include <fmt/format.h>

#include <optional>
#include <vector>

namespace cutover::api::elbv2 {

namespace {

constexpr std::string_view load_balancer_kind = "loadbalancer";
constexpr std::string_view target_group_kind = "targetgroup";
constexpr std::string_view listener_kind = "listener";
constexpr std::string_view rule_kind = "listener-rule";

std::vector<std::string_view> parts_of(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// "loadbalancer", "app", "demo", "50dc6c495c0c9188": what follows the account, at its slashes.
std::optional<std::vector<std::string_view>> path_of(std::string_view arn) {
  const auto fields = parts_of(arn, ':');
  if (fields.size() != 6 || fields[0] != "arn" || fields[1] != "aws" ||
      fields[2] != "elasticloadbalancing") {
    return std::nullopt;
  }
  return parts_of(fields[5], '/');
}

/// Those of the kind that have as many parts as it has.
Result<std::vector<std::string_view>> path_of(std::string_view arn, std::string_view kind,
                                              std::size_t parts, std::string_view called) {
  const auto path = path_of(arn);
  if (path && path->size() == parts && path->front() == kind) return *path;
  return validation_error(fmt::format("'{}' is not a valid {} ARN", arn, called));
}

Error not_found(std::string_view code, std::string_view what) {
  return {std::string(code), "", fmt::format("One or more {} not found", what)};
}

/// The load balancer that stands in a path from its second part on: "app", its name, its id.
const stack::LoadBalancerState* balancer_in(const Place& place,
                                            const std::vector<std::string_view>& path) {
  if (path[1] != "app") return nullptr;
  const auto* state = place.there().load_balancer(std::string(path[2]));
  return state && state->described.id == path[3] ? state : nullptr;
}

std::optional<stack::ListenerName> listener_in(const Place& place,
                                               const std::vector<std::string_view>& path) {
  const auto* balancer = balancer_in(place, path);
  if (!balancer) return std::nullopt;
  for (const auto& [port, listener] : balancer->listeners) {
    if (listener.described.id == path[4]) {
      return stack::ListenerName{std::string(path[2]), port};
    }
  }
  return std::nullopt;
}

}  // namespace

// An ARN that holds for another account or region finds nothing here, whatever its path says.

namespace {

bool is_of_here(const Place& place, std::string_view arn) {
  const auto fields = parts_of(arn, ':');
  return fields[3] == place.balancing.options().region &&
         fields[4] == place.balancing.options().account;
}

}  // namespace

Result<std::string> load_balancer_of(const Place& place, const std::string& arn) {
  const auto path = path_of(arn, load_balancer_kind, 4, "load balancer");
  if (!path) return path.error();
  if (is_of_here(place, arn) && balancer_in(place, *path)) return std::string((*path)[2]);
  return not_found("LoadBalancerNotFound", "load balancers");
}

Result<std::string> target_group_of(const Place& place, const std::string& arn) {
  const auto path = path_of(arn, target_group_kind, 3, "target group");
  if (!path) return path.error();
  const std::string name((*path)[1]);
  const auto* group = place.there().target_group(name);
  if (is_of_here(place, arn) && group && group->described.id == (*path)[2]) return name;
  return not_found("TargetGroupNotFound", "target groups");
}

Result<stack::ListenerName> listener_of(const Place& place, const std::string& arn) {
  const auto path = path_of(arn, listener_kind, 5, "listener");
  if (!path) return path.error();
  const auto found = is_of_here(place, arn) ? listener_in(place, *path) : std::nullopt;
  if (found) return *found;
  return not_found("ListenerNotFound", "listeners");
}

Result<stack::RuleName> rule_of(const Place& place, const std::string& arn) {
  const auto path = path_of(arn, rule_kind, 6, "listener rule");
  if (!path) return path.error();
  const auto name = is_of_here(place, arn) ? listener_in(place, *path) : std::nullopt;
  if (!name) return not_found("RuleNotFound", "rules");
  const stack::ListenerState& listener = *place.there().listener(*name);
  const std::string_view id = (*path)[5];
  if (listener.default_rule.id == id) return stack::RuleName{*name, 0};
  for (std::size_t i = 0; i < listener.each_rule.size(); ++i) {
    if (listener.each_rule[i].id == id) {
      return stack::RuleName{*name, listener.rules.rules[i].priority};
    }
  }
  return not_found("RuleNotFound", "rules");
}

namespace {

template <class Name>
Result<stack::ResourceName> as_resource(Result<Name> name) {
  if (!name) return name.error();
  return stack::ResourceName(*std::move(name));
}

}  // namespace

Result<stack::ResourceName> resource_of(const Place& place, const std::string& arn) {
  const auto path = path_of(arn);
  const std::string_view kind = path ? path->front() : std::string_view();
  if (kind == load_balancer_kind) {
    auto name = load_balancer_of(place, arn);
    if (!name) return name.error();
    return stack::ResourceName(stack::LoadBalancerName{*std::move(name)});
  }
  if (kind == target_group_kind) {
    auto name = target_group_of(place, arn);
    if (!name) return name.error();
    return stack::ResourceName(stack::TargetGroupName{*std::move(name)});
  }
  if (kind == listener_kind) return as_resource(listener_of(place, arn));
  if (kind == rule_kind) return as_resource(rule_of(place, arn));
  return validation_error(
      fmt::format("'{}' is not a valid ARN of a load balancer, target group, "
                  "listener or listener rule",
                  arn));
}

std::string rule_arn(std::string_view listener_arn, std::string_view rule_id) {
  std::string arn(listener_arn);
  const std::string from = ":listener/";
  const auto at = arn.find(from);
  arn.replace(at, from.size(), ":listener-rule/");
  return fmt::format("{}/{}", arn, rule_id);
}

namespace {

Result<void> name_group(const Place& place, json& holder) {
  const auto member = holder.find("TargetGroupArn");
  if (member == holder.end()) return {};
  auto name = target_group_of(place, member->get<std::string>());
  if (name) {
    *member = *std::move(name);
    return {};
  }
  if (name.error().code != "TargetGroupNotFound") return name.error();
  return Error{"TargetGroupNotFound", "",
               fmt::format("Target group '{}' not found", member->get<std::string>())};
}

}  // namespace

Result<void> name_groups(const Place& place, json& input, const char* key) {
  const auto list = input.find(key);
  if (list == input.end()) return {};
  for (json& action : *list) {
    if (const auto named = name_group(place, action); !named) return named.error();
    if (!action.contains("ForwardConfig") || !action["ForwardConfig"].contains("TargetGroups")) {
      continue;
    }
    for (json& group : action["ForwardConfig"]["TargetGroups"]) {
      if (const auto named = name_group(place, group); !named) return named.error();
    }
  }
  return {};
}

}  // namespace cutover::api::elbv2

#include "cutover/stack/shift_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

namespace cutover::stack {

namespace {

Error invalid(std::string message) { return {"InvalidParameterException", "", std::move(message)}; }

/// "app", the load balancer's name, and three ids: what follows ":listener-rule/".
std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = path.find('/');
    parts.push_back(path.substr(0, end));
    if (end == std::string_view::npos) return parts;
    path.remove_prefix(end + 1);
  }
}

std::optional<RuleName> find_by_arn(const LoadBalancing& there, std::string_view arn) {
  constexpr std::string_view kind = ":listener-rule/";
  const auto at = arn.find(kind);
  if (at == std::string_view::npos) return std::nullopt;
  const auto parts = parts_of(arn.substr(at + kind.size()));
  if (parts.size() != 5) return std::nullopt;
  const std::string name(parts[1]);
  const auto* balancer = there.load_balancer(name);
  if (!balancer || balancer->described.id != parts[2]) return std::nullopt;
  for (const auto& [port, listener] : balancer->listeners) {
    if (listener.described.id != parts[3]) continue;
    if (listener.default_rule.id == parts[4]) return RuleName{{name, port}, 0};
    for (std::size_t i = 0; i < listener.each_rule.size(); ++i) {
      if (listener.each_rule[i].id != parts[4]) continue;
      return RuleName{{name, port}, listener.rules.rules[i].priority};
    }
  }
  return std::nullopt;
}

Result<RuleName> parse_name(std::string_view text) {
  constexpr std::string_view default_rule = "/default";
  if (!text.ends_with(default_rule)) return parse_rule_name(text);
  text.remove_suffix(default_rule.size());
  const auto listener = parse_listener_name(text);
  if (!listener) return listener.error();
  return RuleName{*listener, 0};
}

std::vector<std::string> known_rules(const LoadBalancing& there) {
  std::vector<std::string> known;
  for (const auto& [name, balancer] : there.load_balancers) {
    for (const auto& [port, listener] : balancer.listeners) {
      for (const rules::Rule& rule : listener.rules.rules) {
        known.push_back(to_string(RuleName{{name, port}, rule.priority}));
      }
      known.push_back(to_string(RuleName{{name, port}, 0}));
    }
  }
  return known;
}

bool is_there(const LoadBalancing& there, const RuleName& rule) {
  const auto* listener = there.listener(rule.listener);
  return listener && (rule.priority == 0 || place_of(listener->rules, rule.priority));
}

/// Of the target's group and the source's. Weights are whole numbers up to 999.
std::pair<std::uint32_t, std::uint32_t> weights_of(double target_percent) {
  if (target_percent == std::round(target_percent)) {
    const auto target = static_cast<std::uint32_t>(target_percent);
    return {target, 100 - target};
  }
  const auto target =
      static_cast<std::uint32_t>(std::clamp(std::round(target_percent * 10), 1.0, 999.0));
  return {target, 1000 - target};
}

}  // namespace

Result<RuleName> find_shift_rule(const LoadBalancing& there, const std::string& rule) {
  if (rule.starts_with("arn:")) {
    if (const auto found = find_by_arn(there, rule)) return *found;
    return invalid(fmt::format("there is no listener rule with the ARN {}", rule));
  }
  const auto name = parse_name(rule);
  if (!name) return name.error();
  if (is_there(there, *name)) return *name;
  return invalid(unknown_name("rule", rule, known_rules(there)));
}

const rules::Action& action_of(const LoadBalancing& there, const RuleName& rule) {
  const rules::RuleSet& set = there.listener(rule.listener)->rules;
  if (rule.priority == 0) return set.default_action;
  return set.rules[*place_of(set, rule.priority)].action;
}

Result<void> check_shift_rule(const LoadBalancing& there, const std::string& rule,
                              const std::string& target_group,
                              const std::string& alternate_target_group) {
  const auto found = find_shift_rule(there, rule);
  if (!found) return found.error();
  const rules::Action& action = action_of(there, *found);
  const auto* forward = std::get_if<rules::Forward>(&action);
  const auto is_one_of_them = [&](const rules::WeightedTargetGroup& group) {
    return group.target_group == target_group || group.target_group == alternate_target_group;
  };
  if (forward &&
      std::all_of(forward->target_groups.begin(), forward->target_groups.end(), is_one_of_them)) {
    return {};
  }
  return invalid(fmt::format(
      "found {}, which does {}; a rule that forwards to {} and {} is "
      "required",
      to_string(*found), rules::to_string(action), target_group, alternate_target_group));
}

rules::Forward with_split(rules::Forward forward, const containers::TrafficSplit& split) {
  const auto [target, source] = weights_of(split.target_percent);
  if (split.source_group == split.target_group) {
    forward.target_groups = {{split.target_group, 100}};
    return forward;
  }
  // A rule that lists the groups keeps their order.
  const bool target_first = !forward.target_groups.empty() &&
                            forward.target_groups.front().target_group == split.target_group;
  forward.target_groups = {{split.source_group, source}, {split.target_group, target}};
  if (target_first) std::swap(forward.target_groups[0], forward.target_groups[1]);
  return forward;
}

}  // namespace cutover::stack

#include "cutover/stack/model_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "lb/sticky_actions.hpp"
#include "rules/quotas.hpp"

namespace cutover::stack {

namespace {

/// Every group that the action names must be there. `place` is where its list of actions stands.
Result<void> check_groups(const Model& model, const rules::Action& action,
                          const std::string& place) {
  const auto* forward = std::get_if<rules::Forward>(&action);
  if (!forward) return {};
  for (std::size_t i = 0; i < forward->target_groups.size(); ++i) {
    const std::string& name = forward->target_groups[i].target_group;
    if (model.target_groups.contains(name)) continue;
    return Error{"TargetGroupNotFound",
                 fmt::format("{}/0/ForwardConfig/TargetGroups/{}/TargetGroupArn", place, i),
                 unknown_name("target group", name, target_group_names(model))};
  }
  return {};
}

Result<rules::RuleSet*> find_listener(Model& model, const ListenerName& name,
                                      const std::string& place) {
  const auto found = model.listeners.find(name.port);
  if (found != model.listeners.end() && name.load_balancer == model.load_balancer->name) {
    return &found->second;
  }
  return Error{"ListenerNotFound", place,
               unknown_name("listener", to_string(name), listener_names(model))};
}

/// What ALB asks of an action and all groups it names. `place` is where its list of actions stands.
Result<void> check_action(const Model& model, const rules::Action& action,
                          const std::string& place) {
  if (const auto groups = check_groups(model, action, place); !groups) return groups.error();
  const auto* forward = std::get_if<rules::Forward>(&action);
  if (!forward) return {};
  auto sticky = lb::check_stickiness(
      *forward, [&](const std::string& name) { return &model.target_groups.at(name); });
  if (sticky) return {};
  return Error{sticky.error().code, place + "/0" + sticky.error().where, sticky.error().message};
}

/// Whether the load balancer may have these rules on this listener, new or changed.
Result<void> check_load_balancer(const Model& model, std::uint16_t port,
                                 const rules::RuleSet& changed) {
  std::vector<const rules::RuleSet*> sets{&changed};
  for (const auto& [other, set] : model.listeners) {
    if (other != port) sets.push_back(&set);
  }
  return rules::check_quotas(sets);
}

struct FoundRule {
  rules::RuleSet* set = nullptr;
  rules::Rule* rule = nullptr;
};

Result<FoundRule> find_rule(Model& model, const RuleName& name, const std::string& place) {
  const auto set = find_listener(model, name.listener, place);
  if (!set) return set.error();
  std::vector<std::string> known;
  for (rules::Rule& rule : (*set)->rules) {
    if (rule.priority == name.priority) return FoundRule{*set, &rule};
    known.push_back(to_string(RuleName{name.listener, rule.priority}));
  }
  return Error{"RuleNotFound", place, unknown_name("rule", to_string(name), known)};
}

}  // namespace

Result<void> apply_to(Model& model, const CreateListener& operation) {
  const std::string& name = operation.listener.load_balancer;
  if (!model.load_balancer || name != model.load_balancer->name) {
    std::vector<std::string> known;
    if (model.load_balancer) known.push_back(model.load_balancer->name);
    return Error{"LoadBalancerNotFound", "/LoadBalancerArn",
                 unknown_name("load balancer", name, known)};
  }
  if (model.listeners.contains(operation.listener.port)) {
    return Error{"DuplicateListener", "/Port",
                 fmt::format("there is a listener {} already", to_string(operation.listener))};
  }
  const auto action = check_action(model, operation.default_action, "/DefaultActions");
  if (!action) return action.error();
  const rules::RuleSet set{{}, operation.default_action};
  const auto fits = check_load_balancer(model, operation.listener.port, set);
  if (!fits) return fits.error();
  model.listeners.emplace(operation.listener.port, set);
  return {};
}

Result<void> apply_to(Model& model, const ModifyListener& operation) {
  const auto set = find_listener(model, operation.listener, "/ListenerArn");
  if (!set) return set.error();
  const auto action = check_action(model, operation.default_action, "/DefaultActions");
  if (!action) return action.error();
  rules::RuleSet changed_set{(*set)->rules, operation.default_action};
  const auto fits = check_load_balancer(model, operation.listener.port, changed_set);
  if (!fits) return fits.error();
  **set = std::move(changed_set);
  return {};
}

Result<void> apply_to(Model& model, const ModifyListenerAttributes& operation) {
  const auto set = find_listener(model, operation.listener, "/ListenerArn");
  if (!set) return set.error();
  return {};  // the list was read before: no attribute depends on another
}

Result<void> apply_to(Model& model, const DeleteListener& operation) {
  const auto set = find_listener(model, operation.listener, "/ListenerArn");
  if (!set) return set.error();
  model.listeners.erase(operation.listener.port);
  return {};
}

Result<void> apply_to(Model& model, const CreateRule& operation) {
  const auto set = find_listener(model, operation.listener, "/ListenerArn");
  if (!set) return set.error();
  for (const rules::Rule& rule : (*set)->rules) {
    if (rule.priority != operation.rule.priority) continue;
    return Error{"PriorityInUse", "/Priority",
                 fmt::format("priority {} is in use on listener {}, by: {}", rule.priority,
                             to_string(operation.listener), rules::to_string(rule))};
  }
  const auto action = check_action(model, operation.rule.action, "/Actions");
  if (!action) return action.error();
  rules::RuleSet changed_set = **set;
  changed_set.rules.push_back(operation.rule);
  const auto fits = check_load_balancer(model, operation.listener.port, changed_set);
  if (!fits) return fits.error();
  **set = std::move(changed_set);
  return {};
}

Result<void> apply_to(Model& model, const ModifyRule& operation) {
  const auto found = find_rule(model, operation.rule, "/RuleArn");
  if (!found) return found.error();
  const rules::Rule rule = changed(*found->rule, operation);
  if (const auto valid = rules::validate(rule); !valid) return valid.error();
  const auto action = check_action(model, rule.action, "/Actions");
  if (!action) return action.error();
  rules::RuleSet changed_set = *found->set;
  changed_set.rules[static_cast<std::size_t>(found->rule - found->set->rules.data())] = rule;
  const auto fits = check_load_balancer(model, operation.rule.listener.port, changed_set);
  if (!fits) return fits.error();
  *found->set = std::move(changed_set);
  return {};
}

Result<void> apply_to(Model& model, const DeleteRule& operation) {
  const auto found = find_rule(model, operation.rule, "/RuleArn");
  if (!found) return found.error();
  auto& rules = found->set->rules;
  rules.erase(rules.begin() + (found->rule - rules.data()));
  return {};
}

Result<void> apply_to(Model& model, const SetRulePriorities& operation) {
  // All at once: two rules may swap their priorities in one call.
  std::vector<rules::Rule*> moved;
  std::set<std::uint32_t> given;
  for (std::size_t i = 0; i < operation.changes.size(); ++i) {
    const auto found =
        find_rule(model, operation.changes[i].rule, fmt::format("/RulePriorities/{}/RuleArn", i));
    if (!found) return found.error();
    if (std::find(moved.begin(), moved.end(), found->rule) != moved.end()) {
      return Error{"ValidationError", fmt::format("/RulePriorities/{}/RuleArn", i),
                   fmt::format("rule {} stands twice", to_string(operation.changes[i].rule))};
    }
    moved.push_back(found->rule);
    const std::uint32_t priority = operation.changes[i].priority;
    if (!given.insert(priority).second) {
      return Error{"ValidationError", fmt::format("/RulePriorities/{}/Priority", i),
                   fmt::format("Priority '{}' was provided multiple times", priority)};
    }
  }
  const auto set = find_listener(model, operation.changes.front().rule.listener, "/RulePriorities");
  if (!set) return set.error();
  std::set<std::uint32_t> taken;
  for (const rules::Rule& rule : (*set)->rules) {
    if (std::find(moved.begin(), moved.end(), &rule) == moved.end()) taken.insert(rule.priority);
  }
  for (std::size_t i = 0; i < operation.changes.size(); ++i) {
    if (taken.insert(operation.changes[i].priority).second) continue;
    return Error{
        "PriorityInUse", fmt::format("/RulePriorities/{}/Priority", i),
        fmt::format("priority {} is in use on this listener", operation.changes[i].priority)};
  }
  for (std::size_t i = 0; i < moved.size(); ++i) moved[i]->priority = operation.changes[i].priority;
  return {};
}

}  // namespace cutover::stack

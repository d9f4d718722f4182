#include "cutover/stack/load_balancing_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "cutover/stack/load_balancer_attributes_json.hpp"
#include "lb/sticky_actions.hpp"

namespace cutover::stack {

Result<ListenerState*> find_listener(LoadBalancing& there, const ListenerName& name,
                                     const std::string& place) {
  const auto balancer = there.load_balancers.find(name.load_balancer);
  if (balancer != there.load_balancers.end()) {
    const auto found = balancer->second.listeners.find(name.port);
    if (found != balancer->second.listeners.end()) return &found->second;
  }
  return Error{"ListenerNotFound", place,
               unknown_name("listener", to_string(name), there.listener_names())};
}

namespace {

/// What ALB asks of an action and all groups it names: they are there, no other load balancer uses
/// them, their stickiness goes together. `place` is where its list of actions stands.
Result<void> check_action(const LoadBalancing& there, const std::string& load_balancer,
                          const rules::Action& action, const std::string& place) {
  const auto* forward = std::get_if<rules::Forward>(&action);
  if (!forward) return {};
  for (std::size_t i = 0; i < forward->target_groups.size(); ++i) {
    const std::string& name = forward->target_groups[i].target_group;
    const std::string where =
        fmt::format("{}/0/ForwardConfig/TargetGroups/{}/TargetGroupArn", place, i);
    const auto* group = there.target_group(name);
    if (!group) {
      return Error{"TargetGroupNotFound", where,
                   unknown_name("target group", name, there.target_group_names())};
    }
    if (group->used_by.empty() || group->used_by == load_balancer) continue;
    return Error{"TargetGroupAssociationLimit", where,
                 fmt::format("load balancer \"{}\" uses the target group \"{}\" already; a group "
                             "belongs to one load balancer",
                             group->used_by, name)};
  }
  const auto sticky = lb::check_stickiness(
      *forward, [&](const std::string& name) { return &there.target_groups.at(name).spec; });
  if (sticky) return {};
  return Error{sticky.error().code, place + "/0" + sticky.error().where, sticky.error().message};
}

/// Notes for each group that the action names whether the load balancer uses it.
void note_use(LoadBalancing& there, const std::string& load_balancer, const rules::Action& action) {
  const auto* forward = std::get_if<rules::Forward>(&action);
  if (!forward) return;
  const rules::Usage& usage = there.load_balancers.at(load_balancer).usage;
  for (const auto& each : forward->target_groups) {
    there.target_groups.at(each.target_group).used_by =
        usage.names(each.target_group) ? load_balancer : std::string();
  }
}

/// Counts by `count`; beyond a quota, all is counted back by `undo`.
template <class Count, class Undo>
Result<void> count_within(const LoadBalancing& there, rules::Usage& usage, Count count, Undo undo) {
  count(usage);
  const auto within = usage.check(there.quotas.per_load_balancer);
  if (!within) undo(usage);
  return within;
}

struct FoundRule {
  ListenerState* listener = nullptr;
  std::size_t place = 0;
  rules::Rule& rule() const { return listener->rules.rules[place]; }
};

Result<FoundRule> find_rule(LoadBalancing& there, const RuleName& name, const std::string& place) {
  const auto listener = find_listener(there, name.listener, place);
  if (!listener) return listener.error();
  const auto found = place_of((*listener)->rules, name.priority);
  if (found) return FoundRule{*listener, *found};
  std::vector<std::string> known;
  for (const rules::Rule& rule : (*listener)->rules.rules) {
    known.push_back(to_string(RuleName{name.listener, rule.priority}));
  }
  return Error{"RuleNotFound", place, unknown_name("rule", to_string(name), known)};
}

Error port_taken(const ListenerName& name) {
  return {"DuplicateListener", "/Port",
          fmt::format("there is a listener {} already", to_string(name))};
}

}  // namespace

Result<void> apply_to(LoadBalancing& there, const CreateListener& operation) {
  const auto& [name, port] = operation.listener;
  const auto balancer = find_load_balancer(there, name);
  if (!balancer) return balancer.error();
  if ((*balancer)->listeners.contains(port)) return port_taken(operation.listener);
  const auto action = check_action(there, name, operation.default_action, "/DefaultActions");
  if (!action) return action.error();
  ListenerState state;
  state.rules.default_action = operation.default_action;
  const auto within = count_within(
      there, (*balancer)->usage, [&](auto& usage) { usage.add(state.rules); },
      [&](auto& usage) { usage.remove(state.rules); });
  if (!within) return within.error();
  state.attributes = operation.attributes;
  state.described = {operation.id, operation.tags};
  state.default_rule = {operation.default_rule_id, operation.default_rule_tags};
  state.sequence = there.next_sequence++;
  (*balancer)->listener_order.emplace(state.sequence, port);
  (*balancer)->listeners.emplace(port, std::move(state));
  note_use(there, name, operation.default_action);
  return {};
}

Result<void> apply_to(LoadBalancing& there, const ModifyListener& operation) {
  const auto listener = find_listener(there, operation.listener, "/ListenerArn");
  if (!listener) return listener.error();
  const auto& [name, port] = operation.listener;
  LoadBalancerState& balancer = there.load_balancers.at(name);
  const std::uint16_t to = operation.port.value_or(port);
  if (to != port && balancer.listeners.contains(to)) return port_taken({name, to});
  if (operation.default_action) {
    const rules::Action& after = *operation.default_action;
    const auto action = check_action(there, name, after, "/DefaultActions");
    if (!action) return action.error();
    rules::Action& present = (*listener)->rules.default_action;
    const auto within = count_within(
        there, balancer.usage, [&](auto& usage) { usage.replace(present, after); },
        [&](auto& usage) { usage.replace(after, present); });
    if (!within) return within.error();
    const rules::Action before = std::exchange(present, after);
    note_use(there, name, before);
    note_use(there, name, after);
  }
  if (to != port) {
    balancer.listener_order.at((*listener)->sequence) = to;
    auto node = balancer.listeners.extract(port);
    node.key() = to;
    balancer.listeners.insert(std::move(node));
  }
  return {};
}

Result<void> apply_to(LoadBalancing& there, const ModifyListenerAttributes& operation) {
  const auto listener = find_listener(there, operation.listener, "/ListenerArn");
  if (!listener) return listener.error();
  auto attributes = changed((*listener)->attributes, operation.attributes, "/Attributes");
  if (!attributes) return attributes.error();
  (*listener)->attributes = *std::move(attributes);
  return {};
}

Result<void> apply_to(LoadBalancing& there, const DeleteListener& operation) {
  const auto listener = find_listener(there, operation.listener, "/ListenerArn");
  if (!listener) return listener.error();
  const auto& [name, port] = operation.listener;
  LoadBalancerState& balancer = there.load_balancers.at(name);
  const rules::RuleSet rules = std::move((*listener)->rules);
  balancer.listener_order.erase((*listener)->sequence);
  balancer.listeners.erase(port);
  balancer.usage.remove(rules);
  note_use(there, name, rules.default_action);
  for (const rules::Rule& rule : rules.rules) note_use(there, name, rule.action);
  return {};
}

Result<void> apply_to(LoadBalancing& there, const CreateRule& operation) {
  const auto listener = find_listener(there, operation.listener, "/ListenerArn");
  if (!listener) return listener.error();
  const rules::Rule& rule = operation.rule;
  if (const auto taken = place_of((*listener)->rules, rule.priority)) {
    return Error{"PriorityInUse", "/Priority",
                 fmt::format("priority {} is in use on listener {}, by: {}", rule.priority,
                             to_string(operation.listener),
                             rules::to_string((*listener)->rules.rules[*taken]))};
  }
  const std::string& name = operation.listener.load_balancer;
  const auto action = check_action(there, name, rule.action, "/Actions");
  if (!action) return action.error();
  const auto within = count_within(
      there, there.load_balancers.at(name).usage, [&](auto& usage) { usage.add(rule); },
      [&](auto& usage) { usage.remove(rule); });
  if (!within) return within.error();
  (*listener)->rules.rules.push_back(rule);
  (*listener)->each_rule.push_back({operation.id, operation.tags});
  note_use(there, name, rule.action);
  return {};
}

Result<void> apply_to(LoadBalancing& there, const ModifyRule& operation) {
  const auto found = find_rule(there, operation.rule, "/RuleArn");
  if (!found) return found.error();
  const std::string& name = operation.rule.listener.load_balancer;
  rules::Rule after = changed(found->rule(), operation);
  if (const auto valid = rules::validate(after); !valid) return valid.error();
  const auto action = check_action(there, name, after.action, "/Actions");
  if (!action) return action.error();
  const rules::Action before = found->rule().action;
  const auto within = count_within(
      there, there.load_balancers.at(name).usage,
      [&](auto& usage) { usage.replace(before, after.action); },
      [&](auto& usage) { usage.replace(after.action, before); });
  if (!within) return within.error();
  found->rule() = std::move(after);
  note_use(there, name, before);
  note_use(there, name, found->rule().action);
  return {};
}

Result<void> apply_to(LoadBalancing& there, const DeleteRule& operation) {
  const auto found = find_rule(there, operation.rule, "/RuleArn");
  if (!found) return found.error();
  const std::string& name = operation.rule.listener.load_balancer;
  const rules::Rule rule = std::move(found->rule());
  const auto at = static_cast<std::ptrdiff_t>(found->place);
  found->listener->rules.rules.erase(found->listener->rules.rules.begin() + at);
  found->listener->each_rule.erase(found->listener->each_rule.begin() + at);
  there.load_balancers.at(name).usage.remove(rule);
  note_use(there, name, rule.action);
  return {};
}

Result<void> apply_to(LoadBalancing& there, const SetRulePriorities& operation) {
  // All at once: two rules may swap their priorities in one call.
  std::vector<rules::Rule*> moved;
  std::set<std::uint32_t> given;
  for (std::size_t i = 0; i < operation.changes.size(); ++i) {
    const auto found =
        find_rule(there, operation.changes[i].rule, fmt::format("/RulePriorities/{}/RuleArn", i));
    if (!found) return found.error();
    rules::Rule* const rule = &found->rule();
    if (std::find(moved.begin(), moved.end(), rule) != moved.end()) {
      return Error{"ValidationError", fmt::format("/RulePriorities/{}/RuleArn", i),
                   fmt::format("rule {} stands twice", to_string(operation.changes[i].rule))};
    }
    moved.push_back(rule);
    const std::uint32_t priority = operation.changes[i].priority;
    if (!given.insert(priority).second) {
      return Error{"ValidationError", fmt::format("/RulePriorities/{}/Priority", i),
                   fmt::format("Priority '{}' was provided multiple times", priority)};
    }
  }
  const auto listener =
      find_listener(there, operation.changes.front().rule.listener, "/RulePriorities");
  if (!listener) return listener.error();
  const std::set<rules::Rule*> moves(moved.begin(), moved.end());
  std::set<std::uint32_t> taken;
  for (rules::Rule& rule : (*listener)->rules.rules) {
    if (!moves.contains(&rule)) taken.insert(rule.priority);
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

// Listeners and rules of load balancing that runs.

#include <fmt/format.h>

#include <utility>

#include "cutover/stack/running_balancing.hpp"

namespace cutover::stack {

namespace {

/// The groups that the actions name.
std::vector<std::string> groups_of(const std::vector<const rules::Action*>& actions) {
  std::vector<std::string> names;
  for (const rules::Action* action : actions) {
    const auto* forward = std::get_if<rules::Forward>(action);
    if (!forward) continue;
    for (const auto& each : forward->target_groups) names.push_back(each.target_group);
  }
  return names;
}

}  // namespace

Result<void> RunningBalancing::place_groups(const std::string& load_balancer,
                                            const std::vector<const rules::Action*>& actions) {
  return targets_.place(groups_of(actions), load_balancer);
}

/// Lets the load balancer listen as the values say.
Result<void> RunningBalancing::listen(const ListenerName& name) {
  const LoadBalancerState& state = there_.load_balancers.at(name.load_balancer);
  const ListenerState& listener = state.listeners.at(name.port);
  lb::ListenerSpec spec;
  spec.port = name.port;
  spec.address = boost::asio::ip::make_address(state.address);
  if (options_.port_offset) {
    constexpr std::uint32_t port_most = 65'535;
    const std::uint32_t bound = std::uint32_t{name.port} + *options_.port_offset;
    if (bound > port_most) {
      return Error{"InvalidConfigurationRequest", "",
                   fmt::format("Port {} + offset {} is beyond {}; choose a smaller --port-offset",
                               name.port, *options_.port_offset, port_most)};
    }
    spec.bind_port = static_cast<std::uint16_t>(bound);
  }
  spec.default_action = listener.rules.default_action;
  spec.rules = listener.rules.rules;
  spec.attributes = listener.attributes;
  const auto bound = running_.at(name.load_balancer)->create_listener(spec);
  if (!bound) return bound.error();
  return {};
}

Result<void> RunningBalancing::perform(CreateListener operation) {
  if (operation.id.empty()) operation.id = new_id();
  if (operation.default_rule_id.empty()) operation.default_rule_id = new_id();
  if (const auto valid = apply_to(there_, operation); !valid) return valid.error();
  auto done = place_groups(operation.listener.load_balancer, {&operation.default_action});
  if (done) done = listen(operation.listener);
  if (!done) (void)apply_to(there_, DeleteListener{operation.listener});
  return done;
}

Result<void> RunningBalancing::perform(const ModifyListener& operation) {
  const auto* present = there_.listener(operation.listener);
  const rules::Action before = present ? present->rules.default_action : rules::Action();
  if (const auto valid = apply_to(there_, operation); !valid) return valid.error();
  const auto& [name, port] = operation.listener;
  const ListenerName moved{name, operation.port.value_or(port)};
  Result<void> done;
  if (operation.default_action) done = place_groups(name, {&*operation.default_action});
  lb::LoadBalancer& balancer = *running_.at(name);
  if (done && moved.port != port) {
    done = listen(moved);
    if (done) done = balancer.delete_listener(port);
  } else if (done && operation.default_action) {
    done = balancer.modify_listener(port, *operation.default_action);
  }
  if (!done) (void)apply_to(there_, ModifyListener{moved, port, before});
  return done;
}

Result<void> RunningBalancing::perform(const ModifyListenerAttributes& operation) {
  if (const auto valid = apply_to(there_, operation); !valid) return valid.error();
  const auto& [name, port] = operation.listener;
  return running_.at(name)->modify_listener_attributes(
      port, there_.listener(operation.listener)->attributes);
}

Result<void> RunningBalancing::perform(const DeleteListener& operation) {
  if (const auto valid = apply_to(there_, operation); !valid) return valid.error();
  return running_.at(operation.listener.load_balancer)->delete_listener(operation.listener.port);
}

Result<void> RunningBalancing::perform(CreateRule operation) {
  if (operation.id.empty()) operation.id = new_id();
  if (const auto valid = apply_to(there_, operation); !valid) return valid.error();
  const auto& [name, port] = operation.listener;
  auto done = place_groups(name, {&operation.rule.action});
  if (done) done = running_.at(name)->create_rule(port, operation.rule);
  if (!done) (void)apply_to(there_, DeleteRule{{operation.listener, operation.rule.priority}});
  return done;
}

Result<void> RunningBalancing::perform(const ModifyRule& operation) {
  const auto rule_of = [this, &operation]() -> const rules::Rule* {
    const auto* listener = there_.listener(operation.rule.listener);
    if (!listener) return nullptr;
    const auto place = place_of(listener->rules, operation.rule.priority);
    return place ? &listener->rules.rules[*place] : nullptr;
  };
  const rules::Rule* present = rule_of();
  const rules::Rule before = present ? *present : rules::Rule();
  if (const auto valid = apply_to(there_, operation); !valid) return valid.error();
  const rules::Rule after = *rule_of();  // a rule that was not there is not valid
  const auto& [name, port] = operation.rule.listener;
  auto done = place_groups(name, {&after.action});
  if (done) done = running_.at(name)->modify_rule(port, after);
  if (done) return {};
  ModifyRule undo{operation.rule, before.conditions, before.action,
                  Transforms{before.host_header_rewrite, before.url_rewrite}};
  (void)apply_to(there_, undo);
  return done;
}

Result<void> RunningBalancing::perform(const DeleteRule& operation) {
  if (const auto valid = apply_to(there_, operation); !valid) return valid.error();
  const auto& [listener, priority] = operation.rule;
  return running_.at(listener.load_balancer)->delete_rule(listener.port, priority);
}

Result<void> RunningBalancing::perform(const SetRulePriorities& operation) {
  if (const auto valid = apply_to(there_, operation); !valid) return valid.error();
  std::vector<lb::LoadBalancer::NewPriority> changes;
  for (const auto& change : operation.changes) {
    changes.push_back({change.rule.priority, change.priority});
  }
  const ListenerName& listener = operation.changes.front().rule.listener;
  return running_.at(listener.load_balancer)->set_rule_priorities(listener.port, changes);
}

}  // namespace cutover::stack

// The load balancer's listeners and rules, and their compilation into what nodes route by.

#include <fmt/format.h>

#include <set>
#include <utility>

#include "lb/load_balancer_core.hpp"
#include "lb/sticky_actions.hpp"

namespace cutover::lb {

namespace {

/// The target groups that an action names.
void collect_groups(const rules::Action& action, std::set<std::string>& names) {
  if (const auto* forward = std::get_if<rules::Forward>(&action)) {
    for (const auto& each : forward->target_groups) names.insert(each.target_group);
  }
}

std::set<std::string> groups_of(const rules::RuleSet& rules) {
  std::set<std::string> names;
  for (const auto& rule : rules.rules) collect_groups(rule.action, names);
  collect_groups(rules.default_action, names);
  return names;
}

}  // namespace

Result<std::uint16_t> LoadBalancer::Core::create_listener(const ListenerSpec& spec) {
  if (spec.port == 0) {
    return Error{"ValidationError", "/Port", "found 0; a listener's port is 1-65535"};
  }
  if (listeners_.contains(spec.port)) {
    return Error{"DuplicateListener", "/Port",
                 "A listener already exists on this port for this load balancer"};
  }
  rules::RuleSet rules{spec.rules, spec.default_action};
  const auto valid = rules::validate(rules);
  if (!valid) return valid.error();
  const auto attributes_valid = validate(spec.attributes);
  if (!attributes_valid) return attributes_valid.error();
  const auto exist = check_groups(rules);
  if (!exist) return exist.error();
  if (!running_) return Error{"NotStarted", "", "the load balancer has not been started"};

  const auto bound = host_->probe(Endpoint(spec.address, spec.bind_port));
  if (!bound) return bound.error();
  const auto within = count(nullptr, &rules);
  if (!within) return within.error();
  proxy::ListenerBinding binding;
  binding.slot = next_listener_++;
  binding.port = spec.port;
  binding.bound_port = bound->port();
  binding.port_text = std::to_string(spec.port);
  binding.address_text = spec.address.to_string();
  const auto& listener =
      listeners_
          .emplace(spec.port, Listener{binding.slot, *bound, std::move(rules), spec.attributes})
          .first->second;
  refresh_use(listener.rules);
  spread_routes(listener);
  const auto failed = std::make_shared<std::optional<Error>>();
  spread([this, binding, on = *bound, failed](Node& node) {
    const auto listening = node.listen(binding, on);
    if (listening) return;
    *failed = listening.error();
    // With a lag nobody waits for the answer any more.
    if (options_.propagation_lag.any()) {
      fmt::print(stderr, "cutover: a node can't listen on {}: {}\n", (*failed)->where,
                 (*failed)->message);
    }
  });
  if (!*failed) return bound->port();
  (void)delete_listener(spec.port);
  return **failed;
}

Result<void> LoadBalancer::Core::delete_listener(std::uint16_t port) {
  const auto found = listeners_.find(port);
  if (found == listeners_.end()) return listener_not_found(port);
  const auto slot = found->second.slot;
  const rules::RuleSet rules = std::move(found->second.rules);
  listeners_.erase(found);
  usage_.remove(rules);
  refresh_use(rules);
  spread([slot](Node& node) { node.delete_listener(slot); });
  return {};
}

std::vector<std::uint16_t> LoadBalancer::Core::listeners() const {
  std::vector<std::uint16_t> ports;
  for (const auto& [port, listener] : listeners_) ports.push_back(port);
  return ports;
}

const LoadBalancer::Core::Listener* LoadBalancer::Core::find_listener(std::uint16_t port) const {
  const auto found = listeners_.find(port);
  return found == listeners_.end() ? nullptr : &found->second;
}

Error LoadBalancer::Core::listener_not_found(std::uint16_t port) {
  return {"ListenerNotFound", "", fmt::format("no listener has port {}", port)};
}

Result<void> LoadBalancer::Core::change_rules(
    std::uint16_t port, const std::function<Result<void>(rules::RuleSet&)>& change) {
  const auto found = listeners_.find(port);
  if (found == listeners_.end()) return listener_not_found(port);
  rules::RuleSet rules = found->second.rules;
  const auto changed = change(rules);
  if (!changed) return changed.error();
  const auto valid = rules::validate(rules);
  if (!valid) return valid.error();
  const auto exist = check_groups(rules);
  if (!exist) return exist.error();
  const auto within = count(&found->second.rules, &rules);
  if (!within) return within.error();
  const rules::RuleSet before = std::exchange(found->second.rules, std::move(rules));
  refresh_use(found->second.rules);
  refresh_use(before);
  spread_routes(found->second);
  return {};
}

void LoadBalancer::Core::spread_routes(const Listener& listener) {
  std::vector<proxy::GroupSlot> groups;
  for (const auto& name : groups_of(listener.rules)) groups.push_back(groups_.at(name)->slot);
  spread([slot = listener.slot, route = compile(listener), groups](Node& node) {
    node.set_listener(slot, route, groups);
  });
}

Result<void> LoadBalancer::Core::modify_listener_attributes(std::uint16_t port,
                                                            const ListenerAttributes& attributes) {
  const auto found = listeners_.find(port);
  if (found == listeners_.end()) return listener_not_found(port);
  const auto valid = validate(attributes);
  if (!valid) return valid.error();
  found->second.attributes = attributes;
  spread_routes(found->second);
  return {};
}

Result<void> LoadBalancer::Core::count(const rules::RuleSet* before, const rules::RuleSet* after) {
  if (before) usage_.remove(*before);
  if (after) usage_.add(*after);
  const auto within = usage_.check(options_.quotas);
  if (within) return {};
  if (after) usage_.remove(*after);
  if (before) usage_.add(*before);
  return within.error();
}

Result<void> LoadBalancer::Core::check_groups(const rules::RuleSet& rules) const {
  for (const auto& name : groups_of(rules)) {
    if (!groups_.contains(name)) return group_not_found(name);
  }
  return check_stickiness(rules,
                          [&](const std::string& name) { return &groups_.at(name)->state.spec(); });
}

void LoadBalancer::Core::refresh_use(const rules::RuleSet& rules) {
  for (const auto& name : groups_of(rules)) {
    Group& group = *groups_.at(name);
    const bool in_use = usage_.names(name);
    if (in_use == group.state.in_use()) continue;
    group.state.set_in_use(in_use, timers_.now());
    for (const auto& each : group.state.describe()) tell_health(group.slot, each.target);
  }
}

std::shared_ptr<const proxy::ListenerRoute> LoadBalancer::Core::compile(
    const Listener& listener) const {
  rules::Matcher matcher(listener.rules);
  std::vector<proxy::ActionRoute> actions;
  for (const auto& rule : matcher.rules()) actions.push_back(compile(rule.action));
  return std::make_shared<const proxy::ListenerRoute>(std::move(matcher), std::move(actions),
                                                      compile(listener.rules.default_action),
                                                      response_handling(listener.attributes));
}

proxy::ActionRoute LoadBalancer::Core::compile(const rules::Action& action) const {
  if (const auto* fixed = std::get_if<rules::FixedResponse>(&action)) return *fixed;
  if (const auto* redirect = std::get_if<rules::Redirect>(&action)) return *redirect;
  const auto& forward = std::get<rules::Forward>(action);
  proxy::ForwardRoute route;
  for (const auto& each : forward.target_groups) {
    route.groups.push_back(groups_.at(each.target_group)->slot);
    route.weights.push_back(each.weight);
  }
  if (route.weights.size() > 1 || route.weights.front() == 0) route.choice.emplace(route.weights);
  route.stickiness = std::chrono::seconds(forward.stickiness_seconds.value_or(0));
  return route;
}

}  // namespace cutover::lb

// The load balancer's listeners and rules, and their compilation into what workers route by.

#include <fmt/format.h>

#include <set>

#include "lb/load_balancer_core.hpp"

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
  rules::RuleSet rules{{}, spec.default_action};
  const auto valid = rules::validate(rules);
  if (!valid) return valid.error();
  const auto exist = check_groups_exist(rules);
  if (!exist) return exist.error();
  if (!running_) return Error{"NotStarted", "", "the load balancer has not been started"};

  const auto bound = host_->probe(Endpoint(spec.address, spec.bind_port));
  if (!bound) return bound.error();
  proxy::ListenerBinding binding;
  binding.slot = next_listener_++;
  binding.port = spec.port;
  binding.bound_port = bound->port();
  binding.port_text = std::to_string(spec.port);
  binding.address_text = spec.address.to_string();
  Listener listener{binding.slot, *bound, std::move(rules), nullptr};
  listener.route = compile(listener.rules);
  listeners_.emplace(spec.port, std::move(listener));
  refresh_use();
  publish();

  std::vector<Error> failed(host_->size());
  host_->run_on_all([&](std::size_t i, proxy::Worker& worker) {
    const auto listening = worker.listen(binding, *bound);
    if (!listening) failed[i] = listening.error();
  });
  for (const auto& error : failed) {
    if (error.code.empty()) continue;
    (void)delete_listener(spec.port);
    return error;
  }
  return bound->port();
}

Result<void> LoadBalancer::Core::delete_listener(std::uint16_t port) {
  const auto found = listeners_.find(port);
  if (found == listeners_.end()) return listener_not_found(port);
  const auto slot = found->second.slot;
  listeners_.erase(found);
  refresh_use();
  publish([slot](proxy::Worker& worker) { worker.stop_listening(slot); });
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
  const auto exist = check_groups_exist(rules);
  if (!exist) return exist.error();
  found->second.route = compile(rules);
  found->second.rules = std::move(rules);
  refresh_use();
  publish();
  return {};
}

Result<void> LoadBalancer::Core::check_groups_exist(const rules::RuleSet& rules) const {
  for (const auto& name : groups_of(rules)) {
    if (!groups_.contains(name)) return group_not_found(name);
  }
  return {};
}

/// A group that an action names begins to be checked; one that none names any more stops.
void LoadBalancer::Core::refresh_use() {
  std::set<std::string> used;
  for (const auto& [port, listener] : listeners_) used.merge(groups_of(listener.rules));
  for (auto& [name, group] : groups_) {
    const bool in_use = used.contains(name);
    if (in_use == group->state.in_use()) continue;
    group->state.set_in_use(in_use, timers_.now());
    refresh_checks(*group);
    refresh_route(*group);
    for (const auto& each : group->state.describe()) tell_health(*group, each.target);
  }
}

std::shared_ptr<const proxy::ListenerRoute> LoadBalancer::Core::compile(
    const rules::RuleSet& rules) const {
  rules::Matcher matcher(rules);
  std::vector<proxy::ActionRoute> actions;
  for (const auto& rule : matcher.rules()) actions.push_back(compile(rule.action));
  return std::make_shared<const proxy::ListenerRoute>(std::move(matcher), std::move(actions),
                                                      compile(rules.default_action));
}

proxy::ActionRoute LoadBalancer::Core::compile(const rules::Action& action) const {
  if (const auto* fixed = std::get_if<rules::FixedResponse>(&action)) return *fixed;
  if (const auto* redirect = std::get_if<rules::Redirect>(&action)) return *redirect;
  proxy::ForwardRoute route;
  std::vector<std::uint32_t> weights;
  for (const auto& each : std::get<rules::Forward>(action).target_groups) {
    route.groups.push_back(groups_.at(each.target_group)->slot);
    weights.push_back(each.weight);
  }
  if (weights.size() > 1 || weights.front() == 0) route.choice.emplace(weights);
  return route;
}

}  // namespace cutover::lb

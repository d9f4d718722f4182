#include "lb/load_balancer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <thread>
#include <utility>

#include "lb/base/random.hpp"
#include "lb/load_balancer_core.hpp"

namespace cutover::lb {

LoadBalancer::LoadBalancer(boost::asio::io_context& io, Timers& timers, Options options)
    : LoadBalancer(timers, std::move(options), proxy::make_thread_host(io)) {}

LoadBalancer::LoadBalancer(Timers& timers, Options options, std::unique_ptr<proxy::WorkerHost> host)
    : core_(std::make_unique<Core>(timers, std::move(options), std::move(host))) {}

LoadBalancer::~LoadBalancer() { core_->stop(Duration::zero()); }

Result<void> LoadBalancer::start() { return core_->start(); }
void LoadBalancer::stop(Duration grace) { core_->stop(grace); }

Result<void> LoadBalancer::modify_attributes(const LoadBalancerAttributes& attributes) {
  return core_->modify_attributes(attributes);
}
const LoadBalancerAttributes& LoadBalancer::attributes() const { return core_->attributes(); }

Result<void> LoadBalancer::create_target_group(targets::TargetGroupSpec spec, std::string arn) {
  return core_->create_target_group(std::move(spec), std::move(arn));
}
Result<void> LoadBalancer::modify_target_group(const targets::TargetGroupSpec& spec) {
  return core_->modify_target_group(spec);
}
Result<void> LoadBalancer::delete_target_group(const std::string& name) {
  return core_->delete_target_group(name);
}
Result<targets::TargetGroupSpec> LoadBalancer::target_group(const std::string& name) const {
  const auto* group = core_->find_group(name);
  if (group == nullptr) return Core::group_not_found(name);
  return group->state.spec();
}
std::vector<std::string> LoadBalancer::target_groups() const { return core_->target_groups(); }
bool LoadBalancer::target_group_in_use(const std::string& name) const {
  const auto* group = core_->find_group(name);
  return group != nullptr && group->state.in_use();
}

Result<void> LoadBalancer::register_target(const std::string& target_group, TargetSpec target) {
  return core_->register_targets(target_group, {std::move(target)});
}
Result<void> LoadBalancer::register_targets(const std::string& target_group,
                                            std::vector<TargetSpec> targets) {
  return core_->register_targets(target_group, std::move(targets));
}
Result<void> LoadBalancer::deregister_target(const std::string& target_group,
                                             const targets::TargetId& target) {
  return core_->deregister_target(target_group, target);
}
Result<void> LoadBalancer::set_target_fault(const std::string& target_group,
                                            const targets::TargetId& target,
                                            std::shared_ptr<TargetFault> fault) {
  return core_->set_target_fault(target_group, target, std::move(fault));
}
Result<std::vector<LoadBalancer::TargetDescription>> LoadBalancer::describe_target_health(
    const std::string& target_group) const {
  return core_->describe_target_health(target_group);
}
Result<targets::TargetHealth> LoadBalancer::target_health(const std::string& target_group,
                                                          const targets::TargetId& target) const {
  const auto* group = core_->find_group(target_group);
  if (group == nullptr) return Core::group_not_found(target_group);
  return core_->health(*group, target);
}

Result<std::uint16_t> LoadBalancer::create_listener(const ListenerSpec& listener) {
  return core_->create_listener(listener);
}
Result<void> LoadBalancer::modify_listener(std::uint16_t listener, rules::Action default_action) {
  return core_->change_rules(listener, [&](rules::RuleSet& rules) -> Result<void> {
    rules.default_action = std::move(default_action);
    return {};
  });
}
Result<void> LoadBalancer::modify_listener_attributes(std::uint16_t listener,
                                                      const ListenerAttributes& attributes) {
  return core_->modify_listener_attributes(listener, attributes);
}
Result<ListenerAttributes> LoadBalancer::listener_attributes(std::uint16_t listener) const {
  const auto* found = core_->find_listener(listener);
  if (found == nullptr) return Core::listener_not_found(listener);
  return found->attributes;
}
Result<void> LoadBalancer::delete_listener(std::uint16_t listener) {
  return core_->delete_listener(listener);
}
Result<rules::RuleSet> LoadBalancer::rules(std::uint16_t listener) const {
  const auto* found = core_->find_listener(listener);
  if (found == nullptr) return Core::listener_not_found(listener);
  return found->rules;
}
std::vector<std::uint16_t> LoadBalancer::listeners() const { return core_->listeners(); }
Result<boost::asio::ip::tcp::endpoint> LoadBalancer::bound(std::uint16_t listener) const {
  const auto* found = core_->find_listener(listener);
  if (found == nullptr) return Core::listener_not_found(listener);
  return found->bound;
}

namespace {

/// The rule of a priority, or the error that there is none.
Result<rules::Rule*> find_rule(rules::RuleSet& rules, std::uint32_t priority) {
  const auto found = std::find_if(rules.rules.begin(), rules.rules.end(),
                                  [&](const auto& rule) { return rule.priority == priority; });
  if (found == rules.rules.end()) {
    return Error{"RuleNotFound", "/Priority",
                 fmt::format("no rule has priority {} on this listener", priority)};
  }
  return &*found;
}

}  // namespace

Result<void> LoadBalancer::create_rule(std::uint16_t listener, rules::Rule rule) {
  const auto valid = rules::validate(rule);
  if (!valid) return valid.error();
  return core_->change_rules(listener, [&](rules::RuleSet& rules) -> Result<void> {
    const std::uint32_t priority = rule.priority;
    if (find_rule(rules, priority)) {
      return Error{"PriorityInUse", "/Priority",
                   fmt::format("Priority '{}' is currently in use", priority)};
    }
    rules.rules.push_back(std::move(rule));
    return {};
  });
}

Result<void> LoadBalancer::modify_rule(std::uint16_t listener, const rules::Rule& rule) {
  const auto valid = rules::validate(rule);
  if (!valid) return valid.error();
  return core_->change_rules(listener, [&](rules::RuleSet& rules) -> Result<void> {
    const auto found = find_rule(rules, rule.priority);
    if (!found) return found.error();
    **found = rule;
    return {};
  });
}

Result<void> LoadBalancer::delete_rule(std::uint16_t listener, std::uint32_t priority) {
  return core_->change_rules(listener, [&](rules::RuleSet& rules) -> Result<void> {
    const auto found = find_rule(rules, priority);
    if (!found) return found.error();
    rules.rules.erase(rules.rules.begin() + (*found - rules.rules.data()));
    return {};
  });
}

Result<void> LoadBalancer::set_rule_priorities(std::uint16_t listener,
                                               const std::vector<NewPriority>& changes) {
  return core_->change_rules(listener, [&](rules::RuleSet& rules) -> Result<void> {
    std::set<std::uint32_t> named;
    std::set<std::uint32_t> given;
    std::vector<std::pair<rules::Rule*, std::uint32_t>> moves;
    for (const auto& change : changes) {
      if (!named.insert(change.from).second) {
        return Error{"ValidationError", "/RulePriorities",
                     fmt::format("the rule of priority {} stands twice", change.from)};
      }
      if (!given.insert(change.to).second) {
        return Error{"ValidationError", "/RulePriorities",
                     fmt::format("Priority '{}' was provided multiple times", change.to)};
      }
      const auto found = find_rule(rules, change.from);
      if (!found) return found.error();
      moves.emplace_back(*found, change.to);
    }
    for (const auto& [rule, priority] : moves) rule->priority = priority;
    return {};
  });
}

Accounts LoadBalancer::accounts() const { return core_->accounts(); }

MetricsSnapshot LoadBalancer::metrics() const { return core_->metrics(); }
const TraceStore& LoadBalancer::traces() const { return core_->traces(); }

void LoadBalancer::on_health_change(OnHealthChange callback) {
  core_->on_health_change(std::move(callback));
}

}  // namespace cutover::lb

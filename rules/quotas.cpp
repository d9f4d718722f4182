#include "rules/quotas.hpp"

#include <variant>

namespace cutover::rules {

namespace {

Error exceeded(std::string code, const std::string& what, std::size_t found, std::size_t most) {
  return {std::move(code), "",
          "The load balancer would have " + std::to_string(found) + " " + what +
              "; the limit per load balancer is '" + std::to_string(most) + "'"};
}

}  // namespace

void Usage::add(const RuleSet& listener) {
  ++listeners_;
  add(listener.default_action);
  for (const Rule& rule : listener.rules) add(rule);
}

void Usage::remove(const RuleSet& listener) {
  --listeners_;
  remove(listener.default_action);
  for (const Rule& rule : listener.rules) remove(rule);
}

void Usage::add(const Rule& rule) {
  ++rules_;
  add(rule.action);
}

void Usage::remove(const Rule& rule) {
  --rules_;
  remove(rule.action);
}

void Usage::replace(const Action& before, const Action& after) {
  remove(before);
  add(after);
}

void Usage::add(const Action& action) {
  const auto* forward = std::get_if<Forward>(&action);
  if (!forward) return;
  for (const auto& each : forward->target_groups) ++mentions_[each.target_group];
}

void Usage::remove(const Action& action) {
  const auto* forward = std::get_if<Forward>(&action);
  if (!forward) return;
  for (const auto& each : forward->target_groups) {
    const auto found = mentions_.find(each.target_group);
    if (--found->second == 0) mentions_.erase(found);
  }
}

Result<void> Usage::check(const Quotas& quotas) const {
  if (listeners_ > quotas.listeners) {
    return exceeded("TooManyListeners", "listeners", listeners_, quotas.listeners);
  }
  if (rules_ > quotas.rules) {
    return exceeded("TooManyRules", "rules (default rules not counted)", rules_, quotas.rules);
  }
  if (mentions_.size() > quotas.target_groups) {
    return exceeded("TooManyUniqueTargetGroupsPerLoadBalancer", "different target groups",
                    mentions_.size(), quotas.target_groups);
  }
  return {};
}

}  // namespace cutover::rules

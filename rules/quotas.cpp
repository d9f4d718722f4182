#include "rules/quotas.hpp"

#include <set>
#include <string>
#include <string_view>
#include <variant>

namespace cutover::rules {

namespace {

void collect_groups(const Action& action, std::set<std::string_view>& groups) {
  if (const auto* forward = std::get_if<Forward>(&action)) {
    for (const WeightedTargetGroup& each : forward->target_groups) {
      groups.insert(each.target_group);
    }
  }
}

Error exceeded(std::string code, const std::string& what, std::size_t found, std::size_t most) {
  return {std::move(code), "",
          "The load balancer would have " + std::to_string(found) + " " + what +
              "; the limit per load balancer is '" + std::to_string(most) + "'"};
}

}  // namespace

Result<void> check_quotas(std::span<const RuleSet* const> listeners, const Quotas& quotas) {
  std::size_t rules = 0;
  std::set<std::string_view> groups;
  for (const RuleSet* listener : listeners) {
    rules += listener->rules.size();
    collect_groups(listener->default_action, groups);
    for (const Rule& rule : listener->rules) collect_groups(rule.action, groups);
  }
  if (listeners.size() > quotas.listeners) {
    return exceeded("TooManyListeners", "listeners", listeners.size(), quotas.listeners);
  }
  if (rules > quotas.rules) {
    return exceeded("TooManyRules", "rules (default rules not counted)", rules, quotas.rules);
  }
  if (groups.size() > quotas.target_groups) {
    return exceeded("TooManyUniqueTargetGroupsPerLoadBalancer", "different target groups",
                    groups.size(), quotas.target_groups);
  }
  return {};
}

}  // namespace cutover::rules

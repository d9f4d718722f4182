#include "cutover/stack/quotas.hpp"

#include <fmt/format.h>

#include <array>
#include <cassert>

#include "cutover/stack/names.hpp"

namespace cutover::stack {

namespace {

/// Room for what one machine can hold, and for adding up without overflow.
constexpr std::uint64_t value_most = 10'000'000;

struct Named {
  std::string_view name;
  std::size_t& (*place)(Quotas&);
};

// AWS raises all of these on request but the target groups and registrations per load balancer;
// here these can be raised, too, for experiments that AWS has no room for.
constexpr std::array settable{
    Named{"application-load-balancers", [](Quotas& q) -> std::size_t& { return q.load_balancers; }},
    Named{"listeners-per-application-load-balancer",
          [](Quotas& q) -> std::size_t& { return q.per_load_balancer.listeners; }},
    Named{"rules-per-application-load-balancer",
          [](Quotas& q) -> std::size_t& { return q.per_load_balancer.rules; }},
    Named{"target-groups", [](Quotas& q) -> std::size_t& { return q.target_groups; }},
    Named{"target-groups-per-application-load-balancer",
          [](Quotas& q) -> std::size_t& { return q.per_load_balancer.target_groups; }},
    Named{"targets-per-target-group",
          [](Quotas& q) -> std::size_t& { return q.targets.targets_per_group; }},
    Named{"targets-per-application-load-balancer",
          [](Quotas& q) -> std::size_t& { return q.targets.targets_per_load_balancer; }},
    Named{"target-id-registrations-per-application-load-balancer",
          [](Quotas& q) -> std::size_t& { return q.targets.registrations_per_target_id; }},
};

/// What a rule may hold is part of its validation (rules/rule.hpp). No certificate can be added
/// while there is no TLS; the limit is told all the same.
constexpr std::array fixed{
    Limit{"certificates-per-application-load-balancer", 25},
    Limit{"condition-values-per-alb-rule", rules::condition_values_per_rule_most},
    Limit{"condition-wildcards-per-alb-rule", rules::wildcards_per_rule_most},
    Limit{"target-groups-per-action-on-application-load-balancer",
          rules::target_groups_per_action_most},
};

}  // namespace

Result<void> set_quota(Quotas& quotas, std::string_view name, std::uint64_t value) {
  if (value > value_most) {
    return Error{"ValidationError", "",
                 fmt::format("found {} for {}; allowed is 0 to {}", value, name, value_most)};
  }
  std::vector<std::string> known;
  for (const Named& quota : settable) {
    if (quota.name == name) {
      quota.place(quotas) = static_cast<std::size_t>(value);
      return {};
    }
    known.emplace_back(quota.name);
  }
  return Error{"ValidationError", "", unknown_name("quota that can be set", name, known)};
}

std::vector<Limit> limits(const Quotas& quotas) {
  Quotas values = quotas;
  std::vector<Limit> all;
  for (const Named& quota : settable) all.push_back({quota.name, quota.place(values)});
  all.insert(all.end(), fixed.begin(), fixed.end());
  return all;
}

Quotas quotas_with(const QuotaSettings& settings) {
  Quotas quotas;
  for (const auto& [name, most] : settings) {
    [[maybe_unused]] const auto set = set_quota(quotas, name, most);
    assert(set);
  }
  return quotas;
}

}  // namespace cutover::stack

#pragma once

// ALB's quotas that are counted over all listeners of one load balancer (ALB user guide: Quotas).

#include <cstddef>
#include <span>

#include "rules/result.hpp"
#include "rules/rule.hpp"

namespace cutover::rules {

/// The defaults. In AWS the first two can be raised on request.
struct Quotas {
  std::size_t listeners = 50;
  std::size_t rules = 100;          ///< Default rules are not counted.
  std::size_t target_groups = 100;  ///< Different ones that actions name.
};

/// Whether a load balancer may have listeners with these rules. Errors: TooManyListeners,
/// TooManyRules, TooManyUniqueTargetGroupsPerLoadBalancer; without a place.
Result<void> check_quotas(std::span<const RuleSet* const> listeners, const Quotas& quotas = {});

}  // namespace cutover::rules

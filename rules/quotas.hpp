#pragma once

// ALB's quotas that are counted over all listeners of one load balancer (ALB user guide: Quotas),
// and the counting, which costs as much as what changes, not as what there is.

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "rules/result.hpp"
#include "rules/rule.hpp"

namespace cutover::rules {

/// The defaults. In AWS the first two can be raised on request.
struct Quotas {
  std::size_t listeners = 50;
  std::size_t rules = 100;          ///< Default rules are not counted.
  std::size_t target_groups = 100;  ///< Different ones that actions name.
  friend bool operator==(const Quotas&, const Quotas&) = default;
};

/// What the listeners of one load balancer hold of what is counted, and which groups they name.
class Usage {
 public:
  void add(const RuleSet& listener);
  void remove(const RuleSet& listener);
  void add(const Rule& rule);
  void remove(const Rule& rule);
  /// An action that takes another's place in a listener or a rule.
  void replace(const Action& before, const Action& after);

  /// Errors: TooManyListeners, TooManyRules, TooManyUniqueTargetGroupsPerLoadBalancer; without a
  /// place.
  Result<void> check(const Quotas& quotas = {}) const;
  /// Whether some action names the group.
  bool names(std::string_view target_group) const { return mentions_.contains(target_group); }

 private:
  void add(const Action& action);
  void remove(const Action& action);

  std::size_t listeners_ = 0;
  std::size_t rules_ = 0;
  std::map<std::string, std::size_t, std::less<>> mentions_;  ///< By target group.
};

}  // namespace cutover::rules

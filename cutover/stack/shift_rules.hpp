#pragma once

// The listener rules through which deployments shift traffic: found by name or ARN, checked, and
// their forward actions with other weights. Pure.

#include <string>
#include <string_view>

#include "containers/traffic_router.hpp"
#include "cutover/stack/load_balancing.hpp"
#include "cutover/stack/names.hpp"
#include "lb/base/result.hpp"
#include "rules/rule.hpp"

namespace cutover::stack {

/// "demo:80/10", or "demo:80/default"; or an ARN, which stays with a rule whose priority changes.
/// The error has no place.
Result<RuleName> find_shift_rule(const LoadBalancing& there, const std::string& rule);

/// Of a rule that is there.
const rules::Action& action_of(const LoadBalancing& there, const RuleName& rule);

/// Whether the rule is there and forwards to those two groups, or to one of them, and no other.
Result<void> check_shift_rule(const LoadBalancing& there, const std::string& rule,
                              const std::string& target_group,
                              const std::string& alternate_target_group);

/// `forward` between these two groups with these shares, in tenths of a percent where whole
/// percents do not do; a share that is not 0 gets some weight. Its stickiness stays.
rules::Forward with_split(rules::Forward forward, const containers::TrafficSplit& split);

}  // namespace cutover::stack

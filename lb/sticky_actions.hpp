#pragma once

// How the stickiness of target groups and of the forward actions that name several of them go
// together (ALB user guide: Sticky sessions).

#include <functional>
#include <string>

#include "lb/base/result.hpp"
#include "lb/targets/target_group_spec.hpp"
#include "rules/rule.hpp"

namespace cutover::lb {

using FindSpec = std::function<const targets::TargetGroupSpec*(const std::string& target_group)>;

/// Several groups of which one is sticky need group stickiness, and none may follow an
/// application's cookie (`InvalidConfigurationRequest`, placed at "/ForwardConfig"). Every group
/// that the action names must be known to `find`.
Result<void> check_stickiness(const rules::Forward& forward, const FindSpec& find);
/// Likewise for every action of a listener, without a place.
Result<void> check_stickiness(const rules::RuleSet& rules, const FindSpec& find);

}  // namespace cutover::lb

#pragma once

// Rule conditions between AWS's JSON shapes and rules/rule.hpp: the config member of each field,
// and for `host-header` and `path-pattern` also the older `Values` beside it. (ALB user guide:
// Condition types for listener rules.)

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lb/base/result.hpp"
#include "rules/rule.hpp"

namespace cutover::stack {

/// Reads a list of conditions, not yet validated as a rule. `pointer` is where it stands.
Result<std::vector<rules::Condition>> parse_conditions(const nlohmann::json& list,
                                                       std::string pointer);

/// The condition as DescribeRules answers: host-header and path-pattern with both their older
/// members and their config, the others with their config alone.
nlohmann::json to_json(const rules::Condition& condition);

}  // namespace cutover::stack

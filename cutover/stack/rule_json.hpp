#pragma once

// Conditions and actions of listener rules between AWS's JSON shapes and rules/rule.hpp. Reading
// takes every shape that ELBv2 takes and refuses by name what this load balancer does not do;
// writing gives the shapes that ELBv2 answers with. (ALB user guide: Listener rules, Condition
// types, Rule action types.)

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lb/base/result.hpp"
#include "rules/rule.hpp"

namespace cutover::stack {

/// Reads a list of conditions, not yet validated as a rule. `pointer` is where it stands.
Result<std::vector<rules::Condition>> parse_conditions(const nlohmann::json& list,
                                                       std::string pointer);

/// Reads a list of actions: exactly one, validated. Target groups by name, in TargetGroupArn.
Result<rules::Action> parse_actions(const nlohmann::json& list, std::string pointer);

/// The condition with both its legacy Values and its config member, as DescribeRules answers.
nlohmann::json to_json(const rules::Condition& condition);
/// The action as one element of Actions; a forward to one group names it twice, as ELBv2 does.
nlohmann::json to_json(const rules::Action& action);

}  // namespace cutover::stack

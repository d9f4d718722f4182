#pragma once

// Actions and transforms of listener rules between AWS's JSON shapes and rules/rule.hpp; for the
// conditions see condition_json.hpp. Reading takes every shape that ELBv2 takes for an HTTP
// listener and refuses by name what needs HTTPS; writing gives the shapes that ELBv2 answers with.
// (ALB user guide: Rule action types, Transforms for listener rules.)

#include <nlohmann/json.hpp>
#include <string>

#include "cutover/stack/condition_json.hpp"  // IWYU pragma: export
#include "cutover/stack/operation.hpp"
#include "lb/base/result.hpp"
#include "rules/rule.hpp"

namespace cutover::stack {

/// Reads a list of actions: exactly one, validated. Target groups by name, in TargetGroupArn.
Result<rules::Action> parse_actions(const nlohmann::json& list, std::string pointer);

/// Reads a list of transforms: at most one of each type, validated.
Result<Transforms> parse_transforms(const nlohmann::json& list, std::string pointer);

/// The action as one element of Actions; a forward to one group names it twice, as ELBv2 does.
nlohmann::json to_json(const rules::Action& action);
/// The list Transforms, empty when there are none.
nlohmann::json to_json(const Transforms& transforms);

}  // namespace cutover::stack

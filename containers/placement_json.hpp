#pragma once

// Placement constraints and strategies as AWS writes them in JSON: in services, in RunTask, and
// (constraints only) in task definitions.

#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

#include "containers/placement_rules.hpp"
#include "lb/base/json.hpp"

namespace cutover::containers {

/// Reads the optional list `key` of `{"type", "expression"}`, at most 10. Expressions are checked
/// by who evaluates them.
std::vector<PlacementConstraint> read_placement_constraints(JsonReader& reader,
                                                            std::string_view key);
/// Reads the optional list `key` of `{"type", "field"}`, at most 5.
std::vector<PlacementStrategy> read_placement_strategies(JsonReader& reader, std::string_view key);

nlohmann::json to_json(const std::vector<PlacementConstraint>& constraints);
nlohmann::json to_json(const std::vector<PlacementStrategy>& strategies);

}  // namespace cutover::containers

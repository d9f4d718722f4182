#pragma once

// Load balancing written as the sections of a stack file that makes it again, ARNs unchanged.

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cutover/stack/load_balancing.hpp"

namespace cutover::stack {

using TargetsOf = std::function<std::vector<TargetEntry>(const std::string& target_group)>;

/// {"Quotas", "LoadBalancers", "TargetGroups", "Listeners", "Rules"}, each in order of creation.
/// `targets_of`: those to be written with a group; targets that tasks register come with the tasks.
nlohmann::json to_json(const LoadBalancing& there, const TargetsOf& targets_of);

}  // namespace cutover::stack

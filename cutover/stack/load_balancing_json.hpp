#pragma once

// Load balancing written as the sections of a stack file that makes it again, ARNs unchanged.

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cutover/stack/load_balancing.hpp"

namespace cutover::stack {

// One entry of a section.
nlohmann::json entry_json(const std::string& name, const LoadBalancerState& state);
nlohmann::json entry_json(const std::string& name, const TargetGroupState& state,
                          const std::vector<TargetEntry>& targets);
nlohmann::json entry_json(const ListenerName& name, const ListenerState& state);
nlohmann::json entry_json(const ListenerName& listener, const rules::Rule& rule,
                          const Described& described);
/// "Quotas": only what differs from AWS's defaults.
nlohmann::json quotas_json(const Quotas& quotas);

using TargetsOf = std::function<std::vector<TargetEntry>(const std::string& target_group)>;

/// {"Quotas", "LoadBalancers", "TargetGroups", "Listeners", "Rules"}, each in order of creation.
/// `targets_of`: those to be written with a group; targets that tasks register come with the tasks.
nlohmann::json to_json(const LoadBalancing& there, const TargetsOf& targets_of);

}  // namespace cutover::stack

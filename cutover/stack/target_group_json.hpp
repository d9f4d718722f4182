#pragma once

// The inputs of ELBv2's target group actions, read from AWS's JSON shapes. `VpcId` and `Tags` are
// kept and have no effect: on one machine there is no network to place a group in.

#include <nlohmann/json.hpp>
#include <string>

#include "cutover/stack/operation.hpp"
#include "lb/base/result.hpp"

namespace cutover::stack {

Result<CreateTargetGroup> parse_create_target_group(const nlohmann::json& value,
                                                    std::string pointer);
Result<ModifyTargetGroup> parse_modify_target_group(const nlohmann::json& value,
                                                    std::string pointer);
Result<ModifyTargetGroupAttributes> parse_modify_target_group_attributes(
    const nlohmann::json& value, std::string pointer);
Result<DeleteTargetGroup> parse_delete_target_group(const nlohmann::json& value,
                                                    std::string pointer);
Result<RegisterTargets> parse_register_targets(const nlohmann::json& value, std::string pointer);
Result<DeregisterTargets> parse_deregister_targets(const nlohmann::json& value,
                                                   std::string pointer);

/// An entry of a stack's TargetGroups: the group, its attributes and its targets in one object.
struct TargetGroupEntry {
  CreateTargetGroup create;
  std::vector<TargetEntry> targets;
};
Result<TargetGroupEntry> parse_target_group_entry(const nlohmann::json& value, std::string pointer);

}  // namespace cutover::stack

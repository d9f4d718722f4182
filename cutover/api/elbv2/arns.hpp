#pragma once

// From ELBv2's ARNs to the names by which the stack goes, with AWS's errors for those that are
// malformed or stand for nothing.

#include <string>
#include <string_view>

#include "cutover/api/elbv2/place.hpp"
#include "cutover/stack/names.hpp"
#include "lb/base/result.hpp"

namespace cutover::api::elbv2 {

Result<std::string> load_balancer_of(const Place& place, const std::string& arn);
Result<std::string> target_group_of(const Place& place, const std::string& arn);
Result<stack::ListenerName> listener_of(const Place& place, const std::string& arn);
/// Of a default rule: the name with priority 0.
Result<stack::RuleName> rule_of(const Place& place, const std::string& arn);
/// Any of the four.
Result<stack::ResourceName> resource_of(const Place& place, const std::string& arn);

/// The ARN of a rule of the listener with that ARN.
std::string rule_arn(std::string_view listener_arn, std::string_view rule_id);

/// The input with names in the place of the ARNs of target groups in the list of actions `key`, if
/// there is one.
Result<void> name_groups(const Place& place, json& input, const char* key);

}  // namespace cutover::api::elbv2

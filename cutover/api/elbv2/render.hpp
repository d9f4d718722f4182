#pragma once

// Load balancers, target groups, listeners and rules as ELBv2 describes them.

#include <string>

#include "cutover/api/elbv2/place.hpp"
#include "cutover/stack/attribute_lists.hpp"

namespace cutover::api::elbv2 {

/// `state`: AWS's State.Code.
Json load_balancer_json(const Place& place, const std::string& name,
                        std::string_view state = "active");
Json target_group_json(const Place& place, const std::string& name);
Json listener_json(const Place& place, const stack::ListenerName& name);
/// `listener_arn`: of the rule's listener; `index`: its place in the listener's list.
Json rule_json(const Place& place, const stack::ListenerState& listener,
               const std::string& listener_arn, std::size_t index);
Json default_rule_json(const Place& place, const stack::ListenerState& listener,
                       const std::string& listener_arn);
Json attributes_json(const stack::AttributeList& attributes);
Json tags_json(const stack::Tags& tags);

}  // namespace cutover::api::elbv2

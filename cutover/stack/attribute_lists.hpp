#pragma once

// Attributes as AWS lists them, all keys of an ALB with their present values: the other direction
// of attributes.hpp.

#include <string>
#include <utility>
#include <vector>

#include "lb/attributes.hpp"
#include "lb/targets/target_group_spec.hpp"

namespace cutover::stack {

/// Keys and values, in a fixed order.
using AttributeList = std::vector<std::pair<std::string, std::string>>;

AttributeList attribute_list(const lb::LoadBalancerAttributes& attributes);
AttributeList attribute_list(const lb::ListenerAttributes& attributes);
AttributeList attribute_list(const lb::targets::TargetGroupSpec& spec);

}  // namespace cutover::stack

#pragma once

// The operations of ELBv2 that concern application load balancers, one function each.

#include <map>
#include <string_view>

#include "cutover/api/elbv2/place.hpp"

namespace cutover::api::elbv2 {

using Operations = std::map<std::string_view, Operation>;

void add_load_balancers(Operations& operations);
void add_target_groups(Operations& operations);
void add_targets(Operations& operations);
void add_listeners(Operations& operations);
void add_rules(Operations& operations);
void add_tags(Operations& operations);
/// Account limits, SSL policies, certificates.
void add_limits(Operations& operations);

}  // namespace cutover::api::elbv2

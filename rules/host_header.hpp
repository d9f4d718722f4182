#pragma once

// The `host-header` condition: what a value may be, and which text it is compared with (ALB user
// guide: Condition types for listener rules, "Host conditions").

#include <string_view>

#include "rules/result.hpp"

namespace cutover::rules {

/// Checks one value. The error has no place: the caller knows where the value stood.
Result<void> validate_host_header(std::string_view value);

/// The host that rules see: a Host header's value without its port. An IPv6 literal keeps its
/// brackets, and its colons are not taken for a port's.
std::string_view host_without_port(std::string_view host);

}  // namespace cutover::rules

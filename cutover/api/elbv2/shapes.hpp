#pragma once

// The parameters of ELBv2's operations (API version 2015-12-01), as far as application load
// balancers have them. What concerns other kinds is left out and refused by name.

#include <map>
#include <string_view>

#include "cutover/api/elbv2/shape.hpp"
#include "cutover/api/wire/query.hpp"

namespace cutover::api::elbv2 {

/// By operation.
const std::map<std::string_view, Shape>& shapes();

/// The names of members that are lists somewhere.
wire::ListNames list_names();

}  // namespace cutover::api::elbv2

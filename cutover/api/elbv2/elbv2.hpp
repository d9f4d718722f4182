#pragma once

// ELBv2, as far as it concerns application load balancers: every operation is applied through the
// running stack's own operations, and answered from what runs.

#include <functional>
#include <string>

#include "cutover/api/elbv2/place.hpp"
#include "cutover/api/service.hpp"

namespace cutover::api::elbv2 {

/// What a region's calls work on; it outlives the service.
using PlaceOf = std::function<Place(const std::string& region)>;

Service service(PlaceOf place_of);

}  // namespace cutover::api::elbv2

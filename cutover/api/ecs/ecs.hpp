#pragma once

// Elastic Container Service as a service of the API (API reference, 2014-11-13).

#include <functional>
#include <string>

#include "cutover/api/ecs/region.hpp"
#include "cutover/api/ecs/shape.hpp"
#include "cutover/api/service.hpp"

namespace cutover::api::ecs {

/// The region of that name, made when it is asked for first; it outlives the call.
using RegionOf = std::function<Region&(const std::string& region)>;

/// `strings`: whether numbers in container definitions may be written as strings, as in the
/// workshop's own task definitions; AWS's API refuses them.
Service service(RegionOf region_of, Shape::Strings strings);

}  // namespace cutover::api::ecs

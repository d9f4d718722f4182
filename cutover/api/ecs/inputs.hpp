#pragma once

// What each operation of ECS takes (API reference, 2014-11-13), as shapes.

#include <map>
#include <string>

#include "cutover/api/ecs/shape.hpp"

namespace cutover::api::ecs {

/// By operation. Made once; what this simulator does not have is not among them.
const std::map<std::string, Shape, std::less<>>& inputs();

}  // namespace cutover::api::ecs

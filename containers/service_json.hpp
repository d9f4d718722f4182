#pragma once

// Reads services from JSON in AWS's spelling (what `aws ecs create-service --cli-input-json`
// takes), with names in place of ARNs. What this simulator does not do is refused by name.

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "containers/service.hpp"
#include "lb/base/json.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

/// Reads one service; `pointer` is where `value` stands in its document ("" for the root). Names
/// are not looked up here: see check_service(). Errors: InvalidParameterException, at the JSON
/// pointer of the first bad value.
Result<ServiceSpec> parse_service(const nlohmann::json& value, std::string pointer,
                                  Numbers numbers = Numbers::strict);

}  // namespace cutover::containers

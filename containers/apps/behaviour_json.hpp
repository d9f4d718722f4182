#pragma once

// A backend's behaviour as JSON, as it stands in a stack file and in `cutover app --behaviour`:
//   {"latency": {"constant": "5ms"}
//             | {"uniform": ["5ms", "20ms"]}
//             | {"exponential": {"p50": "5ms"}}
//             | {"lognormal": {"p50": "5ms", "p99": "40ms"}},
//    "errorRate": 0.01, "startUp": "2s", "concurrencyLimit": 8, "backlogLimit": 128}
// Every member may be left out.

#include <nlohmann/json.hpp>
#include <string>

#include "containers/apps/app.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers::apps {

/// `pointer` is where `value` stands in its document. Refuses unknown members, limits out of range
/// and a backlog without a concurrency limit, with the place of the value.
Result<AppBehaviour> parse_behaviour(const nlohmann::json& value, std::string pointer);

/// Compact; what has its default is left out. parse_behaviour() reads the same behaviour back.
std::string behaviour_to_json(const AppBehaviour& behaviour);

}  // namespace cutover::containers::apps

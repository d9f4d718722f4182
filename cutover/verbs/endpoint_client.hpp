#pragma once

// Asks the control endpoint of a running `cutover up`, for the verbs that look into it.

#include <nlohmann/json.hpp>
#include <string>

#include "lb/base/result.hpp"

namespace cutover::verbs {

struct EndpointRequest {
  std::string endpoint;  ///< "127.0.0.1:4566", as `up --endpoint` takes it.
  std::string path;      ///< Percent-encoded.
  std::string body;      ///< Empty: a GET; else what is posted.
};

/// The answer's JSON. Errors: nothing listens there (with what to do), or the endpoint's own
/// refusal. Blocks for some seconds at most.
Result<nlohmann::json> ask_endpoint(const EndpointRequest& request);

}  // namespace cutover::verbs

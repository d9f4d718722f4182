#pragma once

// The attributes of load balancers and listeners, read from AWS's lists of keys and values (see
// attributes.hpp). Every key of an ALB is known. Those that only make sense with what is not built
// (TLS, AWS WAF, zones, S3's health check logs) take their default alone.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "lb/attributes.hpp"
#include "lb/base/json.hpp"
#include "lb/base/result.hpp"

namespace cutover::stack {

/// Reads the list `key`, when it is there, over the values that `attributes` already has: what the
/// list doesn't name stays. Problems, validate()'s too, are recorded in `reader`.
void read_load_balancer_attributes(JsonReader& reader, std::string_view key,
                                   lb::LoadBalancerAttributes& attributes);

/// Likewise. An empty header value takes that header out of the responses again.
void read_listener_attributes(JsonReader& reader, std::string_view key,
                              lb::ListenerAttributes& attributes);

/// `attributes` with AWS's list laid over them, or why the list is refused; `pointer` is where it
/// stands.
Result<lb::LoadBalancerAttributes> changed(lb::LoadBalancerAttributes attributes,
                                           const nlohmann::json& list, std::string pointer);
Result<lb::ListenerAttributes> changed(lb::ListenerAttributes attributes,
                                       const nlohmann::json& list, std::string pointer);

}  // namespace cutover::stack

#pragma once

// AWS's JSON 1.1 protocol: requests and errors. Pure.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "cutover/api/errors.hpp"
#include "lb/base/result.hpp"

namespace cutover::api::wire {

inline constexpr std::string_view json_type = "application/x-amz-json-1.1";

/// A request's body: one object, or nothing at all. A member that is null counts as absent, however
/// deep it stands. The error is a `SerializationException`.
Result<nlohmann::json> decode_json(std::string_view body);

std::string json_answer(const nlohmann::ordered_json& answer);

/// {"__type": "ClusterNotFoundException", "message": "…"}; a SerializationException says "Message",
/// as AWS does. `members`, an object or null, are written beside these.
std::string json_error(const ApiError& error, const nlohmann::ordered_json& members = nullptr);

}  // namespace cutover::api::wire

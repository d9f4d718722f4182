#pragma once

// How an Error leaves the program through AWS's APIs, whose clients show a code and a message and
// nothing else. One table of HTTP statuses for all services.

#include <string>
#include <string_view>

#include "lb/base/result.hpp"

namespace cutover::api {

struct ApiError {
  std::string code;
  std::string message;
  unsigned status = 400;  ///< Below 500 the sender is at fault, else the receiver.

  friend bool operator==(const ApiError&, const ApiError&) = default;
};

/// 400 unless the code is known to have another.
unsigned http_status(std::string_view code);

/// Messages of this program's own begin in lower case ("found 7; allowed is 1-5") and say nothing
/// without their place, which is woven in; AWS's texts begin with a capital and stand as they are.
ApiError to_api_error(const Error& error);

/// What a JsonReader refuses ("ValidationError", "UnknownMember"), under the code that a service
/// has for bad parameters; any other error as it is.
Error with_code(Error error, std::string_view code);

/// "/Actions/0/ForwardConfig/Weight" as AWS's messages write it: "actions.1.member.forwardConfig.
/// weight".
std::string member_path(std::string_view pointer);

/// What AWS has and this program does not: one code for all of it. `what`: "The parameter X is".
Error unsupported(std::string_view what);

}  // namespace cutover::api

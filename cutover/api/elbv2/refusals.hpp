#pragma once

// What the stack refuses about listeners and rules, in AWS's words, which speak of ARNs.

#include "cutover/api/elbv2/place.hpp"

namespace cutover::api::elbv2 {

Error duplicate_listener();

/// `input`: the call's, with ARNs.
Error in_aws_words(const Place& place, const Error& error, const json& input);

}  // namespace cutover::api::elbv2

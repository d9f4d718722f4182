#pragma once

// What the stack refuses about listeners and rules, in AWS's words, which speak of ARNs.

#include "cutover/api/elbv2/place.hpp"

namespace cutover::api::elbv2 {

Error duplicate_listener();

/// `input`: the call's, with ARNs.
Error in_aws_words(const Place& place, const Error& error, const json& input);

/// Of Modify…Attributes; `whose`: "Load balancer", "Target group", "Listener". Terraform's provider
/// goes on without a key when it reads these words.
Error attribute_refusal(const Error& error, std::string_view whose, const json& input);

}  // namespace cutover::api::elbv2

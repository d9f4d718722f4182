#pragma once

// AWS's reason codes and description texts of a target's health, in one table. A reason decides the
// state too, so a target that knows its reason needs no second field that could disagree.

#include <cstdint>

#include "lb/targets/target_group_spec.hpp"

namespace cutover::lb::targets {

/// Why a target is in its state (ALB user guide, "Target health status" and its reason codes).
enum class Reason : std::uint8_t {
  healthy,  ///< AWS gives healthy targets no reason.
  registration_in_progress,
  initial_health_checking,
  response_code_mismatch,
  timeout,
  failed_health_checks,
  internal_error,
  not_registered,
  not_in_use,
  deregistration_in_progress,
};

State state_of(Reason reason);

/// What DescribeTargetHealth says for `reason`. `status` is the code that did not match, used by
/// response_code_mismatch alone.
TargetHealth describe(Reason reason, int status = 0);

}  // namespace cutover::lb::targets

#pragma once

// One target's health as a state machine: what registration, health checks, deregistration and the
// use of its group make of it (ALB user guide, "Health checks for your target groups"). Where AWS's
// pages differ on thresholds ("exceeded", "required"), a threshold acts when it is reached.

#include <cstdint>
#include <optional>

#include "lb/targets/health_reason.hpp"
#include "lb/targets/target_group_spec.hpp"

namespace cutover::lb::targets {

class HealthMachine {
 public:
  /// A target just registered; `in_use` says whether some action names its group.
  explicit HealthMachine(bool in_use);

  State state() const { return state_of(reason_); }
  TargetHealth health() const { return describe(reason_, mismatched_status_); }
  /// Registered and in use: it is health checked, and may receive requests when health allows.
  bool checked() const;

  /// The group came into use or went out of it. A draining target is no longer registered: it goes
  /// on draining either way, so that its requests in flight keep the time they were promised.
  void set_in_use(bool in_use);

  void check_started();
  /// True when the state changed. Ignored unless checked().
  bool check_ended(const CheckResult& result, const HealthCheck& settings);

  /// Deregistered: shows `draining` until `end`, whether or not requests are in flight.
  void drain(TimePoint end);
  /// Empty unless draining.
  std::optional<TimePoint> drain_end() const { return drain_end_; }

 private:
  void start_over(Reason reason);
  void passed(const HealthCheck& settings);
  void failed(Reason reason, int status, const HealthCheck& settings);

  Reason reason_;
  int mismatched_status_ = 0;
  std::uint32_t passes_in_a_row_ = 0;
  std::uint32_t failures_in_a_row_ = 0;
  std::optional<TimePoint> drain_end_;
};

}  // namespace cutover::lb::targets

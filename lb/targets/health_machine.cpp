#include "lb/targets/health_machine.hpp"

#include <cassert>

namespace cutover::lb::targets {

namespace {

/// What a check says against the target; `healthy` when it passed.
Reason verdict(const CheckResult& result, const CodeMatcher& matcher) {
  switch (result.kind) {
    case CheckResult::Kind::answered:
      return matcher.matches(result.status) ? Reason::healthy : Reason::response_code_mismatch;
    case CheckResult::Kind::timed_out:
      return Reason::timeout;
    case CheckResult::Kind::connection_failed:
    case CheckResult::Kind::malformed:
      return Reason::failed_health_checks;
    case CheckResult::Kind::internal_error:
      return Reason::internal_error;
  }
  assert(false);
  return Reason::internal_error;
}

}  // namespace

HealthMachine::HealthMachine(bool in_use)
    : reason_(in_use ? Reason::registration_in_progress : Reason::not_in_use) {}

bool HealthMachine::checked() const {
  const State now = state();
  return now == State::initial || now == State::healthy || now == State::unhealthy;
}

void HealthMachine::set_in_use(bool in_use) {
  if (drain_end_ || in_use == checked()) return;
  start_over(in_use ? Reason::registration_in_progress : Reason::not_in_use);
}

void HealthMachine::check_started() {
  if (reason_ == Reason::registration_in_progress) reason_ = Reason::initial_health_checking;
}

bool HealthMachine::check_ended(const CheckResult& result, const HealthCheck& settings) {
  if (!checked()) return false;
  check_started();
  const State before = state();
  const Reason reason = verdict(result, settings.matcher);
  if (reason == Reason::healthy) {
    passed(settings);
  } else {
    failed(reason, result.status, settings);
  }
  return state() != before;
}

void HealthMachine::passed(const HealthCheck& settings) {
  failures_in_a_row_ = 0;
  ++passes_in_a_row_;
  // A new target needs one success only, whatever the threshold says.
  const bool enough = state() == State::initial || passes_in_a_row_ >= settings.healthy_threshold;
  if (enough) reason_ = Reason::healthy;
}

void HealthMachine::failed(Reason reason, int status, const HealthCheck& settings) {
  passes_in_a_row_ = 0;
  ++failures_in_a_row_;
  // An unhealthy target tells its latest failure.
  if (state() == State::unhealthy || failures_in_a_row_ >= settings.unhealthy_threshold) {
    reason_ = reason;
    mismatched_status_ = status;
  }
}

void HealthMachine::drain(TimePoint end) {
  start_over(Reason::deregistration_in_progress);
  drain_end_ = end;
}

void HealthMachine::start_over(Reason reason) {
  reason_ = reason;
  mismatched_status_ = 0;
  passes_in_a_row_ = 0;
  failures_in_a_row_ = 0;
}

}  // namespace cutover::lb::targets

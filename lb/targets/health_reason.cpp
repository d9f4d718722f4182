#include "lb/targets/health_reason.hpp"

#include <array>
#include <cassert>

namespace cutover::lb::targets {

namespace {

struct Row {
  Reason reason;
  State state;
  std::string_view code;
  std::string_view description;
};

constexpr std::array rows{
    Row{Reason::healthy, State::healthy, "", ""},
    Row{Reason::registration_in_progress, State::initial, "Elb.RegistrationInProgress",
        "Target registration is in progress"},
    Row{Reason::initial_health_checking, State::initial, "Elb.InitialHealthChecking",
        "Initial health checks in progress"},
    Row{Reason::response_code_mismatch, State::unhealthy, "Target.ResponseCodeMismatch",
        "Health checks failed with these codes: "},
    Row{Reason::timeout, State::unhealthy, "Target.Timeout", "Request timed out"},
    Row{Reason::failed_health_checks, State::unhealthy, "Target.FailedHealthChecks",
        "Health checks failed"},
    Row{Reason::internal_error, State::unhealthy, "Elb.InternalError",
        "Health checks failed due to an internal error"},
    Row{Reason::not_registered, State::unused, "Target.NotRegistered",
        "Target is not registered to the target group"},
    Row{Reason::not_in_use, State::unused, "Target.NotInUse",
        "Target group is not configured to receive traffic from the load balancer"},
    Row{Reason::deregistration_in_progress, State::draining, "Target.DeregistrationInProgress",
        "Target deregistration is in progress"},
};

constexpr bool rows_stand_in_order() {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].reason != static_cast<Reason>(i)) return false;
  }
  return true;
}
static_assert(rows_stand_in_order());

const Row& row(Reason reason) { return rows[static_cast<std::size_t>(reason)]; }

}  // namespace

std::string_view to_string(State state) {
  switch (state) {
    case State::initial:
      return "initial";
    case State::healthy:
      return "healthy";
    case State::unhealthy:
      return "unhealthy";
    case State::unused:
      return "unused";
    case State::draining:
      return "draining";
  }
  assert(false);
  return "";
}

State state_of(Reason reason) { return row(reason).state; }

TargetHealth describe(Reason reason, int status) {
  const Row& found = row(reason);
  TargetHealth health{found.state, std::string(found.code), std::string(found.description)};
  if (reason == Reason::response_code_mismatch) {
    health.description += '[' + std::to_string(status) + ']';
  }
  return health;
}

}  // namespace cutover::lb::targets

#pragma once

// Runs a plan: starts its stack, sends the load, takes the steps phase by phase, and keeps what was
// seen. All on one control thread, which this call runs.

#include "cutover/rehearsal/plan.hpp"
#include "cutover/rehearsal/progress.hpp"
#include "cutover/rehearsal/record.hpp"
#include "cutover/stack/running_stack.hpp"
#include "lb/base/result.hpp"

namespace cutover::rehearsal {

/// Gives the record, also when a step failed, a wait timed out or a signal came: then it says so
/// (RunRecord::stopped). An error when the stack could not be started: nothing is left running. The
/// first SIGINT or SIGTERM ends the run in order, a second one ends the program at once.
Result<RunRecord> run(const Plan& plan, const stack::RunOptions& options, ProgressDisplay& display);

}  // namespace cutover::rehearsal

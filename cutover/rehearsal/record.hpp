#pragma once

// What a rehearsal saw, as values: everything that requirements are judged by and that the report
// shows. Filled in by the run, read by pure code.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/load/generator.hpp"
#include "cutover/rehearsal/answer.hpp"
#include "lb/base/clock.hpp"
#include "lb/base/result.hpp"
#include "lb/observe/account.hpp"

namespace cutover::rehearsal {

struct StepRecord {
  std::string text;                  ///< to_string() of the step.
  Duration took = Duration::zero();  ///< Real time.
  std::optional<Error> error;
};

struct PhaseRecord {
  std::string name;
  std::vector<StepRecord> steps;
  std::map<std::string, Answer> answers;  ///< Of the probed paths, after the steps.
  load::PhaseAccount account;             ///< Of the requests scheduled in this phase.
};

struct RunRecord {
  double speed = 1;
  std::uint64_t seed = 0;
  std::string runtime;
  std::vector<PhaseRecord> phases;
  /// Why it did not run to its end; empty when it did.
  std::optional<Error> stopped;
  /// The load balancer's own accounts, when all was done. Load and probes, nothing else.
  lb::Accounts load_balancer;
  Duration took = Duration::zero();  ///< Real time, from the first step of the stack.
};

/// All phases' accounts as one, named "all phases".
load::PhaseAccount total(const RunRecord& run);

}  // namespace cutover::rehearsal

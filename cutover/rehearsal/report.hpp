#pragma once

// What a rehearsal found, for people and for programs. Pure: a plan and a record in, text out.

#include <nlohmann/json.hpp>
#include <string>

#include "cutover/rehearsal/plan.hpp"
#include "cutover/rehearsal/record.hpp"
#include "cutover/rehearsal/verdict.hpp"

namespace cutover::rehearsal {

/// Everything that is said of one run.
struct Report {
  std::vector<Finding> findings;
  std::vector<Verdict> sums;
  std::vector<Verdict> verdicts;
  /// Whether every requirement held, the sums among them.
  bool safe() const;
};
Report make_report(const Plan& plan, const RunRecord& run);

/// A table per phase (steps, requests by fate and target group, percentiles), then findings, sums
/// and requirements, and one last line with the verdict. Ends with a newline.
std::string to_text(const RunRecord& run, const Report& report);

/// The same: {safe, speed, seed, runtime, seconds, phases: [{…load::to_json(), steps, answers}],
/// groups: [{target_group, load, probes, load_balancer}], load_balancer: {requests, in_flight,
/// fates}, findings, sums, requirements}.
nlohmann::json to_json(const RunRecord& run, const Report& report);

}  // namespace cutover::rehearsal

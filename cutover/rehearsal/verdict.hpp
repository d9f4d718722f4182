#pragma once

// Judging a run: findings (what changed for a client), requirements of the plan, and the sums that
// must always hold. Pure.

#include <cstdint>
#include <string>
#include <vector>

#include "cutover/rehearsal/plan.hpp"
#include "cutover/rehearsal/record.hpp"

namespace cutover::rehearsal {

/// A probed path whose status is not what it was after the phase before.
struct Finding {
  std::string phase;
  std::string path;
  std::string text;       ///< "answers 503 (awselb/2.0), it answered 200 after …"
  bool expected = false;  ///< A requirement of this phase asks for it.
  friend bool operator==(const Finding&, const Finding&) = default;
};
std::vector<Finding> find_changes(const Plan& plan, const RunRecord& run);

/// One requirement and whether it held.
struct Verdict {
  std::string scope;        ///< The phase, or "the whole run".
  std::string requirement;  ///< "failed requests: at most 0"
  bool held = false;
  std::string found;  ///< "17 of 2400 failed", "p99 61.3 ms, 11.3 ms over"
  friend bool operator==(const Verdict&, const Verdict&) = default;
};
/// What the plan requires, phase by phase, then of the whole run. A phase that was not reached, or
/// not finished, does not hold.
std::vector<Verdict> judge(const Plan& plan, const RunRecord& run);

/// Answers by who gave them, as the clients count and as the load balancer counts.
struct GroupSum {
  std::string group;  ///< "-": the load balancer itself.
  std::uint64_t load = 0;
  std::uint64_t probes = 0;
  std::uint64_t load_balancer = 0;
  friend bool operator==(const GroupSum&, const GroupSum&) = default;
};
std::vector<GroupSum> sum_groups(const RunRecord& run);

/// That every scheduled request is in exactly one account, and that the load balancer counted the
/// same requests as its clients, group by group. Required of every run.
std::vector<Verdict> check_sums(const RunRecord& run);

}  // namespace cutover::rehearsal

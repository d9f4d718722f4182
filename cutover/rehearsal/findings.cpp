#include <fmt/format.h>

#include <algorithm>

#include "cutover/rehearsal/verdict.hpp"

namespace cutover::rehearsal {

namespace {

bool is_expected(const Requirements& require, const std::string& path, int status) {
  return std::any_of(require.findings.begin(), require.findings.end(), [&](const auto& finding) {
    return finding.path == path && finding.status == status;
  });
}

}  // namespace

std::vector<Finding> find_changes(const Plan& plan, const RunRecord& run) {
  std::vector<Finding> findings;
  for (std::size_t i = 1; i < run.phases.size(); ++i) {
    const PhaseRecord& before = run.phases[i - 1];
    const PhaseRecord& after = run.phases[i];
    for (const std::string& path : plan.probe) {
      const auto old_answer = before.answers.find(path);
      const auto new_answer = after.answers.find(path);
      if (old_answer == before.answers.end() || new_answer == after.answers.end()) continue;
      if (old_answer->second.status == new_answer->second.status) continue;
      const auto first = run.phases.front().answers.find(path);
      const bool restored = first != run.phases.front().answers.end() &&
                            first->second.status == new_answer->second.status;
      findings.push_back(
          {after.name, path,
           fmt::format("{}{}; after \"{}\" it {}", outcome(new_answer->second),
                       restored ? " again" : "", before.name, outcome(old_answer->second)),
           is_expected(plan.phases[i].require, path, new_answer->second.status)});
    }
  }
  return findings;
}

}  // namespace cutover::rehearsal

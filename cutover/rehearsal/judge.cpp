#include <fmt/format.h>

#include <algorithm>

#include "cutover/rehearsal/figures.hpp"
#include "cutover/rehearsal/verdict.hpp"
#include "lb/base/duration.hpp"

namespace cutover::rehearsal {

namespace {

constexpr std::string_view whole_run = "the whole run";
constexpr std::size_t kinds_shown_most = 4;

/// "502 of api x12, reset x5": the failed requests, the most frequent kinds first.
std::string failures(const load::PhaseAccount& account) {
  std::vector<std::pair<std::uint64_t, std::string>> kinds;
  for (const auto& [fate, count] : account.fates) {
    if (!load::is_failure(fate)) continue;
    const std::string by = fate.target_group == "-" ? "the load balancer" : fate.target_group;
    kinds.emplace_back(count, fate.error == load::Fate::Error::none
                                  ? fmt::format("{} by {}", fate.status, by)
                                  : std::string(load::to_string(fate.error)));
  }
  std::stable_sort(kinds.begin(), kinds.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string text;
  for (std::size_t i = 0; i < kinds.size() && i < kinds_shown_most; ++i) {
    text += fmt::format("{}{} x{}", i == 0 ? ": " : ", ", kinds[i].second, kinds[i].first);
  }
  if (kinds.size() > kinds_shown_most) text += ", and others";
  return text;
}

/// Collects the verdicts of one scope.
class Judge {
 public:
  Judge(std::string scope, std::vector<Verdict>& verdicts)
      : scope_(std::move(scope)), verdicts_(verdicts) {}

  void traffic(const Requirements& require, const load::PhaseAccount* account) {
    if (require.failed_requests) {
      failed_requests(*require.failed_requests, account);
    }
    if (require.failed_ratio) failed_ratio(*require.failed_ratio, account);
    if (require.p99) p99(*require.p99, account);
  }

  void answers(const Requirements& require, const PhaseRecord* phase, const RunRecord& run) {
    if (require.same_responses) same_responses(*require.same_responses, phase, run);
    for (const auto& finding : require.findings) expected(finding, phase);
  }

  void add(std::string requirement, bool held, std::string found) {
    verdicts_.push_back({scope_, std::move(requirement), held, std::move(found)});
  }

 private:
  void failed_requests(std::uint64_t most, const load::PhaseAccount* account) {
    std::string requirement = fmt::format("failed requests: at most {}", most);
    if (!account) return not_reached(std::move(requirement));
    const std::uint64_t count = load::failed(*account);
    std::string found = fmt::format("{} of {}", count, account->scheduled);
    if (count > most) found += fmt::format(", {} too many{}", count - most, failures(*account));
    add(std::move(requirement), count <= most, std::move(found));
  }

  void failed_ratio(double most, const load::PhaseAccount* account) {
    std::string requirement = fmt::format("failed requests: at most {:.4g} %", most * 100);
    if (!account) return not_reached(std::move(requirement));
    const std::uint64_t count = load::failed(*account);
    const double ratio =
        count == 0 ? 0 : static_cast<double>(count) / static_cast<double>(account->scheduled);
    std::string found = fmt::format("{:.4g} %, {} of {}", ratio * 100, count, account->scheduled);
    if (ratio > most) {
      found += fmt::format(", {:.4g} % too many{}", (ratio - most) * 100, failures(*account));
    }
    add(std::move(requirement), ratio <= most, std::move(found));
  }

  void p99(Duration most, const load::PhaseAccount* account) {
    std::string requirement = "p99: at most " + format_duration(most);
    if (!account) return not_reached(std::move(requirement));
    if (account->latency.count() == 0) {
      return add(std::move(requirement), false, "no request was answered");
    }
    const Duration p99{static_cast<Duration::rep>(account->latency.at_percentile(99))};
    std::string found = figure(p99);
    if (p99 > most) found += fmt::format(", {} too long", figure(p99 - most));
    add(std::move(requirement), p99 <= most, std::move(found));
  }

  void same_responses(const SameResponses& same, const PhaseRecord* phase, const RunRecord& run) {
    std::string requirement = fmt::format("same responses as after \"{}\"", same.as);
    const auto before = std::find_if(run.phases.begin(), run.phases.end(),
                                     [&](const PhaseRecord& p) { return p.name == same.as; });
    if (!phase || before == run.phases.end()) return not_reached(std::move(requirement));
    std::string differences;
    std::size_t different = 0;
    for (const std::string& path : same.paths) {
      const auto old_answer = before->answers.find(path);
      const auto new_answer = phase->answers.find(path);
      if (old_answer == before->answers.end() || new_answer == phase->answers.end()) {
        return not_reached(std::move(requirement));
      }
      const auto found = difference(old_answer->second, new_answer->second);
      if (!found) continue;
      ++different;
      differences += fmt::format("; {}: {}", path, *found);
    }
    add(std::move(requirement), different == 0,
        different == 0
            ? fmt::format("{} of {} paths, byte for byte", same.paths.size(), same.paths.size())
            : fmt::format("{} of {} paths differ{}", different, same.paths.size(), differences));
  }

  void expected(const ExpectedFinding& finding, const PhaseRecord* phase) {
    std::string requirement = fmt::format("{} answers {}", finding.path, finding.status);
    if (!phase) return not_reached(std::move(requirement));
    const auto answer = phase->answers.find(finding.path);
    if (answer == phase->answers.end()) return not_reached(std::move(requirement));
    add(std::move(requirement), answer->second.status == finding.status, outcome(answer->second));
  }

  void not_reached(std::string requirement) { add(std::move(requirement), false, "not reached"); }

  std::string scope_;
  std::vector<Verdict>& verdicts_;
};

}  // namespace

std::vector<Verdict> judge(const Plan& plan, const RunRecord& run) {
  std::vector<Verdict> verdicts;
  for (std::size_t i = 0; i < plan.phases.size(); ++i) {
    const PhaseRecord* record = i < run.phases.size() ? &run.phases[i] : nullptr;
    Judge judge(plan.phases[i].name, verdicts);
    judge.traffic(plan.phases[i].require, record ? &record->account : nullptr);
    judge.answers(plan.phases[i].require, record, run);
  }
  Judge judge{std::string(whole_run), verdicts};
  const auto all = total(run);
  judge.traffic(plan.require, &all);
  judge.add("every step is done", !run.stopped, run.stopped ? to_string(*run.stopped) : "done");
  return verdicts;
}

}  // namespace cutover::rehearsal

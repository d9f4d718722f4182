#include <fmt/format.h>

#include <boost/algorithm/string/predicate.hpp>

#include "cutover/rehearsal/verdict.hpp"

namespace cutover::rehearsal {

namespace {

std::string label(const Answer& answer) {
  for (const auto& [name, value] : answer.headers) {
    if (boost::iequals(name, "X-Cutover-Target-Group")) return value;
  }
  return "-";
}

/// Requests that ended without a whole answer after they may have reached the load balancer: each
/// is in its accounts or is not, and in any group.
std::uint64_t count_uncertain(const RunRecord& run) {
  using Error = load::Fate::Error;
  std::uint64_t uncertain = 0;
  for (const auto& [fate, count] : total(run).fates) {
    const bool never_sent = fate.error == Error::unsent || fate.error == Error::connect;
    if (fate.error != Error::none && !never_sent) uncertain += count;
  }
  for (const PhaseRecord& phase : run.phases) {
    for (const auto& [path, answer] : phase.answers) uncertain += answer.status == 0 ? 1 : 0;
  }
  return uncertain;
}

std::uint64_t apart(std::uint64_t a, std::uint64_t b) { return a > b ? a - b : b - a; }

Verdict every_request_once(const RunRecord& run) {
  const auto all = total(run);
  const std::uint64_t settled = load::settled(all);
  return {"sums", "every scheduled request is in exactly one account", settled == all.scheduled,
          fmt::format("{} scheduled = {} answered + {} unsent + {} ended otherwise", all.scheduled,
                      load::answered(all), load::unsent(all),
                      settled - load::answered(all) - load::unsent(all))};
}

Verdict load_balancer_once(const lb::Accounts& accounts) {
  std::uint64_t sum = 0;
  for (const auto& [fate, count] : accounts.fates) sum += count;
  return {"sums", "every request at the load balancer is in exactly one account",
          accounts.requests == sum && accounts.in_flight == 0,
          fmt::format("{} requests = {} accounted for + {} in flight", accounts.requests, sum,
                      accounts.in_flight)};
}

}  // namespace

std::vector<GroupSum> sum_groups(const RunRecord& run) {
  std::map<std::string, GroupSum> sums;
  for (const auto& [fate, count] : total(run).fates) {
    if (fate.error == load::Fate::Error::none) sums[fate.target_group].load += count;
  }
  for (const PhaseRecord& phase : run.phases) {
    for (const auto& [path, answer] : phase.answers) {
      if (answer.status != 0) ++sums[label(answer)].probes;
    }
  }
  for (const auto& [fate, count] : run.load_balancer.fates) {
    if (fate.kind == lb::Fate::Kind::client_left) continue;
    const bool by_target = fate.kind == lb::Fate::Kind::target;
    sums[by_target ? fate.target_group : "-"].load_balancer += count;
  }
  std::vector<GroupSum> list;
  for (auto& [group, sum] : sums) {
    sum.group = group;
    list.push_back(sum);
  }
  return list;
}

std::vector<Verdict> check_sums(const RunRecord& run) {
  const std::uint64_t uncertain = count_uncertain(run);
  GroupSum all;
  std::string different;
  for (const GroupSum& sum : sum_groups(run)) {
    all.load += sum.load;
    all.probes += sum.probes;
    if (apart(sum.load_balancer, sum.load + sum.probes) <= uncertain) continue;
    different += fmt::format("{}{}: {} at the load balancer, {} at the clients",
                             different.empty() ? "" : "; ",
                             sum.group == "-" ? "the load balancer" : sum.group, sum.load_balancer,
                             sum.load + sum.probes);
  }
  const std::uint64_t requests = run.load_balancer.requests;
  const std::uint64_t answered = all.load + all.probes;
  const bool same = requests >= answered && requests - answered <= uncertain;
  const std::string cut = uncertain == 0 ? "" : fmt::format(" + up to {} cut short", uncertain);
  return {every_request_once(run), load_balancer_once(run.load_balancer),
          Verdict{"sums", "the load balancer counts what its clients count", same,
                  fmt::format("{} at the load balancer = {} of the load + {} probes{}", requests,
                              all.load, all.probes, cut)},
          Verdict{"sums", "and the same for each target group", different.empty(),
                  different.empty() ? "the same" + cut : different}};
}

}  // namespace cutover::rehearsal

#include <fmt/format.h>

#include <boost/algorithm/string/predicate.hpp>

#include "cutover/rehearsal/verdict.hpp"

namespace cutover::rehearsal {

namespace {

/// Who answered how many requests, as the clients saw it by the label in each answer.
struct ClientSide {
  std::uint64_t load = 0;    ///< Answers to the load generator.
  std::uint64_t probes = 0;  ///< Answers to probes.
  /// Ended without a whole answer after they may have reached the load balancer: each is in its
  /// accounts or is not, and in any group.
  std::uint64_t uncertain = 0;
  std::map<std::string, std::uint64_t> groups;
};

std::string label(const Answer& answer) {
  for (const auto& [name, value] : answer.headers) {
    if (boost::iequals(name, "X-Cutover-Target-Group")) return value;
  }
  return "-";
}

ClientSide client_side(const RunRecord& run) {
  using Error = load::Fate::Error;
  ClientSide side;
  for (const auto& [fate, count] : total(run).fates) {
    if (fate.error == Error::none) {
      side.load += count;
      side.groups[fate.target_group] += count;
    } else if (fate.error != Error::unsent && fate.error != Error::connect) {
      side.uncertain += count;
    }
  }
  for (const PhaseRecord& phase : run.phases) {
    for (const auto& [path, answer] : phase.answers) {
      if (answer.status == 0) {
        ++side.uncertain;
      } else {
        ++side.probes;
        ++side.groups[label(answer)];
      }
    }
  }
  return side;
}

std::map<std::string, std::uint64_t> groups_of(const lb::Accounts& accounts) {
  std::map<std::string, std::uint64_t> groups;
  for (const auto& [fate, count] : accounts.fates) {
    if (fate.kind == lb::Fate::Kind::client_left) continue;
    groups[fate.kind == lb::Fate::Kind::target ? fate.target_group : "-"] += count;
  }
  return groups;
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

std::vector<Verdict> check_sums(const RunRecord& run) {
  const ClientSide client = client_side(run);
  const lb::Accounts& accounts = run.load_balancer;
  const std::string slack =
      client.uncertain == 0 ? "" : fmt::format(" (+ up to {} cut short)", client.uncertain);

  const std::uint64_t answered = client.load + client.probes;
  const bool same =
      accounts.requests >= answered && accounts.requests - answered <= client.uncertain;
  std::vector<Verdict> verdicts{every_request_once(run), load_balancer_once(accounts)};
  verdicts.push_back({"sums", "the load balancer counts what its clients count", same,
                      fmt::format("{} at the load balancer = {} of the load + {} probes{}",
                                  accounts.requests, client.load, client.probes, slack)});

  auto theirs = groups_of(accounts);
  for (const auto& [group, count] : client.groups) theirs[group];
  bool groups_same = true;
  std::string found;
  for (const auto& [group, count] : theirs) {
    const auto seen = client.groups.find(group);
    const std::uint64_t ours = seen == client.groups.end() ? 0 : seen->second;
    if (apart(count, ours) > client.uncertain) groups_same = false;
    const std::string name = group == "-" ? "itself" : group;
    found += fmt::format("{}{} {}", found.empty() ? "" : ", ", name, count);
    if (count != ours) found += fmt::format(" (clients: {})", ours);
  }
  verdicts.push_back({"sums", "and the same for each target group", groups_same, found + slack});
  return verdicts;
}

}  // namespace cutover::rehearsal

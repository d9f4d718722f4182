#include "bench/load/ledger.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace cutover::load {

std::string_view to_string(Fate::Error error) {
  switch (error) {
    case Fate::Error::none:
      return "none";
    case Fate::Error::unsent:
      return "unsent";
    case Fate::Error::connect:
      return "connect";
    case Fate::Error::timeout:
      return "timeout";
    case Fate::Error::reset:
      return "reset";
    case Fate::Error::malformed:
      return "malformed";
  }
  return "none";
}

bool is_failure(const Fate& fate) {
  return fate.error != Fate::Error::none || fate.status < 200 || fate.status >= 400;
}

namespace {
template <class Wanted>
std::uint64_t sum(const PhaseAccount& account, Wanted wanted) {
  std::uint64_t total = 0;
  for (const auto& [fate, count] : account.fates) total += wanted(fate) ? count : 0;
  return total;
}
}  // namespace

std::uint64_t settled(const PhaseAccount& account) {
  return sum(account, [](const Fate&) { return true; });
}

std::uint64_t answered(const PhaseAccount& account) {
  return sum(account, [](const Fate& fate) { return fate.error == Fate::Error::none; });
}

std::uint64_t unsent(const PhaseAccount& account) {
  return sum(account, [](const Fate& fate) { return fate.error == Fate::Error::unsent; });
}

std::uint64_t failed(const PhaseAccount& account) { return sum(account, is_failure); }

void Ledger::begin_phase(std::string name, TimePoint begin) {
  assert(phases_.empty() || phases_.back().begin <= begin);
  Phase phase;
  phase.name = std::move(name);
  phase.begin = begin;
  phase.scheduled_by_kind.resize(mix_.size());
  phase.failed_by_kind.resize(mix_.size());
  phases_.push_back(std::move(phase));
}

std::uint32_t Ledger::schedule(TimePoint moment, std::size_t kind) {
  while (current_ + 1 < phases_.size() && phases_[current_ + 1].begin <= moment) ++current_;
  Phase& phase = phases_[current_];
  ++phase.scheduled;
  ++phase.scheduled_by_kind[kind];
  return current_;
}

void Ledger::settle(std::uint32_t phase_index, std::size_t kind, Fate::Error error, int status,
                    std::string_view target_group, Duration latency) {
  Phase& phase = phases_[phase_index];
  Entry& found = entry(phase, error, status, target_group.empty() ? "-" : target_group);
  ++found.count;
  if (is_failure(found.fate)) ++phase.failed_by_kind[kind];
  if (error == Fate::Error::none) {
    phase.latency.record(static_cast<std::uint64_t>(std::max(latency, Duration::zero()).count()));
  }
}

Ledger::Entry& Ledger::entry(Phase& phase, Fate::Error error, int status,
                             std::string_view target_group) {
  for (Entry& known : phase.entries) {
    if (known.fate.status == status && known.fate.error == error &&
        known.fate.target_group == target_group) {
      return known;
    }
  }
  // A server that makes up labels must not fill the memory.
  if (phase.entries.size() >= entries_most) {
    constexpr std::string_view others = "(others)";
    if (target_group != others) return entry(phase, error, status, others);
  }
  return phase.entries.emplace_back(Entry{Fate{status, error, std::string(target_group)}, 0});
}

std::vector<PhaseAccount> Ledger::accounts(TimePoint now) const {
  std::vector<PhaseAccount> all;
  for (std::size_t i = 0; i < phases_.size(); ++i) {
    const Phase& phase = phases_[i];
    PhaseAccount account;
    account.phase = phase.name;
    account.scheduled = phase.scheduled;
    for (const auto& [fate, count] : phase.entries) account.fates.emplace(fate, count);
    for (std::size_t kind = 0; kind < mix_.size(); ++kind) {
      account.by_path[mix_.path(kind)] += phase.scheduled_by_kind[kind];
      const std::uint64_t failures = phase.failed_by_kind[kind];
      if (failures > 0) account.failed_by_path[mix_.path(kind)] += failures;
    }
    account.latency = phase.latency;
    const TimePoint end = i + 1 < phases_.size() ? phases_[i + 1].begin : end_.value_or(now);
    account.length = std::max(end - phase.begin, Duration::zero());
    all.push_back(std::move(account));
  }
  return all;
}

}  // namespace cutover::load

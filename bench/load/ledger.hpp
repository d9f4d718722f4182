#pragma once

// Books every scheduled request into the phase it was scheduled in, and its fate when it ends.
// Pure: it is told all moments.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/generator.hpp"
#include "bench/load/mix.hpp"

namespace cutover::load {

/// One owner, one thread. Borrows the mix.
class Ledger {
 public:
  explicit Ledger(const Mix& mix) : mix_(mix) {}

  /// A phase begins at `begin`, not before any phase known already. The first one comes before the
  /// first request.
  void begin_phase(std::string name, TimePoint begin);
  /// Books one request; the phase is the last that began at or before `moment`. Moments never go
  /// back. Gives the phase, for settle().
  std::uint32_t schedule(TimePoint moment, std::size_t kind);
  /// Books the end of one request that was scheduled in `phase`. `latency` counts only for whole
  /// answers.
  void settle(std::uint32_t phase, std::size_t kind, Fate::Error error, int status,
              std::string_view target_group, Duration latency);
  /// The last phase ends at `end`.
  void close(TimePoint end) { end_ = end; }
  /// All phases; the last one lasts until close(), or until `now`.
  std::vector<PhaseAccount> accounts(TimePoint now) const;

 private:
  static constexpr std::size_t entries_most = 1000;

  struct Entry {
    Fate fate;
    std::uint64_t count;
  };
  struct Phase {
    std::string name;
    TimePoint begin;
    std::uint64_t scheduled = 0;
    std::vector<std::uint64_t> scheduled_by_kind;
    std::vector<std::uint64_t> failed_by_kind;
    std::vector<Entry> entries;  // A handful: looked through faster than any map.
    Histogram latency;
  };

  static Entry& entry(Phase& phase, Fate::Error error, int status, std::string_view target_group);

  const Mix& mix_;
  std::vector<Phase> phases_;
  std::uint32_t current_ = 0;
  std::optional<TimePoint> end_;
};

}  // namespace cutover::load

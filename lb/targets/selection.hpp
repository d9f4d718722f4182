#pragma once

// Which of a group's eligible targets takes a request, as one node decides it: in turn (with the
// shares of slow start), by the fewest requests in progress, or by chance with anomalies watched
// (ALB user guide, "Routing algorithms", "Automatic Target Weights", "Slow start mode"). One
// Selection per node and group, as ALB's nodes decide independently; one thread owns it.

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "lb/base/clock.hpp"
#include "lb/base/random.hpp"
#include "lb/targets/anomaly_watch.hpp"
#include "lb/targets/round_robin.hpp"
#include "lb/targets/target_group_spec.hpp"

namespace cutover::lb::targets {

/// How a group balances: the part of its settings that a node needs for each pick.
struct Balancing {
  Algorithm algorithm = Algorithm::round_robin;
  bool anomaly_mitigation = false;
  Duration slow_start = Duration::zero();  ///< On the clock that pick()'s times come from.
  friend bool operator==(const Balancing&, const Balancing&) = default;
};
Balancing balancing_of(const TargetGroupSpec& spec);

/// One eligible target. `slot` names it for as long as the load balancer lives.
struct Candidate {
  std::uint32_t slot = 0;
  std::optional<TimePoint> ramp_began = std::nullopt;  ///< On the clock of pick()'s times.
  friend bool operator==(const Candidate&, const Candidate&) = default;
};

class Selection {
 public:
  /// `start` is where the first turn begins, so that nodes need not all begin at one target.
  explicit Selection(std::size_t start = 0) : turn_(start) {}

  /// The group's settings and eligible targets from now on; the only member that allocates.
  /// Targets that stay keep their turn and what was watched of them.
  void adopt(const Balancing& balancing, std::span<const Candidate> candidates, TimePoint now);

  std::size_t count() const noexcept { return count_; }

  /// The index, among the candidates adopted last (at least one), of the target that takes the next
  /// request. `outstanding(index)` tells how many requests this node has in progress with a
  /// candidate; asked by least_outstanding_requests only. Plain round robin costs an increment.
  template <class Outstanding>
  std::size_t pick(TimePoint now, Random& random, const Outstanding& outstanding) {
    assert(count_ > 0);
    switch (mode_) {
      case Mode::in_turn:
        return turn_.next(count_);
      case Mode::ramping:
        return pick_ramping(now);
      case Mode::fewest:
        return pick_fewest(outstanding);
      case Mode::chance:
        return anomalies_.pick(now, random);
    }
    return 0;
  }

  /// The index of a candidate by its slot, for sticky requests; empty when it is not eligible.
  std::optional<std::size_t> find(std::uint32_t slot) const;

  /// A request to `slot` has ended; `failed` by a 5xx of the target or by its connection. Has no
  /// effect unless the algorithm is weighted_random; see watches().
  void ended(std::uint32_t slot, bool failed, TimePoint now);
  bool watches() const noexcept { return mode_ == Mode::chance; }
  /// What DescribeTargetHealth says of the target; normal when it is not watched.
  AnomalyDetection anomaly(std::uint32_t slot) const;

 private:
  enum class Mode : std::uint8_t { in_turn, ramping, fewest, chance };
  struct Ramp {
    std::uint32_t slot = 0;
    std::optional<TimePoint> began;
    std::int64_t credit = 0;  ///< What the target is owed, in units of ramp weight.
  };

  std::size_t pick_ramping(TimePoint now);
  /// In 1 to full_weight; clears a ramp that is over.
  std::int64_t ramp_weight(Ramp& ramp, TimePoint now) const;

  template <class Outstanding>
  std::size_t pick_fewest(const Outstanding& outstanding) {
    // From the one whose turn it is on, so that ties are taken in turn.
    const std::size_t first = turn_.next(count_);
    std::size_t best = first;
    auto fewest = outstanding(first);
    for (std::size_t step = 1; step < count_ && fewest > 0; ++step) {
      const std::size_t index = first + step < count_ ? first + step : first + step - count_;
      const auto found = outstanding(index);
      if (found >= fewest) continue;
      fewest = found;
      best = index;
    }
    turn_ = RoundRobin(best + 1);
    return best;
  }

  Mode mode_ = Mode::in_turn;
  std::size_t count_ = 0;
  RoundRobin turn_;
  Duration slow_start_ = Duration::zero();
  std::vector<Ramp> ramps_;                                     ///< By index; when ramping.
  std::vector<std::pair<std::uint32_t, std::size_t>> by_slot_;  ///< Slot and index, sorted.
  AnomalyWatch anomalies_;                                      ///< When by chance.
};

}  // namespace cutover::lb::targets

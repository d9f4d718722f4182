#pragma once

// weighted_random: targets by chance, each watched for failing more than the others do, and with
// mitigation given fewer requests while it does (ALB user guide, "Automatic Target Weights"). AWS
// documents what counts as a failure and that weights change about every 5 s; the thresholds below
// are choices of this project, made here alone.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "lb/base/clock.hpp"
#include "lb/base/random.hpp"

namespace cutover::lb::targets {

/// What DescribeTargetHealth says of one target with `Include` AnomalyDetection.
struct AnomalyDetection {
  enum class Result : std::uint8_t { normal, anomalous };
  Result result = Result::normal;
  bool mitigation_in_effect = false;
  friend bool operator==(const AnomalyDetection&, const AnomalyDetection&) = default;
};
/// What two nodes have seen together: anomalous, or mitigated, when it is so on either.
AnomalyDetection both(AnomalyDetection one, AnomalyDetection other);

class AnomalyWatch {
 public:
  /// Verdicts are reached, and weights changed, at the end of each window.
  static constexpr Duration window = std::chrono::seconds(5);
  /// A target is compared with the others; below this many there is no telling who is odd.
  static constexpr std::size_t targets_least = 3;
  /// Anomalous: at least this many failures in a window, …
  static constexpr std::uint32_t failures_least = 3;
  /// … and this much more of its requests than of the others' (in percentage points).
  static constexpr std::uint32_t excess_percent = 10;
  /// Mitigation halves a weight at each window's end, down to the least, and doubles it again once
  /// the target is normal. Never 0: what gets no request can't show that it has recovered.
  static constexpr std::uint32_t weight_full = 64;
  static constexpr std::uint32_t weight_least = 1;

  /// `slots` in the order that indices mean from now on; those that stay keep their record.
  void adopt(const std::vector<std::uint32_t>& slots, bool mitigation, TimePoint now);
  void clear() { targets_.clear(); }

  /// An index; at least one target.
  std::size_t pick(TimePoint now, Random& random);
  void ended(std::size_t index, bool failed, TimePoint now);
  AnomalyDetection at(std::size_t index) const;

 private:
  struct Target {
    std::uint32_t slot = 0;
    std::uint32_t requests = 0;  ///< Ended in this window.
    std::uint32_t failures = 0;
    std::uint32_t weight = weight_full;
    bool anomalous = false;
  };

  void close_window(TimePoint now);
  void sum_weights();

  std::vector<Target> targets_;
  std::uint32_t weights_ = 0;  ///< Their sum.
  bool equal_ = true;          ///< All weights are full.
  bool mitigation_ = false;
  TimePoint window_end_{};
};

}  // namespace cutover::lb::targets

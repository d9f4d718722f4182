#pragma once

// When requests leave. Pure: a schedule is told its start and yields one moment after another; it
// neither reads a clock nor knows what became of earlier requests, which is what makes a load open.

#include <cstdint>

#include "lb/base/clock.hpp"
#include "lb/base/random.hpp"

namespace cutover::load {

/// Moments of arrival. One owner, one thread.
class Schedule {
 public:
  /// Even arrivals: the n-th (from 0) at start + n / rate, computed from n and not by adding up
  /// gaps, so it is within a nanosecond of the truth however long the run. `rate` per second, > 0.
  static Schedule constant(TimePoint start, double rate);
  /// Arrivals as of many independent clients: exponential gaps of mean 1 / rate, drawn from `seed`;
  /// the first one gap after the start.
  static Schedule poisson(TimePoint start, double rate, std::uint64_t seed);

  /// The next moment, never before an earlier one.
  TimePoint next();

 private:
  Schedule(TimePoint start, double rate, bool even, std::uint64_t seed)
      : start_(start), rate_(rate), even_(even), random_(seed) {}

  TimePoint start_;
  double rate_;
  bool even_;
  Random random_;
  std::uint64_t count_ = 0;     // Moments given so far.
  long double elapsed_ns_ = 0;  // Poisson: from the start to the last moment given.
};

}  // namespace cutover::load

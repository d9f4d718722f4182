#pragma once

// The load balancers' metrics minute by minute: their counts run since the start, CloudWatch speaks
// of periods.

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lb/base/clock.hpp"
#include "lb/observe/metric_reading.hpp"
#include "lb/observe/metrics.hpp"

namespace cutover::api::cloudwatch {

/// All load balancers of a region.
using Snapshots = std::vector<lb::MetricsSnapshot>;

/// One region's. One thread; told the time.
class History {
 public:
  static constexpr auto minute = std::chrono::minutes(1);
  /// Samples are forgotten, the oldest first, beyond three hours, or earlier when target groups are
  /// so many that they would fill the memory.
  static constexpr std::size_t samples_most = 180;
  static constexpr std::size_t entries_most = 200'000;

  /// Keeps what there is at `now`: at the start, and whenever a minute ends.
  void sample(Snapshots snapshots, WallTime now);

  /// The readings of [begin, end) by periods of `period` (whole minutes), each by the moment at
  /// which its period begins; empty ones are left out. `present` is what there is at `now`: it
  /// completes the minute that has not ended yet.
  std::map<WallTime, lb::MetricReading> read(std::string_view name,
                                             const lb::MetricDimensions& dimensions, WallTime begin,
                                             WallTime end, std::chrono::minutes period,
                                             const Snapshots& present, WallTime now) const;

 private:
  struct Sample {
    WallTime at;
    Snapshots snapshots;
    std::size_t entries = 0;
  };

  std::deque<Sample> samples_;
  std::size_t entries_ = 0;
};

}  // namespace cutover::api::cloudwatch

#include "cutover/api/cloudwatch/history.hpp"

#include <algorithm>
#include <utility>

namespace cutover::api::cloudwatch {

namespace {

/// The counts of the same load balancer at an earlier moment, if it was there.
const lb::MetricsSnapshot* find(const Snapshots& snapshots, const std::string& load_balancer) {
  const auto found = std::find_if(
      snapshots.begin(), snapshots.end(),
      [&](const lb::MetricsSnapshot& one) { return one.load_balancer == load_balancer; });
  return found == snapshots.end() ? nullptr : &*found;
}

WallTime floor_to(WallTime time, std::chrono::minutes period) {
  const auto since = time.time_since_epoch();
  return WallTime(since - since % std::chrono::duration_cast<WallTime::duration>(period));
}

}  // namespace

void History::sample(Snapshots snapshots, WallTime now) {
  Sample sample{now, std::move(snapshots), 1};
  for (const auto& snapshot : sample.snapshots) {
    sample.entries += snapshot.groups.size() * (1 + snapshot.nodes.size());
  }
  entries_ += sample.entries;
  samples_.push_back(std::move(sample));
  while (samples_.size() > 1 && (samples_.size() > samples_most || entries_ > entries_most)) {
    entries_ -= samples_.front().entries;
    samples_.pop_front();
  }
}

std::map<WallTime, lb::MetricReading> History::read(std::string_view name,
                                                    const lb::MetricDimensions& dimensions,
                                                    WallTime begin, WallTime end,
                                                    std::chrono::minutes period,
                                                    const Snapshots& present, WallTime now) const {
  std::map<WallTime, lb::MetricReading> readings;
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    const bool last = i + 1 == samples_.size();
    // A sample that comes a little late still ends the minute before it.
    const WallTime from = floor_to(samples_[i].at, minute);
    if (from < floor_to(begin, minute) || from >= end || from > now) continue;
    const Snapshots& after = last ? present : samples_[i + 1].snapshots;
    for (const auto& snapshot : after) {
      const auto* before = find(samples_[i].snapshots, snapshot.load_balancer);
      const auto reading = lb::read_metric(before, snapshot, name, dimensions);
      if (reading.samples > 0) readings[floor_to(from, period)] += reading;
    }
  }
  return readings;
}

}  // namespace cutover::api::cloudwatch

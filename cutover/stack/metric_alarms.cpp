#include "cutover/stack/metric_alarms.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace cutover::stack {

namespace {

/// The present group of that name as metrics name it, if it is the load balancer's.
std::optional<std::string> dimension_of(const lb::MetricsSnapshot& snapshot,
                                        const std::string& target_group) {
  const auto found =
      std::find_if(snapshot.groups.begin(), snapshot.groups.end(),
                   [&](const auto& group) { return group.name == target_group && !group.deleted; });
  if (found == snapshot.groups.end()) return std::nullopt;
  return found->dimension;
}

lb::MetricReading reading_of(const MetricAlarm& alarm, const lb::MetricsSnapshot* before,
                             const lb::MetricsSnapshot& after) {
  lb::MetricDimensions dimensions;
  if (!alarm.load_balancer.empty()) dimensions.load_balancer = after.load_balancer;
  if (!alarm.target_group.empty()) {
    auto group = dimension_of(after, alarm.target_group);
    if (!group) return {};
    dimensions.target_group = *std::move(group);
  }
  return lb::read_metric(before, after, alarm.metric, dimensions);
}

}  // namespace

MetricAlarms::MetricAlarms(Timers& timers, const std::vector<MetricAlarm>& alarms, Metrics metrics)
    : timers_(timers), alarms_(alarms), metrics_(std::move(metrics)) {
  for (const MetricAlarm& alarm : alarms_) {
    watched_.push_back(std::make_unique<Watched>(alarm));
    watched_.back()->before = metrics_(alarm.load_balancer);
    wait(*watched_.back());
  }
}

void MetricAlarms::stop() {
  for (const auto& watched : watched_) timers_.cancel(std::exchange(watched->timer, 0));
}

void MetricAlarms::wait(Watched& watched) {
  watched.timer = timers_.after(watched.alarm.period, [this, &watched] { end_period(watched); });
}

void MetricAlarms::end_period(Watched& watched) {
  auto after = metrics_(watched.alarm.load_balancer);
  lb::MetricReading reading;
  for (const lb::MetricsSnapshot& snapshot : after) {
    const auto before = std::find_if(
        watched.before.begin(), watched.before.end(),
        [&](const auto& each) { return each.load_balancer == snapshot.load_balancer; });
    reading +=
        reading_of(watched.alarm, before == watched.before.end() ? nullptr : &*before, snapshot);
  }
  watched.judge.add(data_point(reading, watched.alarm.statistic));
  watched.before = std::move(after);
  wait(watched);
}

const MetricAlarms::Watched* MetricAlarms::find(const std::string& name) const {
  const auto found = std::find_if(watched_.begin(), watched_.end(),
                                  [&](const auto& each) { return each->alarm.name == name; });
  return found == watched_.end() ? nullptr : found->get();
}

containers::AlarmState MetricAlarms::state(const std::string& name) const {
  const Watched* watched = find(name);
  return watched ? watched->judge.state() : containers::AlarmState::insufficient_data;
}

Duration MetricAlarms::window(const std::string& name) const {
  const Watched* watched = find(name);
  if (!watched) return Duration::zero();
  return watched->alarm.period * (watched->alarm.evaluation_periods + 1);
}

}  // namespace cutover::stack

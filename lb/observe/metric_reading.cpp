#include "lb/observe/metric_reading.hpp"

#include <algorithm>
#include <cstddef>

#include "lb/observe/metric_tables.hpp"

namespace cutover::lb {

namespace {

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

/// The nodes of a snapshot that the dimensions mean.
std::vector<const NodeMetrics*> nodes_of(const MetricsSnapshot& snapshot, const std::string& zone) {
  std::vector<const NodeMetrics*> nodes;
  for (const NodeMetrics& node : snapshot.nodes) {
    if (zone.empty() || node.availability_zone == zone) nodes.push_back(&node);
  }
  return nodes;
}

std::optional<std::size_t> group_index(const MetricsSnapshot& snapshot,
                                       const std::string& dimension) {
  const auto found = std::find_if(
      snapshot.groups.begin(), snapshot.groups.end(),
      [&](const MetricsSnapshot::Group& group) { return group.dimension == dimension; });
  if (found == snapshot.groups.end()) return std::nullopt;
  return static_cast<std::size_t>(found - snapshot.groups.begin());
}

/// Over the nodes of the zone; of one target group, or of all.
GroupCounters group_counters(const MetricsSnapshot& snapshot, const MetricDimensions& dimensions) {
  GroupCounters sum;
  const auto only = group_index(snapshot, dimensions.target_group);
  if (!only && !dimensions.target_group.empty()) return sum;
  for (const NodeMetrics* node : nodes_of(snapshot, dimensions.zone)) {
    for (std::size_t g = 0; g < node->groups.size(); ++g) {
      if (!only || g == *only) sum += node->groups[g];
    }
  }
  return sum;
}

NodeCounters node_counters(const MetricsSnapshot& snapshot, const std::string& zone) {
  NodeCounters sum;
  for (const NodeMetrics* node : nodes_of(snapshot, zone)) sum += node->counters;
  return sum;
}

/// A count that grew by `grown`, each event a sample of 1.
MetricReading of_events(double grown) {
  MetricReading reading;
  if (grown <= 0) return reading;
  reading.samples = reading.sum = grown;
  reading.least = reading.most = 1;
  return reading;
}

MetricReading of_value(double value, std::string_view unit) {
  MetricReading reading;
  reading.unit = unit;
  reading.samples = 1;
  reading.sum = reading.least = reading.most = value;
  return reading;
}

MetricReading read_node_metric(const NodeMetric& metric, const MetricsSnapshot* before,
                               const MetricsSnapshot& after, const std::string& zone) {
  const double now = metric.value(node_counters(after, zone));
  if (metric.gauge) return of_value(now, metric.unit);
  const double then = before ? metric.value(node_counters(*before, zone)) : 0;
  if (std::string_view(metric.unit) == "Count") return of_events(now - then);
  MetricReading reading = of_value(now - then, metric.unit);
  if (now <= then) reading.samples = 0;
  return reading;
}

MetricReading read_host_metric(const HostMetric& metric, const MetricsSnapshot& after,
                               const MetricDimensions& dimensions) {
  MetricReading reading;
  const auto group = group_index(after, dimensions.target_group);
  if (!group || after.groups[*group].deleted) return reading;
  for (const NodeMetrics* node : nodes_of(after, dimensions.zone)) {
    if (*group >= node->hosts.size()) continue;
    reading += of_value(static_cast<double>(metric.value(node->hosts[*group])), "Count");
  }
  return reading;
}

MetricReading read_response_times(const MetricsSnapshot* before, const MetricsSnapshot& after,
                                  const MetricDimensions& dimensions) {
  DurationTally tally = group_counters(after, dimensions).target_response_time;
  if (before) {
    const DurationTally then = group_counters(*before, dimensions).target_response_time;
    for (std::size_t i = 0; i < tally.by_range.size(); ++i) tally.by_range[i] -= then.by_range[i];
    tally.count -= then.count;
    tally.sum -= then.sum;
  }
  MetricReading reading;
  reading.unit = "Seconds";
  reading.samples = static_cast<double>(tally.count);
  reading.sum = seconds(tally.sum);
  reading.durations = tally;
  if (tally.count == 0) return reading;
  reading.least = *reading.percentile(0);
  reading.most = *reading.percentile(1);
  return reading;
}

MetricReading read_requests_per_target(const MetricsSnapshot* before, const MetricsSnapshot& after,
                                       const MetricDimensions& dimensions) {
  const auto group = group_index(after, dimensions.target_group);
  if (!group || after.groups[*group].deleted) return {};
  std::uint64_t healthy = 0;
  std::uint64_t registered = 0;
  for (const NodeMetrics* node : nodes_of(after, dimensions.zone)) {
    if (*group >= node->hosts.size()) continue;
    healthy = std::max(healthy, node->hosts[*group].healthy);
    registered = std::max(registered, node->hosts[*group].registered);
  }
  const std::uint64_t targets = healthy > 0 ? healthy : registered;
  const std::uint64_t then = before ? group_counters(*before, dimensions).requests : 0;
  const std::uint64_t grown = group_counters(after, dimensions).requests - then;
  if (targets == 0 || grown == 0) return {};
  return of_value(static_cast<double>(grown) / static_cast<double>(targets), "Count");
}

}  // namespace

MetricReading& MetricReading::operator+=(const MetricReading& other) {
  if (other.samples == 0) return *this;
  unit = other.unit;
  least = samples == 0 ? other.least : std::min(least, other.least);
  most = samples == 0 ? other.most : std::max(most, other.most);
  samples += other.samples;
  sum += other.sum;
  durations += other.durations;
  return *this;
}

std::optional<double> MetricReading::percentile(double fraction) const {
  if (durations.count == 0) return std::nullopt;
  const double rank = fraction * static_cast<double>(durations.count);
  double below = 0;
  double upper = 0;
  for (std::size_t i = 0; i < durations.by_range.size(); ++i) {
    const auto inside = static_cast<double>(durations.by_range[i]);
    const double lower = i == 0 ? 0 : seconds(DurationTally::bounds[i - 1]);
    upper = i < DurationTally::bounds.size() ? seconds(DurationTally::bounds[i]) : lower;
    if (inside > 0 && below + inside >= rank) {
      return lower + (upper - lower) * std::max(0.0, rank - below) / inside;
    }
    below += inside;
  }
  return upper;
}

MetricReading read_metric(const MetricsSnapshot* before, const MetricsSnapshot& after,
                          std::string_view name, const MetricDimensions& dimensions) {
  const bool by_group = !dimensions.target_group.empty();
  // RequestCountPerTarget alone is published without its load balancer.
  const bool balancer = dimensions.load_balancer == after.load_balancer;
  if (name == "RequestCountPerTarget") {
    if (!by_group || !(balancer || dimensions.load_balancer.empty())) return {};
    return read_requests_per_target(before, after, dimensions);
  }
  if (!balancer) return {};
  if (name == "TargetResponseTime") return read_response_times(before, after, dimensions);
  for (const NodeMetric& metric : node_metrics()) {
    const bool published = dimensions.zone.empty() ? metric.by_load_balancer : metric.by_zone;
    if (metric.cloudwatch != name) continue;
    if (by_group || !published) return {};
    return read_node_metric(metric, before, after, dimensions.zone);
  }
  for (const GroupMetric& metric : group_metrics()) {
    if (metric.cloudwatch != name) continue;
    if (!by_group && !metric.by_load_balancer) return {};
    const double then =
        before ? static_cast<double>(metric.value(group_counters(*before, dimensions))) : 0;
    return of_events(static_cast<double>(metric.value(group_counters(after, dimensions))) - then);
  }
  for (const HostMetric& metric : host_metrics()) {
    if (metric.cloudwatch == name && by_group) return read_host_metric(metric, after, dimensions);
  }
  return {};
}

void each_metric(const MetricsSnapshot& snapshot,
                 const std::function<bool(const char* name, const MetricDimensions&)>& visit) {
  std::vector<std::string> zones{""};
  if (snapshot.nodes.size() > 1) {
    for (const NodeMetrics& node : snapshot.nodes) zones.push_back(node.availability_zone);
  }
  MetricDimensions where{snapshot.load_balancer, "", ""};
  for (const std::string& zone : zones) {
    where = {snapshot.load_balancer, "", zone};
    for (const NodeMetric& metric : node_metrics()) {
      const bool published = zone.empty() ? metric.by_load_balancer : metric.by_zone;
      if (published && !visit(metric.cloudwatch, where)) return;
    }
    for (const GroupMetric& metric : group_metrics()) {
      if (metric.by_load_balancer && !visit(metric.cloudwatch, where)) return;
    }
    if (!visit("TargetResponseTime", where)) return;
    for (const MetricsSnapshot::Group& group : snapshot.groups) {
      if (group.deleted) continue;
      where.target_group = group.dimension;
      where.load_balancer = snapshot.load_balancer;
      for (const GroupMetric& metric : group_metrics()) {
        if (!visit(metric.cloudwatch, where)) return;
      }
      for (const HostMetric& metric : host_metrics()) {
        if (!visit(metric.cloudwatch, where)) return;
      }
      if (!visit("TargetResponseTime", where)) return;
      if (!visit("RequestCountPerTarget", where)) return;
      where.load_balancer.clear();
      if (!visit("RequestCountPerTarget", where)) return;
    }
  }
}

}  // namespace cutover::lb

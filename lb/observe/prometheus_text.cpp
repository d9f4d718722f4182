// Metrics in Prometheus' text format, through prometheus-cpp's own serializer.

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "lb/observe/metric_tables.hpp"

namespace cutover::lb {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

/// One snapshot's families, built in the order of the tables.
class Exposition {
 public:
  explicit Exposition(const MetricsSnapshot& snapshot) : snapshot_(snapshot) {}

  std::vector<MetricFamily> families() {
    for (const NodeMetric& metric : node_metrics()) add(metric);
    for (const GroupMetric& metric : group_metrics()) add(metric);
    add_response_times();
    for (const HostMetric& metric : host_metrics()) add(metric);
    add_requests_per_target();
    return std::move(families_);
  }

 private:
  static MetricFamily family(const char* name, const char* cloudwatch, const char* meaning,
                             MetricType type) {
    MetricFamily result;
    result.name = name;
    result.help = std::string(cloudwatch) + ": " + meaning;
    result.type = type;
    return result;
  }

  Labels labels(const NodeMetrics* node, const MetricsSnapshot::Group* group) const {
    Labels result{{"LoadBalancer", snapshot_.load_balancer}};
    if (group != nullptr) result.push_back({"TargetGroup", group->dimension});
    if (node != nullptr && snapshot_.nodes.size() > 1) {
      result.push_back({"AvailabilityZone", node->availability_zone});
    }
    return result;
  }

  static ClientMetric plain(Labels labels, MetricType type, double value) {
    ClientMetric metric;
    metric.label = std::move(labels);
    (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
    return metric;
  }

  void add(const NodeMetric& metric) {
    const auto type = metric.gauge ? MetricType::Gauge : MetricType::Counter;
    auto added = family(metric.prometheus, metric.cloudwatch, metric.meaning, type);
    for (const NodeMetrics& node : snapshot_.nodes) {
      added.metric.push_back(plain(labels(&node, nullptr), type, metric.value(node.counters)));
    }
    families_.push_back(std::move(added));
  }

  void add(const GroupMetric& metric) {
    auto added = family(metric.prometheus, metric.cloudwatch, metric.meaning, MetricType::Counter);
    for_each_group([&](const NodeMetrics& node, std::size_t i) {
      const auto counters = i < node.groups.size() ? node.groups[i] : GroupCounters{};
      added.metric.push_back(plain(labels(&node, &snapshot_.groups[i]), MetricType::Counter,
                                   static_cast<double>(metric.value(counters))));
    });
    families_.push_back(std::move(added));
  }

  void add(const HostMetric& metric) {
    auto added = family(metric.prometheus, metric.cloudwatch, metric.meaning, MetricType::Gauge);
    for_each_group([&](const NodeMetrics& node, std::size_t i) {
      if (snapshot_.groups[i].deleted || i >= node.hosts.size()) return;
      added.metric.push_back(plain(labels(&node, &snapshot_.groups[i]), MetricType::Gauge,
                                   static_cast<double>(metric.value(node.hosts[i]))));
    });
    families_.push_back(std::move(added));
  }

  void add_response_times() {
    auto added = family("aws_applicationelb_target_response_time_seconds", "TargetResponseTime",
                        response_time_meaning, MetricType::Histogram);
    for_each_group([&](const NodeMetrics& node, std::size_t i) {
      ClientMetric metric;
      metric.label = labels(&node, &snapshot_.groups[i]);
      if (i < node.groups.size()) fill(node.groups[i].target_response_time, metric.histogram);
      added.metric.push_back(std::move(metric));
    });
    families_.push_back(std::move(added));
  }

  static void fill(const DurationTally& tally, ClientMetric::Histogram& histogram) {
    using Seconds = std::chrono::duration<double>;
    histogram.sample_count = tally.count;
    histogram.sample_sum = Seconds(tally.sum).count();
    std::uint64_t cumulative = 0;
    for (std::size_t i = 0; i < DurationTally::bounds.size(); ++i) {
      cumulative += tally.by_range[i];
      histogram.bucket.push_back({cumulative, Seconds(DurationTally::bounds[i]).count()});
    }
  }

  void add_requests_per_target() {
    auto added = family("aws_applicationelb_request_count_per_target", "RequestCountPerTarget",
                        per_target_meaning, MetricType::Gauge);
    for (std::size_t i = 0; i < snapshot_.groups.size(); ++i) {
      if (snapshot_.groups[i].deleted) continue;
      added.metric.push_back(plain(labels(nullptr, &snapshot_.groups[i]), MetricType::Gauge,
                                   requests_per_target(snapshot_, i, 0, snapshot_.nodes.size())));
    }
    families_.push_back(std::move(added));
  }

  template <class Visit>
  void for_each_group(Visit visit) const {
    for (std::size_t i = 0; i < snapshot_.groups.size(); ++i) {
      for (const NodeMetrics& node : snapshot_.nodes) visit(node, i);
    }
  }

  const MetricsSnapshot& snapshot_;
  std::vector<MetricFamily> families_;
};

}  // namespace

std::string to_prometheus(std::span<const MetricsSnapshot> snapshots) {
  std::vector<MetricFamily> all;
  for (const MetricsSnapshot& snapshot : snapshots) {
    // The same families in the same order for each: a family stands once, with everyone's numbers.
    auto families = Exposition(snapshot).families();
    if (all.empty()) {
      all = std::move(families);
      continue;
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
      std::move(families[i].metric.begin(), families[i].metric.end(),
                std::back_inserter(all[i].metric));
    }
  }
  const prometheus::TextSerializer serializer;
  return static_cast<const prometheus::Serializer&>(serializer).Serialize(all);
}

}  // namespace cutover::lb

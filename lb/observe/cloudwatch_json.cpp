// Metrics as JSON, in CloudWatch's names and dimensions.

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "lb/observe/log_text.hpp"
#include "lb/observe/metric_tables.hpp"

namespace cutover::lb {

namespace {

using Json = nlohmann::ordered_json;

/// Which nodes' numbers a datum sums, and the dimension that says so.
struct Span {
  std::size_t first = 0;
  std::size_t last = 0;
  const std::string* zone = nullptr;  ///< Null: all of them, no dimension.
};

class Document {
 public:
  explicit Document(const MetricsSnapshot& snapshot) : snapshot_(snapshot) {
    spans_.push_back({0, snapshot.nodes.size(), nullptr});
    for (std::size_t i = 0; i < snapshot.nodes.size(); ++i) {
      zones_.push_back({i, i + 1, &snapshot.nodes[i].availability_zone});
    }
    if (zones_.size() > 1) spans_.insert(spans_.end(), zones_.begin(), zones_.end());
  }

  /// All that is published of the load balancer.
  Json metrics() {
    for (const NodeMetric& metric : node_metrics()) add(metric);
    for (const GroupMetric& metric : group_metrics()) add(metric);
    add_response_times();
    for (const HostMetric& metric : host_metrics()) add(metric);
    add_requests_per_target();
    return std::move(metrics_);
  }

 private:
  Json dimensions(const Span& span, const MetricsSnapshot::Group* group,
                  bool load_balancer = true) const {
    Json result = Json::array();
    const auto add_one = [&](const char* name, const std::string& value) {
      result.push_back({{"Name", name}, {"Value", value}});
    };
    if (load_balancer) add_one("LoadBalancer", snapshot_.load_balancer);
    if (group != nullptr) add_one("TargetGroup", group->dimension);
    if (span.zone != nullptr) add_one("AvailabilityZone", *span.zone);
    return result;
  }

  /// Appends one datum; what it measures follows.
  Json& datum(const char* name, Json dimensions, const char* unit) {
    metrics_.push_back(
        {{"MetricName", name}, {"Dimensions", std::move(dimensions)}, {"Unit", unit}});
    return metrics_.back();
  }

  void add(const NodeMetric& metric) {
    // What ALB publishes by zone alone is told by zone even when there is only one.
    std::vector<Span> spans = metric.by_load_balancer ? spans_ : zones_;
    if (!metric.by_zone) spans.resize(1);
    for (const Span& span : spans) {
      double sum = 0;
      for (std::size_t i = span.first; i < span.last; ++i) {
        sum += metric.value(snapshot_.nodes[i].counters);
      }
      // Whole numbers all: written without a decimal point.
      datum(metric.cloudwatch, dimensions(span, nullptr), metric.unit)["Sum"] =
          static_cast<std::int64_t>(sum);
    }
  }

  GroupCounters counters(const Span& span, std::size_t first_group, std::size_t last_group) const {
    GroupCounters sum;
    for (std::size_t i = span.first; i < span.last; ++i) {
      const auto& groups = snapshot_.nodes[i].groups;
      for (std::size_t g = first_group; g < std::min(last_group, groups.size()); ++g) {
        sum += groups[g];
      }
    }
    return sum;
  }

  /// `visit(counters, dimensions)` for every published combination.
  template <class Visit>
  void each_combination(bool by_load_balancer, Visit visit) const {
    const std::size_t groups = snapshot_.groups.size();
    for (const Span& span : spans_) {
      if (by_load_balancer) visit(counters(span, 0, groups), dimensions(span, nullptr));
      for (std::size_t g = 0; g < groups; ++g) {
        visit(counters(span, g, g + 1), dimensions(span, &snapshot_.groups[g]));
      }
    }
  }

  void add(const GroupMetric& metric) {
    each_combination(metric.by_load_balancer, [&](const GroupCounters& sum, Json where) {
      datum(metric.cloudwatch, std::move(where), "Count")["Sum"] = metric.value(sum);
    });
  }

  void add_response_times() {
    each_combination(true, [&](const GroupCounters& sum, Json where) {
      const DurationTally& times = sum.target_response_time;
      const double seconds = std::chrono::duration<double>(times.sum).count();
      Json& entry = datum("TargetResponseTime", std::move(where), "Seconds");
      entry["SampleCount"] = times.count;
      entry["Sum"] = seconds;
      if (times.count > 0) entry["Average"] = seconds / static_cast<double>(times.count);
    });
  }

  void add(const HostMetric& metric) {
    for (const Span& span : spans_) {
      for (std::size_t g = 0; g < snapshot_.groups.size(); ++g) {
        std::vector<std::uint64_t> values;
        for (std::size_t i = span.first; i < span.last; ++i) {
          const auto& hosts = snapshot_.nodes[i].hosts;
          if (g < hosts.size()) values.push_back(metric.value(hosts[g]));
        }
        if (snapshot_.groups[g].deleted || values.empty()) continue;
        add_values(datum(metric.cloudwatch, dimensions(span, &snapshot_.groups[g]), "Count"),
                   values, metric.counts_zones);
      }
    }
  }

  static void add_values(Json& entry, const std::vector<std::uint64_t>& values, bool sum_is_meant) {
    std::uint64_t sum = 0;
    for (const std::uint64_t value : values) sum += value;
    if (sum_is_meant) {
      entry["Sum"] = sum;
      return;
    }
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    entry["Minimum"] = *least;
    entry["Maximum"] = *most;
    entry["Average"] = static_cast<double>(sum) / static_cast<double>(values.size());
  }

  void add_requests_per_target() {
    for (const Span& span : spans_) {
      for (std::size_t g = 0; g < snapshot_.groups.size(); ++g) {
        const auto& group = snapshot_.groups[g];
        if (group.deleted) continue;
        const double value = requests_per_target(snapshot_, g, span.first, span.last);
        for (const bool with_load_balancer : {false, true}) {
          datum("RequestCountPerTarget", dimensions(span, &group, with_load_balancer),
                "Count")["Sum"] = value;
        }
      }
    }
  }

  const MetricsSnapshot& snapshot_;
  std::vector<Span> zones_;
  std::vector<Span> spans_;  ///< All nodes, then each zone if there are several.
  Json metrics_ = Json::array();
};

}  // namespace

std::string to_cloudwatch_json(std::span<const MetricsSnapshot> snapshots) {
  Json document = {{"Namespace", "AWS/ApplicationELB"}};
  Json metrics = Json::array();
  for (const MetricsSnapshot& snapshot : snapshots) {
    std::string time;
    append_time(snapshot.time, time);
    document["Timestamp"] = time;
    for (Json& metric : Document(snapshot).metrics()) metrics.push_back(std::move(metric));
  }
  document["Metrics"] = std::move(metrics);
  return document.dump(2);
}

}  // namespace cutover::lb

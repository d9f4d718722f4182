#pragma once

// What CloudWatch would have of one metric for a stretch of time: the difference of two snapshots,
// for one of the combinations of dimensions that are published.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lb/observe/counters.hpp"
#include "lb/observe/metrics.hpp"

namespace cutover::lb {

/// Which numbers of a metric are meant; empty texts: the dimension is left out.
struct MetricDimensions {
  std::string load_balancer;  ///< "app/<name>/<id>"
  std::string target_group;   ///< "targetgroup/<name>/<id>"
  std::string zone;

  friend bool operator==(const MetricDimensions&, const MetricDimensions&) = default;
};

/// As CloudWatch keeps values: enough for every statistic it offers. Readings of consecutive
/// stretches add up.
struct MetricReading {
  std::string_view unit = "Count";
  double samples = 0;  ///< 0: nothing was reported.
  double sum = 0;
  double least = 0;
  double most = 0;
  DurationTally durations;  ///< TargetResponseTime only.

  MetricReading& operator+=(const MetricReading& other);
  /// 0 < `fraction` < 1: the value below which that share of the samples lies, as far as the ranges
  /// of a DurationTally tell; nothing for metrics other than TargetResponseTime.
  std::optional<double> percentile(double fraction) const;
};

/// `before` may be null: the counts began at 0. A metric that nobody reported, or that does not
/// exist, has no samples; like ALB, counts that did not grow are not reported (ALB user guide:
/// reporting criteria), and a count reports each event as a sample of 1.
MetricReading read_metric(const MetricsSnapshot* before, const MetricsSnapshot& after,
                          std::string_view name, const MetricDimensions& dimensions);

/// Calls `visit` for each metric and combination of dimensions, until it returns false. Those with
/// a zone only when there are several nodes, as in the other renderings.
void each_metric(const MetricsSnapshot& snapshot,
                 const std::function<bool(const char* name, const MetricDimensions&)>& visit);

}  // namespace cutover::lb

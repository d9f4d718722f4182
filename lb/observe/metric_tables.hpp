#pragma once

// Every metric's names, unit and meaning, once for both renderings. Not for other folders. (ALB
// user guide: "CloudWatch metrics for your Application Load Balancer".)

#include <span>

#include "lb/observe/metrics.hpp"

namespace cutover::lb {

/// Counted per node.
struct NodeMetric {
  const char* cloudwatch;
  const char* prometheus;
  const char* meaning;
  double (*value)(const NodeCounters&);
  bool gauge = false;
  const char* unit = "Count";
  bool by_load_balancer = true;  ///< Published for the load balancer as a whole …
  bool by_zone = true;           ///< … and for its zones.
};
std::span<const NodeMetric> node_metrics();

/// Counted per node and target group.
struct GroupMetric {
  const char* cloudwatch;
  const char* prometheus;
  const char* meaning;
  std::uint64_t (*value)(const GroupCounters&);
  bool by_load_balancer = true;  ///< Published without a target group too.
};
std::span<const GroupMetric> group_metrics();

/// How a node sees a target group's targets now.
struct HostMetric {
  const char* cloudwatch;
  const char* prometheus;
  const char* meaning;
  std::uint64_t (*value)(const HostCounts&);
  bool counts_zones = false;  ///< 1 or 0 per node: their sum means something.
};
std::span<const HostMetric> host_metrics();

/// What is not a plain number has no place in a table.
inline constexpr const char* response_time_meaning =
    "seconds from sending a request to a target until its response began";
inline constexpr const char* per_target_meaning =
    "requests since the start, divided by the targets that are healthy now (registered, if none "
    "is)";

/// RequestCountPerTarget of a target group, as nodes [first, last) see it.
double requests_per_target(const MetricsSnapshot& snapshot, std::size_t group, std::size_t first,
                           std::size_t last);

}  // namespace cutover::lb

#pragma once

// The load balancer's metrics at one moment, and the two forms in which they leave: Prometheus text
// and JSON in CloudWatch's names and dimensions (namespace AWS/ApplicationELB). Counts run since
// the start; nothing here divides time into periods.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lb/base/clock.hpp"
#include "lb/observe/counters.hpp"

namespace cutover::lb {

/// How one node sees the targets of one group (ALB user guide: target group health).
struct HostCounts {
  std::uint64_t healthy = 0;     ///< HealthyHostCount
  std::uint64_t unhealthy = 0;   ///< UnHealthyHostCount; targets that drain are in neither.
  std::uint64_t registered = 0;  ///< Targets that are registered and do not drain.
  bool healthy_routing = true;   ///< Requests go to healthy targets only: the thresholds are met.
  bool healthy_dns = true;       ///< The thresholds of DNS failover are met.
  std::uint64_t anomalous = 0;   ///< AnomalousHostCount
  std::uint64_t mitigated = 0;   ///< MitigatedHostCount
};

/// What one node contributes. The vectors of groups run parallel to MetricsSnapshot::groups; a
/// vector that is shorter stands for zeros.
struct NodeMetrics {
  std::string availability_zone;  ///< "us-east-1a"
  NodeCounters counters;
  std::vector<GroupCounters> groups;
  std::vector<HostCounts> hosts;
};

struct MetricsSnapshot {
  struct Group {
    std::string name;
    std::string dimension;  ///< "targetgroup/<name>/<id>"
    bool deleted = false;   ///< Its counts stay; it has no hosts any more.
  };

  std::string load_balancer;  ///< "app/<name>/<id>"
  WallTime time;
  std::vector<Group> groups;
  std::vector<NodeMetrics> nodes;

  NodeCounters total() const;
  GroupCounters group_total(std::size_t group) const;
};

/// The zone that node `index` stands for: "us-east-1a", "us-east-1b", …, "us-east-1aa".
std::string availability_zone(std::string_view region, std::size_t index);

/// "targetgroup/<name>/<id>" of "arn:aws:elasticloadbalancing:<region>:<account>:targetgroup/…".
std::string_view target_group_dimension(std::string_view target_group_arn);

/// The text exposition format 0.0.4. Each family's help begins with CloudWatch's name. Labels:
/// LoadBalancer; TargetGroup for what is counted by group; AvailabilityZone when there are several
/// nodes. Each number stands once, at its finest: sum over a label to leave it out. Of any number
/// of load balancers.
std::string to_prometheus(std::span<const MetricsSnapshot> snapshots);
inline std::string to_prometheus(const MetricsSnapshot& snapshot) {
  return to_prometheus(std::span(&snapshot, 1));
}

/// {"Namespace": "AWS/ApplicationELB", "Timestamp": …, "Metrics": [{"MetricName", "Dimensions":
/// [{"Name", "Value"}], "Unit", "Sum" | "SampleCount", "Sum", "Average" | "Minimum", "Maximum",
/// "Average"}]}: every combination of dimensions that CloudWatch publishes, those with
/// AvailabilityZone only when there are several nodes. Of any number of load balancers; without one
/// there is no time.
std::string to_cloudwatch_json(std::span<const MetricsSnapshot> snapshots);
inline std::string to_cloudwatch_json(const MetricsSnapshot& snapshot) {
  return to_cloudwatch_json(std::span(&snapshot, 1));
}

}  // namespace cutover::lb

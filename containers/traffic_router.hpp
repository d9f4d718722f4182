#pragma once

// How a deployment moves traffic between two target groups of a load balancer that the cluster
// knows nothing about: by the weights of a listener rule. The program implements this on the load
// balancer; tests implement it in a few lines.

#include <string>

#include "lb/base/result.hpp"

namespace cutover::containers {

/// A rule's traffic: `target_percent` of it goes to the target's group, the rest to the source's.
struct TrafficSplit {
  std::string source_group;
  std::string target_group;
  double target_percent = 0;

  friend bool operator==(const TrafficSplit&, const TrafficSplit&) = default;
};

/// All calls on the control thread. Rules go by their names or ARNs, as the service gives them.
class TrafficRouter {
 public:
  virtual ~TrafficRouter() = default;

  /// Whether the rule is there and forwards to these two groups, or to one of them, and no other.
  virtual Result<void> check_rule(const std::string& rule, const std::string& target_group,
                                  const std::string& alternate_target_group) const = 0;
  /// In one step, and in effect for each request that begins once this has returned.
  virtual Result<void> split(const std::string& rule, const TrafficSplit& split) = 0;
};

}  // namespace cutover::containers

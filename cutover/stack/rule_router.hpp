#pragma once

// Deployments' traffic on load balancing that runs: one change of a rule's forward action, which
// every worker has when it returns. A request that has begun goes on where it was sent.

#include <string>

#include "containers/traffic_router.hpp"
#include "cutover/stack/running_balancing.hpp"

namespace cutover::stack {

/// Borrows the load balancing. On the control thread.
class RuleRouter final : public containers::TrafficRouter {
 public:
  explicit RuleRouter(RunningBalancing& balancing) : balancing_(balancing) {}

  Result<void> check_rule(const std::string& rule, const std::string& target_group,
                          const std::string& alternate_target_group) const override;
  Result<void> split(const std::string& rule, const containers::TrafficSplit& split) override;

 private:
  RunningBalancing& balancing_;
};

}  // namespace cutover::stack

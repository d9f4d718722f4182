#pragma once

// How the cluster's tasks become targets of the load balancer: the one place where the two meet.

#include <string>

#include "containers/target_registry.hpp"
#include "lb/load_balancer.hpp"

namespace cutover::stack {

/// Borrows the load balancer. On the control thread.
class LoadBalancerRegistry final : public containers::TargetRegistry {
 public:
  explicit LoadBalancerRegistry(lb::LoadBalancer& load_balancer) : load_balancer_(load_balancer) {}

  Result<void> check_target_group(const std::string& target_group) override;
  Result<void> register_target(const std::string& target_group,
                               const containers::TaskTarget& target) override;
  Result<void> deregister_target(const std::string& target_group,
                                 const containers::TaskTarget& target) override;
  containers::TargetStatus status(const std::string& target_group,
                                  const containers::TaskTarget& target) const override;
  std::string reason(const std::string& target_group,
                     const containers::TaskTarget& target) const override;

 private:
  lb::LoadBalancer& load_balancer_;
};

}  // namespace cutover::stack

#pragma once

// How the cluster's tasks become targets of load balancers: the one place where the two meet.

#include <memory>
#include <string>

#include "containers/target_registry.hpp"
#include "cutover/stack/running_balancing.hpp"

namespace cutover::stack {

/// Borrows the load balancing. On the control thread.
class LoadBalancerRegistry final : public containers::TargetRegistry {
 public:
  explicit LoadBalancerRegistry(RunningBalancing& balancing);

  Result<void> check_target_group(const std::string& target_group,
                                  containers::NetworkMode network) override;
  std::string arn_of(const std::string& target_group) const override;
  Result<void> register_target(const std::string& target_group,
                               const containers::TaskTarget& target) override;
  Result<void> deregister_target(const std::string& target_group,
                                 const containers::TaskTarget& target) override;
  Result<void> set_fault(const std::string& target_group, const containers::TaskTarget& target,
                         std::shared_ptr<containers::apps::Behaviour> fault) override;
  containers::TargetStatus status(const std::string& target_group,
                                  const containers::TaskTarget& target) const override;
  std::string reason(const std::string& target_group,
                     const containers::TaskTarget& target) const override;

 private:
  Error unknown_group(const std::string& target_group) const;
  lb::targets::TargetHealth health(const std::string& target_group,
                                   const containers::TaskTarget& target) const;
  /// As the group's targets go: by the instance's id, or by the address.
  TargetEntry entry_of(const std::string& target_group, const containers::TaskTarget& target) const;

  RunningBalancing& balancing_;
};

}  // namespace cutover::stack

#pragma once

// Which things an operation of load balancing touches, by name: for whoever keeps what there is in
// step. Asked before an operation and after it, the two answers together name all that has come,
// gone or changed. Pure.

#include <vector>

#include "cutover/stack/load_balancing.hpp"
#include "cutover/stack/operation.hpp"

namespace cutover::stack {

// Only what is there. A listener stands for its default rule, too.
std::vector<ResourceName> affected(const LoadBalancing& there, const CreateLoadBalancer& o);
std::vector<ResourceName> affected(const LoadBalancing& there, const DeleteLoadBalancer& o);
std::vector<ResourceName> affected(const LoadBalancing& there,
                                   const ModifyLoadBalancerAttributes& o);
std::vector<ResourceName> affected(const LoadBalancing& there, const SetSubnets& o);
std::vector<ResourceName> affected(const LoadBalancing& there, const SetSecurityGroups& o);
std::vector<ResourceName> affected(const LoadBalancing& there, const SetIpAddressType& o);
std::vector<ResourceName> affected(const LoadBalancing& there, const CreateTargetGroup& o);
std::vector<ResourceName> affected(const LoadBalancing& there, const ModifyTargetGroup& o);
std::vector<ResourceName> affected(const LoadBalancing& there,
                                   const ModifyTargetGroupAttributes& o);
std::vector<ResourceName> affected(const LoadBalancing& there, const DeleteTargetGroup& o);
std::vector<ResourceName> affected(const LoadBalancing& there, const RegisterTargets& o);
std::vector<ResourceName> affected(const LoadBalancing& there, const DeregisterTargets& o);
std::vector<ResourceName> affected(const LoadBalancing& there, const CreateListener& o);
std::vector<ResourceName> affected(const LoadBalancing& there, const ModifyListener& o);
std::vector<ResourceName> affected(const LoadBalancing& there, const ModifyListenerAttributes& o);
std::vector<ResourceName> affected(const LoadBalancing& there, const DeleteListener& o);
std::vector<ResourceName> affected(const LoadBalancing& there, const CreateRule& o);
std::vector<ResourceName> affected(const LoadBalancing& there, const ModifyRule& o);
std::vector<ResourceName> affected(const LoadBalancing& there, const DeleteRule& o);
std::vector<ResourceName> affected(const LoadBalancing& there, const SetRulePriorities& o);
std::vector<ResourceName> affected(const LoadBalancing& there, const AddTags& o);
std::vector<ResourceName> affected(const LoadBalancing& there, const RemoveTags& o);

/// Whether an operation is one of these.
template <class Operation>
concept changes_balancing = requires(const LoadBalancing& there, const Operation& o) {
  affected(there, o);
};

/// Whether there is a thing of that name.
bool is_there(const LoadBalancing& there, const ResourceName& name);

}  // namespace cutover::stack

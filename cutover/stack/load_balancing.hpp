#pragma once

// What there is of load balancers, target groups, listeners and rules, as values, and what each
// operation changes in it: all that AWS would refuse is refused here, and nothing is changed then.
// Files and plans are played through on one; a running stack keeps one of what runs, with the ids,
// tags and places that the load balancers themselves know nothing of. Pure.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cutover/stack/operation.hpp"
#include "cutover/stack/quotas.hpp"
#include "lb/base/result.hpp"
#include "rules/quotas.hpp"
#include "rules/rule.hpp"

namespace cutover::stack {

/// AWS's quota of tags on one resource.
inline constexpr std::size_t tags_most = 50;

/// What AWS says of a thing beside how it works.
struct Described {
  std::string id;  ///< The end of its ARN.
  Tags tags = {};
};

struct ListenerState {
  rules::RuleSet rules;
  lb::ListenerAttributes attributes;
  Described described;
  Described default_rule;
  std::vector<Described> each_rule;  ///< As many as rules.rules, in their order.
  std::uint64_t sequence = 0;
};

struct LoadBalancerState {
  lb::LoadBalancerAttributes attributes;
  Placement placement;
  Described described;
  std::string address;  ///< Empty while nothing runs.
  WallTime created;
  std::uint64_t sequence = 0;
  std::map<std::uint16_t, ListenerState> listeners;
  std::map<std::uint64_t, std::uint16_t> listener_order;  ///< By sequence.
  rules::Usage usage;
};

struct TargetGroupState {
  lb::targets::TargetGroupSpec spec;
  TargetGroupKind kind;
  Described described;
  std::uint64_t sequence = 0;
  std::string used_by = {};  ///< The load balancer with an action that names it; empty: none.
};

class LoadBalancing {
 public:
  std::map<std::string, LoadBalancerState> load_balancers;
  std::map<std::string, TargetGroupState> target_groups;
  /// In order of creation, by sequence.
  std::map<std::uint64_t, std::string> load_balancer_order;
  std::map<std::uint64_t, std::string> target_group_order;
  std::uint64_t next_sequence = 1;
  Quotas quotas;

  const LoadBalancerState* load_balancer(const std::string& name) const;
  const TargetGroupState* target_group(const std::string& name) const;
  const ListenerState* listener(const ListenerName& name) const;

  std::vector<std::string> load_balancer_names() const;
  std::vector<std::string> target_group_names() const;
  std::vector<std::string> listener_names() const;
};

/// Where a rule stands in a listener's list, if it is there.
std::optional<std::size_t> place_of(const rules::RuleSet& rules, std::uint32_t priority);

// Each takes an operation's effect, or changes nothing and says why it is refused. The error's
// place is a pointer into the operation's input in its long form (written_place()).
Result<void> apply_to(LoadBalancing& there, const CreateLoadBalancer& operation);
Result<void> apply_to(LoadBalancing& there, const DeleteLoadBalancer& operation);
Result<void> apply_to(LoadBalancing& there, const ModifyLoadBalancerAttributes& operation);
Result<void> apply_to(LoadBalancing& there, const SetSubnets& operation);
Result<void> apply_to(LoadBalancing& there, const SetSecurityGroups& operation);
Result<void> apply_to(LoadBalancing& there, const SetIpAddressType& operation);
Result<void> apply_to(LoadBalancing& there, const CreateTargetGroup& operation);
Result<void> apply_to(LoadBalancing& there, const ModifyTargetGroup& operation);
Result<void> apply_to(LoadBalancing& there, const ModifyTargetGroupAttributes& operation);
Result<void> apply_to(LoadBalancing& there, const DeleteTargetGroup& operation);
/// Which targets there are is the running stack's affair.
Result<void> apply_to(LoadBalancing& there, const RegisterTargets& operation);
Result<void> apply_to(LoadBalancing& there, const DeregisterTargets& operation);
Result<void> apply_to(LoadBalancing& there, const CreateListener& operation);
Result<void> apply_to(LoadBalancing& there, const ModifyListener& operation);
Result<void> apply_to(LoadBalancing& there, const ModifyListenerAttributes& operation);
Result<void> apply_to(LoadBalancing& there, const DeleteListener& operation);
Result<void> apply_to(LoadBalancing& there, const CreateRule& operation);
Result<void> apply_to(LoadBalancing& there, const ModifyRule& operation);
Result<void> apply_to(LoadBalancing& there, const DeleteRule& operation);
Result<void> apply_to(LoadBalancing& there, const SetRulePriorities& operation);
Result<void> apply_to(LoadBalancing& there, const AddTags& operation);
Result<void> apply_to(LoadBalancing& there, const RemoveTags& operation);

}  // namespace cutover::stack

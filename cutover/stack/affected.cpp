#include "cutover/stack/affected.hpp"

#include <algorithm>
#include <utility>

namespace cutover::stack {

namespace {

using Names = std::vector<ResourceName>;

struct IsThere {
  const LoadBalancing& there;

  bool operator()(const LoadBalancerName& name) const { return there.load_balancer(name.name); }
  bool operator()(const TargetGroupName& name) const { return there.target_group(name.name); }
  bool operator()(const ListenerName& name) const { return there.listener(name); }
  bool operator()(const RuleName& name) const {
    const ListenerState* listener = there.listener(name.listener);
    return listener && (name.priority == 0 || place_of(listener->rules, name.priority));
  }
};

Names those_there(const LoadBalancing& there, Names names) {
  std::erase_if(names, [&](const ResourceName& name) { return !is_there(there, name); });
  return names;
}

Names load_balancer(const LoadBalancing& there, const std::string& name) {
  return those_there(there, {LoadBalancerName{name}});
}

Names target_group(const LoadBalancing& there, const std::string& name) {
  return those_there(there, {TargetGroupName{name}});
}

/// With its rules.
void add_whole(Names& names, const ListenerName& name, const ListenerState& listener) {
  names.emplace_back(name);
  for (const rules::Rule& rule : listener.rules.rules) {
    names.emplace_back(RuleName{name, rule.priority});
  }
}

/// A default rule is written with its listener.
Names tagged(const LoadBalancing& there, Names names) {
  for (ResourceName& name : names) {
    const auto* rule = std::get_if<RuleName>(&name);
    if (rule && rule->priority == 0) name = ListenerName(rule->listener);
  }
  return those_there(there, std::move(names));
}

}  // namespace

bool is_there(const LoadBalancing& there, const ResourceName& name) {
  return std::visit(IsThere{there}, name);
}

Names affected(const LoadBalancing& there, const CreateLoadBalancer& o) {
  return load_balancer(there, o.name);
}

Names affected(const LoadBalancing& there, const DeleteLoadBalancer& o) {
  Names names = load_balancer(there, o.load_balancer);
  if (names.empty()) return names;
  for (const auto& [port, listener] : there.load_balancer(o.load_balancer)->listeners) {
    add_whole(names, {o.load_balancer, port}, listener);
  }
  return names;
}

Names affected(const LoadBalancing& there, const ModifyLoadBalancerAttributes& o) {
  return load_balancer(there, o.load_balancer);
}
Names affected(const LoadBalancing& there, const SetSubnets& o) {
  return load_balancer(there, o.load_balancer);
}
Names affected(const LoadBalancing& there, const SetSecurityGroups& o) {
  return load_balancer(there, o.load_balancer);
}
Names affected(const LoadBalancing& there, const SetIpAddressType& o) {
  return load_balancer(there, o.load_balancer);
}

Names affected(const LoadBalancing& there, const CreateTargetGroup& o) {
  return target_group(there, o.spec.name);
}
Names affected(const LoadBalancing& there, const ModifyTargetGroup& o) {
  return target_group(there, o.target_group);
}
Names affected(const LoadBalancing& there, const ModifyTargetGroupAttributes& o) {
  return target_group(there, o.target_group);
}
Names affected(const LoadBalancing& there, const DeleteTargetGroup& o) {
  return target_group(there, o.target_group);
}
Names affected(const LoadBalancing& there, const RegisterTargets& o) {
  return target_group(there, o.target_group);
}
Names affected(const LoadBalancing& there, const DeregisterTargets& o) {
  return target_group(there, o.target_group);
}

Names affected(const LoadBalancing& there, const CreateListener& o) {
  return those_there(there, {o.listener});
}
Names affected(const LoadBalancing& there, const ModifyListener& o) {
  const ListenerName moved{o.listener.load_balancer, o.port.value_or(o.listener.port)};
  return those_there(there, {o.listener, moved});
}
Names affected(const LoadBalancing& there, const ModifyListenerAttributes& o) {
  return those_there(there, {o.listener});
}
Names affected(const LoadBalancing& there, const DeleteListener& o) {
  Names names;
  const ListenerState* listener = there.listener(o.listener);
  if (listener) add_whole(names, o.listener, *listener);
  return names;
}

Names affected(const LoadBalancing& there, const CreateRule& o) {
  return those_there(there, {RuleName{o.listener, o.rule.priority}});
}
Names affected(const LoadBalancing& there, const ModifyRule& o) {
  return those_there(there, {o.rule});
}
Names affected(const LoadBalancing& there, const DeleteRule& o) {
  return those_there(there, {o.rule});
}
Names affected(const LoadBalancing& there, const SetRulePriorities& o) {
  Names names;
  for (const auto& change : o.changes) {
    names.emplace_back(change.rule);
    names.emplace_back(RuleName{change.rule.listener, change.priority});
  }
  return those_there(there, std::move(names));
}

Names affected(const LoadBalancing& there, const AddTags& o) { return tagged(there, o.resources); }
Names affected(const LoadBalancing& there, const RemoveTags& o) {
  return tagged(there, o.resources);
}

}  // namespace cutover::stack

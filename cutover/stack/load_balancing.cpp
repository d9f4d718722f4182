#include "cutover/stack/load_balancing.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cutover/stack/load_balancer_attributes_json.hpp"
#include "cutover/stack/load_balancing_rules.hpp"
#include "lb/sticky_actions.hpp"

namespace cutover::stack {

namespace {

std::vector<std::string> keys(const auto& map) {
  std::vector<std::string> names;
  names.reserve(map.size());
  for (const auto& [name, value] : map) names.push_back(name);
  return names;
}

Result<TargetGroupState*> find_group(LoadBalancing& there, const std::string& name) {
  const auto found = there.target_groups.find(name);
  if (found != there.target_groups.end()) return &found->second;
  return Error{"TargetGroupNotFound", "/TargetGroupArn",
               unknown_name("target group", name, there.target_group_names())};
}

}  // namespace

const LoadBalancerState* LoadBalancing::load_balancer(const std::string& name) const {
  const auto found = load_balancers.find(name);
  return found == load_balancers.end() ? nullptr : &found->second;
}

const TargetGroupState* LoadBalancing::target_group(const std::string& name) const {
  const auto found = target_groups.find(name);
  return found == target_groups.end() ? nullptr : &found->second;
}

const ListenerState* LoadBalancing::listener(const ListenerName& name) const {
  const auto* balancer = load_balancer(name.load_balancer);
  if (!balancer) return nullptr;
  const auto found = balancer->listeners.find(name.port);
  return found == balancer->listeners.end() ? nullptr : &found->second;
}

std::vector<std::string> LoadBalancing::load_balancer_names() const { return keys(load_balancers); }

std::vector<std::string> LoadBalancing::target_group_names() const { return keys(target_groups); }

std::vector<std::string> LoadBalancing::listener_names() const {
  std::vector<std::string> names;
  for (const auto& [name, balancer] : load_balancers) {
    for (const auto& [port, listener] : balancer.listeners) {
      names.push_back(to_string(ListenerName{name, port}));
    }
  }
  return names;
}

std::optional<std::size_t> place_of(const rules::RuleSet& rules, std::uint32_t priority) {
  for (std::size_t i = 0; i < rules.rules.size(); ++i) {
    if (rules.rules[i].priority == priority) return i;
  }
  return std::nullopt;
}

Result<LoadBalancerState*> find_load_balancer(LoadBalancing& there, const std::string& name) {
  const auto found = there.load_balancers.find(name);
  if (found != there.load_balancers.end()) return &found->second;
  return Error{"LoadBalancerNotFound", "/LoadBalancerArn",
               unknown_name("load balancer", name, there.load_balancer_names())};
}

Result<void> apply_to(LoadBalancing& there, const CreateLoadBalancer& operation) {
  if (there.load_balancers.contains(operation.name)) {
    return Error{"DuplicateLoadBalancerName", "/Name",
                 fmt::format("there is a load balancer \"{}\" already", operation.name)};
  }
  if (there.load_balancers.size() >= there.quotas.load_balancers) {
    return Error{"TooManyLoadBalancers", "/Name",
                 fmt::format("The limit of {} application load balancers is reached",
                             there.quotas.load_balancers)};
  }
  LoadBalancerState state;
  state.attributes = operation.attributes;
  state.placement = operation.placement;
  state.described = {operation.id, operation.tags};
  state.address = operation.address;
  state.created = operation.created;
  state.sequence = there.next_sequence++;
  there.load_balancer_order.emplace(state.sequence, operation.name);
  there.load_balancers.emplace(operation.name, std::move(state));
  return {};
}

Result<void> apply_to(LoadBalancing& there, const DeleteLoadBalancer& operation) {
  const auto state = find_load_balancer(there, operation.load_balancer);
  if (!state) return state.error();
  if ((*state)->attributes.deletion_protection) {
    return Error{"OperationNotPermitted", "/LoadBalancerArn",
                 fmt::format("Load balancer '{}' cannot be deleted because deletion protection is "
                             "enabled",
                             operation.load_balancer)};
  }
  there.load_balancer_order.erase((*state)->sequence);
  there.load_balancers.erase(operation.load_balancer);
  for (auto& [name, group] : there.target_groups) {
    if (group.used_by == operation.load_balancer) group.used_by.clear();
  }
  return {};
}

Result<void> apply_to(LoadBalancing& there, const ModifyLoadBalancerAttributes& operation) {
  const auto state = find_load_balancer(there, operation.load_balancer);
  if (!state) return state.error();
  auto attributes = changed((*state)->attributes, operation.attributes, "/Attributes");
  if (!attributes) return attributes.error();
  (*state)->attributes = *std::move(attributes);
  return {};
}

Result<void> apply_to(LoadBalancing& there, const SetSubnets& operation) {
  const auto state = find_load_balancer(there, operation.load_balancer);
  if (!state) return state.error();
  Placement& placement = (*state)->placement;
  placement.subnets = operation.subnets;
  placement.ip_address_type = operation.ip_address_type.value_or(placement.ip_address_type);
  return {};
}

Result<void> apply_to(LoadBalancing& there, const SetSecurityGroups& operation) {
  const auto state = find_load_balancer(there, operation.load_balancer);
  if (!state) return state.error();
  (*state)->placement.security_groups = operation.security_groups;
  return {};
}

Result<void> apply_to(LoadBalancing& there, const SetIpAddressType& operation) {
  const auto state = find_load_balancer(there, operation.load_balancer);
  if (!state) return state.error();
  (*state)->placement.ip_address_type = operation.ip_address_type;
  return {};
}

Result<void> apply_to(LoadBalancing& there, const CreateTargetGroup& operation) {
  if (there.target_groups.contains(operation.spec.name)) {
    return Error{"DuplicateTargetGroupName", "/Name",
                 fmt::format("there is a target group \"{}\" already", operation.spec.name)};
  }
  if (there.target_groups.size() >= there.quotas.target_groups) {
    return Error{
        "TooManyTargetGroups", "/Name",
        fmt::format("The limit of {} target groups is reached", there.quotas.target_groups)};
  }
  const std::uint64_t sequence = there.next_sequence++;
  there.target_group_order.emplace(sequence, operation.spec.name);
  there.target_groups.emplace(operation.spec.name,
                              TargetGroupState{operation.spec, operation.kind,
                                               Described{operation.id, operation.tags}, sequence});
  return {};
}

namespace {

Result<void> modify_group(LoadBalancing& there, const std::string& name,
                          const TargetGroupSettings& settings) {
  const auto group = find_group(there, name);
  if (!group) return group.error();
  const auto spec = changed((*group)->spec, settings);
  if (const auto valid = lb::targets::validate(spec); !valid) return valid.error();
  const auto user = there.load_balancers.find((*group)->used_by);
  if (user != there.load_balancers.end() && spec.stickiness != (*group)->spec.stickiness) {
    for (const auto& [port, listener] : user->second.listeners) {
      const auto fits = lb::check_stickiness(listener.rules, [&](const std::string& other) {
        return other == name ? &spec : &there.target_groups.at(other).spec;
      });
      if (!fits) return fits.error();
    }
  }
  (*group)->spec = spec;
  return {};
}

}  // namespace

Result<void> apply_to(LoadBalancing& there, const ModifyTargetGroup& operation) {
  return modify_group(there, operation.target_group, operation.settings);
}

Result<void> apply_to(LoadBalancing& there, const ModifyTargetGroupAttributes& operation) {
  return modify_group(there, operation.target_group, operation.settings);
}

Result<void> apply_to(LoadBalancing& there, const DeleteTargetGroup& operation) {
  const auto group = find_group(there, operation.target_group);
  if (!group) return group.error();
  if (!(*group)->used_by.empty()) {
    return Error{"ResourceInUse", "/TargetGroupArn",
                 fmt::format("target group \"{}\" is in use by a listener or a rule",
                             operation.target_group)};
  }
  there.target_group_order.erase((*group)->sequence);
  there.target_groups.erase(operation.target_group);
  return {};
}

Result<void> apply_to(LoadBalancing& there, const RegisterTargets& operation) {
  const auto group = find_group(there, operation.target_group);
  if (!group) return group.error();
  return {};
}

Result<void> apply_to(LoadBalancing& there, const DeregisterTargets& operation) {
  const auto group = find_group(there, operation.target_group);
  if (!group) return group.error();
  return {};
}

namespace {

/// The tags of what a name stands for.
struct FindTags {
  LoadBalancing& there;

  Result<Tags*> operator()(const LoadBalancerName& name) const {
    const auto found = find_load_balancer(there, name.name);
    if (!found) return found.error();
    return &(*found)->described.tags;
  }
  Result<Tags*> operator()(const TargetGroupName& name) const {
    const auto found = find_group(there, name.name);
    if (!found) return found.error();
    return &(*found)->described.tags;
  }
  Result<Tags*> operator()(const ListenerName& name) const {
    const auto found = find_listener(there, name, "/ResourceArns");
    if (!found) return found.error();
    return &(*found)->described.tags;
  }
  Result<Tags*> operator()(const RuleName& name) const {
    const auto found = find_listener(there, name.listener, "/ResourceArns");
    if (!found) return found.error();
    if (name.priority == 0) return &(*found)->default_rule.tags;
    const auto place = place_of((*found)->rules, name.priority);
    if (place) return &(*found)->each_rule[*place].tags;
    return Error{"RuleNotFound", "/ResourceArns",
                 fmt::format("there is no rule \"{}\"", to_string(name))};
  }
};

Tags merged(Tags tags, const Tags& added) {
  for (const Tag& tag : added) {
    const auto found = std::find_if(tags.begin(), tags.end(),
                                    [&](const Tag& there) { return there.key == tag.key; });
    if (found == tags.end()) {
      tags.push_back(tag);
    } else {
      found->value = tag.value;
    }
  }
  return tags;
}

/// `change(tags) -> Result<Tags>` for all resources or none.
template <class Change>
Result<void> change_tags(LoadBalancing& there, const std::vector<ResourceName>& resources,
                         Change change) {
  std::vector<std::pair<Tags*, Tags>> changes;
  for (const ResourceName& resource : resources) {
    const auto tags = std::visit(FindTags{there}, resource);
    if (!tags) return tags.error();
    auto after = change(**tags);
    if (!after) return after.error();
    changes.emplace_back(*tags, *std::move(after));
  }
  for (auto& [tags, after] : changes) *tags = std::move(after);
  return {};
}

}  // namespace

Result<void> apply_to(LoadBalancing& there, const AddTags& operation) {
  return change_tags(there, operation.resources, [&](const Tags& tags) -> Result<Tags> {
    Tags after = merged(tags, operation.tags);
    if (after.size() <= tags_most) return after;
    return Error{"TooManyTags", "/Tags",
                 fmt::format("The resource would have {} tags; the limit per resource is '{}'",
                             after.size(), tags_most)};
  });
}

Result<void> apply_to(LoadBalancing& there, const RemoveTags& operation) {
  return change_tags(there, operation.resources, [&](Tags tags) -> Result<Tags> {
    std::erase_if(tags, [&](const Tag& tag) {
      return std::find(operation.keys.begin(), operation.keys.end(), tag.key) !=
             operation.keys.end();
    });
    return tags;
  });
}

}  // namespace cutover::stack

#include "cutover/stack/registered_targets.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lb/targets/health_reason.hpp"

namespace cutover::stack {

namespace {

bool is_instance(const TargetEntry& target) { return target.id.starts_with("i-"); }

lb::targets::TargetHealth stopped(const std::string& state) {
  return {lb::targets::State::unused, "Target.InvalidState",
          fmt::format("Target is in the {} state", state)};
}

/// The words are ours: AWS documents the rule, not its message.
Error still_draining(const std::string& id) {
  return {"InvalidTarget", "/Targets",
          fmt::format("The following targets are deregistering and cannot be registered before "
                      "their deregistration delay has ended: '{}'",
                      id)};
}

}  // namespace

lb::LoadBalancer* RegisteredTargets::balancer_of(const Group& group) const {
  return group.placed_in.empty() ? nullptr : find_balancer_(group.placed_in);
}

bool RegisteredTargets::is_running(const std::string& id) const {
  const auto instance = instances_ ? instances_->find(id) : std::nullopt;
  return instance && instance->state == "running";
}

Result<RegisteredTargets::Entry> RegisteredTargets::resolve(const std::string& group,
                                                            const TargetEntry& target) const {
  Entry entry{target, {target.id, 0}, nullptr};
  if (!target.port) entry.told.port = there_.target_groups.at(group).spec.port;
  entry.reached.port = *entry.told.port;
  if (!is_instance(target)) return entry;
  if (!is_running(target.id)) {
    return Error{"InvalidTarget", "/Targets",
                 fmt::format("The following targets are not in a running state and cannot be "
                             "registered: '{}'",
                             target.id)};
  }
  entry.reached.id = instances_->find(target.id)->address;
  return entry;
}

RegisteredTargets::Entry* RegisteredTargets::find(Group& group, const TargetEntry& target) {
  const auto found =
      std::find_if(group.entries.begin(), group.entries.end(), [&](const Entry& entry) {
        return entry.told.id == target.id && entry.told.port == target.port;
      });
  return found == group.entries.end() ? nullptr : &*found;
}

void RegisteredTargets::forget_drained(Group& group, const std::string& name,
                                       lb::LoadBalancer* balancer) {
  std::erase_if(group.entries, [&](const Entry& entry) {
    if (entry.registered) return false;
    if (!balancer) return true;
    const auto health = balancer->target_health(name, entry.reached);
    return !health || health->state != lb::targets::State::draining;
  });
}

void RegisteredTargets::add_group(const std::string& name) { groups_.emplace(name, Group{}); }

void RegisteredTargets::remove_group(const std::string& name) {
  take_out(name, groups_.at(name));
  groups_.erase(name);
}

void RegisteredTargets::take_out(const std::string& name, Group& group) {
  // No action names it any more: the load balancer can't refuse.
  if (auto* balancer = balancer_of(group)) (void)balancer->delete_target_group(name);
  group.placed_in.clear();
  forget_drained(group, name, nullptr);
}

Result<void> RegisteredTargets::modify_group(const std::string& name) {
  auto* balancer = balancer_of(groups_.at(name));
  if (!balancer) return {};
  return balancer->modify_target_group(there_.target_groups.at(name).spec);
}

Result<void> RegisteredTargets::place(const std::vector<std::string>& groups,
                                      const std::string& load_balancer) {
  std::vector<std::string> placed;
  for (const std::string& name : groups) {
    if (groups_.at(name).placed_in == load_balancer) continue;
    const auto done = place(name, load_balancer);
    if (done) {
      placed.push_back(name);
      continue;
    }
    for (const std::string& other : placed) take_out(other, groups_.at(other));
    return done.error();
  }
  return {};
}

Result<void> RegisteredTargets::place(const std::string& name, const std::string& load_balancer) {
  Group& group = groups_.at(name);
  lb::LoadBalancer& balancer = *find_balancer_(load_balancer);
  take_out(name, group);
  const auto created =
      balancer.create_target_group(there_.target_groups.at(name).spec, arn_of_(name));
  if (!created) return created.error();
  std::vector<lb::TargetSpec> targets;
  for (const Entry& entry : group.entries) {
    if (is_instance(entry.told) && !is_running(entry.told.id)) continue;
    targets.push_back({entry.reached, entry.service});
  }
  const auto registered = balancer.register_targets(name, std::move(targets));
  if (!registered) {
    (void)balancer.delete_target_group(name);
    return registered.error();
  }
  for (const Entry& entry : group.entries) {
    if (entry.fault) (void)balancer.set_target_fault(name, entry.reached, entry.fault);
  }
  group.placed_in = load_balancer;
  return {};
}

void RegisteredTargets::load_balancer_gone(const std::string& name) {
  for (auto& [group_name, group] : groups_) {
    if (group.placed_in != name) continue;
    group.placed_in.clear();
    forget_drained(group, group_name, nullptr);
  }
}

bool RegisteredTargets::is_draining(const std::string& name, const TargetEntry& target) const {
  return there_.target_groups.at(name).kind.target_type == "ip" &&
         health(name, target).state == lb::targets::State::draining;
}

Result<void> RegisteredTargets::add(const std::string& name,
                                    const std::vector<TargetEntry>& targets) {
  std::vector<Entry> entries;
  for (const TargetEntry& target : targets) {
    auto entry = resolve(name, target);
    if (!entry) return entry.error();
    if (is_draining(name, entry->told)) return still_draining(target.id);
    entries.push_back(*std::move(entry));
  }
  return add(name, std::move(entries));
}

void RegisteredTargets::restore(const std::string& name, const std::vector<TargetEntry>& targets) {
  for (const TargetEntry& target : targets) {
    Entry entry{target, {target.id, 0}, nullptr};
    entry.told.port = target.port.value_or(there_.target_groups.at(name).spec.port);
    entry.reached.port = *entry.told.port;
    const auto instance =
        is_instance(target) && instances_ ? instances_->find(target.id) : std::nullopt;
    if (instance) entry.reached.id = instance->address;
    groups_.at(name).entries.push_back(std::move(entry));
  }
}

Result<void> RegisteredTargets::add_of_task(const std::string& name, const TargetEntry& target,
                                            std::shared_ptr<lb::InProcessService> service) {
  auto entry = resolve(name, target);
  if (!entry) return entry.error();
  entry->service = std::move(service);
  entry->of_task = true;
  return add(name, {*std::move(entry)});
}

std::optional<TargetEntry> RegisteredTargets::told_of_task(
    const std::string& name, const lb::targets::TargetId& reached) const {
  const auto& entries = groups_.at(name).entries;
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) {
    return entry.of_task && entry.reached == reached;
  });
  if (found == entries.end()) return std::nullopt;
  return found->told;
}

Result<void> RegisteredTargets::add(const std::string& name, std::vector<Entry> entries) {
  Group& group = groups_.at(name);
  auto* balancer = balancer_of(group);
  forget_drained(group, name, balancer);
  std::vector<lb::TargetSpec> specs;
  std::size_t fresh = 0;
  for (const Entry& entry : entries) {
    if (!find(group, entry.told)) ++fresh;
    specs.push_back({entry.reached, entry.service});
  }
  const std::size_t most = there_.quotas.targets.targets_per_group;
  if (!balancer && group.entries.size() + fresh > most) {
    return Error{"TooManyTargets", "/Targets",
                 fmt::format("the limit of {} targets per target group is reached", most)};
  }
  if (balancer) {
    const auto registered = balancer->register_targets(name, std::move(specs));
    if (!registered) return registered.error();
  }
  for (Entry& entry : entries) {
    if (Entry* known = find(group, entry.told)) {
      if (known->registered) entry.fault = std::move(known->fault);
      *known = std::move(entry);
    } else {
      group.entries.push_back(std::move(entry));
    }
  }
  return {};
}

Result<void> RegisteredTargets::set_fault(const std::string& name, const TargetEntry& target,
                                          std::shared_ptr<lb::TargetFault> fault) {
  Group& group = groups_.at(name);
  Entry* const entry = find(group, target);
  if (!entry || !entry->registered) {
    return Error{"InvalidTarget", "/Targets",
                 fmt::format("'{}' is not registered with target group '{}'", target.id, name)};
  }
  entry->fault = std::move(fault);
  // That of a stopped instance is not known there; it takes the fault along when it comes back.
  if (auto* balancer = balancer_of(group)) {
    (void)balancer->set_target_fault(name, entry->reached, entry->fault);
  }
  return {};
}

Result<void> RegisteredTargets::remove(const std::string& name,
                                       const std::vector<TargetEntry>& targets) {
  Group& group = groups_.at(name);
  auto* balancer = balancer_of(group);
  for (TargetEntry target : targets) {
    if (!target.port) target.port = there_.target_groups.at(name).spec.port;
    Entry* const entry = find(group, target);
    if (!entry || !entry->registered) continue;
    if (entry->fault) (void)set_fault(name, target, nullptr);
    if (balancer) {
      const auto removed = balancer->deregister_target(name, entry->reached);
      if (!removed) return removed.error();
    }
    entry->registered = false;
  }
  forget_drained(group, name, balancer);
  return {};
}

std::vector<TargetDescription> RegisteredTargets::describe(const std::string& name) const {
  const Group& group = groups_.at(name);
  const auto* balancer = balancer_of(group);
  std::map<lb::targets::TargetId, lb::LoadBalancer::TargetDescription> seen;
  if (balancer) {
    if (auto all = balancer->describe_target_health(name)) {
      for (auto& each : *all) seen.emplace(each.target, std::move(each));
    }
  }
  std::vector<TargetDescription> descriptions;
  for (const Entry& entry : group.entries) {
    TargetDescription description{entry.told, health(name, entry.told)};
    const auto found = seen.find(entry.reached);
    if (found != seen.end()) {
      description.in_flight = found->second.in_flight;
      description.anomaly = found->second.anomaly;
    }
    if (!entry.registered && description.health.state != lb::targets::State::draining) continue;
    descriptions.push_back(std::move(description));
  }
  return descriptions;
}

lb::targets::TargetHealth RegisteredTargets::health(const std::string& name,
                                                    const TargetEntry& target) const {
  using lb::targets::Reason;
  const Group& group = groups_.at(name);
  const auto entry =
      std::find_if(group.entries.begin(), group.entries.end(), [&](const Entry& each) {
        return each.told.id == target.id && each.told.port == target.port;
      });
  if (entry == group.entries.end()) return lb::targets::describe(Reason::not_registered);
  if (entry->registered && is_instance(entry->told)) {
    const auto instance = instances_ ? instances_->find(entry->told.id) : std::nullopt;
    const std::string state = instance ? instance->state : "terminated";
    if (state != "running") return stopped(state);
  }
  if (const auto* balancer = balancer_of(group)) {
    const auto health = balancer->target_health(name, entry->reached);
    if (health) return *health;
  }
  return lb::targets::describe(entry->registered ? Reason::not_in_use : Reason::not_registered);
}

std::vector<TargetEntry> RegisteredTargets::registered(const std::string& name) const {
  std::vector<TargetEntry> targets;
  for (const Entry& entry : groups_.at(name).entries) {
    if (entry.registered && !entry.of_task) targets.push_back(entry.told);
  }
  return targets;
}

void RegisteredTargets::instance_changed(const std::string& id) {
  const bool running = is_running(id);
  for (auto& [name, group] : groups_) {
    auto* balancer = balancer_of(group);
    for (const Entry& entry : group.entries) {
      if (!balancer || entry.told.id != id || !entry.registered) continue;
      if (running) {
        (void)balancer->register_targets(name, {{entry.reached, entry.service}});
        if (entry.fault) (void)balancer->set_target_fault(name, entry.reached, entry.fault);
      } else {
        (void)balancer->deregister_target(name, entry.reached);
      }
    }
  }
}

}  // namespace cutover::stack

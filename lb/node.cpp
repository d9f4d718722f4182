#include "lb/node.hpp"

#include <mutex>
#include <optional>
#include <set>
#include <utility>

namespace cutover::lb {

using proxy::GroupSlot;
using proxy::ListenerSlot;
using proxy::TargetSlot;
using proxy::Worker;

Node::Node(Timers& timers, Timers& data_timers, proxy::Network& network, Links links)
    : timers_(timers),
      links_(std::move(links)),
      checker_(timers, data_timers, network,
               {[this](TargetSlot slot) { check_started(slot); },
                [this](TargetSlot slot, const targets::CheckResult& result) {
                  check_ended(slot, result);
                }}) {}

void Node::close() {
  for (auto& [slot, group] : groups_) timers_.cancel(std::exchange(group.drain_timer, 0));
  checker_.close();
}

void Node::set_attributes(const LoadBalancerAttributes& attributes) {
  attributes_ = attributes;
  publish();
}

void Node::create_group(GroupSlot slot, const targets::TargetGroupSpec& spec,
                        const std::string& arn) {
  Group& group =
      groups_.emplace(slot, Group{targets::TargetGroup(spec), arn, {}, {}, 0}).first->second;
  refresh_route(slot, group);
  publish();
}

void Node::modify_group(GroupSlot slot, const targets::TargetGroupSpec& spec) {
  Group& group = groups_.at(slot);
  group.state.modify(spec, timers_.now());
  refresh_checks(group);
  refresh_route(slot, group);
  publish();
}

void Node::delete_group(GroupSlot slot) {
  const auto found = groups_.find(slot);
  std::vector<TargetSlot> slots;
  for (const auto& [id, route] : found->second.targets) {
    checker_.unwatch(route->slot);
    checked_.erase(route->slot);
    slots.push_back(route->slot);
  }
  timers_.cancel(found->second.drain_timer);
  groups_.erase(found);
  uses_.erase(slot);
  publish([slots](Worker& worker) {
    for (const auto target : slots) {
      worker.retire(target);
      worker.cut(target);
    }
  });
}

void Node::register_target(GroupSlot slot, const targets::TargetId& target,
                           const std::shared_ptr<const proxy::TargetRoute>& route) {
  Group& group = groups_.at(slot);
  auto& known = group.targets[target];
  // With a lag, the target that drained under this address may still be draining here.
  const auto replaced = known && known->slot != route->slot ? known : nullptr;
  if (replaced) {
    checker_.unwatch(replaced->slot);
    checked_.erase(replaced->slot);
  }
  known = route;
  checked_[route->slot] = {slot, target};
  group.state.register_target(target, timers_.now());
  schedule_drain(slot, group);
  refresh_checks(group);
  refresh_route(slot, group);
  publish([&replaced](Worker& worker) {
    if (replaced) worker.retire(replaced->slot);
  });
  links_.health_changed(slot, target);
}

void Node::reroute_target(GroupSlot slot, const targets::TargetId& target,
                          const std::shared_ptr<const proxy::TargetRoute>& route) {
  Group& group = groups_.at(slot);
  const auto known = group.targets.find(target);
  if (known == group.targets.end()) return;  // its drain has ended here
  known->second = route;
  refresh_checks(group);
  refresh_route(slot, group);
  publish();
}

void Node::deregister_target(GroupSlot slot, const targets::TargetId& target) {
  Group& group = groups_.at(slot);
  if (!group.state.deregister_target(target, timers_.now())) return;
  const auto target_slot = group.targets.at(target)->slot;
  refresh_checks(group);
  refresh_route(slot, group);
  publish([target_slot](Worker& worker) { worker.retire(target_slot); });
  schedule_drain(slot, group);
  links_.health_changed(slot, target);
}

void Node::set_listener(ListenerSlot slot, std::shared_ptr<const proxy::ListenerRoute> route,
                        std::vector<GroupSlot> groups) {
  for (const GroupSlot group : groups) ++uses_[group];
  Listener& listener = listeners_[slot];
  const std::vector<GroupSlot> before = std::exchange(listener.groups, std::move(groups));
  listener.route = std::move(route);
  for (const GroupSlot group : before) --uses_[group];
  refresh_use(before);
  refresh_use(listener.groups);
  publish();
}

Result<void> Node::listen(const proxy::ListenerBinding& binding, const proxy::Endpoint& on) {
  std::mutex mutex;
  std::optional<Error> failed;
  links_.run_on_workers([&](Worker& worker) {
    const auto listening = worker.listen(binding, on);
    if (listening) return;
    const std::lock_guard lock(mutex);
    failed = listening.error();
  });
  if (failed) return *failed;
  return {};
}

void Node::delete_listener(ListenerSlot slot) {
  const std::vector<GroupSlot> groups = std::move(listeners_.at(slot).groups);
  listeners_.erase(slot);
  for (const GroupSlot group : groups) --uses_[group];
  refresh_use(groups);
  publish([slot](Worker& worker) { worker.stop_listening(slot); });
}

const targets::TargetGroup* Node::group(GroupSlot slot) const {
  const auto found = groups_.find(slot);
  return found == groups_.end() ? nullptr : &found->second.state;
}

/// Hands the present table to the node's workers; returns when each has it.
void Node::publish(const Work& also) {
  auto table = std::make_shared<proxy::RoutingTable>();
  table->attributes = attributes_;
  if (!groups_.empty()) table->groups.resize(groups_.rbegin()->first + 1);
  for (const auto& [slot, group] : groups_) table->groups[slot] = group.route;
  if (!listeners_.empty()) table->listeners.resize(listeners_.rbegin()->first + 1);
  for (const auto& [slot, listener] : listeners_) table->listeners[slot] = listener.route;
  const std::shared_ptr<const proxy::RoutingTable> finished = std::move(table);
  links_.run_on_workers([&](Worker& worker) {
    worker.set_table(finished);
    if (also) also(worker);
  });
}

/// A group that an action names begins to be checked; one that none names any more stops.
void Node::refresh_use(const std::vector<GroupSlot>& groups) {
  for (const GroupSlot slot : groups) {
    Group& group = groups_.at(slot);
    const bool in_use = uses_.at(slot) > 0;
    if (in_use == group.state.in_use()) continue;
    group.state.set_in_use(in_use, timers_.now());
    refresh_checks(group);
    refresh_route(slot, group);
    for (const auto& each : group.state.describe()) links_.health_changed(slot, each.target);
  }
}

/// Watches exactly the targets that are to be checked.
void Node::refresh_checks(Group& group) {
  const auto checked = group.state.checked();
  const std::set<targets::TargetId> wanted(checked.begin(), checked.end());
  for (const auto& [id, route] : group.targets) {
    if (wanted.contains(id)) {
      checker_.watch(route->slot, route, group.state.spec().health_check);
    } else {
      checker_.unwatch(route->slot);
    }
  }
}

void Node::refresh_route(GroupSlot slot, Group& group) {
  auto route = std::make_shared<proxy::GroupRoute>();
  route->slot = slot;
  route->name = group.state.spec().name;
  route->arn = group.arn;
  route->balancing = targets::balancing_of(group.state.spec());
  route->stickiness = group.state.spec().stickiness;
  route->failing_open = group.state.failing_open();
  route->described = group.state.describe();
  for (const auto& [target, ramp_began] : group.state.eligible_with_ramps()) {
    route->eligible.push_back(group.targets.at(target));
    route->candidates.push_back({route->eligible.back()->slot, ramp_began});
  }
  group.route = std::move(route);
}

void Node::schedule_drain(GroupSlot slot, Group& group) {
  timers_.cancel(std::exchange(group.drain_timer, 0));
  const auto end = group.state.next_drain_end();
  if (end) group.drain_timer = timers_.at(*end, [this, slot] { end_drains(slot); });
}

void Node::end_drains(GroupSlot slot) {
  Group& group = groups_.at(slot);
  group.drain_timer = 0;
  std::vector<TargetSlot> slots;
  const auto ended = group.state.end_drains(timers_.now());
  for (const auto& target : ended) {
    const auto found = group.targets.find(target);
    slots.push_back(found->second->slot);
    checked_.erase(found->second->slot);
    group.targets.erase(found);
  }
  links_.run_on_workers([&](Worker& worker) {
    for (const auto target : slots) worker.cut(target);
  });
  schedule_drain(slot, group);
  for (const auto& target : ended) links_.health_changed(slot, target);
}

void Node::check_started(TargetSlot slot) {
  const auto found = checked_.find(slot);
  if (found == checked_.end()) return;
  groups_.at(found->second.group).state.check_started(found->second.target);
}

void Node::check_ended(TargetSlot slot, const targets::CheckResult& result) {
  const auto found = checked_.find(slot);
  if (found == checked_.end()) return;
  const Checked checked = found->second;
  Group& group = groups_.at(checked.group);
  if (!group.state.check_ended(checked.target, result, timers_.now())) return;
  refresh_route(checked.group, group);
  publish();
  links_.health_changed(checked.group, checked.target);
}

}  // namespace cutover::lb

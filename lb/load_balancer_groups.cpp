// The load balancer's target groups: their targets, checks and drains.

#include <fmt/format.h>

#include <set>

#include "lb/load_balancer_core.hpp"

namespace cutover::lb {

namespace {

std::string endpoint_text(const boost::asio::ip::tcp::endpoint& endpoint) {
  return endpoint.address().is_v6()
             ? fmt::format("[{}]:{}", endpoint.address().to_string(), endpoint.port())
             : fmt::format("{}:{}", endpoint.address().to_string(), endpoint.port());
}

}  // namespace

Result<void> LoadBalancer::Core::create_target_group(targets::TargetGroupSpec spec) {
  const auto valid = targets::validate(spec);
  if (!valid) return valid.error();
  if (const auto* existing = find_group(spec.name)) {
    if (existing->state.spec() == spec) return {};  // idempotent, as the API is
    return Error{"DuplicateTargetGroupName", "/Name",
                 fmt::format("A target group with the same name '{}' exists, but with different "
                             "settings",
                             spec.name)};
  }
  const std::string name = spec.name;
  auto group =
      std::make_unique<Group>(Group{targets::TargetGroup(std::move(spec)), 0, {}, {}, {}, 0});
  group->slot = static_cast<proxy::GroupSlot>(group_names_.size());
  group->arn = fmt::format("arn:aws:elasticloadbalancing:{}:{}:targetgroup/{}/{:016x}",
                           options_.region, options_.account, name, random_());
  group_names_.push_back(name);
  refresh_route(*group);
  groups_.emplace(name, std::move(group));
  publish();
  return {};
}

Result<void> LoadBalancer::Core::modify_target_group(const targets::TargetGroupSpec& spec) {
  const auto valid = targets::validate(spec);
  if (!valid) return valid.error();
  const auto found = groups_.find(spec.name);
  if (found == groups_.end()) return group_not_found(spec.name);
  Group& group = *found->second;
  if (group.state.spec().port != spec.port) {
    return Error{"ValidationError", "/Port", "a target group's port can't be changed"};
  }
  group.state.set_health_check(spec.health_check);
  group.state.set_deregistration_delay(spec.deregistration_delay);
  group.state.set_unhealthy_state_routing(spec.unhealthy_state_routing);
  refresh_checks(group);
  refresh_route(group);
  publish();
  return {};
}

Result<void> LoadBalancer::Core::delete_target_group(const std::string& name) {
  const auto found = groups_.find(name);
  if (found == groups_.end()) return {};  // as the API: already gone
  Group& group = *found->second;
  if (group.state.in_use()) {
    return Error{
        "ResourceInUse", "/TargetGroupArn",
        fmt::format("Target group '{}' is currently in use by a listener or a rule", name)};
  }
  std::vector<proxy::TargetSlot> slots;
  for (const auto& [id, route] : group.targets) {
    if (checker_) checker_->unwatch(route->slot);
    registered_[route->slot].group = nullptr;
    slots.push_back(route->slot);
  }
  timers_.cancel(group.drain_timer);
  groups_.erase(found);
  publish([slots](proxy::Worker& worker) {
    for (const auto slot : slots) {
      worker.retire(slot);
      worker.cut(slot);
    }
  });
  return {};
}

std::vector<std::string> LoadBalancer::Core::target_groups() const {
  std::vector<std::string> names;
  for (const auto& [name, group] : groups_) names.push_back(name);
  return names;
}

const LoadBalancer::Core::Group* LoadBalancer::Core::find_group(const std::string& name) const {
  const auto found = groups_.find(name);
  return found == groups_.end() ? nullptr : found->second.get();
}

Error LoadBalancer::Core::group_not_found(const std::string& name) {
  return {"TargetGroupNotFound", "", fmt::format("Target group '{}' not found", name)};
}

Result<void> LoadBalancer::Core::register_target(const std::string& name, TargetSpec target) {
  const auto found = groups_.find(name);
  if (found == groups_.end()) return group_not_found(name);
  Group& group = *found->second;
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(target.id.id, error);
  if (error) {
    return Error{"InvalidTarget", "/Targets",
                 fmt::format("'{}' is not an IP address: a target's id is one, such as 127.0.0.1",
                             target.id.id)};
  }
  if (target.id.port == 0 && !target.service) target.id.port = group.state.spec().port;
  auto& route = group.targets[target.id];
  auto next = std::make_shared<proxy::TargetRoute>();
  next->endpoint = Endpoint(address, target.id.port);
  next->text = endpoint_text(next->endpoint);
  next->service = std::move(target.service);
  if (route) {
    next->slot = route->slot;
  } else {
    next->slot = static_cast<proxy::TargetSlot>(registered_.size());
    registered_.push_back({&group, target.id, next->text});
  }
  route = std::move(next);
  group.state.register_target(target.id, timers_.now());
  refresh_checks(group);
  refresh_route(group);
  publish();
  tell_health(group, target.id);
  return {};
}

Result<void> LoadBalancer::Core::deregister_target(const std::string& name,
                                                   const targets::TargetId& target) {
  const auto found = groups_.find(name);
  if (found == groups_.end()) return group_not_found(name);
  Group& group = *found->second;
  if (!group.state.deregister_target(target, timers_.now())) return {};
  const auto slot = group.targets.at(target)->slot;
  refresh_checks(group);
  refresh_route(group);
  publish([slot](proxy::Worker& worker) { worker.retire(slot); });
  schedule_drain(group);
  tell_health(group, target);
  return {};
}

void LoadBalancer::Core::schedule_drain(Group& group) {
  timers_.cancel(std::exchange(group.drain_timer, 0));
  const auto end = group.state.next_drain_end();
  if (!end) return;
  group.drain_timer =
      timers_.at(*end, [this, name = group.state.spec().name] { end_drains(name); });
}

void LoadBalancer::Core::end_drains(const std::string& name) {
  Group& group = *groups_.at(name);
  group.drain_timer = 0;
  std::vector<proxy::TargetSlot> slots;
  const auto ended = group.state.end_drains(timers_.now());
  for (const auto& target : ended) {
    const auto found = group.targets.find(target);
    slots.push_back(found->second->slot);
    registered_[found->second->slot].group = nullptr;
    group.targets.erase(found);
  }
  host_->run_on_all([&](std::size_t, proxy::Worker& worker) {
    for (const auto slot : slots) worker.cut(slot);
  });
  schedule_drain(group);
  for (const auto& target : ended) tell_health(group, target);
}

Result<std::vector<LoadBalancer::TargetDescription>> LoadBalancer::Core::describe_target_health(
    const std::string& name) {
  const auto* group = find_group(name);
  if (group == nullptr) return group_not_found(name);
  std::vector<TargetDescription> all;
  for (const auto& each : group->state.describe()) {
    TargetDescription description{each.target, each.health, 0};
    const auto slot = group->targets.at(each.target)->slot;
    std::vector<std::uint64_t> in_flight(host_->size(), 0);
    host_->run_on_all(
        [&](std::size_t i, proxy::Worker& worker) { in_flight[i] = worker.in_flight(slot); });
    for (const auto count : in_flight) description.in_flight += count;
    all.push_back(std::move(description));
  }
  return all;
}

void LoadBalancer::Core::check_started(proxy::TargetSlot slot) {
  const auto& target = registered_[slot];
  if (target.group != nullptr) target.group->state.check_started(target.id);
}

void LoadBalancer::Core::check_ended(proxy::TargetSlot slot, const targets::CheckResult& result) {
  const auto& target = registered_[slot];
  if (target.group == nullptr) return;
  Group& group = *target.group;
  if (!group.state.check_ended(target.id, result, timers_.now())) return;
  refresh_route(group);
  publish();
  tell_health(group, target.id);
}

void LoadBalancer::Core::tell_health(const Group& group, const targets::TargetId& target) {
  if (on_health_change_) {
    on_health_change_(group.state.spec().name, target, group.state.health(target));
  }
}

/// Watches exactly the targets that are to be checked.
void LoadBalancer::Core::refresh_checks(Group& group) {
  if (!running_) return;
  const auto checked = group.state.checked();
  const std::set<targets::TargetId> wanted(checked.begin(), checked.end());
  for (const auto& [id, route] : group.targets) {
    if (wanted.contains(id)) {
      checker_->watch(route->slot, *route, group.state.spec().health_check);
    } else {
      checker_->unwatch(route->slot);
    }
  }
}

void LoadBalancer::Core::refresh_route(Group& group) {
  auto route = std::make_shared<proxy::GroupRoute>();
  route->slot = group.slot;
  route->name = group.state.spec().name;
  route->arn = group.arn;
  for (const auto& target : group.state.eligible()) {
    route->eligible.push_back(group.targets.at(target));
  }
  group.route = std::move(route);
}

}  // namespace cutover::lb

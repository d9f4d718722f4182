// The load balancer's target groups and their targets, as its callers see them.

#include <fmt/format.h>

#include <map>
#include <set>
#include <utility>

#include "lb/load_balancer_core.hpp"
#include "lb/sticky_actions.hpp"

namespace cutover::lb {

namespace {

std::string endpoint_text(const boost::asio::ip::tcp::endpoint& endpoint) {
  return endpoint.address().is_v6()
             ? fmt::format("[{}]:{}", endpoint.address().to_string(), endpoint.port())
             : fmt::format("{}:{}", endpoint.address().to_string(), endpoint.port());
}

}  // namespace

Result<void> LoadBalancer::Core::create_target_group(targets::TargetGroupSpec spec,
                                                     std::string arn) {
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
  auto group = std::make_unique<Group>(Group{targets::TargetGroup(std::move(spec)), 0, {}, {}, 0});
  group->slot = static_cast<proxy::GroupSlot>(group_names_.size());
  group->arn = std::move(arn);
  if (group->arn.empty()) {
    group->arn = fmt::format("arn:aws:elasticloadbalancing:{}:{}:targetgroup/{}/{:016x}",
                             options_.region, options_.account, name, random_());
  }
  group_names_.push_back(name);
  group_arns_.push_back(group->arn);
  const Group& created = *groups_.emplace(name, std::move(group)).first->second;
  spread([slot = created.slot, settings = created.state.spec(), arn = created.arn](Node& node) {
    node.create_group(slot, settings, arn);
  });
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
  const bool sticks_otherwise = group.state.spec().stickiness != spec.stickiness;
  for (const auto& [port, listener] : listeners_) {
    if (!sticks_otherwise) break;
    const auto fits = check_stickiness(listener.rules, [&](const std::string& name) {
      return name == spec.name ? &spec : &groups_.at(name)->state.spec();
    });
    if (!fits) return fits.error();
  }
  group.state.modify(spec, timers_.now());
  spread([slot = group.slot, spec](Node& node) { node.modify_group(slot, spec); });
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
  timers_.cancel(group.drain_timer);
  const auto slot = group.slot;
  while (!group.targets.empty()) forget_target(group, group.targets.begin()->first);
  groups_.erase(found);
  spread([slot](Node& node) { node.delete_group(slot); });
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

Result<void> LoadBalancer::Core::register_targets(const std::string& name,
                                                  std::vector<TargetSpec> targets) {
  const auto found = groups_.find(name);
  if (found == groups_.end()) return group_not_found(name);
  Group& group = *found->second;
  for (TargetSpec& target : targets) {
    boost::system::error_code error;
    boost::asio::ip::make_address(target.id.id, error);
    if (error) {
      return Error{"InvalidTarget", "/Targets",
                   fmt::format("'{}' is not an IP address: a target's id is one, such as 127.0.0.1",
                               target.id.id)};
    }
    if (target.id.port == 0 && !target.service) target.id.port = group.state.spec().port;
  }
  const auto allowed = check_target_quotas(group, targets);
  if (!allowed) return allowed.error();
  for (TargetSpec& target : targets) register_target(group, std::move(target));
  return {};
}

void LoadBalancer::Core::register_target(Group& group, TargetSpec target) {
  auto& known = group.targets[target.id];
  auto route = std::make_shared<proxy::TargetRoute>();
  route->endpoint = Endpoint(boost::asio::ip::make_address(target.id.id), target.id.port);
  route->text = endpoint_text(route->endpoint);
  route->service = std::move(target.service);
  if (known) {
    route->slot = known->slot;
    route->fault = known->fault;
  } else {
    route->slot = static_cast<proxy::TargetSlot>(registered_.size());
    registered_.push_back({target.id, route->text});
    ++target_count_;
    ++registrations_[target.id.id];
  }
  known = route;
  group.state.register_target(target.id, timers_.now());
  schedule_drain(group);
  spread([slot = group.slot, id = target.id, reached = known](Node& node) {
    node.register_target(slot, id, reached);
  });
  tell_health(group.slot, target.id);
}

Result<void> LoadBalancer::Core::check_target_quotas(const Group& group,
                                                     const std::vector<TargetSpec>& targets) const {
  std::set<targets::TargetId> fresh;
  std::map<std::string, std::size_t> of_id;
  for (const TargetSpec& target : targets) {
    if (group.targets.contains(target.id) || !fresh.insert(target.id).second) continue;
    ++of_id[target.id.id];
  }
  const auto refused = [](std::string code, std::string_view what, std::size_t most) {
    return Error{std::move(code), "/Targets",
                 fmt::format("the limit of {} {} is reached", most, what)};
  };
  const targets::Quotas& quotas = options_.target_quotas;
  if (fresh.empty()) return {};
  if (group.targets.size() + fresh.size() > quotas.targets_per_group) {
    return refused("TooManyTargets", "targets per target group", quotas.targets_per_group);
  }
  if (target_count_ + fresh.size() > quotas.targets_per_load_balancer) {
    return refused("TooManyTargets", "targets per load balancer", quotas.targets_per_load_balancer);
  }
  for (const auto& [id, count] : of_id) {
    const auto present = registrations_.find(id);
    const std::size_t sum = count + (present == registrations_.end() ? 0 : present->second);
    if (sum <= quotas.registrations_per_target_id) continue;
    return refused("TooManyRegistrationsForTargetId", "registrations of one target id",
                   quotas.registrations_per_target_id);
  }
  return {};
}

/// `target` may be the group's own key, which is gone in the end.
void LoadBalancer::Core::forget_target(Group& group, const targets::TargetId& target) {
  const auto known = group.targets.find(target);
  if (known == group.targets.end()) return;
  --target_count_;
  const auto count = registrations_.find(target.id);
  if (--count->second == 0) registrations_.erase(count);
  group.targets.erase(known);
}

Result<void> LoadBalancer::Core::deregister_target(const std::string& name,
                                                   const targets::TargetId& target) {
  const auto found = groups_.find(name);
  if (found == groups_.end()) return group_not_found(name);
  Group& group = *found->second;
  if (!group.state.deregister_target(target, timers_.now())) return {};
  spread([slot = group.slot, target](Node& node) { node.deregister_target(slot, target); });
  schedule_drain(group);
  tell_health(group.slot, target);
  return {};
}

Result<void> LoadBalancer::Core::set_target_fault(const std::string& name,
                                                  const targets::TargetId& target,
                                                  std::shared_ptr<TargetFault> fault) {
  const auto found = groups_.find(name);
  if (found == groups_.end()) return group_not_found(name);
  Group& group = *found->second;
  const auto known = group.targets.find(target);
  if (known == group.targets.end()) {
    return Error{
        "InvalidTarget", "/Targets",
        fmt::format("'{}' is not registered with target group '{}'", to_string(target), name)};
  }
  auto route = std::make_shared<proxy::TargetRoute>(*known->second);
  route->fault = std::move(fault);
  known->second = route;
  spread([slot = group.slot, target, reached = known->second](Node& node) {
    node.reroute_target(slot, target, reached);
  });
  return {};
}

void LoadBalancer::Core::schedule_drain(Group& group) {
  timers_.cancel(std::exchange(group.drain_timer, 0));
  const auto end = group.state.next_drain_end();
  if (!end) return;
  group.drain_timer =
      timers_.at(*end, [this, name = group.state.spec().name] { end_drains(name); });
}

/// From here on the targets are not described any more. What they had in flight is cut by the
/// nodes, each when its own drain ends.
void LoadBalancer::Core::end_drains(const std::string& name) {
  Group& group = *groups_.at(name);
  group.drain_timer = 0;
  const auto ended = group.state.end_drains(timers_.now());
  for (const auto& target : ended) forget_target(group, target);
  schedule_drain(group);
  for (const auto& target : ended) tell_health(group.slot, target);
}

Result<std::vector<LoadBalancer::TargetDescription>> LoadBalancer::Core::describe_target_health(
    const std::string& name) {
  const auto* group = find_group(name);
  if (group == nullptr) return group_not_found(name);
  std::vector<TargetDescription> all;
  std::vector<proxy::TargetSlot> slots;
  for (const auto& each : group->state.describe()) {
    all.push_back({each.target, health(*group, each.target), 0});
    slots.push_back(group->targets.at(each.target)->slot);
  }
  // Each worker writes what it knows of all targets into a row of its own.
  std::vector<std::vector<std::pair<std::uint64_t, targets::AnomalyDetection>>> rows(host_->size());
  host_->run_on_all([&](std::size_t i, proxy::Worker& worker) {
    for (const auto slot : slots) {
      rows[i].emplace_back(worker.in_flight(slot), worker.anomaly(group->slot, slot));
    }
  });
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      all[i].in_flight += row[i].first;
      all[i].anomaly = targets::both(all[i].anomaly, row[i].second);
    }
  }
  return all;
}

/// Healthy when every node says so, unhealthy when one does. How ALB sums its nodes' views up is
/// not documented.
targets::TargetHealth LoadBalancer::Core::health(const Group& group,
                                                 const targets::TargetId& target) const {
  auto asked_for = group.state.health(target);
  if (asked_for.state != targets::State::initial) return asked_for;
  std::optional<targets::TargetHealth> sum;
  for (const auto& [node, latest_change] : nodes_) {
    const auto* seen = node->group(group.slot);
    auto view = seen == nullptr ? asked_for : seen->health(target);
    using targets::State;
    if (view.state == State::unused || view.state == State::draining) view = asked_for;
    if (!sum || view.state == State::unhealthy ||
        (view.state == State::initial && sum->state == State::healthy)) {
      sum = std::move(view);
    }
    if (sum->state == State::unhealthy) break;
  }
  return sum.value_or(asked_for);
}

void LoadBalancer::Core::tell_health(proxy::GroupSlot slot, const targets::TargetId& target) {
  const auto* group = find_group(group_names_[slot]);
  if (group == nullptr || group->slot != slot) return;
  auto now = health(*group, target);
  auto& told = told_[{slot, target}];
  if (told == now) return;
  told = now;
  if (now.state == targets::State::unused && !group->targets.contains(target)) {
    told_.erase({slot, target});
  }
  if (on_health_change_) on_health_change_(group->state.spec().name, target, now);
}

}  // namespace cutover::lb

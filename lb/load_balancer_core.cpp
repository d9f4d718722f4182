#include "lb/load_balancer_core.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <thread>

namespace cutover::lb {

namespace {

/// The target groups that an action names.
void collect_groups(const rules::Action& action, std::set<std::string>& names) {
  if (const auto* forward = std::get_if<rules::Forward>(&action)) {
    for (const auto& each : forward->target_groups) names.insert(each.target_group);
  }
}

std::set<std::string> groups_of(const rules::RuleSet& rules) {
  std::set<std::string> names;
  for (const auto& rule : rules.rules) collect_groups(rule.action, names);
  collect_groups(rules.default_action, names);
  return names;
}

std::string endpoint_text(const boost::asio::ip::tcp::endpoint& endpoint) {
  return endpoint.address().is_v6()
             ? fmt::format("[{}]:{}", endpoint.address().to_string(), endpoint.port())
             : fmt::format("{}:{}", endpoint.address().to_string(), endpoint.port());
}

}  // namespace

LoadBalancer::Core::Core(Timers& timers, Options options, std::unique_ptr<proxy::WorkerHost> host)
    : timers_(timers),
      options_(std::move(options)),
      host_(std::move(host)),
      random_(options_.seed) {
  settings_.dns_name = fmt::format("{}-{}.{}.elb.amazonaws.com", options_.name,
                                   1'000'000'000 + random_.below(1'000'000'000), options_.region);
  settings_.load_balancer_id = fmt::format("app/{}/{:016x}", options_.name, random_());
  settings_.idle_timeout = options_.idle_timeout;
  settings_.client_keep_alive = options_.client_keep_alive;
  settings_.connect_timeout = options_.connect_timeout;
  settings_.connections_most = options_.connections_most;
  settings_.label_responses = options_.label_responses;
}

Result<void> LoadBalancer::Core::start() {
  if (!options_.access_log.empty()) {
    auto log = AccessLog::open(options_.access_log);
    if (!log) return log.error();
    access_log_ = std::move(*log);
    settings_.log_requests = true;
    settings_.log_sink = [this](std::string lines) {
      host_->post_to_control([this, text = std::move(lines)] { access_log_->write(text); });
    };
  }
  unsigned workers = options_.workers;
  if (workers == 0) workers = std::max(1U, std::thread::hardware_concurrency());
  host_->start(settings_, workers, random_());
  checker_ = std::make_unique<proxy::HealthChecker>(
      timers_, host_->control_network(),
      proxy::HealthChecker::Reports{
          [this](proxy::TargetSlot slot) { check_started(slot); },
          [this](proxy::TargetSlot slot, const targets::CheckResult& result) {
            check_ended(slot, result);
          }});
  running_ = true;
  for (auto& [name, group] : groups_) {
    refresh_route(*group);
    refresh_checks(*group);
  }
  publish();
  return {};
}

void LoadBalancer::Core::stop(Duration grace) {
  if (!running_) return;
  host_->run_on_all([](std::size_t, proxy::Worker& worker) { worker.drain(); });
  host_->wait_until_quiet(grace);
  host_->run_on_all([](std::size_t, proxy::Worker& worker) { worker.close_all(); });
  constexpr Duration closing_most = std::chrono::seconds(5);
  host_->wait_until_quiet(closing_most);
  last_accounts_ = accounts();
  running_ = false;
  for (auto& [name, group] : groups_) timers_.cancel(std::exchange(group->drain_timer, 0));
  checker_->close();
  host_->settle_control([this] { return checker_->quiet(); });
  checker_.reset();
  host_->stop();
}

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

void LoadBalancer::Core::publish(const std::function<void(proxy::Worker&)>& also) {
  if (!running_) return;
  auto table = std::make_shared<proxy::RoutingTable>();
  table->groups.resize(group_names_.size());
  for (const auto& [name, group] : groups_) table->groups[group->slot] = group->route;
  table->listeners.resize(next_listener_);
  for (const auto& [port, listener] : listeners_) table->listeners[listener.slot] = listener.route;
  const std::shared_ptr<const proxy::RoutingTable> finished = std::move(table);
  host_->run_on_all([&](std::size_t, proxy::Worker& worker) {
    worker.set_table(finished);
    if (also) also(worker);
  });
}

Accounts LoadBalancer::Core::accounts() {
  if (!running_) return last_accounts_;
  std::vector<proxy::WorkerCounts> counts(host_->size());
  host_->run_on_all([&](std::size_t i, proxy::Worker& worker) { counts[i] = worker.counts(); });
  Accounts sum;
  for (const auto& each : counts) {
    sum.requests += each.requests;
    sum.in_flight += each.in_flight;
    sum.connections_accepted += each.connections_accepted;
    sum.connections_open += each.connections_open;
    sum.connections_refused += each.connections_refused;
    for (const auto& [key, count] : each.fates) {
      Fate fate{key.kind,          key.status,    key.cause,    key.listener_port,
                key.rule_priority, std::string(), std::string()};
      if (key.group != proxy::FateKey::none) fate.target_group = group_names_[key.group];
      if (key.target != proxy::FateKey::none) fate.target = registered_[key.target].text;
      sum.fates[fate] += count;
    }
  }
  return sum;
}

Result<std::uint16_t> LoadBalancer::Core::create_listener(const ListenerSpec& spec) {
  if (spec.port == 0) {
    return Error{"ValidationError", "/Port", "found 0; a listener's port is 1-65535"};
  }
  if (listeners_.contains(spec.port)) {
    return Error{"DuplicateListener", "/Port",
                 "A listener already exists on this port for this load balancer"};
  }
  rules::RuleSet rules{{}, spec.default_action};
  const auto valid = rules::validate(rules);
  if (!valid) return valid.error();
  const auto exist = check_groups_exist(rules);
  if (!exist) return exist.error();
  if (!running_) return Error{"NotStarted", "", "the load balancer has not been started"};

  const auto bound = host_->probe(Endpoint(spec.address, spec.bind_port));
  if (!bound) return bound.error();
  proxy::ListenerBinding binding;
  binding.slot = next_listener_++;
  binding.port = spec.port;
  binding.bound_port = bound->port();
  binding.port_text = std::to_string(spec.port);
  binding.address_text = spec.address.to_string();
  Listener listener{binding.slot, *bound, std::move(rules), nullptr};
  listener.route = compile(listener.rules);
  listeners_.emplace(spec.port, std::move(listener));
  refresh_use();
  publish();

  std::vector<Error> failed(host_->size());
  host_->run_on_all([&](std::size_t i, proxy::Worker& worker) {
    const auto listening = worker.listen(binding, *bound);
    if (!listening) failed[i] = listening.error();
  });
  for (const auto& error : failed) {
    if (error.code.empty()) continue;
    (void)delete_listener(spec.port);
    return error;
  }
  return bound->port();
}

Result<void> LoadBalancer::Core::delete_listener(std::uint16_t port) {
  const auto found = listeners_.find(port);
  if (found == listeners_.end()) return listener_not_found(port);
  const auto slot = found->second.slot;
  listeners_.erase(found);
  refresh_use();
  publish([slot](proxy::Worker& worker) { worker.stop_listening(slot); });
  return {};
}

std::vector<std::uint16_t> LoadBalancer::Core::listeners() const {
  std::vector<std::uint16_t> ports;
  for (const auto& [port, listener] : listeners_) ports.push_back(port);
  return ports;
}

const LoadBalancer::Core::Listener* LoadBalancer::Core::find_listener(std::uint16_t port) const {
  const auto found = listeners_.find(port);
  return found == listeners_.end() ? nullptr : &found->second;
}

Error LoadBalancer::Core::listener_not_found(std::uint16_t port) {
  return {"ListenerNotFound", "", fmt::format("no listener has port {}", port)};
}

Result<void> LoadBalancer::Core::change_rules(
    std::uint16_t port, const std::function<Result<void>(rules::RuleSet&)>& change) {
  const auto found = listeners_.find(port);
  if (found == listeners_.end()) return listener_not_found(port);
  rules::RuleSet rules = found->second.rules;
  const auto changed = change(rules);
  if (!changed) return changed.error();
  const auto valid = rules::validate(rules);
  if (!valid) return valid.error();
  const auto exist = check_groups_exist(rules);
  if (!exist) return exist.error();
  found->second.route = compile(rules);
  found->second.rules = std::move(rules);
  refresh_use();
  publish();
  return {};
}

Result<void> LoadBalancer::Core::check_groups_exist(const rules::RuleSet& rules) const {
  for (const auto& name : groups_of(rules)) {
    if (!groups_.contains(name)) return group_not_found(name);
  }
  return {};
}

/// A group that an action names begins to be checked; one that none names any more stops.
void LoadBalancer::Core::refresh_use() {
  std::set<std::string> used;
  for (const auto& [port, listener] : listeners_) used.merge(groups_of(listener.rules));
  for (auto& [name, group] : groups_) {
    const bool in_use = used.contains(name);
    if (in_use == group->state.in_use()) continue;
    group->state.set_in_use(in_use, timers_.now());
    refresh_checks(*group);
    refresh_route(*group);
    for (const auto& each : group->state.describe()) tell_health(*group, each.target);
  }
}

std::shared_ptr<const proxy::ListenerRoute> LoadBalancer::Core::compile(
    const rules::RuleSet& rules) const {
  rules::Matcher matcher(rules);
  std::vector<proxy::ActionRoute> actions;
  for (const auto& rule : matcher.rules()) actions.push_back(compile(rule.action));
  return std::make_shared<const proxy::ListenerRoute>(std::move(matcher), std::move(actions),
                                                      compile(rules.default_action));
}

proxy::ActionRoute LoadBalancer::Core::compile(const rules::Action& action) const {
  if (const auto* fixed = std::get_if<rules::FixedResponse>(&action)) return *fixed;
  if (const auto* redirect = std::get_if<rules::Redirect>(&action)) return *redirect;
  proxy::ForwardRoute route;
  std::vector<std::uint32_t> weights;
  for (const auto& each : std::get<rules::Forward>(action).target_groups) {
    route.groups.push_back(groups_.at(each.target_group)->slot);
    weights.push_back(each.weight);
  }
  if (weights.size() > 1 || weights.front() == 0) route.choice.emplace(weights);
  return route;
}

}  // namespace cutover::lb

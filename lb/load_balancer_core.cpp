#include "lb/load_balancer_core.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace cutover::lb {

LoadBalancer::Core::Core(Timers& timers, Options options, std::unique_ptr<proxy::WorkerHost> host)
    : timers_(timers),
      options_(std::move(options)),
      host_(std::move(host)),
      random_(options_.seed),
      traces_(options_.traces.kept),
      lags_(options_.propagation_lag.seed) {
  if (options_.dns_name.empty()) {
    options_.dns_name = fmt::format("{}-{}.{}.elb.amazonaws.com", options_.name,
                                    1'000'000'000 + random_.below(1'000'000'000), options_.region);
  }
  if (options_.id.empty()) options_.id = fmt::format("{:016x}", random_());
  settings_.dns_name = options_.dns_name;
  settings_.load_balancer_id = fmt::format("app/{}/{}", options_.name, options_.id);
  settings_.connect_timeout = options_.connect_timeout;
  settings_.connections_most = options_.connections_most;
  settings_.label_responses = options_.label_responses;
  settings_.traces = {options_.traces.fraction, options_.traces.on_demand};
  settings_.control_clock = &timers_.clock();
  Random key(options_.seed ^ 0x5ca1ab1e);  // not the one whose numbers clients see in trace ids
  for (auto& byte : settings_.cookie_key) byte = static_cast<unsigned char>(key.below(256));
}

Result<void> LoadBalancer::Core::start() {
  if (options_.nodes > 0 && options_.workers > 0 && options_.nodes != options_.workers) {
    return Error{"ValidationError", "nodes",
                 fmt::format("found {} nodes and {} workers; a node is one worker: give either",
                             options_.nodes, options_.workers)};
  }
  const auto& lag = options_.propagation_lag;
  if (lag.least < Duration::zero() || lag.least > lag.most) {
    return Error{"ValidationError", "propagation_lag", "the least lag is 0 to the most"};
  }
  const auto valid = check_attributes(options_.attributes);
  if (!valid) return valid.error();
  const auto opened = open_logs();
  if (!opened) return opened.error();
  link_logs();
  unsigned workers = options_.nodes > 0 ? options_.nodes : options_.workers;
  if (workers == 0) workers = std::max(1U, std::thread::hardware_concurrency());
  host_->start(settings_, workers, random_());
  host_->run_on_all([&](std::size_t i, proxy::Worker& worker) {
    worker.set_zone(availability_zone(options_.region, options_.nodes > 0 ? i : 0));
  });
  running_ = true;
  start_nodes();
  return {};
}

void LoadBalancer::Core::start_nodes() {
  const std::size_t count = std::max(1U, options_.nodes);
  for (std::size_t index = 0; index < count; ++index) {
    Node::Links links;
    links.run_on_workers = [this, index](const Node::Work& work) {
      host_->run_on_all([&](std::size_t i, proxy::Worker& worker) {
        if (options_.nodes == 0 || i == index) work(worker);
      });
    };
    links.health_changed = [this](proxy::GroupSlot group, const targets::TargetId& target) {
      tell_health(group, target);
    };
    auto node = std::make_unique<Node>(timers_, host_->control_timers(), host_->control_network(),
                                       std::move(links));
    node->set_attributes(options_.attributes);
    for (const auto& [name, group] : groups_) {
      node->create_group(group->slot, group->state.spec(), group->arn);
      for (const auto& [id, route] : group->targets) node->register_target(group->slot, id, route);
    }
    nodes_.push_back({std::move(node), timers_.now()});
  }
}

void LoadBalancer::Core::stop(Duration grace) {
  if (!running_) return;
  host_->run_on_all([](std::size_t, proxy::Worker& worker) { worker.drain(); });
  host_->wait_until_quiet(grace);
  host_->run_on_all([](std::size_t, proxy::Worker& worker) { worker.close_all(); });
  constexpr Duration closing_most = std::chrono::seconds(5);
  host_->wait_until_quiet(closing_most);
  last_accounts_ = accounts();
  last_metrics_ = metrics();
  running_ = false;
  for (auto& [name, group] : groups_) timers_.cancel(std::exchange(group->drain_timer, 0));
  for (auto& [node, latest_change] : nodes_) node->close();
  host_->settle_control([this] {
    return std::all_of(nodes_.begin(), nodes_.end(),
                       [](const NodeState& each) { return each.node->quiet(); });
  });
  for (const TimerId change : pending_changes_) timers_.cancel(change);
  pending_changes_.clear();
  nodes_.clear();
  host_->stop();
  timers_.cancel(std::exchange(rotation_, 0));
  if (access_logs_) access_logs_->close();
  if (connection_logs_) connection_logs_->close();
}

Result<void> LoadBalancer::Core::modify_attributes(const LoadBalancerAttributes& attributes) {
  const auto valid = check_attributes(attributes);
  if (!valid) return valid.error();
  const auto before = std::exchange(options_.attributes, attributes);
  if (running_) {
    const auto opened = open_logs();
    if (!opened) {
      options_.attributes = before;
      return opened.error();
    }
  }
  spread([attributes](Node& node) { node.set_attributes(attributes); });
  return {};
}

Result<void> LoadBalancer::Core::check_attributes(const LoadBalancerAttributes& attributes) const {
  const auto valid = validate(attributes);
  if (!valid) return valid.error();
  const bool delivered = attributes.access_logs.enabled || attributes.connection_logs.enabled;
  if (delivered && options_.log_directory.empty()) {
    return Error{"InvalidConfigurationRequest",
                 attributes.access_logs.enabled ? "access_logs.enabled" : "connection_logs.enabled",
                 "there is no directory for logs to stand in for the bucket: give one "
                 "(Options::log_directory, --log-dir)"};
  }
  return {};
}

void LoadBalancer::Core::spread(const std::function<void(Node&)>& change) {
  for (auto& [node, latest_change] : nodes_) {
    if (!options_.propagation_lag.any()) {
      change(*node);
      continue;
    }
    const auto& [least, most, seed] = options_.propagation_lag;
    const double part = lags_.uniform() * static_cast<double>((most - least).count());
    const Duration lag = least + Duration(static_cast<Duration::rep>(part));
    // Later changes never overtake earlier ones on their way to the same node.
    latest_change = std::max(latest_change, timers_.now() + lag);
    const auto id = std::make_shared<TimerId>(0);
    *id = timers_.at(latest_change, [this, id, change, &reached = *node] {
      pending_changes_.erase(*id);
      change(reached);
    });
    pending_changes_.insert(*id);
  }
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

}  // namespace cutover::lb

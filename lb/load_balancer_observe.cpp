// What the load balancer tells of itself: its logs, metrics and traces.

#include <algorithm>
#include <utility>

#include "lb/load_balancer_core.hpp"

namespace cutover::lb {

namespace {
/// How often files are looked at whose time may be over.
constexpr Duration rotation_step = std::chrono::seconds(10);
}  // namespace

/// Opens what the options and attributes ask for and is not open yet.
Result<void> LoadBalancer::Core::open_logs() {
  if (!options_.access_log.empty() && !access_log_) {
    auto log = AccessLog::open(options_.access_log);
    if (!log) return log.error();
    access_log_ = std::move(*log);
    settings_.log_requests = true;
  }
  const auto directory = [&](LogKind kind, const LogDelivery& delivery,
                             std::unique_ptr<LogDirectory>& log) -> Result<void> {
    if (!delivery.enabled) {
      log.reset();
      return {};
    }
    const std::string bucket = options_.log_directory + "/" + delivery.bucket;
    if (log && log->settings().directory == bucket && log->settings().prefix == delivery.prefix) {
      return {};
    }
    auto opened = LogDirectory::open(
        kind,
        {bucket, delivery.prefix, options_.account, options_.region, settings_.load_balancer_id},
        random_());
    if (!opened) return opened.error();
    log = std::move(*opened);
    return {};
  };
  const auto access = directory(LogKind::access, options_.attributes.access_logs, access_logs_);
  if (!access) return access.error();
  const auto connection =
      directory(LogKind::connection, options_.attributes.connection_logs, connection_logs_);
  if (!connection) return connection.error();
  if (rotation_ == 0 && (access_logs_ || connection_logs_)) rotate_logs();
  return {};
}

/// Lets the workers hand over what they write. Before they start.
void LoadBalancer::Core::link_logs() {
  const auto to_control = [this](auto write) {
    return [this, write](const std::string& node_address, std::string lines, WallTime now) {
      host_->post_to_control(
          [this, alive = std::weak_ptr(alive_), write, node_address, now, text = std::move(lines)] {
            if (alive.expired()) return;
            log_time_ = std::max(log_time_, now);
            write(node_address, text);
          });
    };
  };
  settings_.log_sink = to_control([this](const std::string& node, const std::string& lines) {
    if (access_log_) access_log_->write(lines);
    if (access_logs_) access_logs_->write(node, lines, log_time_);
  });
  settings_.connection_log_sink =
      to_control([this](const std::string& node, const std::string& lines) {
        if (connection_logs_) connection_logs_->write(node, lines, log_time_);
      });
  settings_.trace_sink = [this](WhyTrace trace) {
    host_->post_to_control(
        [this, alive = std::weak_ptr(alive_), kept = std::make_shared<WhyTrace>(std::move(trace))] {
          if (!alive.expired()) traces_.add(std::move(*kept));
        });
  };
}

void LoadBalancer::Core::rotate_logs() {
  // Lines bear the data plane's time, which is not scaled: files go by it too.
  std::vector<WallTime> times(host_->size());
  host_->run_on_all([&](std::size_t i, proxy::Worker& worker) { times[i] = worker.coarse_wall(); });
  for (const WallTime time : times) log_time_ = std::max(log_time_, time);
  if (access_logs_) access_logs_->rotate(log_time_);
  if (connection_logs_) connection_logs_->rotate(log_time_);
  rotation_ = timers_.after(rotation_step, [this] { rotate_logs(); });
}

MetricsSnapshot LoadBalancer::Core::metrics() {
  if (!running_) return last_metrics_;
  MetricsSnapshot snapshot;
  snapshot.load_balancer = settings_.load_balancer_id;
  for (std::size_t slot = 0; slot < group_names_.size(); ++slot) {
    const auto* group = find_group(group_names_[slot]);
    const bool deleted = group == nullptr || group->slot != slot;
    snapshot.groups.push_back(
        {group_names_[slot], std::string(target_group_dimension(group_arns_[slot])), deleted});
  }
  std::vector<NodeMetrics> workers(host_->size());
  std::vector<WallTime> times(host_->size());
  host_->run_on_all([&](std::size_t i, proxy::Worker& worker) {
    workers[i].counters = worker.metrics();
    times[i] = worker.coarse_wall();
    workers[i].groups.resize(snapshot.groups.size());
    for (std::size_t slot = 0; slot < worker.groups().size(); ++slot) {
      if (worker.groups()[slot]) workers[i].groups[slot] = worker.groups()[slot]->counters;
    }
  });
  for (const WallTime time : times) snapshot.time = std::max(snapshot.time, time);
  snapshot.nodes.resize(nodes_.size());
  for (std::size_t i = 0; i < workers.size(); ++i) {
    auto& node = snapshot.nodes[options_.nodes > 0 ? i : 0];
    node.counters += workers[i].counters;
    node.groups.resize(snapshot.groups.size());
    for (std::size_t slot = 0; slot < node.groups.size(); ++slot) {
      node.groups[slot] += workers[i].groups[slot];
    }
  }
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    snapshot.nodes[i].availability_zone = availability_zone(options_.region, i);
    count_hosts(*nodes_[i].node, snapshot.nodes[i]);
  }
  count_anomalies(snapshot);
  return snapshot;
}

/// Of the groups whose nodes watch for them.
void LoadBalancer::Core::count_anomalies(MetricsSnapshot& snapshot) const {
  for (const auto& [name, group] : groups_) {
    if (group->state.spec().algorithm != targets::Algorithm::weighted_random) continue;
    for (const auto& [id, route] : group->targets) {
      std::vector<targets::AnomalyDetection> seen(host_->size());
      host_->run_on_all(
          [&seen, in = group->slot, of = route->slot](std::size_t i, proxy::Worker& worker) {
            seen[i] = worker.anomaly(in, of);
          });
      for (std::size_t i = 0; i < snapshot.nodes.size(); ++i) {
        auto sum = seen[i];
        if (options_.nodes == 0) {
          for (const auto& each : seen) sum = targets::both(sum, each);
        }
        auto& hosts = snapshot.nodes[i].hosts[group->slot];
        if (sum.result == targets::AnomalyDetection::Result::anomalous) ++hosts.anomalous;
        if (sum.mitigation_in_effect) ++hosts.mitigated;
      }
    }
  }
}

/// How the node sees each group's targets.
void LoadBalancer::Core::count_hosts(const Node& node, NodeMetrics& metrics) const {
  metrics.hosts.resize(group_names_.size());
  for (std::size_t slot = 0; slot < group_names_.size(); ++slot) {
    const auto* group = node.group(static_cast<proxy::GroupSlot>(slot));
    if (group == nullptr) continue;
    auto& hosts = metrics.hosts[slot];
    hosts.healthy_routing = group->healthy_for_routing();
    hosts.healthy_dns = group->healthy_for_dns();
    for (const auto& each : group->describe()) {
      using targets::State;
      if (each.health.state == State::draining) continue;
      ++hosts.registered;
      if (each.health.state == State::healthy) ++hosts.healthy;
      if (each.health.state == State::unhealthy) ++hosts.unhealthy;
    }
  }
}

}  // namespace cutover::lb

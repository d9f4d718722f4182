#include "lb/load_balancer_core.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace cutover::lb {

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

}  // namespace cutover::lb

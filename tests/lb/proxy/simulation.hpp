#pragma once

// A load balancer in memory and made-up time, with clients and targets played by the test.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "lb/base/timers.hpp"
#include "lb/load_balancer.hpp"
#include "lb/proxy/worker_host.hpp"
#include "tests/lb/proxy/memory_network.hpp"

namespace cutover::lb::proxy::test {

/// Workers on the caller's thread, over a MemoryNetwork.
class SimulatedHost final : public WorkerHost {
 public:
  SimulatedHost(boost::asio::io_context& io, SimulatedTimers& timers, MemoryNetwork& network)
      : io_(io), timers_(timers), network_(network) {}
  ~SimulatedHost() override { stop(); }

  void start(const WorkerSettings& settings, unsigned workers, std::uint64_t seed) override {
    for (unsigned i = 0; i < workers; ++i) {
      workers_.push_back(std::make_unique<Worker>(timers_, network_, settings, seed + i));
    }
  }
  std::size_t size() const override { return workers_.size(); }
  void run_on_all(const std::function<void(std::size_t, Worker&)>& work) override {
    for (std::size_t i = 0; i < workers_.size(); ++i) work(i, *workers_[i]);
  }
  void wait_until_quiet(Duration) override { poll(); }
  void settle_control(const std::function<bool()>&) override { poll(); }
  void stop() override {
    poll();
    workers_.clear();
  }
  Network& control_network() override { return network_; }
  Timers& control_timers() override { return timers_; }
  Result<Endpoint> probe(const Endpoint& on) override { return on; }
  void post_to_control(std::function<void()> work) override { work(); }

 private:
  void poll() {
    io_.restart();
    io_.poll();
  }
  boost::asio::io_context& io_;
  SimulatedTimers& timers_;
  MemoryNetwork& network_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

/// One worker, listener port 80 at 127.0.0.1:8080. Groups, targets and rules are up to the test.
class Simulation : public testing::Test {
 protected:
  Simulation() { begin({}); }

  ~Simulation() override {
    clients_.clear();
    settle();
    balancer->stop(Duration::zero());
    balancer.reset();
    settle();
  }

  /// Starts over with other options.
  void begin(Options options) {
    if (balancer) balancer->stop(Duration::zero());
    balancer.reset();
    settle();
    options.workers = 1;
    options.name = "demo";
    balancer = std::make_unique<LoadBalancer>(timers, options,
                                              std::make_unique<SimulatedHost>(io, timers, network));
    ASSERT_TRUE(balancer->start());
    ListenerSpec listener;
    listener.port = 80;
    listener.bind_port = 8080;
    listener.default_action = rules::FixedResponse{404, "text/plain", "no rule"};
    ASSERT_TRUE(balancer->create_listener(listener));
  }

  static Endpoint at(std::uint16_t port) {
    return {boost::asio::ip::make_address("127.0.0.1"), port};
  }

  /// A group with targets on these ports, all requests forwarded to it. The targets accept
  /// connections; whether they are healthy is up to make_healthy().
  void forward_everything_to(const std::string& group, const std::vector<std::uint16_t>& ports,
                             targets::TargetGroupSpec spec = {}) {
    spec.name = group;
    ASSERT_TRUE(balancer->create_target_group(spec));
    for (const auto port : ports) {
      network.add_target(at(port));
      ASSERT_TRUE(balancer->register_target(group, {{"127.0.0.1", port}, nullptr}));
    }
    ASSERT_TRUE(balancer->modify_listener(80, rules::Forward{{{group, 1}}}));
    settle();
  }

  /// Answers the health check that waits on each of these targets.
  void answer_checks(const std::vector<std::uint16_t>& ports, int status = 200) {
    settle();
    for (const auto port : ports) {
      auto& connections = network.add_target(at(port)).connections;
      for (auto it = connections.begin(); it != connections.end();) {
        if ((*it)->received().find("ELB-HealthChecker") == std::string::npos) {
          ++it;
          continue;
        }
        (*it)->send("HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: 0\r\n\r\n");
        settle();
        it = connections.erase(it);
      }
    }
    settle();
  }

  MemoryStream& client() {
    clients_.push_back(network.client(at(8080)));
    settle();
    return *clients_.back();
  }

  /// The newest connection that the target on `port` has.
  MemoryStream& target(std::uint16_t port) {
    settle();
    auto& connections = network.add_target(at(port)).connections;
    EXPECT_FALSE(connections.empty()) << "nobody connected to the target on port " << port;
    return *connections.back();
  }

  std::size_t connections_to(std::uint16_t port) {
    settle();
    return network.add_target(at(port)).connections.size();
  }

  /// Runs everything that needs no time.
  void settle() {
    for (bool more = true; more;) {
      timers.run_due();
      io.restart();
      const bool ran = io.poll() > 0;
      const auto next = timers.next();
      more = ran || (next && *next <= clock.now());
    }
  }

  void advance(Duration by) {
    const TimePoint end = clock.now() + by;
    settle();
    for (auto next = timers.next(); next && *next <= end; next = timers.next()) {
      clock.advance(std::max(Duration::zero(), *next - clock.now()));
      settle();
    }
    clock.advance(end - clock.now());
    settle();
  }

  /// The only fate there is, as "kind status cause group target".
  std::string only_fate() {
    const auto accounts = balancer->accounts();
    EXPECT_EQ(accounts.fates.size(), 1U);
    return accounts.fates.empty() ? "" : describe(accounts.fates.begin()->first);
  }
  static std::string describe(const Fate& fate) {
    static constexpr const char* kinds[] = {"target", "load_balancer", "client_left"};
    return std::string(kinds[static_cast<int>(fate.kind)]) + ' ' + std::to_string(fate.status) +
           ' ' + std::string(to_string(fate.cause)) + ' ' + fate.target_group + ' ' + fate.target;
  }

  SimulatedClock clock;
  SimulatedTimers timers{clock};
  boost::asio::io_context io{1};
  MemoryNetwork network{io};
  std::unique_ptr<LoadBalancer> balancer;

 private:
  std::deque<std::unique_ptr<MemoryStream>> clients_;
};

}  // namespace cutover::lb::proxy::test

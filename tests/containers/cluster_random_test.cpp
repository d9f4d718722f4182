// Whatever happens to a service, some things hold: seeded chance over scaling, crashes, failing
// starts, failing health checks, stopped tasks, rollouts and drains of every length.

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "lb/base/random.hpp"
#include "tests/containers/fake_world.hpp"

namespace cutover::containers {
namespace {

using testing::World;
using namespace std::chrono_literals;

class Storm {
 public:
  explicit Storm(std::uint64_t seed) : chance_(seed), world_(seed) {
    world_.registry.groups["api"].deregistration_delay = std::chrono::seconds(chance_.below(120));
    world_.registry.hook = [this](const std::string& what, const std::string& group,
                                  std::uint16_t port, TargetStatus before) {
      if (what == "deregister") check_minimum(group, port, before);
    };
    world_.runtime.hook = [this](const std::string& what, const ContainerLaunch&,
                                 std::uint16_t port) {
      if (what == "start") check_maximum();
      if (what == "SIGTERM") check_drained(port);
    };
    world_.after_each_moment = [this] { check_targets(); };
    world_.define("api");
    spec_ = world_.spec("api", 1 + chance_.below(6));
    spec_.deployment.minimum_healthy_percent = 25 * chance_.below(5);
    spec_.deployment.maximum_percent = 100 + 25 * chance_.below(5);
    desired_ = spec_.desired_count;
    EXPECT_TRUE(world_.cluster.create_service(spec_));
  }

  void rage() {
    for (int i = 0; i < 60 && !::testing::Test::HasFailure(); ++i) {
      disturb();
      world_.advance(std::chrono::milliseconds(chance_.below(15000)));
    }
  }

  /// All is well again: the service has to find its way back by itself.
  void calm() {
    auto& app = world_.runtime.apps["api"];
    app.fails_to_start = false;
    world_.registry.set_failing("api", false);
    // The longest wait of the restart throttle, and two drains.
    world_.advance(35min);
    const ServiceDescription service = world_.service("api");
    const bool may_be_stuck = world_.events("api").back().starts_with("was unable to stop or");
    if (!may_be_stuck) {
      EXPECT_TRUE(service.stable()) << world_.events("api").back();
      EXPECT_EQ(service.deployments.front().rollout_state, RolloutState::completed);
    }
    EXPECT_EQ(service.running_count, desired_);
    EXPECT_EQ(world_.registry.count("api", TargetStatus::healthy), desired_);
    EXPECT_EQ(world_.runtime.containers(), desired_) << "ports and containers are given back";
  }

 private:
  void disturb() {
    const auto ports = world_.runtime.ports();
    auto& app = world_.runtime.apps["api"];
    switch (chance_.below(9)) {
      case 0:
      case 1:
        desired_ = chance_.below(7);
        world_.set_desired("api", desired_);
        break;
      case 2:
        if (!ports.empty()) {
          const auto port = ports[chance_.below(static_cast<std::uint32_t>(ports.size()))];
          disturbed_.insert(port);
          world_.runtime.crash(port, 1);
        }
        break;
      case 3:
        app.fails_to_start = !app.fails_to_start;
        break;
      case 4:
        world_.registry.set_failing("api", chance_.below(2) == 0);
        break;
      case 5:
        stop_some_task();
        break;
      case 6:
        world_.define("api");
        world_.deploy("api", "api");
        break;
      case 7:
        app.ignores_sigterm = !app.ignores_sigterm;
        break;
      default:
        app.start_up = std::chrono::milliseconds(chance_.below(8000));
    }
  }

  void stop_some_task() {
    const auto tasks = world_.cluster.tasks("api");
    if (tasks.empty()) return;
    const auto& task = tasks[chance_.below(static_cast<std::uint32_t>(tasks.size()))];
    disturbed_.insert(task.host_port());
    EXPECT_TRUE(world_.cluster.stop_task(task.id, ""));
  }

  /// The scheduler never takes a healthy target away below the minimum.
  void check_minimum(const std::string& group, std::uint16_t port, TargetStatus before) {
    if (before != TargetStatus::healthy || disturbed_.contains(port)) return;
    const std::uint32_t lower = (desired_ * spec_.deployment.minimum_healthy_percent + 99) / 100;
    EXPECT_GE(world_.registry.count(group, TargetStatus::healthy), lower) << "port " << port;
  }

  /// Of those that run or start there are never more than the maximum.
  void check_maximum() {
    const ServiceDescription service = world_.service("api");
    EXPECT_LE(service.running_count + service.pending_count,
              desired_ * spec_.deployment.maximum_percent / 100);
  }

  /// The scheduler stops no task before its drain has ended.
  void check_drained(std::uint16_t port) {
    if (port == 0 || disturbed_.contains(port)) return;
    EXPECT_EQ(world_.registry.status("api", port), TargetStatus::unused) << "port " << port;
  }

  /// No target outlives its container.
  void check_targets() {
    for (const std::uint16_t port : world_.registry.registered("api")) {
      EXPECT_TRUE(world_.runtime.is_alive(port)) << "port " << port;
    }
  }

  Random chance_;
  World world_;
  ServiceSpec spec_;
  std::uint32_t desired_ = 0;
  /// Ports of tasks that the test itself crashed or stopped.
  std::set<std::uint16_t> disturbed_;
};

TEST(AnyService, KeepsItsPromisesAndRecovers) {
  for (std::uint64_t seed = 1; seed <= 30 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Storm storm(seed);
    storm.rage();
    storm.calm();
  }
}

}  // namespace
}  // namespace cutover::containers

// Whatever happens to a service, some things hold: seeded chance over scaling, crashes, failing
// starts, failing health checks, stopped tasks, rollouts, full and draining container instances,
// and drains of every length.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "lb/base/random.hpp"
#include "tests/containers/fake_world.hpp"

namespace cutover::containers {
namespace {

using ::testing::AnyOf;
using ::testing::StartsWith;
using testing::World;
using namespace std::chrono_literals;

class Storm {
 public:
  explicit Storm(std::uint64_t seed) : chance_(seed), world_(seed, {two_instances()}) {
    instances_ = *world_.cluster.list_container_instances("", std::nullopt);
    change_drain();
    world_.registry.hook = [this](const std::string& what, const std::string& group,
                                  std::uint16_t port, TargetStatus before) {
      if (what == "deregister") check_minimum(group, port, before);
    };
    world_.runtime.hook = [this](const std::string& what, const ContainerLaunch&,
                                 std::uint16_t port) {
      if (what == "start") check_maximum();
      if (what == "SIGTERM" || what == "SIGKILL") check_drained(port);
    };
    world_.after_each_moment = [this] { check_targets(); };
    world_.define("api");
    spec_ = world_.spec("api", 1 + chance_.below(6));
    spec_.deployment.minimum_healthy_percent = 25 * chance_.below(5);
    spec_.deployment.maximum_percent = 100 + 25 * chance_.below(5);
    spec_.availability_zone_rebalancing = spec_.deployment.maximum_percent > 100;
    spec_.deployment.circuit_breaker = {chance_.below(3) == 0, chance_.below(2) == 0};
    desired_ = spec_.desired_count;
    EXPECT_TRUE(world_.cluster.create_service(spec_));
  }

  void rage() {
    for (int i = 0; i < 60 && !::testing::Test::HasFailure(); ++i) {
      disturb();
      world_.advance(std::chrono::milliseconds(chance_.below(15000)));
    }
    check_reasons();
  }

  /// All is well again: the service has to find its way back by itself.
  void calm() {
    auto& app = world_.runtime.apps["api"];
    app.fails_to_start = false;
    world_.cluster.start_faults().clear();
    world_.registry.set_failing("api", false);
    for (const std::string& instance : instances_) {
      EXPECT_TRUE(world_.cluster.fill_instance(instance, true));
      set_status(instance, ContainerInstanceStatus::active);
    }
    // What had been on its way to failing may still do so.
    world_.advance(10s);
    // Only another deployment helps one that the circuit breaker has ended.
    const RolloutState state = world_.service("api").deployments.front().rollout_state;
    if (state == RolloutState::failed) {
      EXPECT_TRUE(world_.cluster.update_service("api", {std::nullopt, "api:1", true}));
    }
    // The longest wait of the restart throttle, and two drains.
    world_.advance(35min);
    const ServiceDescription service = world_.service("api");
    const bool may_be_stuck = world_.events("api").back().starts_with("was unable to stop or");
    if (!may_be_stuck) {
      EXPECT_TRUE(service.stable()) << world_.events("api").back();
      EXPECT_EQ(service.deployments.front().rollout_state, RolloutState::completed);
      // What is said of zones is said in a steady state only.
      EXPECT_THAT(world_.events("api").back(),
                  AnyOf("has reached a steady state.", StartsWith("is AZ balanced")));
    }
    EXPECT_EQ(service.running_count, desired_);
    EXPECT_EQ(world_.registry.count("api", TargetStatus::healthy), desired_);
    EXPECT_EQ(world_.runtime.containers(), desired_) << "ports and containers are given back";
  }

  /// Every task ends.
  void end() {
    desired_ = 0;
    world_.set_desired("api", 0);
    world_.advance(10min);
    check_reasons();
    for (const TaskDescription& task : world_.cluster.tasks("api")) {
      EXPECT_EQ(task.last_status, TaskStatus::stopped) << task.id;
    }
    EXPECT_EQ(world_.runtime.containers(), 0U);
    EXPECT_EQ(world_.registry.registered("api").size(), 0U);
  }

 private:
  static ContainerInstanceGroup two_instances() {
    ContainerInstanceGroup group;
    group.count = 2;
    return group;
  }

  void disturb() {
    const auto ports = world_.runtime.ports();
    auto& app = world_.runtime.apps["api"];
    switch (chance_.below(13)) {
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
      case 8:
        change_drain();
        break;
      case 9:
        world_.cluster.start_faults().add({"api", "", 1 + chance_.below(3), "a fault"});
        break;
      case 10:
        EXPECT_TRUE(world_.cluster.fill_instance(some_instance(), chance_.below(2) == 0));
        break;
      case 11:
        set_status(some_instance(), chance_.below(2) == 0 ? ContainerInstanceStatus::draining
                                                          : ContainerInstanceStatus::active);
        break;
      case 7:
        app.ignores_sigterm = !app.ignores_sigterm;
        break;
      default:
        app.start_up = std::chrono::milliseconds(chance_.below(8000));
    }
  }

  void change_drain() {
    world_.registry.groups["api"].deregistration_delay = std::chrono::seconds(chance_.below(120));
  }

  const std::string& some_instance() { return instances_.at(chance_.below(2)); }

  void set_status(const std::string& instance, ContainerInstanceStatus status) {
    EXPECT_TRUE(world_.cluster.update_container_instances_state({instance}, status));
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

  /// No task ends without saying why.
  void check_reasons() {
    for (const TaskDescription& task : world_.cluster.tasks("api")) {
      if (task.last_status != TaskStatus::stopped || reasons_seen_.contains(task.id)) continue;
      reasons_seen_.insert(task.id);
      EXPECT_TRUE(task.stop_code) << task.id;
      EXPECT_NE(task.stopped_reason, "") << task.id;
      EXPECT_EQ(task.desired_status, DesiredStatus::stopped) << task.id;
      EXPECT_TRUE(task.stopped_at) << task.id;
      EXPECT_TRUE(task.targets.empty()) << task.id;
    }
  }

  Random chance_;
  World world_;
  std::vector<std::string> instances_;
  std::set<std::string> reasons_seen_;
  ServiceSpec spec_;
  std::uint32_t desired_ = 0;
  /// Ports of tasks that the test itself crashed or stopped.
  std::set<std::uint16_t> disturbed_;
};

TEST(AnyService, KeepsItsPromisesAndRecovers) {
  for (std::uint64_t seed = 1; seed <= 40 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Storm storm(seed);
    storm.rage();
    storm.calm();
    storm.end();
  }
}

}  // namespace
}  // namespace cutover::containers

#pragma once

// A cluster in made-up time: a runtime that only pretends to run containers, a load balancer that
// only pretends to check health, and a journal of what the cluster did to both.

#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "containers/cluster.hpp"
#include "lb/base/clock.hpp"
#include "lb/base/timers.hpp"
#include "tests/containers/fake_deployment_support.hpp"

namespace cutover::containers::testing {

using namespace std::chrono_literals;

/// How the containers of one app behave.
struct FakeApp {
  Duration start_up = 1s;
  bool fails_to_start = false;
  bool ignores_sigterm = false;
  Duration shutdown = 2s;  ///< From SIGTERM to exit 0.
  int executed_code = 0;   ///< What commands run in it give, at once.
  bool in_process = false;
};

/// How a pretended target group behaves.
struct FakeGroup {
  Duration healthy_after = 6s;
  Duration deregistration_delay = 300s;
  bool failing = false;  ///< Targets turn unhealthy instead of healthy.
  bool refuses = false;  ///< Registrations fail.
};

class FakeRuntime final : public Runtime {
 public:
  struct Live;

  explicit FakeRuntime(Timers& timers) : timers_(timers) {}
  std::string_view name() const override { return "fake"; }
  std::unique_ptr<Container> start(const ContainerLaunch& launch, OnRunning on_running,
                                   OnExit on_exit) override;

  /// The container of that host port ends by itself.
  void crash(std::uint16_t host_port, int exit_code);
  bool is_alive(std::uint16_t host_port) const;
  bool is_paused(std::uint16_t host_port) const;
  /// What change_behaviour() said last, if it did.
  std::optional<apps::AppBehaviour> behaviour(std::uint16_t host_port) const;
  std::vector<std::uint16_t> ports() const;
  std::size_t containers() const { return live_.size(); }

  /// By the app of an AppImage, else by the image.
  std::map<std::string, FakeApp> apps;
  std::vector<ContainerLaunch> launches;
  /// Called with what happens, before it does: "start", "SIGTERM", "SIGKILL", "pause",
  /// "resume", "change behaviour", "execute".
  std::function<void(const std::string& what, const ContainerLaunch&, std::uint16_t port)> hook;

 private:
  friend struct FakeContainer;
  const Live* alive(std::uint16_t host_port) const;
  /// Ports are given back when their container is destroyed.
  bool holds(std::uint16_t host_port) const;
  void run(std::uint64_t key);
  void end(std::uint64_t key, ContainerExit exit);

  Timers& timers_;
  std::map<std::uint64_t, Live*> live_;
  std::uint64_t last_ = 0;
  std::uint16_t last_port_ = 32767;
};

class FakeRegistry final : public TargetRegistry {
 public:
  explicit FakeRegistry(Timers& timers) : timers_(timers) {}
  Result<void> check_target_group(const std::string& group, NetworkMode network) override;
  std::string arn_of(const std::string& group) const override { return group; }
  Result<void> register_target(const std::string& group, const TaskTarget& target) override;
  Result<void> deregister_target(const std::string& group, const TaskTarget& target) override;
  Result<void> set_fault(const std::string& group, const TaskTarget& target,
                         std::shared_ptr<apps::Behaviour> fault) override;
  TargetStatus status(const std::string& group, const TaskTarget& target) const override;
  std::string reason(const std::string& group, const TaskTarget& target) const override;

  TargetStatus status(const std::string& group, std::uint16_t port) const;
  /// Host ports of registered targets that do not drain.
  std::vector<std::uint16_t> registered(const std::string& group) const;
  std::uint32_t count(const std::string& group, TargetStatus status) const;
  /// The fault that requests to the target meet; null: none.
  std::shared_ptr<apps::Behaviour> fault(const std::string& group, std::uint16_t port) const;

  /// Behaves differently from now on.
  void set_failing(const std::string& group, bool failing);

  std::map<std::string, FakeGroup> groups;
  /// Called with what happens, after it did: "register", "deregister"; the status is the one
  /// before.
  std::function<void(const std::string& what, const std::string& group, std::uint16_t port,
                     TargetStatus before)>
      hook;

 private:
  struct Target {
    std::string address;
    TimePoint registered_at{};
    std::optional<TimePoint> drained_at;
    std::shared_ptr<apps::Behaviour> fault;
  };
  void tell_change_after(Duration wait, const std::string& group, const TaskTarget& target);

  Timers& timers_;
  std::map<std::pair<std::string, std::uint16_t>, Target> targets_;
};

/// One cluster with two target groups ("api", "users") and images of the same names.
class World {
 public:
  explicit World(std::uint64_t seed = 1,
                 std::vector<ContainerInstanceGroup> instances = {ContainerInstanceGroup{}});

  /// Runs moment by moment; `after_each_moment` is called in between.
  void advance(Duration by);
  /// Advances second by second until the condition holds or `most` has passed.
  bool advance_until(const std::function<bool()>& condition, Duration most);

  /// Registers a one-container definition "<app>:<revision>" behind container port 3000.
  TaskDefinition define(const std::string& app, std::uint16_t host_port = 0);
  ServiceSpec spec(const std::string& app, std::uint32_t desired_count) const;
  /// define(), create_service() and the wait until it is steady.
  void run_service(const ServiceSpec& spec);

  ServiceDescription service(const std::string& name) const;
  std::vector<TaskDescription> tasks(const std::string& service, TaskStatus status) const;
  void set_desired(const std::string& service, std::uint32_t count);
  void deploy(const std::string& service, const std::string& definition);
  /// Oldest first, without the service's name and with "(task …)" and deployment ids left out.
  std::vector<std::string> events(const std::string& service) const;
  /// What was done since the last call, with the seconds since the world began: "1.1 start api".
  std::vector<std::string> take_journal();

  SimulatedClock clock;
  SimulatedTimers timers{clock};
  FakeRuntime runtime{timers};
  FakeRegistry registry{timers};
  TaskDefinitions definitions{clock, "us-east-1", "123456789012"};
  LoopbackAddresses addresses;
  FakeRouter router;
  FakeHooks hooks{timers};
  FakeAlarms alarms;
  Cluster cluster;
  std::function<void()> after_each_moment;

 private:
  void note(const std::string& what);

  TimePoint start_ = clock.now();
  std::vector<std::string> journal_;
};

}  // namespace cutover::containers::testing

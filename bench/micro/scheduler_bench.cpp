// What one change costs the cluster's scheduler among 10, 1,000 and 10,000 tasks that do not
// change: the real cluster and its service agents in made-up time, on containers that do nothing
// and a load balancer that finds everything healthy. The cost is to grow with what changed, not
// with what exists.

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "containers/cluster.hpp"
#include "lb/base/clock.hpp"
#include "lb/base/timers.hpp"

namespace {

using namespace std::chrono_literals;
using namespace cutover;
using namespace cutover::containers;

/// Its containers run at once, until they are told to end.
class IdleRuntime final : public Runtime {
 public:
  explicit IdleRuntime(Timers& timers) : timers_(timers) {}
  std::string_view name() const override { return "idle"; }

  std::unique_ptr<Container> start(const ContainerLaunch& launch, OnRunning on_running,
                                   OnExit on_exit) override {
    const std::uint64_t key = ++last_;
    on_exit_.emplace(key, std::move(on_exit));
    // Dynamic ports, given out round and round.
    const auto port = static_cast<std::uint16_t>(32768 + key % 28000);
    const std::size_t ports = launch.ports.size();
    timers_.after(0s, [this, key, port, ports, on_running = std::move(on_running)] {
      if (on_exit_.contains(key)) on_running({std::vector(ports, port), {}, nullptr, ""});
    });
    return std::make_unique<IdleContainer>(*this, key);
  }

  /// The container that has run longest ends by itself.
  void crash_oldest() { end(on_exit_.begin()->first, {1, "", true}); }

 private:
  struct IdleContainer final : Container {
    IdleContainer(IdleRuntime& its_runtime, std::uint64_t its_key)
        : runtime(its_runtime), key(its_key) {}
    ~IdleContainer() override { runtime.on_exit_.erase(key); }
    void terminate() override { runtime.end(key, {0, "", true}); }
    void kill() override { runtime.end(key, {137, "", true}); }
    Result<void> pause() override { return {}; }
    Result<void> resume() override { return {}; }
    Result<void> change_behaviour(const apps::AppBehaviour&) override { return {}; }
    void execute(const std::vector<std::string>&, Duration, OnExecuted) override {}

    IdleRuntime& runtime;
    std::uint64_t key;
  };

  void end(std::uint64_t key, ContainerExit exit) {
    timers_.after(0s, [this, key, exit = std::move(exit)] {
      const auto found = on_exit_.find(key);
      if (found != on_exit_.end()) std::exchange(found->second, [](const ContainerExit&) {})(exit);
    });
  }

  Timers& timers_;
  std::map<std::uint64_t, OnExit> on_exit_;  ///< Of those that live.
  std::uint64_t last_ = 0;
};

/// Targets are healthy from their registration to their end.
class HealthyRegistry final : public TargetRegistry {
 public:
  Result<void> check_target_group(const std::string&, NetworkMode) override { return {}; }
  std::string arn_of(const std::string& target_group) const override { return target_group; }
  Result<void> register_target(const std::string&, const TaskTarget& target) override {
    registered_.emplace(target.address, target.host_port);
    return {};
  }
  Result<void> deregister_target(const std::string&, const TaskTarget& target) override {
    registered_.erase({target.address, target.host_port});
    return {};
  }
  Result<void> set_fault(const std::string&, const TaskTarget&,
                         std::shared_ptr<apps::Behaviour>) override {
    return {};
  }
  TargetStatus status(const std::string&, const TaskTarget& target) const override {
    return registered_.contains({target.address, target.host_port}) ? TargetStatus::healthy
                                                                    : TargetStatus::unused;
  }
  std::string reason(const std::string&, const TaskTarget&) const override { return {}; }

  /// Tells those who watch a target that it may have changed, though it has not.
  void touch_one() {
    const auto [address, port] = *registered_.begin();
    tell_change("api", address, port);
  }

 private:
  std::set<std::pair<std::string, std::uint16_t>> registered_;  ///< Address and port.
};

/// So many tasks, in services of so many each, all of them steady.
class World {
 public:
  World(std::uint32_t tasks, std::uint32_t tasks_of_service)
      : cluster_(timers_, runtime, registry, definitions_, addresses_, options()) {
    TaskDefinition definition;
    definition.family = "api";
    definition.containers.emplace_back();
    definition.containers.front().name = "api";
    definition.containers.front().image = "api";
    definition.containers.front().memory = 1;
    definition.containers.front().port_mappings = {{3000, 0}};
    require(definitions_.register_definition(definition).has_value());
    for (std::uint32_t i = 0; i * tasks_of_service < tasks; ++i) {
      ServiceSpec spec;
      spec.name = "service-" + std::to_string(i);
      spec.task_definition = "api";
      spec.desired_count = tasks_of_service;
      spec.load_balancers = {{"api", "api", 3000}};
      require(cluster_.create_service(spec).has_value());
    }
    pass(60s);
    require(cluster_.describe().running_tasks_count == tasks);
  }

  void pass(Duration time) { timers_.advance(time); }

 private:
  static ClusterOptions options() {
    ClusterOptions options;
    options.images["api"] = AppImage{"api", {}};
    return options;
  }
  static void require(bool done) {
    if (done) return;
    std::fputs("scheduler_bench: the cluster did not get to a steady state\n", stderr);
    std::exit(1);
  }

  SimulatedClock clock_;
  SimulatedTimers timers_{clock_};
  TaskDefinitions definitions_{clock_, "us-east-1", "123456789012"};
  LoopbackAddresses addresses_;

 public:
  IdleRuntime runtime{timers_};
  HealthyRegistry registry;

 private:
  Cluster cluster_;
};

/// One task dies; its service notices, starts another one and finds it healthy.
void one_task_of_a_service_is_replaced(benchmark::State& state) {
  const auto tasks = static_cast<std::uint32_t>(state.range(0));
  World world(tasks, tasks);
  for ([[maybe_unused]] const auto each : state) {
    world.runtime.crash_oldest();
    world.pass(1s);
  }
}

void one_task_among_services_of_ten_is_replaced(benchmark::State& state) {
  World world(static_cast<std::uint32_t>(state.range(0)), 10);
  for ([[maybe_unused]] const auto each : state) {
    world.runtime.crash_oldest();
    world.pass(1s);
  }
}

/// The service looks at one task and finds nothing to do.
void one_target_of_a_service_is_looked_at(benchmark::State& state) {
  const auto tasks = static_cast<std::uint32_t>(state.range(0));
  World world(tasks, tasks);
  for ([[maybe_unused]] const auto each : state) {
    world.registry.touch_one();
    world.pass(1s);
  }
}

BENCHMARK(one_task_of_a_service_is_replaced)->Arg(10)->Arg(1000)->Arg(10000);
BENCHMARK(one_task_among_services_of_ten_is_replaced)->Arg(10)->Arg(1000)->Arg(10000);
BENCHMARK(one_target_of_a_service_is_looked_at)->Arg(10)->Arg(1000)->Arg(10000);

}  // namespace

BENCHMARK_MAIN();

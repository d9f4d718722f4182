// Room on container instances: who gets it first, who waits for it, and daemons, which have it to
// the last.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "containers/clusters.hpp"
#include "tests/containers/fake_world.hpp"

namespace cutover::containers {
namespace {

using ::testing::HasSubstr;
using testing::World;
using namespace std::chrono_literals;

/// Each of the worlds' tasks takes 256 MiB.
ContainerInstanceGroup room_for(std::uint32_t tasks) {
  ContainerInstanceGroup group;
  group.spec.cpu = 1024;
  group.spec.memory = 256 * tasks;
  return group;
}

/// Two groups without a drain, so that tasks that stop are gone soon.
void let_go_at_once(World& world) {
  for (auto& [name, group] : world.registry.groups) group.deregistration_delay = 0s;
}

ServiceSpec daemon(const World& world, const std::string& app) {
  ServiceSpec spec = world.spec(app, 0);
  spec.scheduling = SchedulingStrategy::daemon;
  spec.deployment.minimum_healthy_percent = 0;
  spec.deployment.maximum_percent = 100;
  spec.availability_zone_rebalancing = false;
  return spec;
}

std::string first_instance(const World& world) {
  return world.cluster.list_container_instances("", std::nullopt)->at(0);
}

void drain(World& world, const std::string& instance) {
  ASSERT_TRUE(world.cluster.update_container_instances_state({instance},
                                                             ContainerInstanceStatus::draining));
}

TEST(Room, IsTakenByAServiceThatWaitedAsSoonAsAnotherLeavesIt) {
  World world(1, {room_for(2)});
  let_go_at_once(world);
  world.run_service(world.spec("api", 2));
  world.define("users");
  ASSERT_TRUE(world.cluster.create_service(world.spec("users", 1)));
  world.advance(60s);
  EXPECT_THAT(world.events("users").back(), HasSubstr("has insufficient memory available."));
  world.set_desired("api", 1);
  // 2 s to stop, 1 s to start; nobody waits for the next look.
  world.advance(4s);
  EXPECT_EQ(world.tasks("users", TaskStatus::running).size(), 1U);
}

TEST(Room, IsTakenByAServiceThatWaitedForATaskThatStoodAlone) {
  World world(1, {room_for(1)});
  world.define("users");
  RunTaskRequest alone;
  alone.task.task_definition = "users";
  const auto started = world.cluster.run_task(alone);
  world.define("api");
  ASSERT_TRUE(world.cluster.create_service(world.spec("api", 1)));
  world.advance(31s);
  EXPECT_EQ(world.service("api").pending_count + world.service("api").running_count, 0U);
  ASSERT_TRUE(world.cluster.stop_task(started->tasks.at(0).id, ""));
  world.advance(4s);
  EXPECT_EQ(world.service("api").running_count, 1U);
}

TEST(Room, IsNotLookedForWhereEveryInstanceDrains) {
  World world(1, {room_for(2)});
  drain(world, first_instance(world));
  world.define("users");
  ASSERT_TRUE(world.cluster.create_service(world.spec("users", 1)));
  world.advance(10s);
  EXPECT_THAT(world.events("users").back(),
              HasSubstr("Reason: No Container Instances were found in your cluster."));
}

TEST(Daemon, IsTheLastToLeaveAnInstanceThatDrains) {
  World world(1, {room_for(4), room_for(4)});
  let_go_at_once(world);
  world.define("users");
  ASSERT_TRUE(world.cluster.create_service(daemon(world, "users")));
  world.run_service(world.spec("api", 2));
  ASSERT_EQ(world.service("users").running_count, 2U);
  const std::string drained = first_instance(world);
  std::vector<std::string> stops;
  world.runtime.hook = [&](const std::string& what, const ContainerLaunch& launch, std::uint16_t) {
    if (what == "SIGTERM") stops.push_back(launch.name);
  };
  drain(world, drained);
  world.advance(2min);
  EXPECT_EQ(stops, (std::vector<std::string>{"api", "users"}));
  EXPECT_EQ(world.service("users").running_count, 1U);
  EXPECT_EQ(world.service("users").desired_count, 1U);
  EXPECT_EQ(world.service("api").running_count, 2U);
  EXPECT_EQ(world.cluster.describe_container_instances({drained})
                .container_instances[0]
                .running_tasks_count,
            0U);
}

TEST(Daemon, StaysWhileATaskStandsAloneOnAnInstanceThatDrains) {
  World world(1, {room_for(4)});
  let_go_at_once(world);
  world.define("users");
  ASSERT_TRUE(world.cluster.create_service(daemon(world, "users")));
  world.define("api");
  RunTaskRequest alone;
  alone.task.task_definition = "api";
  const auto started = world.cluster.run_task(alone);
  world.advance(60s);
  drain(world, first_instance(world));
  world.advance(60s);
  EXPECT_EQ(world.service("users").running_count, 1U);
  ASSERT_TRUE(world.cluster.stop_task(started->tasks.at(0).id, ""));
  world.advance(10s);
  EXPECT_EQ(world.service("users").running_count, 0U);
}

TEST(Daemon, ThatDiesOnAnInstanceThatDrainsIsNotReplaced) {
  World world(1, {room_for(4)});
  let_go_at_once(world);
  world.define("users");
  ASSERT_TRUE(world.cluster.create_service(daemon(world, "users")));
  world.advance(60s);
  world.define("api");
  RunTaskRequest alone;
  alone.task.task_definition = "api";
  ASSERT_TRUE(world.cluster.run_task(alone));
  world.advance(60s);
  drain(world, first_instance(world));
  world.runtime.crash(world.tasks("users", TaskStatus::running).at(0).host_port(), 1);
  world.advance(60s);
  EXPECT_EQ(world.service("users").desired_count, 0U);
  EXPECT_EQ(world.tasks("users", TaskStatus::stopped).size(), 1U);
  EXPECT_EQ(world.events("users").back(), "deregistered 1 targets in (target-group users)")
      << "nothing is said of a place that none is looked for";
}

TEST(Daemon, IsTheFirstOnANewInstance) {
  World world(1, {});
  let_go_at_once(world);
  world.define("api");
  ASSERT_TRUE(world.cluster.create_service(world.spec("api", 1)));
  world.define("users");
  ASSERT_TRUE(world.cluster.create_service(daemon(world, "users")));
  world.advance(60s);
  ASSERT_TRUE(world.cluster.register_container_instance(room_for(1).spec));
  world.advance(60s);
  EXPECT_EQ(world.service("users").running_count, 1U);
  EXPECT_EQ(world.service("api").running_count, 0U) << "there is no room left for it";
}

TEST(StartFaults, CountOnceForAllClustersOfARegion) {
  SimulatedClock clock;
  SimulatedTimers timers(clock);
  testing::FakeRuntime runtime(timers);
  testing::FakeRegistry registry(timers);
  TaskDefinitions definitions(clock, "us-east-1", "123456789012");
  LoopbackAddresses addresses;
  ClusterOptions options;
  options.images["api"] = AppImage{"api", {}};
  Clusters clusters(timers, runtime, registry, definitions, addresses, options);
  TaskDefinition definition;
  definition.family = "api";
  definition.containers.emplace_back();
  definition.containers[0].name = definition.containers[0].image = "api";
  ASSERT_TRUE(definitions.register_definition(definition));
  clusters.create({"one", {}, {}, {}});
  clusters.create({"two", {}, {}, {}});
  clusters.start_faults().add({"api", "", 1, "a fault"});
  RunTaskRequest alone;
  alone.task.task_definition = "api";
  const auto failing = (*clusters.find("one"))->run_task(alone);
  timers.advance(5s);
  const auto well = (*clusters.find("two"))->run_task(alone);
  timers.advance(5s);
  EXPECT_EQ((*clusters.find("one"))->describe_tasks({failing->tasks.at(0).id}).tasks[0].last_status,
            TaskStatus::stopped);
  EXPECT_EQ((*clusters.find("two"))->describe_tasks({well->tasks.at(0).id}).tasks[0].last_status,
            TaskStatus::running);
}

}  // namespace
}  // namespace cutover::containers

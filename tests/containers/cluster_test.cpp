// Services by the cluster's face: names, refusals, deletion and shutting down.

#include "containers/cluster.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/containers/fake_world.hpp"

namespace cutover::containers {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::World;
using namespace std::chrono_literals;

TEST(CreateService, RefusesWhatDoesNotExist) {
  World world;
  world.define("api");
  const auto refusal = [&](const ServiceSpec& spec) {
    return to_string(world.cluster.create_service(spec).error());
  };
  ServiceSpec spec = world.spec("api", 1);
  spec.task_definition = "apii";
  EXPECT_EQ(
      refusal(spec),
      "/taskDefinition: TaskDefinition not found: no task definition is called apii; did you mean "
      "api? (ClientException)");
  spec = world.spec("api", 1);
  spec.load_balancers[0].target_group = "none";
  EXPECT_EQ(refusal(spec),
            "/loadBalancers/0/targetGroupArn: no target group is called none "
            "(InvalidParameterException)");
  spec = world.spec("api", 1);
  spec.load_balancers[0].container_name = "app";
  EXPECT_EQ(
      refusal(spec),
      "/loadBalancers/0/containerName: The container app does not exist in the task definition: "
      "api has api (InvalidParameterException)");
  spec = world.spec("api", 1);
  spec.load_balancers[0].container_port = 80;
  EXPECT_EQ(refusal(spec),
            "/loadBalancers/0/containerPort: The container api did not have a container port 80 "
            "defined: it has port 3000 (InvalidParameterException)");
  spec = world.spec("api", 1);
  spec.cluster = "default";
  EXPECT_EQ(refusal(spec),
            "/cluster: Cluster not found: default; this one is demo (ClusterNotFoundException)");
  EXPECT_THAT(world.cluster.services(), IsEmpty());
}

TEST(CreateService, TakesTheSameRequestTwiceButNoOtherOfThatName) {
  World world;
  world.define("api");
  ASSERT_TRUE(world.cluster.create_service(world.spec("api", 1)));
  EXPECT_TRUE(world.cluster.create_service(world.spec("api", 1)));
  const auto other = world.cluster.create_service(world.spec("api", 2));
  EXPECT_EQ(other.error().message,
            "Creation of service was not idempotent: api is active with other parameters");
  world.advance(10s);
  EXPECT_EQ(world.cluster.tasks().size(), 1U);
}

TEST(CreateService, RefusesAnInactiveTaskDefinition) {
  World world;
  world.define("api");
  ASSERT_TRUE(world.definitions.deregister("api:1"));
  ServiceSpec spec = world.spec("api", 1);
  spec.task_definition = "api:1";
  EXPECT_EQ(to_string(world.cluster.create_service(spec).error()),
            "/taskDefinition: TaskDefinition is inactive: api:1 is INACTIVE (ClientException)");
}

TEST(UpdateService, StillScalesAServiceOfAnInactiveTaskDefinition) {
  World world;
  world.run_service(world.spec("api", 1));
  ASSERT_TRUE(world.definitions.deregister("api:1"));
  world.set_desired("api", 3);
  world.advance(20s);
  EXPECT_EQ(world.service("api").running_count, 3U);
}

TEST(UpdateService, RefusesWhatDoesNotFit) {
  World world;
  world.run_service(world.spec("api", 1));
  const auto unknown = world.cluster.update_service("apo", {1, std::nullopt, false});
  EXPECT_EQ(to_string(unknown.error()),
            "Service not found: apo; did you mean api? (ServiceNotFoundException)");
  world.define("users");
  const auto other = world.cluster.update_service("api", {5, "users", false});
  EXPECT_EQ(other.error().where, "/loadBalancers/0/containerName");
  EXPECT_EQ(world.service("api").desired_count, 1U) << "refused whole";
}

TEST(DeleteService, NeedsDesiredCountZeroOrForce) {
  World world;
  world.run_service(world.spec("api", 1));
  const auto refused = world.cluster.delete_service("api", false);
  EXPECT_EQ(refused.error().message, "The service cannot be stopped while it is scaled above 0");
  world.set_desired("api", 0);
  EXPECT_EQ(world.cluster.delete_service("api", false).error().code, "InvalidParameterException");
  world.advance(400s);
  ASSERT_TRUE(world.cluster.delete_service("api", false));
  EXPECT_EQ(world.service("api").status, ServiceStatus::inactive);
  EXPECT_THAT(world.cluster.services(), IsEmpty());
}

TEST(DeleteService, ByForceDrainsAndStopsAndFreesTheName) {
  World world;
  world.run_service(world.spec("api", 2));
  ASSERT_TRUE(world.cluster.delete_service("api", true));
  EXPECT_EQ(world.service("api").status, ServiceStatus::draining);
  EXPECT_THAT(world.cluster.services(), IsEmpty());
  EXPECT_EQ(world.cluster.create_service(world.spec("api", 1)).error().message,
            "Unable to Start a service that is still Draining: api");
  EXPECT_EQ(world.cluster.update_service("api", {1, std::nullopt, false}).error().code,
            "ServiceNotActiveException");
  world.advance(400s);
  EXPECT_EQ(world.service("api").status, ServiceStatus::inactive);
  EXPECT_EQ(world.runtime.containers(), 0U);
  world.run_service(world.spec("api", 1));
  EXPECT_EQ(world.service("api").status, ServiceStatus::active);
  EXPECT_EQ(world.cluster.tasks("api").size(), 3U) << "the stopped ones are still described";
}

TEST(ShutDown, SignalsAtOnceAndTellsWhenAllHaveStopped) {
  World world;
  world.run_service(world.spec("api", 1));
  world.run_service(world.spec("users", 1));
  world.runtime.apps["users"].ignores_sigterm = true;
  world.take_journal();
  const TimePoint began = world.clock.now();
  std::optional<Duration> took;
  world.cluster.shut_down([&] { took = world.clock.now() - began; });
  EXPECT_EQ(took, std::nullopt);
  world.advance(60s);
  EXPECT_EQ(took, Duration(30s));
  EXPECT_THAT(world.take_journal(),
              ElementsAre("16.0 deregister api", "16.0 SIGTERM api", "16.0 deregister users",
                          "16.0 SIGTERM users", "46.0 SIGKILL users"));
  EXPECT_EQ(world.cluster.create_service(world.spec("api", 3)).error().code, "ClientException");
}

TEST(ShutDown, DoesNotWaitForADrainThatIsUnderWay) {
  World world;
  world.run_service(world.spec("api", 1));
  world.set_desired("api", 0);
  world.advance(10s);
  bool done = false;
  world.cluster.shut_down([&] { done = true; });
  world.advance(3s);
  EXPECT_TRUE(done);
}

TEST(ShutDown, OfAnEmptyClusterIsToldToo) {
  World world;
  bool done = false;
  world.cluster.shut_down([&] { done = true; });
  EXPECT_FALSE(done) << "never from within";
  world.advance(0s);
  EXPECT_TRUE(done);
}

TEST(Cluster, KillsWhatStillRunsWhenItIsDestroyed) {
  SimulatedClock clock;
  SimulatedTimers timers(clock);
  testing::FakeRuntime runtime(timers);
  testing::FakeRegistry registry(timers);
  registry.groups["api"] = {};
  {
    ClusterOptions options;
    options.images["api:1"] = AppImage{"api", {}};
    World other;
    other.define("api");
    Cluster cluster(timers, runtime, registry, other.definitions, other.addresses, options);
    ASSERT_TRUE(cluster.create_service(other.spec("api", 2)));
    timers.advance(500ms);
    EXPECT_EQ(runtime.containers(), 2U);
  }
  EXPECT_EQ(runtime.containers(), 0U);
  timers.advance(1h);
}

TEST(Cluster, RepeatsExactlyFromItsSeed) {
  const auto run = [](std::uint64_t seed) {
    World world(seed);
    world.run_service(world.spec("api", 3));
    world.runtime.crash(32769, 1);
    world.advance(20s);
    std::string text;
    for (const ServiceEvent& event : world.service("api").events) text += event.message + "\n";
    for (const TaskDescription& task : world.cluster.tasks()) text += task.arn + "\n";
    return text;
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
}

TEST(Cluster, KeepsAHundredEventsAndStoppedTasksForAnHour) {
  World world;
  world.run_service(world.spec("api", 1));
  for (int i = 0; i < 50; ++i) {
    world.runtime.crash(world.runtime.ports().front(), 1);
    world.advance(10s);
  }
  EXPECT_EQ(world.service("api").events.size(), service_events_max);
  EXPECT_EQ(world.cluster.tasks("api").size(), 51U);
  world.advance(2h);
  EXPECT_EQ(world.cluster.tasks("api").size(), 1U);
}

}  // namespace
}  // namespace cutover::containers

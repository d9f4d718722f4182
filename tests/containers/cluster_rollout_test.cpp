// New deployments of a running service, in made-up time.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/containers/fake_world.hpp"

namespace cutover::containers {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using testing::World;
using namespace std::chrono_literals;

constexpr auto stuck_event =
    "was unable to stop or start tasks during a deployment because of the service deployment "
    "configuration. Update the minimumHealthyPercent or maximumPercent value and try again.";

TEST(Rollout, StartsTheNewOnesWaitsAndThenStopsTheOldOnes) {
  World world;
  world.run_service(world.spec("api", 2));
  world.take_journal();
  world.define("api");
  world.deploy("api", "api:2");
  EXPECT_EQ(world.service("api").deployments.size(), 2U);
  EXPECT_EQ(world.service("api").deployments[0].desired_count, 0U) << "as the reply shows it";
  EXPECT_EQ(world.service("api").deployments[1].running_count, 2U);
  world.advance(400s);
  EXPECT_THAT(world.take_journal(),
              ElementsAre("8.1 start api", "8.1 start api", "9.1 register api", "9.1 register api",
                          "15.2 deregister api", "15.2 deregister api", "315.3 SIGTERM api",
                          "315.3 SIGTERM api"));
  const ServiceDescription service = world.service("api");
  ASSERT_EQ(service.deployments.size(), 1U);
  EXPECT_EQ(service.spec.task_definition, "api:2");
  EXPECT_EQ(service.deployments.front().rollout_state, RolloutState::completed);
  EXPECT_EQ(service.deployments.front().rollout_state_reason,
            "ECS deployment " + service.deployments.front().id + " completed.");
}

TEST(Rollout, SaysItsStepsInEcsOrder) {
  World world;
  world.run_service(world.spec("api", 1));
  const std::size_t before = world.events("api").size();
  world.define("api");
  world.deploy("api", "api");
  world.advance(400s);
  auto events = world.events("api");
  events.erase(events.begin(), events.begin() + static_cast<std::ptrdiff_t>(before));
  EXPECT_THAT(
      events,
      ElementsAre("has started 1 tasks: (task *).", "registered 1 targets in (target-group api)",
                  "(service api, taskSet *) has begun draining connections on 1 tasks.",
                  "deregistered 1 targets in (target-group api)",
                  "has stopped 1 running tasks: (task *).", "(deployment *) deployment completed.",
                  "has reached a steady state."));
}

TEST(Rollout, IsNotStableUntilTheOldTasksAreGone) {
  World world;
  world.run_service(world.spec("api", 1));
  world.define("api");
  world.deploy("api", "api");
  world.advance(100s);
  EXPECT_EQ(world.service("api").running_count, 1U) << "one drains";
  EXPECT_FALSE(world.service("api").stable());
  world.advance(300s);
  EXPECT_TRUE(world.service("api").stable());
}

TEST(Rollout, StaysBetweenMinimumAndMaximum) {
  struct Row {
    std::uint32_t desired, minimum, maximum;
  };
  for (const Row& row : {Row{4, 100, 200}, Row{4, 50, 100}, Row{4, 50, 150}, Row{1, 100, 200},
                         Row{1, 0, 100}, Row{3, 67, 134}, Row{10, 90, 110}}) {
    World world;
    ServiceSpec spec = world.spec("api", row.desired);
    spec.deployment.minimum_healthy_percent = row.minimum;
    spec.deployment.maximum_percent = row.maximum;
    spec.availability_zone_rebalancing = row.maximum > 100;
    world.run_service(spec);
    world.define("api");
    world.deploy("api", "api");
    const std::uint32_t lower = (row.desired * row.minimum + 99) / 100;
    const std::uint32_t upper = row.desired * row.maximum / 100;
    std::uint32_t fewest = row.desired;
    std::uint32_t most = 0;
    world.after_each_moment = [&] {
      const ServiceDescription service = world.service("api");
      fewest = std::min(fewest, world.registry.count("api", TargetStatus::healthy));
      most = std::max(most, service.running_count + service.pending_count);
    };
    world.advance(1h);
    EXPECT_GE(fewest, lower) << row.desired << " at " << row.minimum << "/" << row.maximum;
    EXPECT_LE(most, upper) << row.desired << " at " << row.minimum << "/" << row.maximum;
    EXPECT_EQ(world.service("api").deployments.size(), 1U);
    EXPECT_EQ(world.registry.count("api", TargetStatus::healthy), row.desired);
  }
}

TEST(Rollout, IsStuckWhenRoundingLeavesNoRoomAndSaysSoOnce) {
  struct Row {
    std::uint32_t desired, minimum, maximum;
  };
  for (const Row& row : {Row{2, 75, 100}, Row{3, 100, 125}, Row{1, 50, 100}}) {
    World world;
    ServiceSpec spec = world.spec("api", row.desired);
    spec.deployment.minimum_healthy_percent = row.minimum;
    spec.deployment.maximum_percent = row.maximum;
    spec.availability_zone_rebalancing = row.maximum > 100;
    world.run_service(spec);
    world.define("api");
    world.deploy("api", "api");
    world.advance(1h);
    EXPECT_EQ(world.service("api").deployments.size(), 2U);
    const auto events = world.events("api");
    EXPECT_EQ(std::count(events.begin(), events.end(), stuck_event), 1);
    world.advance(6h);
    const auto later = world.events("api");
    EXPECT_EQ(std::count(later.begin(), later.end(), stuck_event), 2) << "and again after 6 hours";
  }
}

TEST(Rollout, OfFixedHostPortsHangsUntilTheMinimumLeavesRoom) {
  World world;
  world.define("api", 8080);
  world.registry.groups["api"].deregistration_delay = 10s;
  world.run_service(world.spec("api", 1));
  // It wants the same port of the one container instance.
  world.define("api", 8080);
  world.deploy("api", "api:2");
  world.advance(30min);
  EXPECT_EQ(world.service("api").deployments.size(), 2U);
  EXPECT_EQ(world.service("api").deployments[0].running_count, 0U);
  EXPECT_THAT(world.events("api").back(),
              EndsWith("is already using a port required by your task."));
  ServiceUpdate update;
  update.deployment.minimum_healthy_percent = 0;
  ASSERT_TRUE(world.cluster.update_service("api", update));
  world.advance(10min);
  EXPECT_TRUE(world.service("api").stable());
  EXPECT_EQ(world.service("api").spec.task_definition, "api:2");
}

TEST(Rollout, OfABrokenDefinitionLeavesTheOldTasksServing) {
  World world;
  world.run_service(world.spec("api", 2));
  TaskDefinition broken = world.define("api");
  broken.containers.front().image = "users:1";
  ASSERT_TRUE(world.definitions.register_definition(broken));
  world.runtime.apps["users"].fails_to_start = true;
  world.deploy("api", "api");
  world.advance(30min);
  EXPECT_EQ(world.registry.count("api", TargetStatus::healthy), 2U);
  EXPECT_THAT(world.events("api"), Contains("is unable to consistently start tasks successfully."));
  // An old task that dies meanwhile comes back as what it was.
  world.runtime.crash(32768, 1);
  world.advance(20s);
  EXPECT_EQ(world.registry.count("api", TargetStatus::healthy), 2U);
  EXPECT_EQ(world.tasks("api", TaskStatus::running).back().task_definition, "api:1");
  // And so does the whole service, on the way back.
  world.deploy("api", "api:1");
  world.advance(10min);
  EXPECT_TRUE(world.service("api").stable());
  EXPECT_EQ(world.service("api").spec.task_definition, "api:1");
}

TEST(Rollout, TheSameDefinitionIsNoDeploymentUnlessForced) {
  World world;
  world.run_service(world.spec("api", 1));
  world.deploy("api", "api:1");
  EXPECT_EQ(world.service("api").deployments.size(), 1U);
  const std::string id = world.service("api").deployments.front().id;
  ASSERT_TRUE(world.cluster.update_service("api", {std::nullopt, std::nullopt, true}));
  EXPECT_EQ(world.service("api").deployments.size(), 2U);
  world.advance(400s);
  EXPECT_EQ(world.service("api").deployments.size(), 1U);
  EXPECT_NE(world.service("api").deployments.front().id, id);
}

TEST(Rollout, ScaledToZeroOnTheWayEverythingGoes) {
  World world;
  world.run_service(world.spec("api", 2));
  world.define("api");
  world.deploy("api", "api");
  world.advance(1500ms);
  world.set_desired("api", 0);
  world.advance(400s);
  EXPECT_EQ(world.runtime.containers(), 0U);
  EXPECT_EQ(world.service("api").deployments.size(), 1U);
  EXPECT_TRUE(world.service("api").stable());
}

TEST(Rollout, OfAServiceScaledToZeroNeedsNoTasks) {
  World world;
  world.run_service(world.spec("api", 0));
  world.define("api");
  world.deploy("api", "api");
  world.advance(2s);
  EXPECT_EQ(world.service("api").deployments.size(), 1U);
  EXPECT_EQ(world.service("api").deployments.front().rollout_state, RolloutState::completed);
  EXPECT_THAT(world.events("api"),
              ElementsAre("(deployment *) deployment completed.", "has reached a steady state.",
                          "(deployment *) deployment completed.", "has reached a steady state."));
}

TEST(Rollout, AThirdDefinitionTakesOverFromAnUnfinishedSecond) {
  World world;
  world.run_service(world.spec("api", 2));
  world.define("api");
  world.deploy("api", "api");
  world.advance(3s);
  world.define("api");
  world.deploy("api", "api");
  EXPECT_EQ(world.service("api").deployments.size(), 3U);
  world.advance(700s);
  EXPECT_EQ(world.service("api").deployments.size(), 1U);
  EXPECT_EQ(world.service("api").spec.task_definition, "api:3");
  EXPECT_EQ(world.registry.count("api", TargetStatus::healthy), 2U);
}

TEST(Rollout, AnUnfinishedDeploymentIsNotKeptUp) {
  World world;
  world.run_service(world.spec("api", 2));
  TaskDefinition slow = world.define("api");
  slow.containers.front().image = "users:1";
  ASSERT_TRUE(world.definitions.register_definition(slow));
  world.runtime.apps["users"].start_up = 1h;
  world.deploy("api", "api:3");
  world.advance(3s);
  EXPECT_EQ(world.tasks("api", TaskStatus::activating).size(), 2U);
  // Although a healthy task is missing now, nothing is expected of those that never ran.
  world.deploy("api", "api:2");
  world.runtime.crash(32768, 1);
  world.advance(4s);
  for (const TaskDescription& task : world.cluster.tasks("api")) {
    if (task.task_definition != "api:3") continue;
    EXPECT_EQ(task.last_status, TaskStatus::stopped);
  }
}

TEST(Rollout, AnOldDeploymentWhoseTasksDiedIsGoneToo) {
  World world;
  world.run_service(world.spec("api", 1));
  world.define("api");
  world.deploy("api", "api");
  world.runtime.crash(32768, 1);
  world.set_desired("api", 0);
  world.advance(3s);
  EXPECT_TRUE(world.service("api").stable());
}

}  // namespace
}  // namespace cutover::containers

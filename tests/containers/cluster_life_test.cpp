// The life of a service's tasks, from start to stop, in made-up time.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/containers/fake_world.hpp"

namespace cutover::containers {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::World;
using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

TEST(TaskLife, RunsFromStartToDrainToSigkill) {
  World world;
  world.runtime.apps["api"].ignores_sigterm = true;
  world.run_service(world.spec("api", 1));
  world.advance(10s);
  world.set_desired("api", 0);
  world.advance(400s);
  EXPECT_THAT(world.take_journal(),
              ElementsAre("0.0 start api", "1.0 register api", "18.1 deregister api",
                          "318.2 SIGTERM api", "348.2 SIGKILL api"));
  ASSERT_EQ(world.cluster.tasks("api").size(), 1U);
  const TaskDescription task = world.cluster.tasks("api").front();
  EXPECT_EQ(task.last_status, TaskStatus::stopped);
  EXPECT_EQ(task.desired_status, DesiredStatus::stopped);
  EXPECT_EQ(task.stop_code, StopCode::service_scheduler_initiated);
  EXPECT_EQ(task.containers.front().exit_code, 137);
  EXPECT_EQ(task.containers.front().last_status, "STOPPED");
  EXPECT_EQ(world.runtime.containers(), 0U);
}

TEST(TaskLife, SaysEachStepAsAServiceEvent) {
  World world;
  world.run_service(world.spec("api", 2));
  world.set_desired("api", 0);
  world.advance(400s);
  EXPECT_THAT(world.events("api"),
              ElementsAre("has started 2 tasks: (task *) (task *).",
                          "registered 2 targets in (target-group api)",
                          "(deployment *) deployment completed.", "has reached a steady state.",
                          "(service api, taskSet *) has begun draining connections on 2 tasks.",
                          "deregistered 2 targets in (target-group api)",
                          "has stopped 2 running tasks: (task *) (task *).",
                          "has reached a steady state."));
}

TEST(TaskLife, TimesAndIdsAreDescribed) {
  World world;
  world.run_service(world.spec("api", 1));
  world.set_desired("api", 0);
  world.advance(400s);
  const TaskDescription task = world.cluster.tasks().front();
  EXPECT_EQ(task.id.size(), 32U);
  EXPECT_EQ(task.arn, "arn:aws:ecs:us-east-1:123456789012:task/demo/" + task.id);
  EXPECT_EQ(task.task_definition, "api:1");
  EXPECT_EQ(task.group, "service:api");
  EXPECT_EQ(task.started_by, world.service("api").deployments.front().id);
  EXPECT_EQ(task.stopped_reason,
            "Scaling activity initiated by (deployment " + task.started_by + ")");
  EXPECT_EQ(*task.started_at - task.created_at, 1s);
  EXPECT_EQ(*task.stopped_at - *task.stopping_at, 302100ms) << "drain, poll, the app's shutdown";
  EXPECT_EQ(task.containers.front().exit_code, 0);
}

TEST(TaskLife, PassesThroughEcsWordsInOrder) {
  World world;
  world.define("api");
  ASSERT_TRUE(world.cluster.create_service(world.spec("api", 1)));
  Lines words;
  world.after_each_moment = [&] {
    for (const auto& task : world.cluster.tasks()) {
      const std::string word(to_string(task.last_status));
      if (words.empty() || words.back() != word) words.push_back(word);
    }
  };
  world.advance(20s);
  world.set_desired("api", 0);
  world.advance(400s);
  EXPECT_THAT(words, ElementsAre("ACTIVATING", "RUNNING", "DEACTIVATING", "STOPPING", "STOPPED"));
}

TEST(TaskLife, DescribesPortAndTargetHealthWhileItRuns) {
  World world;
  world.run_service(world.spec("api", 1));
  const TaskDescription task = world.cluster.tasks("api").front();
  EXPECT_EQ(task.host_port(), 32768);
  EXPECT_EQ(task.containers.front().network_bindings.front().container_port, 3000);
  ASSERT_EQ(task.targets.size(), 1U);
  EXPECT_EQ(task.targets.front().target_group, "api");
  EXPECT_EQ(task.targets.front().status, TargetStatus::healthy);
}

TEST(TaskLife, GivesEveryTaskADynamicPortOfItsOwn) {
  World world;
  world.run_service(world.spec("api", 3));
  EXPECT_THAT(world.registry.registered("api"), ElementsAre(32768, 32769, 32770));
}

TEST(TaskLife, StopTimeoutOfTheContainerReplacesTheDefault) {
  World world;
  world.runtime.apps["api"].ignores_sigterm = true;
  TaskDefinition definition = world.define("api");
  definition.containers.front().stop_timeout = 5s;
  ASSERT_TRUE(world.definitions.register_definition(definition));
  world.run_service(world.spec("api", 1));
  world.take_journal();
  world.registry.groups["api"].deregistration_delay = 10s;
  world.set_desired("api", 0);
  world.advance(30s);
  EXPECT_THAT(world.take_journal(),
              ElementsAre("8.1 deregister api", "18.2 SIGTERM api", "23.2 SIGKILL api"));
}

TEST(TaskLife, AGroupWithoutDelayIsNotWaitedFor) {
  World world;
  world.run_service(world.spec("api", 1));
  world.registry.groups["api"].deregistration_delay = 0s;
  world.take_journal();
  world.set_desired("api", 0);
  world.advance(1s);
  EXPECT_THAT(world.take_journal(), ElementsAre("8.1 deregister api", "8.1 SIGTERM api"));
}

TEST(TaskLife, AServiceWithoutLoadBalancerStopsAtOnce) {
  World world;
  ServiceSpec spec = world.spec("api", 1);
  spec.load_balancers.clear();
  world.run_service(spec);
  world.take_journal();
  world.set_desired("api", 0);
  world.advance(10s);
  EXPECT_THAT(world.take_journal(), ElementsAre("41.1 SIGTERM api"));
  EXPECT_TRUE(world.service("api").stable());
}

TEST(TaskLife, ScaledToZeroTheServiceStaysActiveAndComesBack) {
  World world;
  world.run_service(world.spec("api", 2));
  world.set_desired("api", 0);
  world.advance(400s);
  EXPECT_EQ(world.service("api").status, ServiceStatus::active);
  EXPECT_THAT(world.registry.registered("api"), IsEmpty());
  world.set_desired("api", 1);
  world.advance(20s);
  EXPECT_EQ(world.service("api").running_count, 1U);
  EXPECT_EQ(world.registry.count("api", TargetStatus::healthy), 1U);
  EXPECT_EQ(world.service("api").deployments.size(), 1U) << "scaling is no deployment";
}

TEST(TaskLife, CountsFollowTheTasks) {
  World world;
  world.define("api");
  ASSERT_TRUE(world.cluster.create_service(world.spec("api", 2)));
  world.advance(500ms);
  EXPECT_EQ(world.service("api").pending_count, 2U);
  EXPECT_FALSE(world.service("api").stable());
  world.advance(1s);
  EXPECT_EQ(world.service("api").running_count, 2U);
  EXPECT_EQ(world.service("api").pending_count, 0U);
  EXPECT_TRUE(world.service("api").stable()) << "the waiter does not look at target health";
  EXPECT_EQ(world.service("api").deployments.front().rollout_state, RolloutState::in_progress);
}

TEST(TaskLife, RegistrationIsTriedAgainUntilTheGroupTakesIt) {
  World world;
  world.registry.groups["api"].refuses = true;
  world.define("api");
  ASSERT_TRUE(world.cluster.create_service(world.spec("api", 1)));
  world.advance(10s);
  EXPECT_THAT(world.registry.registered("api"), IsEmpty());
  world.registry.groups["api"].refuses = false;
  world.advance(10s);
  EXPECT_EQ(world.registry.count("api", TargetStatus::healthy), 1U);
  EXPECT_THAT(world.events("api"),
              ElementsAre("has started 1 tasks: (task *).",
                          "failed to register targets in (target-group api) with (error the group "
                          "is full)",
                          "registered 1 targets in (target-group api)",
                          "(deployment *) deployment completed.", "has reached a steady state."));
}

TEST(SeveralContainers, RunOnceAllRunAndEndWithAnEssentialOne) {
  World world;
  world.runtime.apps["users"].start_up = 5s;
  TaskDefinition definition = world.define("api");
  ContainerDefinition second = definition.containers.front();
  second.name = "users";
  second.image = "users:1";
  definition.containers.push_back(second);
  ASSERT_TRUE(world.definitions.register_definition(definition));
  ASSERT_TRUE(world.cluster.create_service(world.spec("api", 1)));
  world.advance(3s);
  EXPECT_EQ(world.service("api").pending_count, 1U);
  world.advance(10s);
  EXPECT_EQ(world.service("api").running_count, 1U);
  world.take_journal();
  world.runtime.crash(32769, 1);
  EXPECT_THAT(world.take_journal(), ElementsAre("13.0 deregister api", "13.0 SIGTERM api"));
  world.advance(3s);
  const TaskDescription dead = world.tasks("api", TaskStatus::stopped).front();
  EXPECT_EQ(dead.stop_code, StopCode::essential_container_exited);
  EXPECT_EQ(dead.containers[0].exit_code, 0);
  EXPECT_EQ(dead.containers[1].exit_code, 1);
}

}  // namespace
}  // namespace cutover::containers

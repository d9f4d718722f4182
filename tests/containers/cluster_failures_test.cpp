// Tasks that crash, are stopped, never start or fail their health checks, and what replaces them,
// in made-up time.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/containers/fake_world.hpp"

namespace cutover::containers {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::World;
using namespace std::chrono_literals;

TEST(Crash, IsDeregisteredAfterDeathAndReplaced) {
  World world;
  world.run_service(world.spec("api", 1));
  world.advance(10s);
  world.take_journal();
  world.runtime.crash(32768, 139);
  world.advance(20s);
  EXPECT_THAT(world.take_journal(),
              ElementsAre("18.0 deregister api", "18.1 start api", "19.1 register api"));
  const TaskDescription dead = world.tasks("api", TaskStatus::stopped).front();
  EXPECT_EQ(dead.stop_code, StopCode::essential_container_exited);
  EXPECT_EQ(dead.stopped_reason, "Essential container in task exited");
  EXPECT_EQ(dead.containers.front().exit_code, 139);
  EXPECT_EQ(world.tasks("api", TaskStatus::running).front().host_port(), 32769);
}

TEST(Crash, AfterRunningIsNeverThrottled) {
  World world;
  world.run_service(world.spec("api", 1));
  for (int i = 0; i < 10; ++i) {
    world.advance(10s);
    world.runtime.crash(world.runtime.ports().front(), 1);
    world.advance(2s);
    ASSERT_EQ(world.service("api").running_count, 1U) << "after crash " << i;
  }
}

TEST(Crash, OfAProgramThatEndsAsSoonAsItRunsIsReplacedAtASteadyPace) {
  World world;
  world.define("api");
  world.runtime.apps["api"].start_up = 200ms;
  ServiceSpec spec = world.spec("api", 2);
  spec.load_balancers.clear();
  ASSERT_TRUE(world.cluster.create_service(spec));
  world.after_each_moment = [&world] {
    for (const std::uint16_t port : world.runtime.ports()) world.runtime.crash(port, 1);
  };
  world.advance(35s);
  EXPECT_THAT(world.take_journal(),
              ElementsAre("0.0 start api", "0.0 start api", "10.0 start api", "10.0 start api",
                          "20.0 start api", "20.0 start api", "30.0 start api", "30.0 start api"));
  EXPECT_THAT(world.events("api"), ::testing::Each("has started 2 tasks: (task *) (task *)."))
      << "there is no event for it";
}

TEST(Crash, OfOneThatHasRunForLongIsNotHeldUpByItself) {
  World world;
  world.run_service(world.spec("api", 2));
  world.advance(60s);
  world.take_journal();
  for (const std::uint16_t port : world.runtime.ports()) world.runtime.crash(port, 1);
  world.advance(200ms);
  EXPECT_THAT(world.take_journal(), ElementsAre("68.0 deregister api", "68.0 deregister api",
                                                "68.1 start api", "68.1 start api"));
}

TEST(Crash, WhileItDrainsItStopsWithoutASignal) {
  World world;
  world.run_service(world.spec("api", 1));
  world.set_desired("api", 0);
  world.advance(10s);
  world.take_journal();
  world.runtime.crash(32768, 1);
  world.advance(1s);
  EXPECT_THAT(world.take_journal(), IsEmpty());
  const TaskDescription dead = world.cluster.tasks("api").front();
  EXPECT_EQ(dead.last_status, TaskStatus::stopped);
  EXPECT_EQ(dead.stop_code, StopCode::service_scheduler_initiated);
  EXPECT_EQ(dead.containers.front().exit_code, 1);
}

TEST(StopTask, SignalsAtOnceAndTheServiceStartsAReplacement) {
  World world;
  world.run_service(world.spec("api", 1));
  world.take_journal();
  const std::string id = world.cluster.tasks("api").front().id;
  ASSERT_TRUE(world.cluster.stop_task(id, ""));
  EXPECT_THAT(world.take_journal(), ElementsAre("8.0 deregister api", "8.0 SIGTERM api"));
  const TaskDescription stopping = world.cluster.tasks("api").front();
  EXPECT_EQ(stopping.stop_code, StopCode::user_initiated);
  EXPECT_EQ(stopping.stopped_reason, "Task stopped by user");
  world.advance(10s);
  EXPECT_EQ(world.service("api").running_count, 1U);
  EXPECT_EQ(world.tasks("api", TaskStatus::stopped).front().id, id);
}

TEST(StopTask, TakesAnArnAndAReasonAndMayBeRepeated) {
  World world;
  world.run_service(world.spec("api", 1));
  const TaskDescription task = world.cluster.tasks("api").front();
  ASSERT_TRUE(world.cluster.stop_task(task.arn, "a rehearsal"));
  ASSERT_TRUE(world.cluster.stop_task(task.arn, "again"));
  EXPECT_EQ(world.cluster.tasks("api").front().stopped_reason, "a rehearsal");
  world.advance(10s);
  ASSERT_TRUE(world.cluster.stop_task(task.arn, "when it has stopped"));
  EXPECT_EQ(world.cluster.stop_task("0123", "").error().code, "InvalidParameterException");
}

TEST(FailedStart, IsTriedAgainEverMoreSlowly) {
  World world;
  world.runtime.apps["api"].fails_to_start = true;
  world.define("api");
  ASSERT_TRUE(world.cluster.create_service(world.spec("api", 1)));
  world.advance(40s);
  // Each try fails after 0.1 s; the waits are 1, 2, 4, 8 and 16 s.
  EXPECT_THAT(world.take_journal(),
              ElementsAre("0.0 start api", "1.1 start api", "3.2 start api", "7.3 start api",
                          "15.4 start api", "31.5 start api"));
  const TaskDescription task = world.cluster.tasks("api").front();
  EXPECT_EQ(task.stop_code, StopCode::task_failed_to_start);
  EXPECT_EQ(task.stopped_reason, "CannotStartContainerError: it does not want to");
  EXPECT_EQ(task.containers.front().exit_code, std::nullopt);
  EXPECT_EQ(task.started_at, std::nullopt);
  EXPECT_EQ(world.service("api").deployments.front().failed_tasks, 6U);
}

TEST(FailedStart, OfAllTasksTogetherCountsAsOneTry) {
  World world;
  world.runtime.apps["api"].fails_to_start = true;
  world.define("api");
  ASSERT_TRUE(world.cluster.create_service(world.spec("api", 4)));
  world.advance(2s);
  EXPECT_THAT(world.take_journal(),
              ElementsAre("0.0 start api", "0.0 start api", "0.0 start api", "0.0 start api",
                          "1.1 start api", "1.1 start api", "1.1 start api", "1.1 start api"));
}

TEST(FailedStart, IsSaidOnceAndANewDefinitionClearsIt) {
  World world;
  world.runtime.apps["api"].fails_to_start = true;
  world.define("api");
  ASSERT_TRUE(world.cluster.create_service(world.spec("api", 1)));
  world.advance(1000s);
  const auto events = world.events("api");
  EXPECT_EQ(std::count(events.begin(), events.end(),
                       "is unable to consistently start tasks successfully."),
            1);
  world.take_journal();
  world.runtime.apps["api"].fails_to_start = false;
  world.define("api");
  world.deploy("api", "api");
  world.advance(10s);
  EXPECT_EQ(world.service("api").running_count, 1U);
  EXPECT_TRUE(world.service("api").stable());
}

TEST(FailedStart, AnImageWithoutAnAppCannotBePulled) {
  World world;
  TaskDefinition definition = world.define("api");
  definition.containers.front().image = "elsewhere:1";
  ASSERT_TRUE(world.definitions.register_definition(definition));
  ASSERT_TRUE(world.cluster.create_service(world.spec("api", 1)));
  world.advance(10s);
  EXPECT_THAT(world.take_journal(), IsEmpty());
  const TaskDescription task = world.cluster.tasks("api").front();
  EXPECT_EQ(task.stop_code, StopCode::task_failed_to_start);
  EXPECT_EQ(task.stopped_reason,
            "CannotPullContainerError: image elsewhere:1 is not in the image map");
  EXPECT_EQ(world.cluster.tasks("api").size(), 4U) << "tried at 0.1, 1.1, 3.1 and 7.1 s";
}

TEST(FailedStart, ATaskWhoseFixedHostPortIsTakenFindsNoPlace) {
  World world;
  world.define("api", 8080);
  ASSERT_TRUE(world.cluster.create_service(world.spec("api", 2)));
  world.advance(10s);
  EXPECT_EQ(world.service("api").running_count, 1U);
  EXPECT_EQ(world.tasks("api", TaskStatus::running).front().host_port(), 8080);
  EXPECT_EQ(world.cluster.tasks("api").size(), 1U);
  const auto events = world.events("api");
  const std::string start =
      "was unable to place a task because no container instance met all of its requirements. The "
      "closest matching container-instance ";
  EXPECT_EQ(std::count_if(events.begin(), events.end(),
                          [&start](const auto& event) { return event.starts_with(start); }),
            1)
      << "said once";
  world.set_desired("api", 0);
  world.advance(400s);
  world.set_desired("api", 1);
  world.advance(10s);
  EXPECT_EQ(world.service("api").running_count, 1U) << "the port is given back";
}

TEST(Unhealthy, IsReplacedAndSaysWhy) {
  World world;
  ServiceSpec spec = world.spec("api", 1);
  spec.deployment.maximum_percent = 100;
  spec.availability_zone_rebalancing = false;
  world.run_service(spec);
  world.registry.set_failing("api", true);
  world.advance(2s);
  const auto stopping = world.tasks("api", TaskStatus::deactivating);
  ASSERT_EQ(stopping.size(), 1U);
  EXPECT_EQ(stopping.front().stopped_reason, "Task failed ELB health checks in (target-group api)");
  const auto instances =
      world.cluster.describe_container_instances({stopping.front().container_instance_arn});
  EXPECT_THAT(world.events("api"),
              ::testing::Contains(
                  "(instance " + instances.container_instances.at(0).instance.ec2_instance_id +
                  ") (port 32768) is unhealthy in (target-group api) due to (reason "
                  "Health checks failed with these codes: [500])."));
}

TEST(Unhealthy, WaitsForItsSubstituteWhenThereIsRoom) {
  World world;
  world.run_service(world.spec("api", 1));
  world.registry.set_failing("api", true);
  world.advance(3s);
  EXPECT_EQ(world.service("api").running_count, 2U) << "the substitute runs beside it";
  world.registry.set_failing("api", false);
  world.advance(20s);
  EXPECT_EQ(world.service("api").running_count, 1U) << "both recovered: the surplus goes";
}

TEST(Unhealthy, IsNotActedOnInTheGracePeriod) {
  World world;
  ServiceSpec spec = world.spec("api", 1);
  spec.health_check_grace_period = 60s;
  world.define("api");
  world.registry.set_failing("api", true);
  ASSERT_TRUE(world.cluster.create_service(spec));
  world.advance(60s);
  EXPECT_EQ(world.cluster.tasks("api").size(), 1U);
  world.advance(3s);
  EXPECT_EQ(world.cluster.tasks("api").size(), 2U) << "a substitute";
}

}  // namespace
}  // namespace cutover::containers

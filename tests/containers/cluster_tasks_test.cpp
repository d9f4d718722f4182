// RunTask, StartTask, StopTask, the lists of tasks and their protection, in made-up time.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/containers/fake_world.hpp"

namespace cutover::containers {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::World;
using namespace std::chrono_literals;

ContainerInstanceGroup group(std::uint32_t count, std::uint32_t cpu, std::uint32_t memory) {
  ContainerInstanceGroup made;
  made.count = count;
  made.spec.cpu = cpu;
  made.spec.memory = memory;
  return made;
}

/// Definitions of "api" reserve 256 MiB.
RunTaskRequest request(const std::string& definition, std::uint32_t count = 1) {
  RunTaskRequest made;
  made.task.task_definition = definition;
  made.count = count;
  return made;
}

std::vector<std::string> arns(const std::vector<TaskDescription>& tasks) {
  std::vector<std::string> all;
  for (const TaskDescription& task : tasks) all.push_back(task.arn);
  return all;
}

TEST(RunTask, StartsTasksThatNobodyReplaces) {
  World world;
  world.define("api");
  const auto started = world.cluster.run_task(request("api", 3));
  ASSERT_TRUE(started) << to_string(started.error());
  EXPECT_THAT(started->failures, IsEmpty());
  ASSERT_THAT(started->tasks, SizeIs(3));
  const TaskDescription& first = started->tasks.front();
  EXPECT_EQ(first.task_definition, "api:1");
  EXPECT_EQ(first.group, "family:api");
  EXPECT_EQ(first.started_by, "");
  EXPECT_EQ(first.desired_status, DesiredStatus::running);
  world.advance(10s);
  EXPECT_EQ(world.cluster.describe().running_tasks_count, 3U);
  world.runtime.crash(world.runtime.ports().front(), 1);
  world.advance(60s);
  EXPECT_EQ(world.cluster.describe().running_tasks_count, 2U);
  EXPECT_THAT(world.cluster.tasks(), SizeIs(3));
}

TEST(RunTask, TakesGroupStarterOverridesAndTags) {
  World world;
  world.define("api");
  RunTaskRequest wanted = request("api");
  wanted.task.group = "night";
  wanted.task.started_by = "cron";
  wanted.task.tags = {{"team", "forum"}};
  wanted.task.overrides.containers.resize(1);
  wanted.task.overrides.containers[0].name = "api";
  wanted.task.overrides.containers[0].environment = {{"MODE", "once"}};
  const auto started = world.cluster.run_task(wanted);
  ASSERT_TRUE(started) << to_string(started.error());
  const TaskDescription& task = started->tasks.front();
  EXPECT_EQ(task.group, "night");
  EXPECT_EQ(task.started_by, "cron");
  EXPECT_THAT(*world.cluster.tags(task.arn), ElementsAre(NamedValue("team", "forum")));
  world.advance(1s);
  EXPECT_THAT(world.runtime.launches.front().environment,
              ::testing::Contains(std::make_pair(std::string("MODE"), std::string("once"))));
}

TEST(RunTask, OverriddenSizesAreWhatIsReserved) {
  World world(1, {group(1, 1024, 1000)});
  world.define("api");
  RunTaskRequest wanted = request("api");
  wanted.task.overrides.containers.resize(1);
  wanted.task.overrides.containers[0].name = "api";
  wanted.task.overrides.containers[0].memory_reservation = 900;
  ASSERT_THAT(world.cluster.run_task(wanted)->tasks, SizeIs(1));
  EXPECT_THAT(world.cluster.run_task(request("api"))->tasks, IsEmpty());
}

TEST(RunTask, NamesEveryInstanceThatHasNoRoom) {
  World world(1, {group(1, 1024, 600), group(1, 1024, 100)});
  world.define("api");
  const auto started = world.cluster.run_task(request("api", 5));
  ASSERT_TRUE(started);
  EXPECT_THAT(started->tasks, SizeIs(2));
  const auto instances = *world.cluster.list_container_instances("", std::nullopt);
  EXPECT_THAT(started->failures, ElementsAre(Failure{instances[0], "RESOURCE:MEMORY", ""},
                                             Failure{instances[1], "RESOURCE:MEMORY", ""}));
}

TEST(RunTask, RefusesWhatCannotBe) {
  World world;
  world.define("api");
  const auto refusal = [&](const RunTaskRequest& wanted) {
    const auto started = world.cluster.run_task(wanted);
    return started ? std::string("started") : to_string(started.error());
  };
  EXPECT_EQ(refusal(request("users")),
            "/taskDefinition: TaskDefinition not found: no task definition is called users "
            "(ClientException)");
  EXPECT_EQ(refusal(request("api", 11)),
            "/count: found 11; allowed are 1 to 10 (InvalidParameterException)");
  RunTaskRequest wanted = request("api");
  wanted.placement_constraints = {{PlacementConstraint::Type::member_of, "attribute:a ="}};
  EXPECT_EQ(refusal(wanted),
            "/placementConstraints/0/expression: at character 13: found \"=\"; allowed as an "
            "operator here are "
            "==, !=, >, >=, <, <=, exists, !exists, in, !in, =~, !~ (InvalidParameterException)");
  wanted = request("api");
  wanted.task.network = NetworkConfiguration{{"subnet-1"}, {}, false};
  EXPECT_EQ(refusal(wanted),
            "/networkConfiguration: Network Configuration is not valid for the given networkMode "
            "of this task definition: bridge (InvalidParameterException)");
  wanted = request("api");
  wanted.task.overrides.containers.resize(1);
  wanted.task.overrides.containers[0].name = "web";
  EXPECT_THAT(refusal(wanted), ::testing::StartsWith("/overrides/containerOverrides/0/name: "));
  EXPECT_THAT(world.cluster.tasks(), IsEmpty());
}

TEST(RunTask, NeedsAContainerInstance) {
  World world(1, {});
  world.define("api");
  EXPECT_EQ(to_string(world.cluster.run_task(request("api")).error()),
            "/cluster: No Container Instances were found in your cluster "
            "(InvalidParameterException)");
}

TEST(RunTask, WithTheSameTokenStartsOnce) {
  World world;
  world.define("api");
  RunTaskRequest wanted = request("api", 2);
  wanted.client_token = "t1";
  const auto first = world.cluster.run_task(wanted);
  const auto second = world.cluster.run_task(wanted);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(arns(first->tasks), arns(second->tasks));
  EXPECT_THAT(world.cluster.tasks(), SizeIs(2));
  wanted.count = 3;
  const auto third = world.cluster.run_task(wanted);
  EXPECT_EQ(third.error().code, "ConflictException");
  EXPECT_EQ(third.error().message,
            "The client token t1 was used with other parameters for the "
            "tasks " +
                first->tasks[0].id + ", " + first->tasks[1].id);
  EXPECT_EQ(world.cluster.tasks_started_with("t1"), arns(first->tasks));
  EXPECT_THAT(world.cluster.tasks_started_with("t2"), IsEmpty());
  EXPECT_THAT(world.cluster.tasks_started_with(""), IsEmpty());
}

TEST(RunTask, WithAnAddressOfItsOwnTakesItUntilItStops) {
  World world;
  TaskDefinition definition = world.define("api");
  definition.network_mode = NetworkMode::awsvpc;
  definition.containers[0].port_mappings = {{3000, 3000}};
  ASSERT_TRUE(world.definitions.register_definition(definition));
  RunTaskRequest wanted = request("api", 2);
  EXPECT_EQ(to_string(world.cluster.run_task(wanted).error()),
            "/networkConfiguration: Network Configuration must be provided when networkMode "
            "'awsvpc' is specified (InvalidParameterException)");
  wanted.task.network = NetworkConfiguration{{"subnet-1"}, {}, false};
  const auto started = world.cluster.run_task(wanted);
  ASSERT_TRUE(started) << to_string(started.error());
  world.advance(30s);
  ASSERT_THAT(world.runtime.launches, SizeIs(2));
  EXPECT_EQ(world.runtime.launches[0].address, "127.64.0.1");
  EXPECT_EQ(world.runtime.launches[1].address, "127.64.0.2");
}

TEST(StartTask, PutsOneOnEachInstanceThatIsNamed) {
  World world(1, {group(2, 1024, 300)});
  world.define("api");
  const auto instances = *world.cluster.list_container_instances("", std::nullopt);
  StartTaskRequest wanted;
  wanted.task.task_definition = "api";
  wanted.container_instances = {instances[1], "0123456789abcdef0123456789abcdef"};
  const auto started = world.cluster.start_task(wanted);
  ASSERT_TRUE(started) << to_string(started.error());
  ASSERT_THAT(started->tasks, SizeIs(1));
  EXPECT_EQ(started->tasks[0].container_instance_arn, instances[1]);
  EXPECT_THAT(started->failures,
              ElementsAre(Failure{"arn:aws:ecs:us-east-1:123456789012:container-instance/demo/"
                                  "0123456789abcdef0123456789abcdef",
                                  "MISSING", ""}));
  wanted.container_instances = {instances[1]};
  EXPECT_THAT(world.cluster.start_task(wanted)->failures,
              ElementsAre(Failure{instances[1], "RESOURCE:MEMORY", ""}));
  wanted.container_instances = {};
  EXPECT_EQ(world.cluster.start_task(wanted).error().where, "/containerInstances");
}

TEST(StopTask, AnswersBeforeTheAgentActs) {
  World world;
  world.define("api");
  const std::string arn = world.cluster.run_task(request("api"))->tasks[0].arn;
  ASSERT_TRUE(world.cluster.tag(arn, {{"a", "b"}}));
  world.advance(10s);
  const auto stopped = world.cluster.stop_task(arn, "enough");
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->last_status, TaskStatus::running);
  EXPECT_EQ(stopped->desired_status, DesiredStatus::stopped);
  EXPECT_EQ(stopped->stop_code, StopCode::user_initiated);
  EXPECT_EQ(stopped->stopped_reason, "enough");
  EXPECT_NE(stopped->stopping_at, std::nullopt);
  EXPECT_THAT(*world.cluster.tags(arn), IsEmpty()) << "StopTask deletes a task's tags";
  world.advance(5s);
  EXPECT_EQ(world.cluster.describe_tasks({arn}).tasks[0].last_status, TaskStatus::stopped);
  EXPECT_TRUE(world.cluster.stop_task(arn, "again")) << "harmless";
  EXPECT_EQ(world.cluster.describe_tasks({arn}).tasks[0].stopped_reason, "enough");
  EXPECT_EQ(to_string(world.cluster.stop_task("none", "").error()),
            "/task: The referenced task was not found: none (InvalidParameterException)");
}

TEST(StoppedTasks, GiveTheirRoomBackWhenTheyHaveStoppedAndNotBefore) {
  World world(1, {group(1, 1024, 300)});
  world.define("api");
  const std::string id = world.cluster.run_task(request("api"))->tasks[0].id;
  world.advance(10s);
  ASSERT_TRUE(world.cluster.stop_task(id, ""));
  world.advance(1s);
  EXPECT_THAT(world.cluster.run_task(request("api"))->tasks, IsEmpty()) << "still STOPPING";
  world.advance(5s);
  EXPECT_THAT(world.cluster.run_task(request("api"))->tasks, SizeIs(1));
}

TEST(StoppedTasks, AreDescribedForAnHour) {
  World world;
  world.define("api");
  const std::string id = world.cluster.run_task(request("api"))->tasks[0].id;
  world.advance(10s);
  ASSERT_TRUE(world.cluster.stop_task(id, ""));
  world.advance(59min);
  EXPECT_THAT(world.cluster.describe_tasks({id}).tasks, SizeIs(1));
  world.advance(2min);
  EXPECT_THAT(
      world.cluster.describe_tasks({id}).failures,
      ElementsAre(Failure{"arn:aws:ecs:us-east-1:123456789012:task/demo/" + id, "MISSING", ""}));
  EXPECT_THAT(world.cluster.tasks(), IsEmpty());
}

TEST(ListTasks, FiltersByEveryMember) {
  World world(1, {group(2, 1024, 4000)});
  world.run_service(world.spec("api", 1));
  world.define("users");
  RunTaskRequest wanted = request("users");
  wanted.task.started_by = "cron";
  const TaskDescription cron = world.cluster.run_task(wanted)->tasks[0];
  const std::string service_task = world.cluster.tasks("api").front().arn;
  world.advance(10s);
  const auto list = [&](const TaskFilter& filter) { return *world.cluster.list_tasks(filter); };
  EXPECT_THAT(list({}), ElementsAre(service_task, cron.arn));
  TaskFilter filter;
  filter.family = "users";
  EXPECT_THAT(list(filter), ElementsAre(cron.arn));
  filter = {};
  filter.service = "arn:aws:ecs:us-east-1:123456789012:service/demo/api";
  EXPECT_THAT(list(filter), ElementsAre(service_task));
  filter = {};
  filter.started_by = "cron";
  EXPECT_THAT(list(filter), ElementsAre(cron.arn));
  filter.family = "users";
  EXPECT_EQ(world.cluster.list_tasks(filter).error().where, "/startedBy");
  filter = {};
  filter.container_instance = cron.container_instance_arn;
  EXPECT_THAT(list(filter), ::testing::Contains(cron.arn));
  filter.container_instance = "none";
  EXPECT_EQ(world.cluster.list_tasks(filter).error().where, "/containerInstance");
  filter = {};
  filter.service = "none";
  EXPECT_EQ(world.cluster.list_tasks(filter).error().code, "ServiceNotFoundException");
  ASSERT_TRUE(world.cluster.stop_task(cron.id, ""));
  filter = {};
  EXPECT_THAT(list(filter), ElementsAre(service_task)) << "by the desired status";
  filter.desired_status = DesiredStatus::stopped;
  EXPECT_THAT(list(filter), ElementsAre(cron.arn));
}

TEST(TaskProtection, IsGivenToTasksOfServicesForATime) {
  World world;
  world.run_service(world.spec("api", 1));
  const std::string protected_arn = world.cluster.tasks("api")[0].arn;
  world.define("users");
  const std::string alone = world.cluster.run_task(request("users"))->tasks[0].arn;
  const auto answer =
      world.cluster.update_task_protection({protected_arn, alone, "none"}, true, 10min);
  ASSERT_TRUE(answer);
  ASSERT_THAT(answer->protected_tasks, SizeIs(1));
  EXPECT_EQ(answer->protected_tasks[0].expires_at, world.clock.wall_now() + 10min);
  ASSERT_THAT(answer->failures, SizeIs(2));
  EXPECT_EQ(answer->failures[0].reason, "TASK_NOT_VALID");
  EXPECT_EQ(answer->failures[1].reason, "MISSING");
  EXPECT_NE(world.cluster.task_protection({}).protected_tasks[0].expires_at, std::nullopt);
  world.advance(11min);
  EXPECT_EQ(world.cluster.task_protection({}).protected_tasks[0].expires_at, std::nullopt);
  EXPECT_EQ(world.cluster.update_task_protection({protected_arn}, true, 2881min).error().where,
            "/expiresInMinutes");
}

TEST(ShutDown, StopsStandaloneTasksToo) {
  World world;
  world.define("api");
  ASSERT_TRUE(world.cluster.run_task(request("api", 2)));
  world.advance(10s);
  bool done = false;
  world.cluster.shut_down([&] { done = true; });
  world.advance(5s);
  EXPECT_TRUE(done);
  EXPECT_EQ(world.runtime.containers(), 0U);
}

}  // namespace
}  // namespace cutover::containers

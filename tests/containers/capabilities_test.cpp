// What task definitions ask of agents, and where tasks go that ask for something unusual.

#include "containers/capabilities.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/containers/fake_world.hpp"

namespace cutover::containers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::World;
using namespace std::chrono_literals;

TaskDefinition one_container(const std::string& image = "api") {
  TaskDefinition definition;
  definition.family = "api";
  ContainerDefinition container;
  container.name = "api";
  container.image = image;
  container.memory = 256;
  definition.containers.push_back(container);
  return definition;
}

TEST(RequiredAttributes, AreNoneForWhatEveryAgentHasAlwaysDone) {
  EXPECT_THAT(required_attributes(one_container()), IsEmpty());
}

TEST(RequiredAttributes, FollowFromWhatTheDefinitionUses) {
  TaskDefinition definition =
      one_container("123456789012.dkr.ecr.us-east-1.amazonaws.com/api:latest");
  EXPECT_THAT(required_attributes(definition),
              ElementsAre("com.amazonaws.ecs.capability.ecr-auth"));
  definition.execution_role_arn = "arn:aws:iam::1:role/run";
  definition.containers[0].carried = {{"logConfiguration", R"({"logDriver": "awslogs"})"}};
  EXPECT_THAT(required_attributes(definition),
              ElementsAre("com.amazonaws.ecs.capability.docker-remote-api.1.19",
                          "com.amazonaws.ecs.capability.ecr-auth",
                          "com.amazonaws.ecs.capability.logging-driver.awslogs",
                          "ecs.capability.execution-role-awslogs",
                          "ecs.capability.execution-role-ecr-pull"));
}

TEST(RequiredAttributes, FollowFromTheNetworkModeAndTheRole) {
  TaskDefinition definition = one_container();
  definition.network_mode = NetworkMode::awsvpc;
  EXPECT_THAT(required_attributes(definition),
              ElementsAre("com.amazonaws.ecs.capability.docker-remote-api.1.18",
                          "ecs.capability.task-eni"));
  definition.network_mode = NetworkMode::host;
  definition.task_role_arn = "arn:aws:iam::1:role/task";
  EXPECT_THAT(required_attributes(definition),
              ElementsAre("com.amazonaws.ecs.capability.task-iam-role",
                          "com.amazonaws.ecs.capability.task-iam-role-network-host"));
}

TEST(RequiredAttributes, FollowFromHowContainersWaitAndAreWatched) {
  TaskDefinition definition = one_container();
  ContainerDefinition& container = definition.containers[0];
  container.stop_timeout = 5s;
  container.health_check = ContainerHealthCheck{{"CMD", "true"}};
  EXPECT_THAT(
      required_attributes(definition),
      ElementsAre("com.amazonaws.ecs.capability.docker-remote-api.1.24",
                  "ecs.capability.container-health-check", "ecs.capability.container-ordering"));
}

/// A task definition whose log driver agents do not know.
void define_with_journald(World& world) {
  TaskDefinition definition = one_container();
  definition.containers[0].port_mappings = {{3000, 0}};
  definition.containers[0].carried = {{"logConfiguration", R"({"logDriver": "journald"})"}};
  ASSERT_TRUE(world.definitions.register_definition(definition));
}

constexpr const char* journald = "com.amazonaws.ecs.capability.logging-driver.journald";

TEST(Capabilities, ThatNoAgentHasKeepATaskFromItsPlace) {
  World world;
  define_with_journald(world);
  RunTaskRequest wanted;
  wanted.task.task_definition = "api";
  const auto answer = world.cluster.run_task(wanted);
  ASSERT_EQ(answer->failures.size(), 1U);
  EXPECT_EQ(answer->failures[0].reason, "ATTRIBUTE");
  ASSERT_TRUE(world.cluster.create_service(world.spec("api", 1)));
  world.advance(10s);
  EXPECT_THAT(world.events("api").back(),
              HasSubstr("is missing an attribute required by your task."));
}

TEST(Capabilities, ThatOneAgentHasTakeTheTaskThere) {
  World world(1, {ContainerInstanceGroup{3, {}}});
  define_with_journald(world);
  ContainerInstanceSpec spec;
  spec.capabilities = {journald};
  const auto able = world.cluster.register_container_instance(spec);
  ASSERT_TRUE(able);
  RunTaskRequest wanted;
  wanted.task.task_definition = "api";
  wanted.count = 2;
  const auto answer = world.cluster.run_task(wanted);
  ASSERT_EQ(answer->tasks.size(), 2U);
  for (const auto& task : answer->tasks) {
    EXPECT_EQ(task.container_instance_arn, able->instance.arn);
  }
}

TEST(Capabilities, AreAmongTheAttributesThatAreListedAndAskedFor) {
  World world;
  const auto listed = world.cluster.list_attributes("ecs.capability.task-eni", "");
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].value, "");
  EXPECT_EQ(world.cluster.list_attributes(journald, "").size(), 0U);
  const auto query = [&](const char* text) {
    return world.cluster.list_container_instances(text, std::nullopt)->size();
  };
  EXPECT_EQ(query("attribute:ecs.capability.task-eni exists"), 1U);
  EXPECT_EQ(query("attribute:ecs.capability.task-fly exists"), 0U);
}

TEST(Capabilities, AreNotAUsersToPut) {
  World world;
  const auto arn = world.cluster.list_container_instances("", std::nullopt)->at(0);
  EXPECT_FALSE(world.cluster.put_attributes({{arn, journald, ""}}));
}

TEST(Constraints, AreTenAtMostTogetherWithTheDefinitions) {
  World world;
  TaskDefinition definition = one_container();
  const PlacementConstraint anywhere{PlacementConstraint::Type::member_of,
                                     "attribute:ecs.os-type == linux"};
  definition.placement_constraints = std::vector<PlacementConstraint>(4, anywhere);
  ASSERT_TRUE(world.definitions.register_definition(definition));
  RunTaskRequest wanted;
  wanted.task.task_definition = "api";
  wanted.placement_constraints = std::vector<PlacementConstraint>(6, anywhere);
  EXPECT_TRUE(world.cluster.run_task(wanted));
  wanted.placement_constraints.push_back(anywhere);
  EXPECT_EQ(to_string(world.cluster.run_task(wanted).error()),
            "/placementConstraints: found 7 beside the task definition's 4; allowed are 10 "
            "together (InvalidParameterException)");
  ServiceSpec spec = world.spec("api", 1);
  spec.load_balancers.clear();
  spec.placement_constraints = wanted.placement_constraints;
  EXPECT_FALSE(world.cluster.create_service(spec));
}

}  // namespace
}  // namespace cutover::containers

// Service deployments and service revisions: the record that each deployment leaves, and stopping
// one that is under way.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/containers/fake_world.hpp"

namespace cutover::containers {
namespace {

using testing::World;
using namespace std::chrono_literals;

ServiceDeploymentDescription latest(const World& world) {
  const auto all = world.cluster.service_deployments("api");
  EXPECT_TRUE(all);
  return all->front();
}

TEST(ServiceDeployments, BeginWithTheService) {
  World world;
  world.define("api");
  ASSERT_TRUE(world.cluster.create_service(world.spec("api", 2)));
  const ServiceDeploymentDescription first = latest(world);
  EXPECT_EQ(first.deployment.status, ServiceDeploymentStatus::in_progress);
  EXPECT_EQ(first.deployment.breaker, MonitorStatus::disabled);
  EXPECT_TRUE(first.sources.empty());
  EXPECT_EQ(world.service("api").current_service_deployment, first.deployment.arn);
  world.advance(60s);
  const ServiceDeploymentDescription done = latest(world);
  EXPECT_EQ(done.deployment.arn, first.deployment.arn);
  EXPECT_EQ(done.deployment.status, ServiceDeploymentStatus::successful);
  EXPECT_EQ(done.target.requested_task_count, 2U);
  EXPECT_EQ(done.target.running_task_count, 2U);
  EXPECT_GT(done.deployment.finished_at, done.deployment.started_at);
  EXPECT_EQ(world.service("api").current_service_deployment, "");
}

TEST(ServiceDeployments, NameWhatTheyDeployAndWhatItReplaces) {
  World world;
  world.run_service(world.spec("api", 2));
  const std::string before = latest(world).target.arn;
  world.define("api");
  world.deploy("api", "api:2");
  const ServiceDeploymentDescription now = latest(world);
  ASSERT_EQ(now.sources.size(), 1U);
  EXPECT_EQ(now.sources[0].arn, before);
  EXPECT_EQ(now.sources[0].running_task_count, 2U);
  const auto revisions = world.cluster.describe_service_revisions({now.target.arn, before});
  ASSERT_EQ(revisions.service_revisions.size(), 2U);
  EXPECT_EQ(revisions.service_revisions[0].revision->definition->reference(), "api:2");
  EXPECT_EQ(revisions.service_revisions[1].revision->definition->reference(), "api:1");
}

TEST(ServiceDeployments, ScalingIsNone) {
  World world;
  world.run_service(world.spec("api", 2));
  world.set_desired("api", 4);
  world.advance(60s);
  EXPECT_EQ(world.cluster.service_deployments("api")->size(), 1U);
}

TEST(ServiceDeployments, GoBackToTheOneBeforeWhenTheyAreStopped) {
  World world;
  world.run_service(world.spec("api", 2));
  const std::string good = latest(world).target.arn;
  // "api:3" takes long to start.
  TaskDefinition slow = world.define("api");
  world.runtime.apps["users"].start_up = 10min;
  slow.containers.front().image = "users:1";
  ASSERT_TRUE(world.definitions.register_definition(slow));
  world.deploy("api", "api:3");
  world.advance(5s);
  const std::string arn = latest(world).deployment.arn;
  ASSERT_TRUE(world.cluster.stop_service_deployment(arn));
  ASSERT_TRUE(latest(world).deployment.rollback);
  EXPECT_EQ(latest(world).deployment.status, ServiceDeploymentStatus::rollback_in_progress);
  EXPECT_EQ(latest(world).deployment.rollback->revision_arn, good);
  EXPECT_EQ(world.cluster.stop_service_deployment(arn).error().code, "ConflictException")
      << "it is being rolled back already";
  world.advance(15min);
  EXPECT_EQ(latest(world).deployment.arn, arn) << "the way back is part of it";
  EXPECT_EQ(latest(world).deployment.status, ServiceDeploymentStatus::rollback_successful);
  EXPECT_EQ(world.service("api").spec.task_definition, "api:1");
  EXPECT_EQ(world.service("api").running_count, 2U);
  EXPECT_EQ(world.tasks("api", TaskStatus::running).size(), 2U);
  EXPECT_EQ(world.cluster.stop_service_deployment(arn).error().code, "ConflictException");
}

TEST(ServiceDeployments, TheFirstOneStopsWhereItIs) {
  World world;
  world.define("api");
  world.runtime.apps["api"].start_up = 10min;
  ASSERT_TRUE(world.cluster.create_service(world.spec("api", 2)));
  world.advance(5s);
  ASSERT_TRUE(world.cluster.stop_service_deployment(latest(world).deployment.arn));
  EXPECT_EQ(latest(world).deployment.status, ServiceDeploymentStatus::stopped);
  EXPECT_TRUE(latest(world).deployment.stopped_at);
}

TEST(ServiceDeployments, OfADeletedServiceAreFoundWhenItsNameIsUsedAgain) {
  World world;
  world.run_service(world.spec("api", 1));
  const ServiceDeploymentDescription old = latest(world);
  ASSERT_TRUE(world.cluster.delete_service("api", true));
  world.advance(10min);
  ASSERT_TRUE(world.cluster.create_service(world.spec("api", 1)));
  EXPECT_EQ(world.cluster.service_deployments("api")->size(), 1U);
  EXPECT_NE(latest(world).deployment.arn, old.deployment.arn);
  const auto found = world.cluster.describe_service_deployments({old.deployment.arn});
  ASSERT_EQ(found.service_deployments.size(), 1U);
  EXPECT_EQ(found.service_deployments[0].target.running_task_count, 0U);
  EXPECT_EQ(world.cluster.describe_service_revisions({old.target.arn}).failures.size(), 0U);
}

TEST(ServiceDeployments, ThatAreNotThereAreFailures) {
  World world;
  world.run_service(world.spec("api", 1));
  const std::string arn = latest(world).deployment.arn;
  const std::string other = arn.substr(0, arn.size() - 4) + "none";
  const auto answer = world.cluster.describe_service_deployments({other, arn});
  EXPECT_EQ(answer.failures, std::vector<Failure>({{other, "MISSING", ""}}));
  EXPECT_EQ(answer.service_deployments.size(), 1U);
  EXPECT_EQ(world.cluster.describe_service_revisions({arn}).failures.size(), 1U);
  EXPECT_EQ(world.cluster.stop_service_deployment(other).error().code,
            "ServiceDeploymentNotFoundException");
  EXPECT_EQ(world.cluster.service_deployments("none").error().code, "ServiceNotFoundException");
}

}  // namespace
}  // namespace cutover::containers

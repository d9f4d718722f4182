// Deployments that fail: the circuit breaker, rollbacks, and the records they leave.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/containers/fake_world.hpp"

namespace cutover::containers {
namespace {

using ::testing::ElementsAre;
using testing::World;
using namespace std::chrono_literals;

ServiceSpec guarded(const World& world, std::uint32_t count, bool rollback) {
  ServiceSpec spec = world.spec("api", count);
  spec.deployment.circuit_breaker = {true, rollback};
  return spec;
}

/// Registers "api:2", whose tasks do not start, and deploys it.
void deploy_broken(World& world) {
  TaskDefinition broken = world.define("api");
  world.runtime.apps["users"].fails_to_start = true;
  broken.containers.front().image = "users:1";
  ASSERT_TRUE(world.definitions.register_definition(broken));
  world.deploy("api", "api:3");
}

TEST(CircuitBreakerOfAService, IsOffUnlessItIsAskedFor) {
  World world;
  world.run_service(world.spec("api", 1));
  deploy_broken(world);
  world.advance(30min);
  const ServiceDescription service = world.service("api");
  ASSERT_EQ(service.deployments.size(), 2U);
  EXPECT_EQ(service.deployments[0].rollout_state, RolloutState::in_progress);
  EXPECT_GT(service.deployments[0].failed_tasks, 3U);
  EXPECT_EQ(service.deployments[1].running_count, 1U);
}

TEST(CircuitBreakerOfAService, WithoutRollbackLeavesTheFailedDeploymentPrimary) {
  World world;
  world.run_service(guarded(world, 1, false));
  deploy_broken(world);
  world.advance(10min);
  const ServiceDescription service = world.service("api");
  ASSERT_EQ(service.deployments.size(), 2U);
  EXPECT_EQ(service.deployments[0].status, DeploymentStatus::primary);
  EXPECT_EQ(service.deployments[0].rollout_state, RolloutState::failed);
  EXPECT_EQ(service.deployments[0].rollout_state_reason,
            "ECS deployment circuit breaker: tasks failed to start.");
  EXPECT_EQ(service.deployments[0].failed_tasks, 3U) << "it starts no more";
  EXPECT_EQ(service.deployments[1].running_count, 1U);
  const auto events = world.events("api");
  EXPECT_EQ(std::count(events.begin(), events.end(),
                       "(deployment *) deployment failed: tasks failed to start."),
            1);
}

TEST(CircuitBreakerOfAService, RollsBackToTheDeploymentThatWasCompletedLast) {
  World world;
  world.run_service(guarded(world, 2, true));
  const std::string good = world.service("api").deployments.front().id;
  deploy_broken(world);
  world.advance(5min);
  const ServiceDescription service = world.service("api");
  ASSERT_EQ(service.deployments.size(), 1U);
  EXPECT_EQ(service.deployments[0].id, good);
  EXPECT_EQ(service.deployments[0].rollout_state, RolloutState::completed);
  EXPECT_EQ(service.spec.task_definition, "api:1");
  EXPECT_EQ(service.running_count, 2U);
  auto events = world.events("api");
  events.erase(events.begin(), events.end() - 4);
  EXPECT_THAT(events,
              ElementsAre("(deployment *) deployment failed: tasks failed to start.",
                          "rolling back to deployment " + good + ".",
                          "(deployment *) deployment completed.", "has reached a steady state."));
}

TEST(CircuitBreakerOfAService, SaysWhatItRollsBackTo) {
  World world;
  world.run_service(guarded(world, 1, true));
  const std::string good = world.service("api").deployments.front().id;
  deploy_broken(world);
  std::string reason;
  ASSERT_TRUE(world.advance_until(
      [&] {
        for (const ServiceEvent& event : world.service("api").events) {
          if (event.message.find("rolling back") != std::string::npos) reason = event.message;
        }
        return !reason.empty();
      },
      2min));
  EXPECT_EQ(reason, "(service api) rolling back to deployment " + good + ".");
}

TEST(CircuitBreakerOfAService, StallsWhenNoDeploymentWasEverCompleted) {
  World world;
  world.define("api");
  world.runtime.apps["api"].fails_to_start = true;
  ASSERT_TRUE(world.cluster.create_service(guarded(world, 2, true)));
  world.advance(10min);
  const ServiceDescription service = world.service("api");
  ASSERT_EQ(service.deployments.size(), 1U);
  EXPECT_EQ(service.deployments[0].rollout_state, RolloutState::failed);
  const std::size_t tried = world.cluster.tasks("api").size();
  world.advance(30min);
  EXPECT_EQ(world.cluster.tasks("api").size(), tried);
}

TEST(CircuitBreakerOfAService, DoesNotRollBackFromARollback) {
  World world;
  ServiceSpec spec = guarded(world, 1, true);
  spec.deployment.minimum_healthy_percent = 0;
  spec.deployment.maximum_percent = 100;
  spec.availability_zone_rebalancing = false;
  world.registry.groups["api"].deregistration_delay = 1s;
  world.run_service(spec);
  world.runtime.apps["api"].fails_to_start = true;
  deploy_broken(world);
  world.advance(10min);
  const ServiceDescription service = world.service("api");
  EXPECT_EQ(service.deployments[0].task_definition, "api:1");
  EXPECT_EQ(service.deployments[0].rollout_state, RolloutState::failed);
  EXPECT_EQ(world.cluster.service_deployments("api")->front().deployment.status,
            ServiceDeploymentStatus::rollback_failed);
  const std::size_t tried = world.cluster.tasks("api").size();
  EXPECT_EQ(tried, 7U) << "the first one, three of the new and three of the old definition";
  world.advance(30min);
  EXPECT_EQ(world.cluster.tasks("api").size(), tried);
}

TEST(CircuitBreakerOfAService, TripsOnFailedHealthChecks) {
  World world;
  ServiceSpec spec = guarded(world, 1, false);
  world.define("api");
  world.registry.groups["api"].deregistration_delay = 1s;
  world.registry.set_failing("api", true);
  spec.deployment.maximum_percent = 100;
  spec.availability_zone_rebalancing = false;
  ASSERT_TRUE(world.cluster.create_service(spec));
  world.advance(3min);
  EXPECT_EQ(world.service("api").deployments[0].rollout_state, RolloutState::failed);
  EXPECT_EQ(world.service("api").deployments[0].failed_tasks, 3U);
}

TEST(CircuitBreakerOfAService, TripsOnFailedContainerChecks) {
  World world;
  TaskDefinition checked = world.define("api");
  checked.containers.front().health_check = ContainerHealthCheck{{"CMD", "true"}};
  ASSERT_TRUE(world.definitions.register_definition(checked));
  world.runtime.apps["api"].executed_code = 1;
  ServiceSpec spec = guarded(world, 1, false);
  spec.load_balancers.clear();
  spec.deployment.maximum_percent = 100;
  spec.availability_zone_rebalancing = false;
  const auto created = world.cluster.create_service(spec);
  ASSERT_TRUE(created) << to_string(created.error());
  world.advance(15min);
  EXPECT_EQ(world.service("api").deployments[0].rollout_state, RolloutState::failed);
  EXPECT_EQ(world.service("api").deployments[0].failed_tasks, 3U);
  EXPECT_EQ(world.tasks("api", TaskStatus::stopped).back().stopped_reason,
            "Task failed container health checks");
}

TEST(CircuitBreakerOfAService, DoesNotSeeAProgramThatRunsAndCrashes) {
  World world;
  ServiceSpec spec = guarded(world, 1, true);
  spec.load_balancers.clear();
  world.define("api");
  ASSERT_TRUE(world.cluster.create_service(spec));
  for (int i = 0; i < 20; ++i) {
    world.advance(5s);
    for (const std::uint16_t port : world.runtime.ports()) world.runtime.crash(port, 1);
  }
  EXPECT_EQ(world.service("api").deployments[0].rollout_state, RolloutState::in_progress);
  EXPECT_EQ(world.service("api").deployments[0].failed_tasks, 0U);
}

TEST(CircuitBreakerOfAService, ANewTaskDefinitionBeginsAnew) {
  World world;
  world.run_service(guarded(world, 1, false));
  deploy_broken(world);
  world.advance(5min);
  world.deploy("api", "api:2");
  world.advance(20s);
  const ServiceDescription service = world.service("api");
  EXPECT_EQ(service.deployments[0].task_definition, "api:2");
  EXPECT_EQ(service.deployments[0].running_count, 1U) << "the throttle is cleared as well";
}

}  // namespace
}  // namespace cutover::containers

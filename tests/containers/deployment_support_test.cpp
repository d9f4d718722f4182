// What deployments need of the world: refused when it is not there, alarms that watch over rolling
// updates, and what becomes of deployments when a service ends or comes back.

#include "containers/deployment_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/containers/shifted_service.hpp"

namespace cutover::containers {
namespace {

using testing::hook;
using testing::Shifted;
using testing::World;
using namespace std::chrono_literals;

using Status = ServiceDeploymentStatus;

TEST(ServiceThatShifts, WhatItNeedsHasToBeThere) {
  struct Row {
    const char* where;
    std::function<void(Shifted&)> spoil;
  };
  const std::string advanced = "/loadBalancers/0/advancedConfiguration";
  for (const Row& row : {
           Row{"/loadBalancers/0/advancedConfiguration/productionListenerRule",
               [](Shifted& s) {
                 s.spec.load_balancers[0].advanced->production_listener_rule = "other";
               }},
           Row{"/loadBalancers/0/advancedConfiguration/testListenerRule",
               [](Shifted& s) { s.spec.load_balancers[0].advanced->test_listener_rule = "other"; }},
           Row{"/loadBalancers/0/advancedConfiguration/testListenerRule",
               [](Shifted& s) {
                 s.spec.load_balancers[0].advanced->test_listener_rule = "production";
               }},
           Row{"/loadBalancers/0/advancedConfiguration/alternateTargetGroupArn",
               [](Shifted& s) { s.world.registry.groups.erase("green"); }},
           Row{"/loadBalancers/0/advancedConfiguration/alternateTargetGroupArn",
               [](Shifted& s) {
                 s.spec.load_balancers[0].advanced->alternate_target_group = "api";
               }},
           Row{"/deploymentConfiguration/lifecycleHooks/0/hookTargetArn",
               [](Shifted& s) {
                 s.spec.deployment.hooks = {hook(LifecycleStage::pre_scale_up)};
                 s.spec.deployment.hooks[0].hook_target_arn = "arn:other";
               }},
           Row{"/deploymentConfiguration/alarms/alarmNames/0",
               [](Shifted& s) {
                 s.spec.deployment.alarms = DeploymentAlarms{{"other"}, true, true};
               }},
           Row{"/deploymentConfiguration/alarms/alarmNames",
               [](Shifted& s) {
                 s.spec.deployment.alarms = DeploymentAlarms{{}, true, true};
               }},
       }) {
    SCOPED_TRACE(row.where);
    Shifted shifted;
    row.spoil(shifted);
    const auto refused = shifted.world.cluster.create_service(shifted.spec);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().where, row.where);
  }
}

TEST(AlarmsOfARollingUpdate, RollItBack) {
  World world;
  ServiceSpec spec = world.spec("api", 2);
  spec.deployment.alarms = DeploymentAlarms{{"errors"}, true, true};
  world.define("api");
  ASSERT_TRUE(world.cluster.create_service(spec));
  world.advance(1min);
  EXPECT_EQ(world.service("api").deployments[0].rollout_state, RolloutState::in_progress)
      << "the alarms are watched for a while after its last step";
  world.advance(2min);
  EXPECT_EQ(world.service("api").deployments[0].rollout_state, RolloutState::completed);
  world.define("api");
  world.deploy("api", "api:2");
  world.advance(3s);
  world.alarms.states["errors"] = AlarmState::alarm;
  world.advance(10min);
  const ServiceDescription service = world.service("api");
  ASSERT_EQ(service.deployments.size(), 1U);
  EXPECT_EQ(service.deployments[0].task_definition, "api:1");
  const ServiceDeployment record = world.cluster.service_deployments("api")->front().deployment;
  EXPECT_EQ(record.status, Status::rollback_successful);
  EXPECT_EQ(record.rollback->reason,
            "Service deployment rolled back because of alarms: alarm detected.");
}

TEST(AlarmsOfARollingUpdate, AreLeftAloneWhenOneRingsAtTheStart) {
  World world;
  ServiceSpec spec = world.spec("api", 2);
  spec.deployment.alarms = DeploymentAlarms{{"errors"}, true, true};
  world.define("api");
  world.alarms.states["errors"] = AlarmState::alarm;
  ASSERT_TRUE(world.cluster.create_service(spec));
  world.advance(1min);
  EXPECT_EQ(world.service("api").deployments[0].rollout_state, RolloutState::completed);
  EXPECT_EQ(world.cluster.service_deployments("api")->front().deployment.alarms,
            MonitorStatus::disabled);
}

TEST(DeletionOfAService, EndsTheTasksOfAFailedDeploymentAndOfTheOneBeforeIt) {
  World world;
  ServiceSpec spec = world.spec("api", 2);
  spec.deployment.circuit_breaker = {true, false};
  world.run_service(spec);
  world.runtime.apps["api"].fails_to_start = true;
  world.define("api");
  world.deploy("api", "api:2");
  world.advance(10min);
  ASSERT_EQ(world.service("api").deployments[0].rollout_state, RolloutState::failed);
  ASSERT_TRUE(world.cluster.delete_service("api", true));
  world.advance(10min);
  EXPECT_EQ(world.service("api").status, ServiceStatus::inactive);
  EXPECT_TRUE(world.tasks("api", TaskStatus::running).empty());
}

TEST(ServiceThatShifts, ComesBackWhereItStoodAndGoesOnFromThere) {
  Shifted before;
  before.run();
  before.world.deploy("api", "api:2");
  before.world.advance(15min);
  ASSERT_EQ(before.state(), "SUCCESSFUL CLEAN_UP 100");
  const auto saved = before.world.cluster.saved_service("api");
  ASSERT_TRUE(saved);

  Shifted after;
  after.world.define("api");
  after.world.define("api");
  ASSERT_TRUE(after.world.cluster.restore_service(*saved));
  after.world.advance(1min);
  EXPECT_EQ(after.healthy("green"), 2U) << "the group that it had come to";
  EXPECT_EQ(after.healthy("api"), 0U);
  EXPECT_THAT(after.what(), ::testing::ElementsAre("start api", "register green"))
      << "no traffic moves";
  after.world.deploy("api", "api:3");
  after.world.advance(2min);
  EXPECT_EQ(after.state(), "IN_PROGRESS BAKE_TIME 100");
  EXPECT_EQ(after.world.router.splits["production"], (TrafficSplit{"green", "api", 100}));
}

}  // namespace
}  // namespace cutover::containers

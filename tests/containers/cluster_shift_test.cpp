// Deployments of services that shift traffic between two target groups, from the first one on:
// what is done to listener rules and tasks, in which order, and what the records say of it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/containers/shifted_service.hpp"

namespace cutover::containers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::hook;
using testing::pause;
using testing::Shifted;
using namespace std::chrono_literals;

using Status = ServiceDeploymentStatus;

TEST(ServiceThatShifts, ItsFirstDeploymentTakesAllTrafficAtOnce) {
  for (const auto strategy :
       {DeploymentStrategy::blue_green, DeploymentStrategy::linear, DeploymentStrategy::canary}) {
    SCOPED_TRACE(to_string(strategy));
    Shifted shifted(strategy);
    shifted.create();
    shifted.world.advance(1min);
    EXPECT_THAT(shifted.what(), ElementsAre("start api", "register api", "test -> api 100",
                                            "production -> api 100"));
    EXPECT_EQ(shifted.state(), "IN_PROGRESS BAKE_TIME 100");
    EXPECT_EQ(shifted.world.router.splits["production"], (TrafficSplit{"green", "api", 100}));
    shifted.world.advance(5min);
    EXPECT_EQ(shifted.state(), "SUCCESSFUL CLEAN_UP 100");
    EXPECT_TRUE(shifted.world.service("api").stable());
    EXPECT_EQ(shifted.world.events("api").back(), "has reached a steady state.");
  }
}

TEST(ServiceThatShifts, BlueGreenMovesAllTrafficAtOnceAndEndsTheOldTasksAfterTheBake) {
  Shifted shifted;
  shifted.run();
  shifted.world.deploy("api", "api:2");
  shifted.world.advance(5min);
  EXPECT_THAT(shifted.what(),
              ElementsAre("production -> green 0", "test -> green 0", "start api", "register green",
                          "test -> green 100", "production -> green 100"));
  EXPECT_EQ(shifted.state(), "IN_PROGRESS BAKE_TIME 100");
  EXPECT_EQ(shifted.healthy("api"), 2U) << "the way back stays open";
  EXPECT_EQ(shifted.healthy("green"), 2U);
  shifted.world.advance(30s);
  EXPECT_THAT(shifted.what(), ElementsAre("deregister api"));
  EXPECT_EQ(shifted.state(), "IN_PROGRESS CLEAN_UP 100");
  shifted.world.advance(5min);
  EXPECT_THAT(shifted.what(), ElementsAre("SIGTERM api"));
  EXPECT_EQ(shifted.state(), "SUCCESSFUL CLEAN_UP 100");
  const ServiceDescription service = shifted.world.service("api");
  ASSERT_EQ(service.deployments.size(), 1U);
  EXPECT_EQ(service.deployments[0].task_definition, "api:2");
  EXPECT_EQ(service.deployments[0].rollout_state, RolloutState::completed);
  EXPECT_EQ(service.running_count, 2U);
}

TEST(ServiceThatShifts, TheGroupsSwapWithEachDeployment) {
  Shifted shifted;
  shifted.run();
  shifted.world.deploy("api", "api:2");
  shifted.world.advance(15min);
  shifted.what();
  shifted.world.deploy("api", "api:1");
  shifted.world.advance(4min);
  EXPECT_THAT(shifted.what(),
              ElementsAre("production -> api 0", "test -> api 0", "start api", "register api",
                          "test -> api 100", "production -> api 100"));
  EXPECT_EQ(shifted.world.router.splits["production"], (TrafficSplit{"green", "api", 100}));
}

TEST(ServiceThatShifts, LinearMovesStepByStep) {
  Shifted shifted(DeploymentStrategy::linear);
  shifted.spec.deployment.linear = LinearConfiguration{40, 2min};
  shifted.run();
  shifted.world.deploy("api", "api:2");
  shifted.world.advance(1min);
  EXPECT_EQ(shifted.state(), "IN_PROGRESS PRODUCTION_TRAFFIC_SHIFT 40");
  const auto described = shifted.world.cluster.service_deployments("api")->front();
  EXPECT_EQ(described.target.requested_production_traffic_weight, 40);
  ASSERT_EQ(described.sources.size(), 1U);
  EXPECT_EQ(described.sources[0].requested_production_traffic_weight, 60);
  EXPECT_EQ(described.sources[0].running_task_count, 2U);
  shifted.world.advance(2min);
  EXPECT_EQ(shifted.state(), "IN_PROGRESS PRODUCTION_TRAFFIC_SHIFT 80");
  shifted.world.advance(2min);
  EXPECT_EQ(shifted.state(), "IN_PROGRESS BAKE_TIME 100");
  EXPECT_THAT(shifted.what(),
              ElementsAre("production -> green 0", "test -> green 0", "start api", "register green",
                          "test -> green 100", "production -> green 40", "production -> green 80",
                          "production -> green 100"));
  shifted.world.advance(15min);
  EXPECT_EQ(shifted.state(), "SUCCESSFUL CLEAN_UP 100");
}

TEST(ServiceThatShifts, CanaryTakesASmallStepAndTheRest) {
  Shifted shifted(DeploymentStrategy::canary);
  shifted.spec.deployment.canary = CanaryConfiguration{12.5, 3min};
  shifted.run();
  shifted.world.deploy("api", "api:2");
  shifted.world.advance(2min);
  EXPECT_EQ(shifted.state(), "IN_PROGRESS PRODUCTION_TRAFFIC_SHIFT 12.5");
  shifted.world.advance(2min);
  EXPECT_EQ(shifted.state(), "IN_PROGRESS BAKE_TIME 100");
}

TEST(ServiceThatShifts, NoTrafficMovesBeforeEveryTargetIsHealthy) {
  Shifted shifted;
  shifted.run();
  shifted.world.registry.set_failing("green", true);
  shifted.world.deploy("api", "api:2");
  shifted.world.advance(30min);
  EXPECT_EQ(shifted.state(), "IN_PROGRESS SCALE_UP 0");
  EXPECT_EQ(shifted.world.router.splits["production"].target_percent, 0);
  EXPECT_EQ(shifted.healthy("api"), 2U);
}

TEST(ServiceThatShifts, AHookGetsWhatEcsPassesToALambdaFunction) {
  Shifted shifted;
  shifted.spec.deployment.hooks = {hook(LifecycleStage::test_traffic_shift)};
  shifted.spec.deployment.hooks.front().details = R"({"suite":"smoke"})";
  shifted.world.hooks.answers = {{HookStatus::succeeded}};
  shifted.run();
  shifted.world.hooks.answers = {{HookStatus::in_progress, 60s, R"({"run":7})"},
                                 {HookStatus::succeeded}};
  shifted.world.deploy("api", "api:2");
  shifted.world.advance(30s);
  EXPECT_EQ(shifted.state(), "IN_PROGRESS TEST_TRAFFIC_SHIFT 0");
  const ServiceDeployment record = shifted.record();
  ASSERT_EQ(record.hooks.size(), 1U);
  EXPECT_EQ(record.hooks[0].status, HookStatus::in_progress);
  const std::string target = record.target->arn;
  const std::string source = record.sources.front().revision->arn;
  const nlohmann::json first{{"executionId", "TEST_TRAFFIC_SHIFT-0"},
                             {"lifecycleStage", "TEST_TRAFFIC_SHIFT"},
                             {"resourceArn", record.arn},
                             {"executionDetails",
                              {{"serviceArn", shifted.world.service("api").arn},
                               {"targetServiceRevisionArn", target},
                               {"testTrafficWeights", {{target, 100}, {source, 0}}},
                               {"productionTrafficWeights", nlohmann::json::object()}}},
                             {"hookDetails", {{"suite", "smoke"}}}};
  ASSERT_EQ(shifted.world.hooks.payloads.size(), 2U) << "one was the first deployment's";
  EXPECT_EQ(nlohmann::json::parse(shifted.world.hooks.payloads[1]), first);
  shifted.world.advance(1min);
  ASSERT_EQ(shifted.world.hooks.payloads.size(), 3U);
  EXPECT_EQ(nlohmann::json::parse(shifted.world.hooks.payloads[2])["hookDetails"],
            nlohmann::json({{"run", 7}}));
  EXPECT_EQ(shifted.state(), "IN_PROGRESS BAKE_TIME 100");
}

TEST(ServiceThatShifts, AFailedHookRollsBack) {
  Shifted shifted;
  shifted.run();
  ServiceUpdate change;
  change.task_definition = "api:2";
  change.deployment.hooks = {hook(LifecycleStage::post_production_traffic_shift)};
  shifted.world.hooks.answers = {{HookStatus::failed}};
  shifted.update(change);
  shifted.world.advance(1min);
  EXPECT_THAT(shifted.what(),
              ElementsAre("production -> green 0", "test -> green 0", "start api", "register green",
                          "test -> green 100", "production -> green 100", "production -> green 0",
                          "test -> green 0", "deregister green"));
  EXPECT_EQ(shifted.state(), "ROLLBACK_IN_PROGRESS CLEAN_UP 0");
  EXPECT_EQ(shifted.world.service("api").deployments[0].task_definition, "api:1");
  shifted.world.advance(6min);
  EXPECT_EQ(shifted.state(), "ROLLBACK_SUCCESSFUL CLEAN_UP 0");
  EXPECT_EQ(shifted.record().rollback->reason,
            "Service deployment rolled back because of lifecycle hook: "
            "POST_PRODUCTION_TRAFFIC_SHIFT-0 failed.");
  const ServiceDescription service = shifted.world.service("api");
  ASSERT_EQ(service.deployments.size(), 1U);
  EXPECT_EQ(service.deployments[0].rollout_state, RolloutState::completed);
  EXPECT_EQ(shifted.healthy("api"), 2U);
  EXPECT_EQ(shifted.healthy("green"), 0U);
}

TEST(ServiceThatShifts, AHookThatHangsTimesOutAndItsCallIsEnded) {
  Shifted shifted;
  shifted.run();
  ServiceUpdate change;
  change.task_definition = "api:2";
  change.deployment.hooks = {hook(LifecycleStage::pre_scale_up)};
  shifted.update(change);
  shifted.world.advance(29min);
  EXPECT_EQ(shifted.state(), "IN_PROGRESS PRE_SCALE_UP 0");
  EXPECT_EQ(shifted.world.hooks.under_way, 1);
  shifted.world.advance(2min);
  EXPECT_EQ(shifted.record().status, Status::rollback_successful);
  EXPECT_EQ(shifted.world.hooks.under_way, 0);
  EXPECT_EQ(shifted.world.runtime.launches.size(), 2U) << "nothing was started";
}

TEST(ServiceThatShifts, APauseEndsWithAnAnswer) {
  for (const auto action :
       {LifecycleHook::TimeoutAction::go_on, LifecycleHook::TimeoutAction::rollback}) {
    Shifted shifted;
    shifted.run();
    ServiceUpdate change;
    change.task_definition = "api:2";
    change.deployment.hooks = {pause(LifecycleStage::post_scale_up)};
    shifted.update(change);
    shifted.world.advance(20min);
    EXPECT_EQ(shifted.state(), "IN_PROGRESS POST_SCALE_UP 0");
    const ServiceDeployment record = shifted.record();
    ASSERT_EQ(record.hooks.size(), 1U);
    EXPECT_EQ(record.hooks[0].status, HookStatus::awaiting_action);
    Cluster& cluster = shifted.world.cluster;
    const auto unknown = cluster.continue_service_deployment(record.arn, "other", action);
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, "InvalidParameterException");
    EXPECT_TRUE(cluster.continue_service_deployment(record.arn, record.hooks[0].id, action));
    shifted.world.advance(20min);
    EXPECT_EQ(shifted.record().status, action == LifecycleHook::TimeoutAction::go_on
                                           ? Status::successful
                                           : Status::rollback_successful);
  }
}

TEST(ServiceThatShifts, AnAlarmWhileItBakesRollsBack) {
  Shifted shifted;
  shifted.spec.deployment.alarms = DeploymentAlarms{{"errors"}, true, true};
  shifted.run();
  shifted.world.deploy("api", "api:2");
  shifted.world.advance(2min);
  EXPECT_EQ(shifted.state(), "IN_PROGRESS BAKE_TIME 100");
  shifted.world.alarms.states["errors"] = AlarmState::alarm;
  shifted.world.advance(10s);
  EXPECT_EQ(shifted.state(), "ROLLBACK_IN_PROGRESS CLEAN_UP 0");
  EXPECT_EQ(shifted.world.router.splits["production"], (TrafficSplit{"api", "green", 0}));
  EXPECT_EQ(shifted.record().alarms, MonitorStatus::triggered);
  EXPECT_THAT(shifted.record().triggered_alarms, ElementsAre("errors"));
  const auto events = shifted.world.events("api");
  EXPECT_THAT(events, ::testing::Contains("(deployment *) deployment failed: alarm detected."));
  shifted.world.advance(6min);
  EXPECT_EQ(shifted.record().status, Status::rollback_successful);
}

TEST(ServiceThatShifts, AnAlarmWithoutRollbackLeavesAllWhereItIs) {
  Shifted shifted;
  shifted.spec.deployment.alarms = DeploymentAlarms{{"errors"}, true, false};
  shifted.run();
  shifted.world.deploy("api", "api:2");
  shifted.world.advance(2min);
  shifted.world.alarms.states["errors"] = AlarmState::alarm;
  shifted.world.advance(1h);
  EXPECT_EQ(shifted.state(), "STOPPED BAKE_TIME 100");
  EXPECT_EQ(shifted.healthy("green"), 2U);
  EXPECT_EQ(shifted.healthy("api"), 2U);
  // A newer deployment begins from the revision that was completed last.
  shifted.what();
  shifted.world.deploy("api", "api:1");
  shifted.world.advance(30s);
  EXPECT_THAT(shifted.what(), ElementsAre("production -> green 0", "test -> green 0",
                                          "deregister green", "start api", "register green",
                                          "test -> green 100", "production -> green 100"));
  shifted.world.advance(20min);
  EXPECT_EQ(shifted.state(), "SUCCESSFUL CLEAN_UP 100");
}

TEST(ServiceThatShifts, TheCircuitBreakerRollsBack) {
  Shifted shifted;
  shifted.spec.deployment.circuit_breaker = {true, true};
  shifted.run();
  shifted.world.runtime.apps["api"].fails_to_start = true;
  shifted.world.deploy("api", "api:2");
  shifted.world.advance(5min);
  EXPECT_EQ(shifted.record().status, Status::rollback_successful);
  EXPECT_EQ(shifted.record().breaker, MonitorStatus::triggered);
  EXPECT_EQ(shifted.world.router.splits["production"].target_percent, 0);
  EXPECT_EQ(shifted.healthy("api"), 2U);
  EXPECT_EQ(shifted.world.service("api").deployments.front().task_definition, "api:1");
}

TEST(ServiceThatShifts, IsStoppedUntilItCleansUp) {
  Shifted shifted;
  shifted.run();
  shifted.world.deploy("api", "api:2");
  shifted.world.advance(1min);
  EXPECT_TRUE(shifted.world.cluster.stop_service_deployment(shifted.record().arn));
  EXPECT_EQ(shifted.state(), "ROLLBACK_REQUESTED BAKE_TIME 100");
  shifted.world.advance(1s);
  EXPECT_EQ(shifted.state(), "ROLLBACK_IN_PROGRESS CLEAN_UP 0");
  shifted.world.advance(6min);
  EXPECT_EQ(shifted.record().status, Status::rollback_successful);

  shifted.world.deploy("api", "api:2");
  shifted.world.advance(6min);
  EXPECT_EQ(shifted.state(), "IN_PROGRESS CLEAN_UP 100");
  const auto late = shifted.world.cluster.stop_service_deployment(shifted.record().arn);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, "ConflictException");
  EXPECT_THAT(late.error().message, HasSubstr("CLEAN_UP"));
}

TEST(ServiceThatShifts, AbortLeavesAllWhereItIs) {
  Shifted shifted(DeploymentStrategy::canary);
  shifted.run();
  shifted.world.deploy("api", "api:2");
  shifted.world.advance(1min);
  EXPECT_TRUE(shifted.world.cluster.stop_service_deployment(shifted.record().arn, StopType::abort));
  shifted.world.advance(1h);
  EXPECT_EQ(shifted.state(), "STOPPED PRODUCTION_TRAFFIC_SHIFT 5");
  EXPECT_EQ(shifted.world.router.splits["production"].target_percent, 5);
}

TEST(ServiceThatShifts, AnUpdateOnTheWayBeginsAgainFromTheSource) {
  Shifted shifted;
  shifted.run();
  shifted.world.define("api");
  shifted.world.deploy("api", "api:2");
  shifted.world.advance(2min);
  EXPECT_EQ(shifted.state(), "IN_PROGRESS BAKE_TIME 100");
  const std::string first = shifted.record().arn;
  shifted.what();
  ServiceUpdate change;
  change.task_definition = "api:3";
  change.deployment.hooks = {pause(LifecycleStage::reconcile_service)};
  shifted.update(change);
  shifted.world.advance(10s);
  EXPECT_THAT(shifted.what(),
              ElementsAre("production -> green 0", "test -> green 0", "deregister green"));
  EXPECT_EQ(shifted.state(), "IN_PROGRESS RECONCILE_SERVICE 0") << "two revisions were ACTIVE";
  EXPECT_TRUE(shifted.world.cluster.continue_service_deployment(
      shifted.record().arn, shifted.record().hooks.front().id,
      LifecycleHook::TimeoutAction::go_on));
  shifted.world.advance(20min);
  EXPECT_EQ(shifted.state(), "SUCCESSFUL CLEAN_UP 100");
  EXPECT_EQ(shifted.world.service("api").deployments.front().task_definition, "api:3");
  const auto former = shifted.world.cluster.describe_service_deployments({first});
  EXPECT_EQ(former.service_deployments.front().deployment.status, Status::stopped);
}

TEST(ServiceThatShifts, ARollingUpdateOnTheWayEndsWhereTheSourceStands) {
  Shifted shifted;
  shifted.run();
  shifted.world.deploy("api", "api:2");
  shifted.world.advance(2min);
  ServiceUpdate change;
  change.force_new_deployment = true;
  change.deployment.strategy = DeploymentStrategy::rolling;
  shifted.update(change);
  EXPECT_EQ(shifted.world.router.splits["production"], (TrafficSplit{"api", "green", 0}));
  shifted.world.advance(10min);
  EXPECT_EQ(shifted.record().status, Status::successful);
  EXPECT_EQ(shifted.healthy("api"), 2U);
  EXPECT_EQ(shifted.healthy("green"), 0U);
}

TEST(ServiceThatShifts, ScalesBothSidesWhileTrafficMoves) {
  Shifted shifted;
  shifted.run();
  shifted.world.deploy("api", "api:2");
  shifted.world.advance(2min);
  shifted.world.set_desired("api", 3);
  shifted.world.advance(30s);
  EXPECT_EQ(shifted.healthy("api"), 3U);
  EXPECT_EQ(shifted.healthy("green"), 3U);
  shifted.world.set_desired("api", 1);
  shifted.world.advance(30s);
  EXPECT_EQ(shifted.healthy("api"), 1U);
  EXPECT_EQ(shifted.healthy("green"), 1U);
  for (const std::string& event : shifted.world.events("api")) {
    EXPECT_THAT(event, ::testing::Not(HasSubstr("under protection")));
  }
  shifted.world.advance(10min);
  EXPECT_EQ(shifted.record().status, Status::successful);
  EXPECT_EQ(shifted.world.service("api").running_count, 1U);
}

TEST(ServiceThatShifts, AnotherStrategyLeavesTheSettingsOfTheFormerOneBehind) {
  Shifted shifted(DeploymentStrategy::canary);
  shifted.spec.deployment.canary = CanaryConfiguration{20, 1min};
  shifted.run();
  ServiceUpdate change;
  change.deployment.strategy = DeploymentStrategy::blue_green;
  shifted.update(change);
  EXPECT_EQ(shifted.world.service("api").spec.deployment.canary, std::nullopt);
  EXPECT_EQ(shifted.world.service("api").deployments.size(), 1U) << "no deployment by itself";
}

TEST(ServiceThatShifts, DeletionOnTheWayEndsAllItsTasks) {
  Shifted shifted;
  shifted.spec.deployment.hooks = {hook(LifecycleStage::post_production_traffic_shift)};
  shifted.world.hooks.answers = {{HookStatus::succeeded}};
  shifted.run();
  shifted.world.deploy("api", "api:2");
  shifted.world.advance(2min);
  EXPECT_EQ(shifted.world.hooks.under_way, 1);
  ASSERT_TRUE(shifted.world.cluster.delete_service("api", true));
  EXPECT_EQ(shifted.world.hooks.under_way, 0);
  EXPECT_EQ(shifted.record().status, Status::stopped);
  shifted.world.advance(10min);
  EXPECT_EQ(shifted.world.service("api").status, ServiceStatus::inactive);
  EXPECT_TRUE(shifted.world.tasks("api", TaskStatus::running).empty());
}

TEST(ServiceThatShifts, ARuleThatIsGoneRollsBackAndIsTold) {
  Shifted shifted;
  shifted.run();
  shifted.world.deploy("api", "api:2");
  shifted.world.advance(2s);
  shifted.world.router.broken = {"test"};
  shifted.world.advance(10min);
  EXPECT_EQ(shifted.record().status, Status::rollback_successful);
  EXPECT_THAT(shifted.record().rollback->reason, HasSubstr("the rule test could not be changed"));
  EXPECT_THAT(shifted.world.events("api"),
              ::testing::Contains("failed to shift traffic in (listener-rule test) with (error the "
                                  "rule is gone)"));
}

}  // namespace
}  // namespace cutover::containers

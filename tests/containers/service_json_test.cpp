// Services from JSON, and what each mistake is told.

#include "containers/service_json.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <ostream>

namespace cutover::containers {
namespace {

using nlohmann::json;

json monolith() {
  return json::parse(R"({
    "serviceName": "api",
    "cluster": "demo",
    "taskDefinition": "api",
    "desiredCount": 2,
    "loadBalancers": [{"targetGroupArn": "api", "containerName": "api", "containerPort": 3000}],
    "deploymentConfiguration": {"minimumHealthyPercent": 50, "maximumPercent": 150,
      "deploymentCircuitBreaker": {"enable": false, "rollback": false}},
    "healthCheckGracePeriodSeconds": 30,
    "launchType": "EC2",
    "schedulingStrategy": "REPLICA",
    "deploymentController": {"type": "ECS"},
    "placementStrategy": [],
    "tags": [{"key": "team", "value": "forum"}]
  })");
}

TEST(ServiceJson, ReadsEveryMember) {
  const auto spec = parse_service(monolith(), "");
  ASSERT_TRUE(spec) << to_string(spec.error());
  ServiceSpec expected;
  expected.name = "api";
  expected.cluster = "demo";
  expected.task_definition = "api";
  expected.desired_count = 2;
  expected.load_balancers = {{"api", "api", 3000}};
  expected.deployment.minimum_healthy_percent = 50;
  expected.deployment.maximum_percent = 150;
  expected.health_check_grace_period = std::chrono::seconds(30);
  expected.tags = {{"team", "forum"}};
  EXPECT_EQ(*spec, expected);
}

TEST(ServiceJson, FillsEcsDefaults) {
  const auto spec = parse_service(
      json::parse(R"({"serviceName": "api", "taskDefinition": "api:3", "desiredCount": 0})"), "");
  ASSERT_TRUE(spec) << to_string(spec.error());
  EXPECT_EQ(spec->scheduling, SchedulingStrategy::replica);
  EXPECT_EQ(spec->deployment, DeploymentConfiguration{});
  EXPECT_EQ(spec->deployment.minimum_healthy_percent, 100U);
  EXPECT_EQ(spec->deployment.maximum_percent, 200U);
  EXPECT_EQ(spec->health_check_grace_period.count(), 0);
  EXPECT_TRUE(spec->load_balancers.empty());
}

json canary() {
  return json::parse(R"({
    "serviceName": "api", "taskDefinition": "api:2", "desiredCount": 4, "role": "ecs",
    "loadBalancers": [{"targetGroupArn": "blue", "containerName": "api", "containerPort": 3000,
      "advancedConfiguration": {"alternateTargetGroupArn": "green",
        "productionListenerRule": "demo:80/10", "testListenerRule": "demo:80/5",
        "roleArn": "arn:aws:iam::1:role/lb"}}],
    "deploymentConfiguration": {"strategy": "CANARY", "bakeTimeInMinutes": 3,
      "deploymentCircuitBreaker": {"enable": true, "rollback": true},
      "canaryConfiguration": {"canaryPercent": 12.5, "canaryBakeTimeInMinutes": 1},
      "alarms": {"alarmNames": ["errors"], "enable": true, "rollback": true},
      "lifecycleHooks": [
        {"targetType": "PAUSE", "lifecycleStages": ["POST_SCALE_UP"],
         "timeoutConfiguration": {"timeoutInMinutes": 20160, "action": "CONTINUE"}},
        {"hookTargetArn": "arn:aws:lambda:us-east-1:1:function:check", "roleArn": "r",
         "lifecycleStages": ["PRE_SCALE_UP", "PRODUCTION_TRAFFIC_SHIFT"],
         "hookDetails": {"url": "/health"}}]},
    "placementConstraints": [{"type": "distinctInstance"}],
    "placementStrategy": [{"type": "spread", "field": "attribute:ecs.availability-zone"}],
    "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"],
      "securityGroups": ["sg-1"], "assignPublicIp": "ENABLED"}},
    "availabilityZoneRebalancing": "DISABLED", "enableECSManagedTags": true,
    "propagateTags": "SERVICE", "clientToken": "once"
  })");
}

TEST(ServiceJson, ReadsDeploymentsThatShiftTraffic) {
  const auto spec = parse_service(canary(), "");
  ASSERT_TRUE(spec) << to_string(spec.error());
  const DeploymentConfiguration& its = spec->deployment;
  EXPECT_EQ(its.strategy, DeploymentStrategy::canary);
  EXPECT_EQ(its.bake_time, std::chrono::minutes(3));
  EXPECT_EQ(its.canary, (CanaryConfiguration{12.5, std::chrono::minutes(1)}));
  EXPECT_EQ(its.circuit_breaker, (CircuitBreakerConfiguration{true, true}));
  EXPECT_EQ(its.alarms, (DeploymentAlarms{{"errors"}, true, true}));
  ASSERT_EQ(its.hooks.size(), 2U);
  EXPECT_EQ(its.hooks[0].target_type, LifecycleHook::TargetType::pause);
  EXPECT_EQ(its.hooks[0].timeout, pause_longest);
  EXPECT_EQ(its.hooks[0].timeout_action, LifecycleHook::TimeoutAction::go_on);
  EXPECT_EQ(its.hooks[1].stages,
            (std::vector{LifecycleStage::pre_scale_up, LifecycleStage::production_traffic_shift}));
  EXPECT_EQ(its.hooks[1].timeout, stage_longest);
  EXPECT_EQ(spec->load_balancers[0].advanced->test_listener_rule, "demo:80/5");
}

TEST(ServiceJson, WritesTheInputThatMakesTheServiceAgain) {
  for (const json& input : {monolith(), canary()}) {
    const auto spec = parse_service(input, "");
    ASSERT_TRUE(spec) << to_string(spec.error());
    const json written = create_service_input(*spec);
    const auto again = parse_service(written, "");
    ASSERT_TRUE(again) << to_string(again.error()) << written.dump(2);
    EXPECT_EQ(*again, *spec);
  }
}

TEST(ServiceJson, ReadsADaemonWithItsOwnDefaults) {
  const auto spec = parse_service(
      json::parse(R"({"serviceName": "a", "taskDefinition": "a", "schedulingStrategy": "DAEMON"})"),
      "");
  ASSERT_TRUE(spec) << to_string(spec.error());
  EXPECT_EQ(spec->scheduling, SchedulingStrategy::daemon);
  EXPECT_EQ(spec->deployment.minimum_healthy_percent, 0U);
  EXPECT_EQ(spec->deployment.maximum_percent, 100U);
  EXPECT_EQ(*parse_service(create_service_input(*spec), ""), *spec);
}

TEST(ServiceJson, AnUpdateKeepsWhatItDoesNotNameAndRemovesWithEmptyLists) {
  ServiceSpec spec = *parse_service(canary(), "");
  const auto input = parse_service_update(json::parse(R"({
      "service": "api", "cluster": "demo", "desiredCount": 1, "forceNewDeployment": true,
      "deploymentConfiguration": {"minimumHealthyPercent": 50}, "placementConstraints": []})"),
                                          "");
  ASSERT_TRUE(input) << to_string(input.error());
  EXPECT_EQ(input->service, "api");
  EXPECT_EQ(input->cluster, "demo");
  EXPECT_TRUE(input->update.force_new_deployment);
  const ServiceSpec after = changed(spec, input->update);
  EXPECT_FALSE(needs_new_deployment(spec, after));
  spec.desired_count = 1;
  spec.deployment.minimum_healthy_percent = 50;
  spec.placement_constraints.clear();
  EXPECT_EQ(after, spec);
}

TEST(ServiceJson, ADifferentNetworkOrLoadBalancerTakesANewDeployment) {
  const ServiceSpec spec = *parse_service(canary(), "");
  ServiceUpdate update;
  update.network = NetworkConfiguration{{"subnet-2"}, {}, false};
  EXPECT_TRUE(needs_new_deployment(spec, changed(spec, update)));
  update = {};
  update.load_balancers.emplace();
  EXPECT_TRUE(needs_new_deployment(spec, changed(spec, update)));
}

TEST(ServiceJson, DescribesAServiceInTheShapeOfDescribeServices) {
  ServiceDescription service;
  service.spec = *parse_service(monolith(), "");
  service.arn = "arn:service";
  service.cluster_arn = "arn:cluster";
  service.task_definition_arn = "arn:api:1";
  service.desired_count = 2;
  service.running_count = 1;
  service.created_at = WallTime(std::chrono::milliseconds(1557119253821));
  DeploymentDescription deployment;
  deployment.id = "ecs-svc/1";
  deployment.task_definition_arn = "arn:api:1";
  deployment.rollout_state_reason = "ECS deployment ecs-svc/1 in progress.";
  service.deployments = {deployment};
  service.events = {{"id", service.created_at, "(service api) has reached a steady state."}};
  EXPECT_EQ(to_json(service, true), json::parse(R"({
    "serviceArn": "arn:service", "serviceName": "api", "clusterArn": "arn:cluster",
    "loadBalancers": [{"targetGroupArn": "api", "containerName": "api", "containerPort": 3000}],
    "serviceRegistries": [], "status": "ACTIVE", "desiredCount": 2, "runningCount": 1,
    "pendingCount": 0, "launchType": "EC2", "taskDefinition": "arn:api:1",
    "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": false, "rollback": false},
      "maximumPercent": 150, "minimumHealthyPercent": 50, "strategy": "ROLLING"},
    "deployments": [{"id": "ecs-svc/1", "status": "PRIMARY", "taskDefinition": "arn:api:1",
      "desiredCount": 0, "pendingCount": 0, "runningCount": 0, "failedTasks": 0, "createdAt": 0.0,
      "updatedAt": 0.0, "launchType": "EC2", "rolloutState": "IN_PROGRESS",
      "rolloutStateReason": "ECS deployment ecs-svc/1 in progress."}],
    "events": [{"id": "id", "createdAt": 1557119253.821,
      "message": "(service api) has reached a steady state."}],
    "createdAt": 1557119253.821, "currentServiceRevisions": [], "placementConstraints": [],
    "placementStrategy": [], "healthCheckGracePeriodSeconds": 30, "schedulingStrategy": "REPLICA",
    "deploymentController": {"type": "ECS"}, "tags": [{"key": "team", "value": "forum"}],
    "enableECSManagedTags": false, "propagateTags": "NONE", "enableExecuteCommand": false,
    "availabilityZoneRebalancing": "ENABLED"})"));
  EXPECT_FALSE(to_json(service, false).contains("tags"));
}

struct Mistake {
  std::string patch;
  std::string where;
  std::string message;
};

std::ostream& operator<<(std::ostream& out, const Mistake& mistake) { return out << mistake.patch; }

class BadService : public ::testing::TestWithParam<Mistake> {};

TEST_P(BadService, IsRefusedWithItsPlace) {
  const Mistake& mistake = GetParam();
  json value = monolith();
  value.merge_patch(json::parse(mistake.patch));
  const auto refused = parse_service(value, "/services/1");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().where, "/services/1" + mistake.where);
  EXPECT_EQ(refused.error().message, mistake.message);
}

INSTANTIATE_TEST_SUITE_P(
    Members, BadService,
    ::testing::Values(
        Mistake{R"({"serviceName": null})", "", "the member \"serviceName\" is missing"},
        Mistake{R"({"serviceName": "a/b"})", "/serviceName",
                "found the string \"a/b\"; allowed are letters, digits, - and _"},
        Mistake{R"({"taskDefinition": ""})", "/taskDefinition",
                "found an empty name; a family or family:revision is required"},
        Mistake{R"({"desiredCount": null})", "", "the member \"desiredCount\" is missing"},
        Mistake{R"({"desiredCount": "2"})", "/desiredCount",
                "found the string \"2\"; a whole number is required"},
        Mistake{R"({"desiredCount": 5001})", "/desiredCount",
                "found the number 5001; allowed are 0 to 5000"},
        Mistake{R"({"loadBalancers": [{"targetGroupArn": "api", "containerName": "api"}]})",
                "/loadBalancers/0", "the member \"containerPort\" is missing"},
        Mistake{
            R"({"loadBalancers": [{"loadBalancerName": "demo", "targetGroupArn": "api",
                    "containerName": "api", "containerPort": 1}]})",
            "/loadBalancers/0/loadBalancerName",
            "found the string \"demo\"; \"loadBalancerName\" is not supported yet and has to be "
            "left out"},
        Mistake{R"({"loadBalancers": [
                    {"targetGroupArn": "api", "containerName": "api", "containerPort": 1},
                    {"targetGroupArn": "api", "containerName": "api", "containerPort": 1}]})",
                "/loadBalancers/1/targetGroupArn",
                "found api a second time for the same container and port"},
        Mistake{R"({"loadBalancers": [{}, {}, {}, {}, {}, {}]})", "/loadBalancers",
                "found 6 target groups; allowed are at most 5"},
        Mistake{R"({"deploymentConfiguration": {"minimumHealthyPercent": 101}})",
                "/deploymentConfiguration/minimumHealthyPercent",
                "found the number 101; allowed are 0 to 100"},
        Mistake{R"({"deploymentConfiguration": {"maximumPercent": 50}})",
                "/deploymentConfiguration/maximumPercent",
                "found the number 50; allowed are 100 to 200"},
        Mistake{R"({"deploymentConfiguration": {"deploymentCircuitBreaker": {"rollback": null}}})",
                "/deploymentConfiguration/deploymentCircuitBreaker/rollback",
                "found none; true or false is required"},
        Mistake{R"({"deploymentConfiguration": {"strategy": "BLUE_GREN"}})",
                "/deploymentConfiguration/strategy",
                "found the string \"BLUE_GREN\"; allowed are ROLLING, BLUE_GREEN, LINEAR, CANARY; "
                "did you mean \"BLUE_GREEN\"?"},
        Mistake{R"({"deploymentConfiguration": {"strategy": "BLUE_GREEN"}})",
                "/deploymentConfiguration/bakeTimeInMinutes",
                "found none; the strategy BLUE_GREEN requires it"},
        Mistake{R"({"deploymentConfiguration": {"strategy": "LINEAR"}})",
                "/loadBalancers/0/advancedConfiguration",
                "found none; the strategy LINEAR requires an alternate target group and a "
                "production listener rule"},
        Mistake{R"({"deploymentConfiguration": {"canaryConfiguration": {}}})",
                "/deploymentConfiguration/canaryConfiguration", "is for the strategy CANARY only"},
        Mistake{R"({"deploymentConfiguration": {"strategy": "LINEAR",
                    "linearConfiguration": {"stepPercent": 2}}})",
                "/deploymentConfiguration/linearConfiguration/stepPercent",
                "found the number 2; allowed are 3 to 100"},
        Mistake{R"({"deploymentConfiguration": {"lifecycleHooks": [
                    {"hookTargetArn": "arn", "lifecycleStages": ["BAKE_TIME"]}]}})",
                "/deploymentConfiguration/lifecycleHooks/0/lifecycleStages",
                "found the string \"BAKE_TIME\"; AWS_LAMBDA hooks take no such stage"},
        Mistake{R"({"deploymentConfiguration": {"lifecycleHooks": [
                    {"targetType": "PAUSE", "lifecycleStages": ["PRODUCTION_TRAFFIC_SHIFT"]}]}})",
                "/deploymentConfiguration/lifecycleHooks/0/lifecycleStages",
                "found the string \"PRODUCTION_TRAFFIC_SHIFT\"; PAUSE hooks take no such stage"},
        Mistake{R"({"deploymentConfiguration": {"lifecycleHooks": [
                    {"lifecycleStages": ["PRE_SCALE_UP"]}]}})",
                "/deploymentConfiguration/lifecycleHooks/0/hookTargetArn",
                "found none; an AWS_LAMBDA hook requires one"},
        Mistake{R"({"deploymentController": {"type": "CODE_DEPLOY"}})",
                "/deploymentController/type",
                "found the string \"CODE_DEPLOY\"; only ECS is supported"},
        Mistake{R"({"schedulingStrategy": "DAEMON"})", "/desiredCount",
                "a DAEMON service takes none; leave it out"},
        Mistake{R"({"schedulingStrategy": "DAEMON", "desiredCount": null})",
                "/deploymentConfiguration/maximumPercent",
                "found 150; a DAEMON service requires 100"},
        Mistake{R"({"launchType": "FARGATE"})", "/launchType",
                "found the string \"FARGATE\"; only EC2 is supported"},
        Mistake{R"({"networkConfiguration": {"awsvpcConfiguration": {}}})",
                "/networkConfiguration/awsvpcConfiguration/subnets",
                "found no subnet; at least one is required"},
        Mistake{R"({"enableExecuteCommand": true})", "/enableExecuteCommand",
                "found true; ExecuteCommand is not supported"},
        Mistake{R"({"serviceRegistries": [{"registryArn": "x"}]})", "/serviceRegistries",
                "found a list; \"serviceRegistries\" is not supported yet and has to be left out"},
        Mistake{
            R"({"capacityProviderStrategy": [{"capacityProvider": "x"}]})",
            "/capacityProviderStrategy",
            "found a list; \"capacityProviderStrategy\" is not supported yet and has to be left "
            "out"},
        Mistake{R"({"desiredcount": 2})", "/desiredcount",
                "unknown member \"desiredcount\"; allowed are availabilityZoneRebalancing, "
                "clientToken, cluster, deploymentConfiguration, deploymentController, "
                "desiredCount, enableECSManagedTags, enableExecuteCommand, "
                "healthCheckGracePeriodSeconds, launchType, loadBalancers, networkConfiguration, "
                "placementConstraints, placementStrategy, propagateTags, role, schedulingStrategy, "
                "serviceName, tags, taskDefinition; did you mean \"desiredCount\"?"},
        Mistake{R"({"healthCheckGracePeriodSeconds": -1})", "/healthCheckGracePeriodSeconds",
                "found the number -1; allowed are 0 to 2147483647"}));

}  // namespace
}  // namespace cutover::containers

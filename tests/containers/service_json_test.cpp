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
  expected.minimum_healthy_percent = 50;
  expected.maximum_percent = 150;
  expected.health_check_grace_period = std::chrono::seconds(30);
  expected.tags = {{"team", "forum"}};
  EXPECT_EQ(*spec, expected);
}

TEST(ServiceJson, FillsEcsDefaults) {
  const auto spec = parse_service(
      json::parse(R"({"serviceName": "api", "taskDefinition": "api:3", "desiredCount": 0})"), "");
  ASSERT_TRUE(spec) << to_string(spec.error());
  EXPECT_EQ(spec->minimum_healthy_percent, 100U);
  EXPECT_EQ(spec->maximum_percent, 200U);
  EXPECT_EQ(spec->health_check_grace_period.count(), 0);
  EXPECT_TRUE(spec->load_balancers.empty());
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
        Mistake{R"({"deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": true}}})",
                "/deploymentConfiguration/deploymentCircuitBreaker/enable",
                "found true; the deployment circuit breaker is not supported yet"},
        Mistake{R"({"deploymentConfiguration": {"strategy": "BLUE_GREEN"}})",
                "/deploymentConfiguration/strategy",
                "found the string \"BLUE_GREEN\"; only ROLLING is supported"},
        Mistake{R"({"deploymentController": {"type": "CODE_DEPLOY"}})",
                "/deploymentController/type",
                "found the string \"CODE_DEPLOY\"; only ECS is supported"},
        Mistake{R"({"schedulingStrategy": "DAEMON"})", "/schedulingStrategy",
                "found the string \"DAEMON\"; only REPLICA is supported"},
        Mistake{R"({"launchType": "FARGATE"})", "/launchType",
                "found the string \"FARGATE\"; only EC2 is supported"},
        Mistake{R"({"networkConfiguration": {"awsvpcConfiguration": {}}})", "/networkConfiguration",
                "found an object; \"networkConfiguration\" is not supported yet and has to be left "
                "out"},
        Mistake{R"({"desiredcount": 2})", "/desiredcount",
                "unknown member \"desiredcount\"; allowed are cluster, deploymentConfiguration, "
                "deploymentController, desiredCount, healthCheckGracePeriodSeconds, launchType, "
                "loadBalancers, placementStrategy, propagateTags, schedulingStrategy, serviceName, "
                "tags, taskDefinition; did you mean \"desiredCount\"?"},
        Mistake{R"({"healthCheckGracePeriodSeconds": -1})", "/healthCheckGracePeriodSeconds",
                "found the number -1; allowed are 0 to 2147483647"}));

}  // namespace
}  // namespace cutover::containers

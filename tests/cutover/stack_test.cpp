#include "cutover/stack/stack.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lb/base/json.hpp"

namespace cutover::stack {
namespace {

using nlohmann::json;

/// A small valid stack, in every section something.
json base() {
  return json::parse(R"({
    "LoadBalancers": [{"Name": "demo"}],
    "TargetGroups": [
      {"Name": "api", "Protocol": "HTTP", "Port": 80, "HealthyThresholdCount": 2,
       "HealthCheckTimeoutSeconds": 5, "HealthCheckIntervalSeconds": 6,
       "Attributes": [{"Key": "deregistration_delay.timeout_seconds", "Value": "30"}]},
      {"Name": "files", "Protocol": "HTTP", "Port": 80,
       "Targets": [{"Id": "127.0.0.1", "Port": 9000}]}
    ],
    "Listeners": [
      {"LoadBalancerArn": "demo", "Protocol": "HTTP", "Port": 80,
       "DefaultActions": [{"Type": "forward", "TargetGroupArn": "api"}]}
    ],
    "Rules": [
      {"ListenerArn": "demo:80", "Priority": 10,
       "Conditions": [{"Field": "path-pattern", "Values": ["/api*"]}],
       "Actions": [{"Type": "forward", "TargetGroupArn": "api"}]}
    ],
    "Images": {"forum/api:v1": {"app": "api", "behaviour": {"latency": {"constant": "5ms"}}}},
    "TaskDefinitions": [
      {"family": "api", "networkMode": "bridge",
       "containerDefinitions": [
         {"name": "api", "image": "forum/api:v1", "cpu": "256", "memoryReservation": "256",
          "essential": true, "portMappings": [{"hostPort": "0", "containerPort": "3000"}]}]}
    ],
    "Services": [
      {"serviceName": "api", "taskDefinition": "api", "desiredCount": 2,
       "loadBalancers": [{"targetGroupArn": "api", "containerName": "api", "containerPort": 3000}]}
    ]
  })");
}

/// The operations a person would read, one a line, or the error.
std::string parsed(const json& document) {
  const auto stack = parse_stack(document);
  if (!stack) return to_string(stack.error());
  std::string lines;
  for (const Operation& operation : stack->operations) lines += to_string(operation) + "\n";
  return lines;
}

TEST(Stack, BecomesOperationsInTheOrderInWhichAwsTakesThem) {
  EXPECT_EQ(parsed(base()),
            "CreateLoadBalancer demo\n"
            "CreateTargetGroup api\n"
            "CreateTargetGroup files\n"
            "RegisterTargets files 127.0.0.1:9000\n"
            "CreateListener demo:80: forward to api\n"
            "CreateRule demo:80: 10 path-pattern is /api* -> forward to api\n"
            "RegisterTaskDefinition api\n"
            "CreateService api: desiredCount 2\n");
}

TEST(Stack, KeepsTheSettingsAndFillsInAwsDefaults) {
  const auto stack = parse_stack(base());
  ASSERT_TRUE(stack) << to_string(stack.error());
  const auto& api = stack->model.balancing.target_groups.at("api").spec;
  EXPECT_EQ(api.health_check.healthy_threshold, 2u);
  EXPECT_EQ(api.health_check.unhealthy_threshold, 2u);
  EXPECT_EQ(api.health_check.interval, std::chrono::seconds(6));
  EXPECT_EQ(api.deregistration_delay, std::chrono::seconds(30));
  const auto& files = stack->model.balancing.target_groups.at("files").spec;
  EXPECT_EQ(files.health_check.healthy_threshold, 5u);
  EXPECT_EQ(files.deregistration_delay, std::chrono::seconds(300));
  EXPECT_EQ(
      std::get<containers::AppImage>(stack->model.images.at("forum/api:v1")).behaviour.latency.low,
      std::chrono::milliseconds(5));
}

TEST(Stack, EndsTaskDefinitionsAfterServicesHaveTakenThem) {
  const std::string lines =
      parsed(base().patch(json::parse(R"([{"op": "add", "path": "/TaskDefinitions/0/status",
                                    "value": "INACTIVE"}])")));
  EXPECT_THAT(lines, testing::EndsWith("CreateService api: desiredCount 2\n"
                                       "DeregisterTaskDefinition api:1\n"));
}

TEST(Stack, GivesItsClusterTheSettingsAndTagsThatItNames) {
  const auto stack = parse_stack(json::parse(R"({"Clusters": [
    {"clusterName": "demo", "settings": [{"name": "containerInsights", "value": "enabled"}],
     "tags": [{"key": "a", "value": "b"}]}]})"));
  ASSERT_TRUE(stack) << to_string(stack.error());
  EXPECT_EQ(stack->model.cluster_settings.container_insights, "enabled");
  EXPECT_EQ(stack->model.cluster_tags, (containers::Tags{{"a", "b"}}));
}

TEST(Stack, GivesItsClusterTheContainerInstancesThatItNames) {
  json document = base();
  const auto instances = [&] {
    const auto stack = parse_stack(document);
    EXPECT_TRUE(stack) << to_string(stack.error());
    return stack->model.container_instances;
  };
  EXPECT_EQ(instances(), std::nullopt);
  document["Clusters"] = json::parse(R"([{"clusterName": "default",
      "ContainerInstances": {"count": 2, "cpu": 2048, "memory": 3884}}])");
  containers::ContainerInstanceGroup two;
  two.count = 2;
  two.spec.cpu = 2048;
  two.spec.memory = 3884;
  EXPECT_EQ(instances(), std::vector{two});
}

TEST(Stack, TakesEveryTargetGroupSettingThatElbTakes) {
  json document = base();
  document["TargetGroups"][1].update(json::parse(R"({
    "ProtocolVersion": "HTTP1", "TargetType": "ip", "VpcId": "vpc-1", "Tags": [],
    "HealthCheckEnabled": true, "HealthCheckProtocol": "HTTP", "HealthCheckPort": "8081",
    "HealthCheckPath": "/ready?deep=1", "HealthCheckIntervalSeconds": 10,
    "HealthCheckTimeoutSeconds": 2, "HealthyThresholdCount": 3, "UnhealthyThresholdCount": 4,
    "Matcher": {"HttpCode": "200-299,404"},
    "Attributes": [
      {"Key": "stickiness.enabled", "Value": "true"},
      {"Key": "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count",
       "Value": "2"},
      {"Key": "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage",
       "Value": "50"},
      {"Key": "target_group_health.dns_failover.minimum_healthy_targets.count", "Value": "off"},
      {"Key": "target_group_health.dns_failover.minimum_healthy_targets.percentage",
       "Value": "60"},
      {"Key": "load_balancing.algorithm.type", "Value": "least_outstanding_requests"},
      {"Key": "load_balancing.algorithm.anomaly_mitigation", "Value": "off"},
      {"Key": "load_balancing.cross_zone.enabled", "Value": "true"},
      {"Key": "slow_start.duration_seconds", "Value": "0"},
      {"Key": "stickiness.type", "Value": "app_cookie"},
      {"Key": "stickiness.lb_cookie.duration_seconds", "Value": "1"},
      {"Key": "stickiness.app_cookie.duration_seconds", "Value": "604800"},
      {"Key": "stickiness.app_cookie.cookie_name", "Value": "SESSION"}]})"));
  const auto stack = parse_stack(document);
  ASSERT_TRUE(stack) << to_string(stack.error());
  const auto& files = stack->model.balancing.target_groups.at("files").spec;
  lb::targets::TargetGroupSpec expected;
  expected.name = "files";
  expected.health_check.port = 8081;
  expected.health_check.path = "/ready?deep=1";
  expected.health_check.interval = std::chrono::seconds(10);
  expected.health_check.timeout = std::chrono::seconds(2);
  expected.health_check.healthy_threshold = 3;
  expected.health_check.unhealthy_threshold = 4;
  expected.health_check.matcher.ranges = {{200, 299}, {404, 404}};
  expected.unhealthy_state_routing = {2, 50};
  expected.dns_failover = {std::nullopt, 60};
  expected.algorithm = lb::targets::Algorithm::least_outstanding_requests;
  expected.stickiness = {true, lb::targets::Stickiness::Type::app_cookie, std::chrono::seconds(1),
                         std::chrono::seconds(604'800), "SESSION"};
  EXPECT_EQ(files, expected);
}

/// A change to base() (RFC 6902) and the error it must bring.
struct Mistake {
  const char* name;
  const char* patch;
  std::string error;
};

class StackMistakes : public testing::TestWithParam<Mistake> {};

TEST_P(StackMistakes, AreRefusedWithPlaceFindingAndRemedy) {
  const Mistake& mistake = GetParam();
  EXPECT_EQ(parsed(base().patch(json::parse(mistake.patch))), mistake.error);
}

const Mistake mistakes[] = {
    {"WrongType", R"([{"op":"replace","path":"/Listeners/0/Port","value":"80"}])",
     "/Listeners/0/Port: found the string \"80\"; a whole number is required (ValidationError)"},
    {"WrongRoot", R"([{"op":"replace","path":"","value":[]}])",
     "found an empty list; an object is required (ValidationError)"},
    {"SectionOfAnotherType", R"([{"op":"replace","path":"/Rules","value":{}}])",
     "/Rules: found an object; a list is required (ValidationError)"},
    {"UnknownKey", R"([{"op":"add","path":"/Listeners/0/Prot","value":80}])",
     "/Listeners/0/Prot: unknown member \"Prot\"; allowed are Attributes, DefaultActions, "
     "DefaultRuleId, DefaultRuleTags, Id, LoadBalancerArn, Port, Protocol, Tags; did you mean "
     "\"Port\"? (UnknownMember)"},
    {"UnknownSection", R"([{"op":"add","path":"/Rule","value":[]}])",
     "/Rule: unknown member \"Rule\"; allowed are AccountSettings, Alarms, Clusters, "
     "Hooks, Images, Listeners, LoadBalancers, Network, Outputs, Quotas, Repositories, Rules, "
     "Services, "
     "StackName, TargetGroups, TaskDefinitions; did you mean \"Rules\"? (UnknownMember)"},
    {"UnknownStatus", R"([{"op":"add","path":"/TaskDefinitions/0/status","value":"GONE"}])",
     "/TaskDefinitions/0/status: found \"GONE\"; allowed are INACTIVE and DELETE_IN_PROGRESS "
     "(ValidationError)"},
    {"UnknownClusterSetting",
     R"([{"op":"add","path":"/Clusters","value":[{"clusterName":"demo",)"
     R"("settings":[{"name":"insights","value":"on"}]}]}])",
     "/Clusters/0/settings: found insights; allowed is containerInsights (ValidationError)"},
    {"TooSmallInstance",
     R"([{"op":"add","path":"/Clusters","value":[{"clusterName":"default",
          "ContainerInstances":[{"count":2},{"cpu":1}]}]}])",
     "/Clusters/0/ContainerInstances/1/cpu: found the number 1; allowed are 128 to 1073741824 "
     "(ValidationError)"},
    {"SameLoadBalancerTwice", R"([{"op":"add","path":"/LoadBalancers/-","value":{"Name":"demo"}}])",
     "/LoadBalancers/1/Name: there is a load balancer \"demo\" already "
     "(DuplicateLoadBalancerName)"},
    {"GroupOfTwoLoadBalancers",
     R"([{"op":"add","path":"/LoadBalancers/-","value":{"Name":"b"}},
         {"op":"add","path":"/Listeners/-","value":{"LoadBalancerArn":"b","Protocol":"HTTP",
          "Port":80,"DefaultActions":[{"Type":"forward","TargetGroupArn":"api"}]}}])",
     "/Listeners/1/DefaultActions/0/TargetGroupArn: load balancer \"demo\" uses the target group "
     "\"api\" already; a group belongs to one load balancer (TargetGroupAssociationLimit)"},
    {"UnknownQuota", R"([{"op":"add","path":"/Quotas","value":{"rules-per-alb":7}}])",
     "/Quotas/rules-per-alb: there is no quota that can be set \"rules-per-alb\"; there are "
     "application-load-balancers, listeners-per-application-load-balancer, "
     "rules-per-application-load-balancer, target-groups, "
     "target-groups-per-application-load-balancer, targets-per-target-group, "
     "targets-per-application-load-balancer, "
     "target-id-registrations-per-application-load-balancer (ValidationError)"},
    {"QuotaReached", R"([{"op":"add","path":"/Quotas","value":{"target-groups":1}}])",
     "/TargetGroups/1/Name: The limit of 1 target groups is reached (TooManyTargetGroups)"},
    {"DanglingLoadBalancer",
     R"([{"op":"replace","path":"/Listeners/0/LoadBalancerArn","value":"dem"}])",
     "/Listeners/0/LoadBalancerArn: there is no load balancer \"dem\"; there are demo; did you "
     "mean \"demo\"? (LoadBalancerNotFound)"},
    {"DanglingListener", R"([{"op":"replace","path":"/Rules/0/ListenerArn","value":"demo:8"}])",
     "/Rules/0/ListenerArn: there is no listener \"demo:8\"; there are demo:80; did you mean "
     "\"demo:80\"? (ListenerNotFound)"},
    {"ListenerNotAName", R"([{"op":"replace","path":"/Rules/0/ListenerArn","value":"demo"}])",
     "/Rules/0/ListenerArn: found \"demo\"; a listener is named LOAD-BALANCER:PORT, as in "
     "\"demo:80\" (ValidationError)"},
    {"DanglingTargetGroup",
     R"([{"op":"replace","path":"/Rules/0/Actions/0/TargetGroupArn","value":"file"}])",
     "/Rules/0/Actions/0/TargetGroupArn: there is no target group \"file\"; there are api, files; "
     "did you mean \"files\"? (TargetGroupNotFound)"},
    {"DanglingWeightedGroup",
     R"([{"op":"replace","path":"/Rules/0/Actions/0","value":{"Type":"forward","ForwardConfig":
         {"TargetGroups":[{"TargetGroupArn":"api","Weight":1},{"TargetGroupArn":"x","Weight":1}]}}}
        ])",
     "/Rules/0/Actions/0/ForwardConfig/TargetGroups/1/TargetGroupArn: there is no target group "
     "\"x\"; there are api, files (TargetGroupNotFound)"},
    {"DanglingServiceGroup",
     R"([{"op":"replace","path":"/Services/0/loadBalancers/0/targetGroupArn","value":"apo"}])",
     "/Services/0/loadBalancers/0/targetGroupArn: there is no target group \"apo\"; there are api, "
     "files; did you mean \"api\"? (InvalidParameterException)"},
    {"GroupOfNoListener",
     R"([{"op":"replace","path":"/Services/0/loadBalancers/0/targetGroupArn","value":"files"}])",
     "/Services/0/loadBalancers/0/targetGroupArn: the target group \"files\" has no associated "
     "load balancer: no listener's action names it yet (InvalidParameterException)"},
    {"DanglingTaskDefinition",
     R"([{"op":"replace","path":"/Services/0/taskDefinition","value":"apis"}])",
     "/Services/0/taskDefinition: there is no task definition \"apis\"; there are api; did you "
     "mean \"api\"? (ClientException)"},
    {"NoSuchRevision", R"([{"op":"replace","path":"/Services/0/taskDefinition","value":"api:2"}])",
     "/Services/0/taskDefinition: there is no task definition \"api:2\"; there are api; did you "
     "mean \"api\"? (ClientException)"},
    {"DanglingCluster", R"([{"op":"add","path":"/Services/0/cluster","value":"prod"}])",
     "/Services/0/cluster: there is no cluster \"prod\"; there are default "
     "(ClusterNotFoundException)"},
    {"UnknownApp", R"([{"op":"replace","path":"/Images/forum~1api:v1/app","value":"user"}])",
     "/Images/forum~1api:v1/app: found the string \"user\"; allowed are api, placeholder, "
     "posts, threads, users; did you mean \"users\"? (ValidationError)"},
    {"DuplicateTargetGroup", R"([{"op":"replace","path":"/TargetGroups/1/Name","value":"api"}])",
     "/TargetGroups/1/Name: there is a target group \"api\" already (DuplicateTargetGroupName)"},
    {"DuplicateListener", R"([{"op":"copy","from":"/Listeners/0","path":"/Listeners/1"}])",
     "/Listeners/1/Port: there is a listener demo:80 already (DuplicateListener)"},
    {"DuplicatePriority", R"([{"op":"copy","from":"/Rules/0","path":"/Rules/1"}])",
     "/Rules/1/Priority: priority 10 is in use on listener demo:80, by: 10 path-pattern is /api* "
     "-> forward to api (PriorityInUse)"},
    {"DuplicateService", R"([{"op":"copy","from":"/Services/0","path":"/Services/1"}])",
     "/Services/1/serviceName: there is a service \"api\" already (InvalidParameterException)"},
    {"PriorityOutOfRange", R"([{"op":"replace","path":"/Rules/0/Priority","value":50001}])",
     "/Rules/0/Priority: found the number 50001; allowed are 1 to 50000 (ValidationError)"},
    {"HttpsListener", R"([{"op":"replace","path":"/Listeners/0/Protocol","value":"HTTPS"}])",
     "/Listeners/0/Protocol: found the string \"HTTPS\"; allowed are HTTP; did you mean "
     "\"HTTP\"? (ValidationError)"},
    {"BlockThatAlbRefuses",
     R"([{"op":"replace","path":"/Rules/0/Conditions/0","value":
          {"Field":"source-ip","SourceIpConfig":{"Values":["255.255.255.255/32"]}}}])",
     "/Rules/0/Conditions/0/SourceIpConfig/Values/0: The 'source-ip' value '255.255.255.255/32' is "
     "not allowed: ALB refuses the CIDR block 255.255.255.255/32 (ValidationError)"},
    {"LookAhead",
     R"([{"op":"replace","path":"/Rules/0/Conditions/0","value":
          {"Field":"path-pattern","PathPatternConfig":{"RegexValues":["^/a(?!b)."]}}}])",
     "/Rules/0/Conditions/0/PathPatternConfig/RegexValues/0: The 'path-pattern' regex value "
     "'^/a(?!b).' has a look-ahead '(?!'; look-around, back-references, atomic groups, possessive "
     "quantifiers, subroutines, recursion and \\p{...} are not supported (ValidationError)"},
    {"ActionThatNeedsHttps",
     R"([{"op":"replace","path":"/Rules/0/Actions/0/Type","value":"authenticate-oidc"}])",
     "/Rules/0/Actions/0/Type: found \"authenticate-oidc\", which needs an HTTPS listener; on an "
     "HTTP listener allowed are forward, fixed-response, redirect (InvalidLoadBalancerAction)"},
    {"StickyTargetsOfSeveralGroups",
     R"([{"op":"add","path":"/TargetGroups/0/Attributes/-","value":
          {"Key":"stickiness.enabled","Value":"true"}},
         {"op":"replace","path":"/Rules/0/Actions/0","value":{"Type":"forward","ForwardConfig":
          {"TargetGroups":[{"TargetGroupArn":"api","Weight":1},
                           {"TargetGroupArn":"files","Weight":1}]}}}])",
     "/Rules/0/Actions/0/ForwardConfig: a forward action with several target groups, one of which "
     "has stickiness on ('api'), needs TargetGroupStickinessConfig with Enabled true "
     "(InvalidConfigurationRequest)"},
    {"UnsupportedAttributeValue",
     R"([{"op":"replace","path":"/TargetGroups/0/Attributes/0","value":
          {"Key":"load_balancing.cross_zone.enabled","Value":"false"}}])",
     "/TargetGroups/0/Attributes/0/Value: found \"false\" for load_balancing.cross_zone.enabled; "
     "allowed is \"use_load_balancer_configuration\" or \"true\" (ValidationError)"},
    {"AttributeOutOfRange",
     R"([{"op":"replace","path":"/TargetGroups/0/Attributes/0/Value","value":"3601"}])",
     "/TargetGroups/0/Attributes/0/Value: found \"3601\" for deregistration_delay.timeout_seconds; "
     "allowed is \"0\" to \"3600\" (ValidationError)"},
    {"TimeoutNotBelowInterval",
     R"([{"op":"replace","path":"/TargetGroups/0/HealthCheckTimeoutSeconds","value":6}])",
     "/TargetGroups/0/HealthCheckTimeoutSeconds: Health check timeout '6' must be smaller than the "
     "interval '6' (ValidationError)"},
    {"TargetNotAnAddress",
     R"([{"op":"replace","path":"/TargetGroups/1/Targets/0/Id","value":"i-0abc"}])",
     "/TargetGroups/1/Targets/0/Id: found \"i-0abc\"; an IP address is required, as in "
     "\"127.0.0.1\", or an instance's id (ValidationError)"},
};

INSTANTIATE_TEST_SUITE_P(All, StackMistakes, testing::ValuesIn(mistakes),
                         [](const auto& mistake) { return mistake.param.name; });

TEST(Stack, RefusesAPatternOf129Characters) {
  json document = base();
  document["Rules"][0]["Conditions"][0]["Values"][0] = "/" + std::string(128, 'a');
  const std::string error = parsed(document);
  EXPECT_THAT(error, testing::StartsWith("/Rules/0/Conditions/0/Values/0: "));
  EXPECT_THAT(error, testing::HasSubstr("128"));
}

TEST(Stack, PointsIntoTheConfigFormWhenTheConditionWasWrittenThatWay) {
  json document = base();
  document["Rules"][0]["Conditions"][0] = {
      {"Field", "path-pattern"},
      {"PathPatternConfig", {{"Values", {"/ok", "/" + std::string(128, 'a')}}}}};
  EXPECT_THAT(parsed(document),
              testing::StartsWith("/Rules/0/Conditions/0/PathPatternConfig/Values/1: "));
}

TEST(Stack, MayNameItselfAndGiveOutputs) {
  json document = base();
  document["StackName"] = "BreakTheMonolith-Demo";
  document["Outputs"] = {{{"OutputKey", "ECSRole"}, {"OutputValue", "role"}}};
  const auto stack = parse_stack(document);
  ASSERT_TRUE(stack) << to_string(stack.error());
  EXPECT_EQ(stack->name, "BreakTheMonolith-Demo");
  EXPECT_THAT(stack->outputs, testing::ElementsAre(testing::Pair("ECSRole", "role")));
  document["Outputs"][0].erase("OutputValue");
  EXPECT_THAT(parsed(document), testing::StartsWith("/Outputs/0"));
}

TEST(Stack, GivesTheFileBeforeThePlaceInIt) {
  const auto stack = read_stack("/nonexistent/stack.json");
  ASSERT_FALSE(stack);
  EXPECT_EQ(stack.error().where, "/nonexistent/stack.json");
}

}  // namespace
}  // namespace cutover::stack

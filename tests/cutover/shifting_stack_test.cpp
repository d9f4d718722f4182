// Stack files whose services shift traffic: the sections "Hooks" and "Alarms", and what services
// say of rules, groups, hooks and alarms.

#include <gtest/gtest.h>

#include "cutover/stack/shift_rules.hpp"
#include "cutover/stack/stack.hpp"

namespace cutover::stack {
namespace {

using nlohmann::json;

/// Blue and green behind demo:80, the test rule 10 and the production rule 20.
json base() {
  return json::parse(R"({
    "LoadBalancers": [{"Name": "demo", "Id": "00000000000000aa"}],
    "TargetGroups": [{"Name": "blue", "Protocol": "HTTP", "Port": 80},
                     {"Name": "green", "Protocol": "HTTP", "Port": 80},
                     {"Name": "other", "Protocol": "HTTP", "Port": 80},
                     {"Name": "unused", "Protocol": "HTTP", "Port": 80}],
    "Listeners": [{"LoadBalancerArn": "demo", "Protocol": "HTTP", "Port": 80,
                   "Id": "00000000000000bb", "DefaultRuleId": "00000000000000d0",
                   "DefaultActions": [{"Type": "forward", "TargetGroupArn": "other"}]}],
    "Rules": [
      {"ListenerArn": "demo:80", "Priority": 10, "Id": "00000000000000c1",
       "Conditions": [{"Field": "host-header", "Values": ["test.example"]}],
       "Actions": [{"Type": "forward", "TargetGroupArn": "blue"}]},
      {"ListenerArn": "demo:80", "Priority": 20, "Id": "00000000000000c2",
       "Conditions": [{"Field": "path-pattern", "Values": ["/api*"]}],
       "Actions": [{"Type": "forward", "ForwardConfig": {
         "TargetGroups": [{"TargetGroupArn": "blue", "Weight": 1},
                          {"TargetGroupArn": "green", "Weight": 0}]}}]}],
    "Images": {"api:v1": {"app": "api"}},
    "Hooks": {"arn:smoke": {"command": ["sh", "smoke.sh"], "cwd": "checks",
                            "environment": {"A": "b"}, "timeoutSeconds": 60}},
    "Alarms": [{"AlarmName": "errors", "Namespace": "AWS/ApplicationELB",
                "MetricName": "HTTPCode_Target_5XX_Count",
                "Dimensions": [{"Name": "LoadBalancer", "Value": "demo"},
                               {"Name": "TargetGroup", "Value": "green"}],
                "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 2, "DatapointsToAlarm": 1,
                "Threshold": 5, "ComparisonOperator": "GreaterThanThreshold",
                "TreatMissingData": "notBreaching"}],
    "TaskDefinitions": [{"family": "api", "containerDefinitions": [
      {"name": "api", "image": "api:v1", "memory": 64, "portMappings": [{"containerPort": 3000}]}]}],
    "Services": [{
      "serviceName": "api", "taskDefinition": "api", "desiredCount": 2,
      "loadBalancers": [{"targetGroupArn": "blue", "containerName": "api", "containerPort": 3000,
        "advancedConfiguration": {"alternateTargetGroupArn": "green",
          "productionListenerRule": "demo:80/20", "testListenerRule": "demo:80/10",
          "roleArn": "arn:aws:iam::123456789012:role/ecs"}}],
      "deploymentConfiguration": {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 5,
        "alarms": {"alarmNames": ["errors"], "enable": true, "rollback": true},
        "lifecycleHooks": [{"hookTargetArn": "arn:smoke", "lifecycleStages": ["PRE_SCALE_UP"]}]}}]
  })");
}

std::string refusal(const json& document) {
  const auto stack = parse_stack(document, "/base");
  return stack ? "" : to_string(stack.error());
}

TEST(ShiftingStack, IsTakenWithItsHooksAndAlarms) {
  const auto stack = parse_stack(base(), "/base");
  ASSERT_TRUE(stack) << to_string(stack.error());
  const HookCommand& hook = stack->model.hooks.at("arn:smoke");
  EXPECT_EQ(hook.command, (std::vector<std::string>{"sh", "smoke.sh"}));
  EXPECT_EQ(hook.working_directory, "/base/checks");
  EXPECT_EQ(hook.timeout, std::chrono::minutes(1));
  ASSERT_EQ(stack->model.alarms.size(), 1U);
  const MetricAlarm& alarm = stack->model.alarms.front();
  EXPECT_EQ(alarm.load_balancer, "demo");
  EXPECT_EQ(alarm.target_group, "green");
  EXPECT_EQ(alarm.evaluation_periods, 2U);
  EXPECT_EQ(alarm.datapoints_to_alarm, 1U);
  EXPECT_EQ(alarm.threshold, 5);
  EXPECT_EQ(alarm.missing_data, MetricAlarm::MissingData::not_breaching);
}

struct Mistake {
  const char* name;
  const char* patch;
  std::string error;
};

class ShiftingStackMistakes : public testing::TestWithParam<Mistake> {};

TEST_P(ShiftingStackMistakes, AreRefusedWithPlaceFindingAndRemedy) {
  EXPECT_EQ(refusal(base().patch(json::parse(GetParam().patch))), GetParam().error);
}

const std::string service = "/Services/0/loadBalancers/0/advancedConfiguration/";

const Mistake mistakes[] = {
    {"UnknownRule",
     R"([{"op":"replace","path":"/Services/0/loadBalancers/0/advancedConfiguration/productionListenerRule",
          "value":"demo:80/30"}])",
     service +
         "productionListenerRule: there is no rule \"demo:80/30\"; there are demo:80/10, "
         "demo:80/20, demo:80/default; did you mean \"demo:80/10\"? (InvalidParameterException)"},
    {"RuleOfOtherGroups",
     R"([{"op":"replace","path":"/Services/0/loadBalancers/0/advancedConfiguration/testListenerRule",
          "value":"demo:80/default"}])",
     service + "testListenerRule: found demo:80/default, which does forward to other; a rule that "
               "forwards to blue and green is required (InvalidParameterException)"},
    {"UnknownAlternateGroup",
     R"([{"op":"replace","path":"/Services/0/loadBalancers/0/advancedConfiguration/alternateTargetGroupArn",
          "value":"gren"}])",
     service + "alternateTargetGroupArn: there is no target group \"gren\"; there are blue, green, "
               "other, unused; did you mean \"green\"? (InvalidParameterException)"},
    {"AlternateGroupOfNoListener",
     R"([{"op":"replace","path":"/Services/0/loadBalancers/0/advancedConfiguration/alternateTargetGroupArn",
          "value":"unused"}])",
     service + "alternateTargetGroupArn: the target group \"unused\" has no associated load "
               "balancer: no listener's action names it yet (InvalidParameterException)"},
    {"UnknownHook",
     R"([{"op":"replace","path":"/Services/0/deploymentConfiguration/lifecycleHooks/0/hookTargetArn",
          "value":"arn:smok"}])",
     "/Services/0/deploymentConfiguration/lifecycleHooks/0/hookTargetArn: there is no hook "
     "\"arn:smok\"; there are arn:smoke; did you mean \"arn:smoke\"? (InvalidParameterException)"},
    {"UnknownAlarm",
     R"([{"op":"replace","path":"/Services/0/deploymentConfiguration/alarms/alarmNames/0",
          "value":"error"}])",
     "/Services/0/deploymentConfiguration/alarms/alarmNames/0: there is no alarm \"error\"; there "
     "are errors; did you mean \"errors\"? (InvalidParameterException)"},
    {"HookWithoutACommand", R"([{"op":"remove","path":"/Hooks/arn:smoke/command"}])",
     "/Hooks/arn:smoke/command: found none; required is a program and its arguments "
     "(ValidationError)"},
    {"HookWithAnUnknownMember", R"([{"op":"add","path":"/Hooks/arn:smoke/network","value":"own"}])",
     "/Hooks/arn:smoke/network: unknown member \"network\"; allowed are command, cwd, "
     "environment, timeoutSeconds (UnknownMember)"},
    {"HookThatTakesTooLong",
     R"([{"op":"replace","path":"/Hooks/arn:smoke/timeoutSeconds","value":901}])",
     "/Hooks/arn:smoke/timeoutSeconds: found the number 901; allowed are 1 to 900 "
     "(ValidationError)"},
    {"HooksAsAList", R"([{"op":"replace","path":"/Hooks","value":[]}])",
     "/Hooks: found an empty list; an object is required (ValidationError)"},
    {"AlarmTwice", R"([{"op":"copy","from":"/Alarms/0","path":"/Alarms/1"}])",
     "/Alarms/1/AlarmName: found errors a second time (ValidationError)"},
    {"UnknownTargetGroupInAnAlarm",
     R"([{"op":"replace","path":"/Alarms/0/Dimensions/1/Value","value":"gren"}])",
     "/Alarms/0/Dimensions/1/Value: there is no target group \"gren\"; there are blue, green, "
     "other, unused; did you mean \"green\"? (ValidationError)"},
    {"DimensionTwice",
     R"([{"op":"replace","path":"/Alarms/0/Dimensions/1/Name","value":"LoadBalancer"}])",
     "/Alarms/0/Dimensions/1/Name: found LoadBalancer a second time (ValidationError)"},
    {"DimensionsThatNobodyPublishes", R"([{"op":"remove","path":"/Alarms/0/Dimensions/0"}])",
     "/Alarms/0/Dimensions: found TargetGroup; HTTPCode_Target_5XX_Count has LoadBalancer or "
     "LoadBalancer, TargetGroup (ValidationError)"},
    {"AnotherNamespace", R"([{"op":"replace","path":"/Alarms/0/Namespace","value":"AWS/ECS"}])",
     "/Alarms/0/Namespace: found the string \"AWS/ECS\"; allowed are AWS/ApplicationELB "
     "(ValidationError)"},
    {"OddPeriod", R"([{"op":"replace","path":"/Alarms/0/Period","value":45}])",
     "/Alarms/0/Period: found 45; allowed are 10, 30 and the multiples of 60 (ValidationError)"},
    {"MorePointsThanPeriods",
     R"([{"op":"replace","path":"/Alarms/0/DatapointsToAlarm","value":3}])",
     "/Alarms/0/DatapointsToAlarm: found the number 3; allowed are 1 to 2 (ValidationError)"},
    {"NoThreshold", R"([{"op":"remove","path":"/Alarms/0/Threshold"}])",
     "/Alarms/0: the member \"Threshold\" is missing (ValidationError)"},
};

INSTANTIATE_TEST_SUITE_P(All, ShiftingStackMistakes, testing::ValuesIn(mistakes),
                         [](const auto& mistake) { return mistake.param.name; });

TEST(ShiftingStack, NamesTheMetricsThatAlarmsMayHave) {
  json stack = base();
  stack["Alarms"][0]["MetricName"] = "HTTPCode_Target_5X_Count";
  const std::string error = refusal(stack);
  EXPECT_TRUE(error.starts_with("/Alarms/0/MetricName: there is no metric")) << error;
  EXPECT_NE(error.find("did you mean \"HTTPCode_Target_5XX_Count\"?"), error.npos) << error;
}

TEST(ShiftRule, IsFoundByNameAndByArn) {
  const auto stack = parse_stack(base());
  ASSERT_TRUE(stack);
  const LoadBalancing& there = stack->model.balancing;
  const std::string arn =
      "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/demo/"
      "00000000000000aa/00000000000000bb/";
  struct Row {
    std::string rule;
    std::uint32_t priority;
  };
  for (const Row& row : {Row{"demo:80/20", 20}, Row{"demo:80/default", 0},
                         Row{arn + "00000000000000c1", 10}, Row{arn + "00000000000000d0", 0}}) {
    const auto found = find_shift_rule(there, row.rule);
    ASSERT_TRUE(found) << row.rule;
    EXPECT_EQ(found->priority, row.priority) << row.rule;
  }
  for (const std::string& rule : {arn, arn + "00000000000000c9", std::string("arn:aws:ecs:x"),
                                  std::string("demo:81/10"), std::string("demo")}) {
    EXPECT_FALSE(find_shift_rule(there, rule)) << rule;
  }
}

TEST(ShiftRule, SplitsItsTrafficByWholeWeights) {
  struct Row {
    double percent;
    std::uint32_t source;
    std::uint32_t target;
  };
  for (const Row& row : {Row{0, 100, 0}, Row{5, 95, 5}, Row{100, 0, 100}, Row{12.5, 875, 125},
                         Row{0.1, 999, 1}, Row{33.33, 667, 333}, Row{99.99, 1, 999}}) {
    const auto split = with_split({}, {"blue", "green", row.percent});
    EXPECT_EQ(split.target_groups, (std::vector<rules::WeightedTargetGroup>{{"blue", row.source},
                                                                            {"green", row.target}}))
        << row.percent;
  }
}

TEST(ShiftRule, KeepsItsStickinessAndTheOrderOfItsGroups) {
  rules::Forward forward{{{"green", 0}, {"blue", 1}}, 60};
  const auto split = with_split(forward, {"blue", "green", 25});
  EXPECT_EQ(split, (rules::Forward{{{"green", 25}, {"blue", 75}}, 60}));
}

}  // namespace
}  // namespace cutover::stack

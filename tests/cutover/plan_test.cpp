#include "cutover/rehearsal/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lb/base/json.hpp"

namespace cutover::rehearsal {
namespace {

using nlohmann::json;

stack::Stack small_stack() {
  auto stack = stack::parse_stack(json::parse(R"({
    "LoadBalancers": [{"Name": "demo"}],
    "TargetGroups": [{"Name": "api", "Protocol": "HTTP", "Port": 80},
                     {"Name": "users", "Protocol": "HTTP", "Port": 80}],
    "Listeners": [{"LoadBalancerArn": "demo", "Protocol": "HTTP", "Port": 80,
                   "DefaultActions": [{"Type": "forward", "TargetGroupArn": "api"}]}],
    "Images": {"api:v1": {"app": "api"}},
    "TaskDefinitions": [{"family": "api", "containerDefinitions": [
      {"name": "api", "image": "api:v1", "memory": 128, "portMappings": [{"containerPort": 3000}]}
    ]}],
    "Services": [{"serviceName": "api", "taskDefinition": "api", "desiredCount": 1,
      "loadBalancers": [{"targetGroupArn": "api", "containerName": "api", "containerPort": 3000}]}]
  })"));
  EXPECT_TRUE(stack) << to_string(stack.error());
  return *std::move(stack);
}

json base() {
  return json::parse(R"({
    "stack": "stack.json",
    "speed": 20,
    "seed": 7,
    "load": {"rate": 50, "schedule": "poisson", "connections": 8, "timeout": "2s",
             "mix": [{"path": "/api/users", "headers": {"Accept": "*/*"}, "weight": 3}]},
    "probe": ["/", "/api/users"],
    "phases": [
      {"name": "before", "steps": [{"hold": "1.5s"}]},
      {"name": "after",
       "steps": [
         {"CreateRule": {"ListenerArn": "demo:80", "Priority": 10,
                         "Conditions": [{"Field": "path-pattern", "Values": ["/api*"]}],
                         "Actions": [{"Type": "forward", "TargetGroupArn": "users"}]}},
         {"UpdateService": {"service": "api", "desiredCount": 2}},
         {"wait": "services-stable", "services": ["api"], "timeout": "90s"},
         {"wait": "target-healthy", "targetGroups": ["api"]},
         {"SetRulePriorities": {"RulePriorities": [{"RuleArn": "demo:80/10", "Priority": 20}]}},
         {"DeleteRule": {"RuleArn": "demo:80/20"}},
         {"StopTask": {"task": "api/1"}}
       ],
       "require": {"failedRequests": 0, "failedRatio": 0.5, "p99": "50ms",
                   "sameResponses": {"as": "before", "paths": ["/api/users"]},
                   "findings": [{"path": "/", "status": 503}]}}
    ],
    "require": {"failedRequests": 3}
  })");
}

/// Phases and steps, one a line, or the error.
std::string parsed(const json& document) {
  const auto plan = parse_plan(document, small_stack());
  if (!plan) return to_string(plan.error());
  std::string lines;
  for (const Phase& phase : plan->phases) {
    lines += phase.name + "\n";
    for (const Step& step : phase.steps) lines += "  " + to_string(step) + "\n";
  }
  return lines;
}

TEST(Plan, ReadsPhasesAndStepsInTheirOrder) {
  EXPECT_EQ(parsed(base()),
            "before\n"
            "  hold 1.5s\n"
            "after\n"
            "  CreateRule demo:80: 10 path-pattern is /api* -> forward to users\n"
            "  UpdateService api: desiredCount 2\n"
            "  wait services-stable api\n"
            "  wait target-healthy api\n"
            "  SetRulePriorities demo:80/10 -> 20\n"
            "  DeleteRule demo:80/20\n"
            "  StopTask api/1\n");
}

TEST(Plan, ReadsLoadAndRequirements) {
  const auto plan = parse_plan(base(), small_stack());
  ASSERT_TRUE(plan) << to_string(plan.error());
  EXPECT_EQ(plan->speed, 20.0);
  EXPECT_EQ(plan->seed, 7u);
  EXPECT_EQ(to_string(plan->load.listener), "demo:80");
  EXPECT_EQ(plan->load.rate, 50);
  EXPECT_EQ(plan->load.schedule, load::Options::Schedule::poisson);
  EXPECT_EQ(plan->load.connections, 8u);
  EXPECT_EQ(plan->load.timeout, std::chrono::seconds(2));
  ASSERT_EQ(plan->load.mix.size(), 1u);
  EXPECT_EQ(plan->load.mix[0].path, "/api/users");
  EXPECT_EQ(plan->load.mix[0].weight, 3u);
  EXPECT_EQ(plan->load.mix[0].headers.front().second, "*/*");
  const Requirements& require = plan->phases[1].require;
  EXPECT_EQ(require.failed_requests, 0u);
  EXPECT_EQ(require.failed_ratio, 0.5);
  EXPECT_EQ(require.p99, std::chrono::milliseconds(50));
  EXPECT_EQ(require.same_responses->as, "before");
  EXPECT_EQ(require.findings.front().status, 503);
  EXPECT_EQ(std::get<Wait>(plan->phases[1].steps[2]).timeout, std::chrono::seconds(90));
  EXPECT_EQ(std::get<Wait>(plan->phases[1].steps[3]).timeout, std::chrono::minutes(10));
  EXPECT_EQ(plan->require.failed_requests, 3u);
}

TEST(Plan, ComparesEveryProbedPathWhenNoneIsNamed) {
  json document = base();
  document["phases"][1]["require"]["sameResponses"].erase("paths");
  const auto plan = parse_plan(document, small_stack());
  ASSERT_TRUE(plan) << to_string(plan.error());
  EXPECT_EQ(plan->phases[1].require.same_responses->paths, plan->probe);
}

struct Mistake {
  const char* name;
  const char* patch;
  const char* error;
};

class PlanMistakes : public testing::TestWithParam<Mistake> {};

TEST_P(PlanMistakes, AreRefusedBeforeAnythingStarts) {
  EXPECT_EQ(parsed(base().patch(json::parse(GetParam().patch))), GetParam().error);
}

const Mistake mistakes[] = {
    {"UnknownKey", R"([{"op":"add","path":"/phase","value":[]}])",
     "/phase: unknown member \"phase\"; allowed are load, phases, probe, require, seed, speed, "
     "stack; did you mean \"phases\"? (UnknownMember)"},
    {"SpeedOutOfRange", R"([{"op":"replace","path":"/speed","value":0}])",
     "/speed: found the number 0; allowed are 0.1 to 1000 (ValidationError)"},
    {"NoLoad", R"([{"op":"remove","path":"/load"}])",
     "the member \"load\" is missing (ValidationError)"},
    {"EmptyMix", R"([{"op":"replace","path":"/load/mix","value":[]}])",
     "/load/mix: found an empty list; at least one request is required (ValidationError)"},
    {"DanglingListener", R"([{"op":"add","path":"/load/listener","value":"demo:81"}])",
     "/load/listener: there is no listener \"demo:81\"; there are demo:80; did you mean "
     "\"demo:80\"? (ValidationError)"},
    {"BadDuration", R"([{"op":"replace","path":"/phases/0/steps/0/hold","value":"2h"}])",
     "/phases/0/steps/0/hold: found \"2h\"; allowed are 1ns to 1h (ValidationError)"},
    {"NoPath", R"([{"op":"replace","path":"/load/mix/0/path","value":"api"}])",
     "/load/mix/0/path: found \"api\"; a path is required, as in \"/api/users\" (ValidationError)"},
    {"HeaderThatSmuggles", R"([{"op":"add","path":"/load/mix/0/headers/X-A","value":"a\r\nb"}])",
     "/load/mix/0/headers/X-A: the value of header 'X-A' has a control character "
     "(InvalidRequestKind)"},
    {"MethodWithASpace", R"([{"op":"add","path":"/load/mix/0/method","value":"GE T"}])",
     "/load/mix/0/method: 'GE T' is not a method that asks for a path (InvalidRequestKind)"},
    {"HostWithASpace", R"([{"op":"add","path":"/load/host","value":"a b"}])",
     "/load/host: found \"a b\"; a host name is required, as in \"forum.example\" "
     "(ValidationError)"},
    {"ProbeTwice", R"([{"op":"add","path":"/probe/-","value":"/"}])",
     "/probe/0: \"/\" stands twice (ValidationError)"},
    {"NoPhase", R"([{"op":"replace","path":"/phases","value":[]}])",
     "/phases: found an empty list; at least one phase is required (ValidationError)"},
    {"PhaseTwice", R"([{"op":"replace","path":"/phases/1/name","value":"before"}])",
     "/phases/1/name: there is a phase \"before\" already (ValidationError)"},
    {"UnknownStep", R"([{"op":"add","path":"/phases/0/steps/0","value":{"DeleteRul":{}}}])",
     "/phases/0/steps/0/DeleteRul: unknown member \"DeleteRul\"; allowed are CreateListener, "
     "CreateLoadBalancer, CreateRule, CreateService, CreateTargetGroup, DeleteListener, "
     "DeleteLoadBalancer, DeleteRule, DeleteService, DeleteTargetGroup, DeregisterTargets, "
     "ModifyListener, ModifyListenerAttributes, ModifyLoadBalancerAttributes, ModifyRule, "
     "ModifyTargetGroup, ModifyTargetGroupAttributes, RegisterTargets, RegisterTaskDefinition, "
     "SetIpAddressType, SetRulePriorities, SetSecurityGroups, SetSubnets, StopTask, UpdateService, "
     "fault, hold, wait; did you mean \"DeleteRule\"? (UnknownMember)"},
    {"StepNotAnObject", R"([{"op":"add","path":"/phases/0/steps/0","value":"hold"}])",
     "/phases/0/steps/0: found the string \"hold\"; an object is required (ValidationError)"},
    {"TwoActionsInOneStep",
     R"([{"op":"add","path":"/phases/0/steps/0","value":{"DeleteRule":{},"CreateRule":{}}}])",
     "/phases/0/steps/0: found 2 members; a step is one AWS action, a \"wait\", a \"hold\" or a "
     "\"fault\" (ValidationError)"},
    {"DeletesARuleThatIsNotThereYet",
     R"([{"op":"add","path":"/phases/0/steps/0","value":{"DeleteRule":{"RuleArn":"demo:80/10"}}}])",
     "/phases/0/steps/0/DeleteRule/RuleArn: there is no rule \"demo:80/10\", nor any other "
     "(RuleNotFound)"},
    {"DeletesARuleTwice",
     R"([{"op":"add","path":"/phases/1/steps/-","value":{"DeleteRule":{"RuleArn":"demo:80/20"}}}])",
     "/phases/1/steps/7/DeleteRule/RuleArn: there is no rule \"demo:80/20\", nor any other "
     "(RuleNotFound)"},
    {"PriorityInUse", R"([{"op":"copy","from":"/phases/1/steps/0","path":"/phases/1/steps/1"}])",
     "/phases/1/steps/1/CreateRule/Priority: priority 10 is in use on listener demo:80, by: 10 "
     "path-pattern is /api* -> forward to users (PriorityInUse)"},
    {"DeletesAGroupInUse",
     R"([{"op":"add","path":"/phases/0/steps/0","value":
          {"DeleteTargetGroup":{"TargetGroupArn":"api"}}}])",
     "/phases/0/steps/0/DeleteTargetGroup/TargetGroupArn: target group \"api\" is in use by a "
     "listener or a rule (ResourceInUse)"},
    {"UnknownService",
     R"([{"op":"replace","path":"/phases/1/steps/1/UpdateService/service","value":"app"}])",
     "/phases/1/steps/1/UpdateService/service: there is no service \"app\"; there are api; did you "
     "mean \"api\"? (ServiceNotFoundException)"},
    {"StopsATaskBeyondTheDesired",
     R"([{"op":"replace","path":"/phases/1/steps/6/StopTask/task","value":"api/2"}])",
     "/phases/1/steps/6/StopTask/task: found task 2 of service \"api\", whose desired count is 2 "
     "(InvalidParameterException)"},
    {"UnknownWait",
     R"([{"op":"replace","path":"/phases/1/steps/2/wait","value":"service-stable"}])",
     "/phases/1/steps/2/wait: found the string \"service-stable\"; allowed are services-stable, "
     "target-healthy, tasks-stopped, deployments-completed; did you mean \"services-stable\"? "
     "(ValidationError)"},
    {"WaitForNothing", R"([{"op":"replace","path":"/phases/1/steps/2/services","value":[]}])",
     "/phases/1/steps/2/services: found an empty list; name at least one (ValidationError)"},
    {"WaitForUnknownGroup",
     R"([{"op":"replace","path":"/phases/1/steps/3/targetGroups/0","value":"user"}])",
     "/phases/1/steps/3/targetGroups/0: there is no target group \"user\"; there are api, users; "
     "did you mean \"users\"? (TargetGroupNotFound)"},
    {"ComparesWithALaterPhase",
     R"([{"op":"replace","path":"/phases/1/require/sameResponses/as","value":"after"}])",
     "/phases/1/require/sameResponses/as: there is no earlier phase \"after\"; there are before "
     "(ValidationError)"},
    {"ComparesWhatIsNotProbed",
     R"([{"op":"replace","path":"/phases/1/require/sameResponses/paths/0","value":"/api/user"}])",
     "/phases/1/require/sameResponses/paths/0: there is no path among \"probe\": \"/api/user\"; "
     "there are /, /api/users; did you mean \"/api/users\"? (ValidationError)"},
    {"RatioAboveOne", R"([{"op":"replace","path":"/phases/1/require/failedRatio","value":1.5}])",
     "/phases/1/require/failedRatio: found the number 1.5; allowed are 0 to 1 (ValidationError)"},
    {"FindingsOfTheWholeRun", R"([{"op":"add","path":"/require/findings","value":[]}])",
     "/require/findings: unknown member \"findings\"; allowed are failedRatio, failedRequests, p99 "
     "(UnknownMember)"},
};

INSTANTIATE_TEST_SUITE_P(All, PlanMistakes, testing::ValuesIn(mistakes),
                         [](const auto& mistake) { return mistake.param.name; });

TEST(Plan, NamesTheFileThatIsWrong) {
  const auto plan = read_plan("/nonexistent/plan.json");
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().where, "/nonexistent/plan.json");
}

}  // namespace
}  // namespace cutover::rehearsal

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/end_to_end/program.hpp"

namespace cutover::end_to_end {
namespace {

using nlohmann::json;
using testing::HasSubstr;

const std::string source_folder = CUTOVER_SOURCE_DIR "/tests/end_to_end/";

json read(const std::string& path) {
  std::ifstream file(path);
  return json::parse(file);
}

/// A folder of its own with the stack and a plan in it, and a free port for listener 80.
class Rehearse : public testing::Test {
 protected:
  Rehearse() : port_(free_port()), plan_(read(source_folder + "plan.json")) {
    std::string name = testing::TempDir() + "rehearse.XXXXXX";
    folder_ = ::mkdtemp(name.data());
    std::filesystem::copy(source_folder + "stack.json", folder_ + "/stack.json");
  }
  ~Rehearse() override { std::filesystem::remove_all(folder_); }

  /// Runs plan_ with further arguments.
  std::vector<std::string> command(const std::vector<std::string>& more = {}) {
    std::ofstream(folder_ + "/plan.json") << plan_;
    std::vector<std::string> words{"rehearse",      folder_ + "/plan.json",
                                   "--port-offset", std::to_string(port_ - 80),
                                   "--workers",     "2"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  std::uint16_t port_;
  json plan_;
  std::string folder_;
};

/// What must add up in a report: fates to what was scheduled, groups on both sides.
void expect_sums(const json& report) {
  std::uint64_t scheduled = 0;
  for (const json& phase : report.at("phases")) {
    std::uint64_t sum = 0;
    for (const json& fate : phase.at("fates")) sum += fate.at("count").get<std::uint64_t>();
    EXPECT_EQ(sum, phase.at("scheduled").get<std::uint64_t>()) << phase.at("phase");
    scheduled += sum;
  }
  EXPECT_GT(scheduled, 50u);
  std::uint64_t load = 0;
  std::uint64_t at_load_balancer = 0;
  for (const json& group : report.at("groups")) {
    load += group.at("load").get<std::uint64_t>();
    at_load_balancer += group.at("load_balancer").get<std::uint64_t>();
  }
  EXPECT_EQ(load, scheduled);
  EXPECT_EQ(at_load_balancer, scheduled + 9) << "9 probes";
  EXPECT_EQ(report.at("load_balancer").at("requests").get<std::uint64_t>(), scheduled + 9);
  for (const json& verdict : report.at("sums")) EXPECT_TRUE(verdict.at("held")) << verdict;
}

class RehearseWithRuntime : public Rehearse, public testing::WithParamInterface<const char*> {};

TEST_P(RehearseWithRuntime, LosesNoRequestAndAccountsForEach) {
  const std::string file = folder_ + "/report.json";
  Program program(command({"--runtime", GetParam(), "--json", file}));
  EXPECT_EQ(program.wait(), 0) << program.out() << program.err();
  EXPECT_THAT(program.out(), HasSubstr("The cutover is safe: all "));
  EXPECT_THAT(program.out(), HasSubstr("the switch: / answered 503; after \"before\" it answered "
                                       "200 (expected)"));
  EXPECT_THAT(program.err(), HasSubstr("phase the switch"));

  const json report = read(file);
  EXPECT_TRUE(report.at("safe"));
  EXPECT_EQ(report.at("runtime"), GetParam());
  expect_sums(report);
  for (const json& fate : report.at("phases").at(2).at("fates")) {
    EXPECT_EQ(fate.at("target_group"), "users") << "after the switch nobody asks the monolith";
  }
  EXPECT_FALSE(listening(port_));
}

INSTANTIATE_TEST_SUITE_P(Both, RehearseWithRuntime, testing::Values("in_process", "process"),
                         [](const auto& runtime) { return std::string(runtime.param); });

TEST_F(Rehearse, StartsNothingForABadPlan) {
  plan_["phases"][1]["steps"][7]["DeleteRule"]["RuleArn"] = "demo:80/3";
  Program program(command());
  EXPECT_EQ(program.wait(), 2);
  EXPECT_EQ(program.out(), "");
  EXPECT_EQ(program.err(),
            "cutover: " + folder_ +
                "/plan.json#/phases/1/steps/7/DeleteRule/RuleArn: there is no rule \"demo:80/3\"; "
                "there are demo:80/1, demo:80/2; did you mean \"demo:80/1\"? (RuleNotFound)\n");
  EXPECT_FALSE(listening(port_));
}

TEST_F(Rehearse, StartsNothingForABadStack) {
  json stack = read(source_folder + "stack.json");
  stack["Listeners"][0]["Port"] = "80";
  std::ofstream(folder_ + "/stack.json") << stack;
  Program program(command());
  EXPECT_EQ(program.wait(), 2);
  EXPECT_THAT(program.err(), HasSubstr("/stack.json#/Listeners/0/Port: found the string \"80\""));
}

TEST_F(Rehearse, SaysWhichRequirementFailsAndByHowMuch) {
  plan_["load"]["mix"] = {{{"path", "/"}}};
  plan_["phases"].erase(2);
  Program program(command());
  EXPECT_EQ(program.wait(), 1);
  EXPECT_THAT(program.out(), HasSubstr("FAILS  failed requests: at most 0: "));
  EXPECT_THAT(program.out(), HasSubstr(" too many: 503 by the load balancer x"));
  EXPECT_THAT(program.out(), HasSubstr("The cutover is not safe: 2 of "));
}

TEST_F(Rehearse, TakesEveryKindOfStepUnderLoad) {
  const std::string self = std::to_string(port_);
  plan_["probe"] = json::array();
  plan_["phases"] = json::parse(R"([{"name": "all", "steps": [
    {"CreateTargetGroup": {"Name": "users", "Protocol": "HTTP", "Port": 80}},
    {"ModifyTargetGroup": {"TargetGroupArn": "users", "HealthCheckPath": "/ready"}},
    {"ModifyTargetGroupAttributes": {"TargetGroupArn": "users", "Attributes": [
      {"Key": "deregistration_delay.timeout_seconds", "Value": "0"}]}},
    {"CreateRule": {"ListenerArn": "demo:80", "Priority": 5,
      "Conditions": [{"Field": "path-pattern", "Values": ["/nobody"]}],
      "Actions": [{"Type": "forward", "TargetGroupArn": "users"}]}},
    {"ModifyRule": {"RuleArn": "demo:80/5",
      "Conditions": [{"Field": "host-header", "Values": ["nobody.example"]}]}},
    {"RegisterTargets": {"TargetGroupArn": "users", "Targets": [
      {"Id": "127.0.0.1", "Port": )" +
                                self + R"(}]}},
    {"DeregisterTargets": {"TargetGroupArn": "users", "Targets": [
      {"Id": "127.0.0.1", "Port": )" +
                                self + R"(}]}},
    {"SetRulePriorities": {"RulePriorities": [{"RuleArn": "demo:80/5", "Priority": 6}]}},
    {"DeleteRule": {"RuleArn": "demo:80/6"}},
    {"DeleteTargetGroup": {"TargetGroupArn": "users"}},
    {"RegisterTaskDefinition": {"family": "users", "containerDefinitions": [
      {"name": "users", "image": "users:v1", "memory": 256}]}},
    {"CreateService": {"serviceName": "worker", "taskDefinition": "users:1", "desiredCount": 1}},
    {"wait": "services-stable", "services": ["worker"]},
    {"UpdateService": {"service": "worker", "taskDefinition": "users:2", "desiredCount": 2}},
    {"wait": "services-stable", "services": ["worker"]},
    {"StopTask": {"task": "worker/1", "reason": "to see it replaced"}},
    {"wait": "services-stable", "services": ["worker"]},
    {"UpdateService": {"service": "worker", "desiredCount": 0}},
    {"wait": "tasks-stopped", "services": ["worker"]},
    {"DeleteService": {"service": "worker"}},
    {"ModifyListener": {"ListenerArn": "demo:80", "DefaultActions": [
      {"Type": "forward", "TargetGroupArn": "api"}]}}
  ]}])");
  Program program(command());
  EXPECT_EQ(program.wait(), 0) << program.out() << program.err();
}

TEST_F(Rehearse, OpensAndClosesListeners) {
  plan_["probe"] = json::array();
  plan_["phases"] = json::parse(R"([{"name": "all", "steps": [
    {"DeleteListener": {"ListenerArn": "demo:80"}},
    {"CreateListener": {"LoadBalancerArn": "demo", "Protocol": "HTTP", "Port": 80,
      "DefaultActions": [{"Type": "forward", "TargetGroupArn": "api"}]}},
    {"hold": "200ms"}
  ]}])");
  plan_["require"] = {{"failedRatio", 0.5}};
  Program program(command());
  EXPECT_EQ(program.wait(), 0) << program.out() << program.err();
}

TEST_F(Rehearse, FailsWhenAWaitTimesOut) {
  plan_["phases"][1]["steps"] = {
      {{"CreateTargetGroup", {{"Name", "empty"}, {"Protocol", "HTTP"}, {"Port", 80}}}},
      {{"wait", "target-healthy"}, {"targetGroups", {"empty"}}, {"timeout", "6s"}}};
  Program program(command());
  EXPECT_EQ(program.wait(), 1);
  EXPECT_THAT(program.out(),
              HasSubstr("FAILS  every step is done: phase \"the switch\", wait target-healthy "
                        "empty: not reached within 6s; empty: no target is registered"));
}

TEST_F(Rehearse, ReportsWhatItSawWhenItIsInterrupted) {
  plan_["phases"][0]["steps"][0]["hold"] = "1h";
  Program program(command());
  EXPECT_TRUE(program.says("phase before"));
  program.signal(SIGINT);
  EXPECT_EQ(program.wait(), 1);
  EXPECT_THAT(program.out(), HasSubstr("FAILS  every step is done: phase \"before\", hold 1h: a "
                                       "signal ended the run (Interrupted)"));
}

TEST_F(Rehearse, KeepsItsExitStatusWhenTheReportFindsTheDiskFull) {
  plan_["phases"].erase(2);
  plan_["phases"].erase(1);
  Program program(command({"--json", "/dev/full"}));
  EXPECT_EQ(program.wait(), 0);
  EXPECT_THAT(program.err(), HasSubstr("cutover: /dev/full: can't be written: No space left"));
  EXPECT_THAT(program.out(), HasSubstr("The cutover is safe"));
}

TEST_F(Rehearse, RefusesAReportFileThatCannotBeOpened) {
  Program program(command({"--json", "/nonexistent/report.json"}));
  EXPECT_EQ(program.wait(), 2);
  EXPECT_FALSE(listening(port_));
}

TEST(Examples, TheWorkshopsPlanIsAccepted) {
  // An offset beyond the last port is refused only after stack and plan were found to be right.
  Program program({"rehearse", CUTOVER_SOURCE_DIR "/examples/monolith_to_microservices/plan.json",
                   "--port-offset", "65500"});
  EXPECT_EQ(program.wait(), 2);
  EXPECT_EQ(program.err(),
            "cutover: listener demo:80: port 80 + offset 65500 is beyond 65535; choose a smaller "
            "--port-offset (ValidationError)\n");
}

}  // namespace
}  // namespace cutover::end_to_end

// What must hold among the containers of a task definition: one broken rule each.

#include "containers/task_definition_rules.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "containers/task_definition_json.hpp"

namespace cutover::containers {
namespace {

using nlohmann::json;

/// A web server behind a check, its helper, and a setup that runs to its end.
json shop() {
  return json::parse(R"({
    "family": "shop",
    "containerDefinitions": [
      {"name": "web", "image": "web", "memory": 256, "cpu": 100,
       "portMappings": [{"containerPort": 80, "hostPort": 8080}],
       "healthCheck": {"command": ["CMD", "true"]}},
      {"name": "helper", "image": "helper", "memoryReservation": 128, "essential": false,
       "portMappings": [{"containerPort": 81}]},
      {"name": "setup", "image": "setup", "memory": 64, "essential": false}]
  })");
}

struct BrokenRule {
  std::string task;  ///< RFC 7396 merge patches on the task and its three containers.
  std::string web;
  std::string helper;
  std::string setup;
  std::string where;
  std::string message;
};

std::ostream& operator<<(std::ostream& out, const BrokenRule& rule) {
  return out << rule.where << ": " << rule.message;
}

class TaskDefinitionRules : public ::testing::TestWithParam<BrokenRule> {};

TEST_P(TaskDefinitionRules, AreKept) {
  const BrokenRule& rule = GetParam();
  json value = shop();
  if (!rule.task.empty()) value.merge_patch(json::parse(rule.task));
  json& containers = value["containerDefinitions"];
  if (!rule.web.empty()) containers[0].merge_patch(json::parse(rule.web));
  if (!rule.helper.empty()) containers[1].merge_patch(json::parse(rule.helper));
  if (!rule.setup.empty()) containers[2].merge_patch(json::parse(rule.setup));
  const auto refused = parse_task_definition(value, "/d");
  ASSERT_FALSE(refused);
  EXPECT_EQ(to_string(refused.error()),
            "/d" + rule.where + ": " + rule.message + " (ClientException)");
}

const std::string web = "/containerDefinitions/0";
const std::string helper = "/containerDefinitions/1";
const std::string setup = "/containerDefinitions/2";

INSTANTIATE_TEST_SUITE_P(
    Containers, TaskDefinitionRules,
    ::testing::Values(
        BrokenRule{"", "", R"({"name": "web"})", "", helper + "/name",
                   "found \"web\" a second time; names differ within a task"},
        BrokenRule{"", R"({"essential": false})", "", "", "/containerDefinitions",
                   "found no essential container; at least one has to be essential"},
        BrokenRule{"", "", R"({"memoryReservation": null})", "", helper + "/memory",
                   "Invalid setting for container 'helper'. At least one of 'memory' or "
                   "'memoryReservation' must be specified."},
        BrokenRule{R"({"memory": "200"})", "", "", "", web + "/memory",
                   "found 256 for container 'web'; allowed is at most the task's own memory, 200"},
        BrokenRule{R"({"memory": "400"})", "", "", "", "/memory",
                   "found 400; its containers reserve 448 MiB together"},
        BrokenRule{R"({"cpu": "128"})", "", R"({"cpu": 29})", "", "/cpu",
                   "found 128; its containers have 129 CPU units together"}));

INSTANTIATE_TEST_SUITE_P(
    Ports, TaskDefinitionRules,
    ::testing::Values(
        BrokenRule{"", "", R"({"portMappings": [{"containerPort": 1, "hostPort": 8080}]})", "",
                   helper + "/portMappings/0/hostPort",
                   "found 8080 a second time; host ports differ within a task"},
        BrokenRule{R"({"networkMode": "host"})", "", "", "", web + "/portMappings/0/hostPort",
                   "When networkMode=host, the host ports and container ports in port mappings "
                   "must match."},
        BrokenRule{R"({"networkMode": "awsvpc"})", "", "", "", web + "/portMappings/0/hostPort",
                   "When networkMode=awsvpc, the host ports and container ports in port mappings "
                   "must match."},
        BrokenRule{R"({"networkMode": "awsvpc"})", R"({"portMappings": [{"containerPort": 81}]})",
                   "", "", helper + "/portMappings/0/hostPort",
                   "found 81 a second time; host ports differ within a task"},
        BrokenRule{R"({"networkMode": "none"})", "", "", "", web + "/portMappings",
                   "no port can be mapped in networkMode none; leave portMappings out"}));

INSTANTIATE_TEST_SUITE_P(
    Dependencies, TaskDefinitionRules,
    ::testing::Values(
        BrokenRule{"", R"({"dependsOn": [{"containerName": "other", "condition": "START"}]})", "",
                   "", web + "/dependsOn/0/containerName",
                   "found \"other\"; another container of this task is required"},
        BrokenRule{"", R"({"dependsOn": [{"containerName": "web", "condition": "START"}]})", "", "",
                   web + "/dependsOn/0/containerName",
                   "found \"web\"; another container of this task is required"},
        BrokenRule{"", "", R"({"dependsOn": [{"containerName": "web", "condition": "COMPLETE"}]})",
                   "", helper + "/dependsOn/0/condition",
                   "found COMPLETE for the essential container \"web\", whose end stops the task; "
                   "only containers that are not essential can be waited for so"},
        BrokenRule{"", "", R"({"dependsOn": [{"containerName": "web", "condition": "SUCCESS"}]})",
                   "", helper + "/dependsOn/0/condition",
                   "found SUCCESS for the essential container \"web\", whose end stops the task; "
                   "only containers that are not essential can be waited for so"},
        BrokenRule{"", R"({"dependsOn": [{"containerName": "setup", "condition": "HEALTHY"}]})", "",
                   "", web + "/dependsOn/0/condition",
                   "found HEALTHY for container \"setup\", which has no healthCheck"},
        BrokenRule{"", "", R"({"dependsOn": [{"containerName": "setup", "condition": "START"}]})",
                   R"({"dependsOn": [{"containerName": "helper", "condition": "START"}]})",
                   helper + "/dependsOn",
                   "found a cycle: containers helper, setup wait for one another"}));

INSTANTIATE_TEST_SUITE_P(
    Fargate, TaskDefinitionRules,
    ::testing::Values(
        BrokenRule{R"({"requiresCompatibilities": ["FARGATE"]})", "", "", "", "/networkMode",
                   "Fargate only supports network mode 'awsvpc'."},
        BrokenRule{R"({"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc"})",
                   R"({"portMappings": []})", "", "", "/cpu",
                   "Fargate requires that 'cpu' be defined at the task level."},
        BrokenRule{
            R"({"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256"})",
            R"({"portMappings": []})", "", "", "/memory",
            "Fargate requires that 'memory' be defined at the task level."},
        BrokenRule{R"({"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc",
                       "cpu": "256", "memory": "512"})",
                   R"({"portMappings": [], "startTimeout": 121})", "", "", web + "/startTimeout",
                   "found 121; allowed on Fargate are 2 to 120"},
        BrokenRule{R"({"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc",
                       "cpu": "256", "memory": "512"})",
                   R"({"portMappings": [], "stopTimeout": 121})", "", "", web + "/stopTimeout",
                   "found 121; allowed on Fargate are 0 to 120"}));

TEST(TaskDefinitionRules, LetContainersWaitForOneAnother) {
  json value = shop();
  value["containerDefinitions"][0]["dependsOn"] = json::parse(
      R"([{"containerName": "setup", "condition": "SUCCESS"},
          {"containerName": "helper", "condition": "START"}])");
  value["containerDefinitions"][1]["dependsOn"] =
      json::parse(R"([{"containerName": "setup", "condition": "COMPLETE"}])");
  const auto definition = parse_task_definition(value, "");
  EXPECT_TRUE(definition) << to_string(definition.error());
}

TEST(TaskDefinitionRules, DynamicPortsNeverClash) {
  json value = shop();
  for (const std::size_t i : {0, 1}) {
    value["containerDefinitions"][i]["portMappings"] = json::parse(R"([{"containerPort": 80}])");
  }
  EXPECT_TRUE(parse_task_definition(value, ""));
}

}  // namespace
}  // namespace cutover::containers

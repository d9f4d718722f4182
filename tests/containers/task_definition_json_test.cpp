// Task definitions from JSON: the workshop's own as it stands, and what each mistake is told.

#include "containers/task_definition_json.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <ostream>

namespace cutover::containers {
namespace {

using nlohmann::json;

/// The workshop's definition of the monolith: every number is a string there.
json workshop() {
  return json::parse(R"({
    "containerDefinitions": [{
      "name": "api",
      "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/api:v1",
      "memoryReservation": "256",
      "cpu": "256",
      "essential": true,
      "portMappings": [{"hostPort": "0", "containerPort": "3000", "protocol": "tcp"}]
    }],
    "volumes": [],
    "networkMode": "bridge",
    "placementConstraints": [],
    "family": "api"
  })");
}

TEST(TaskDefinitionJson, AcceptsTheWorkshopsDefinitionAsItStands) {
  const auto definition = parse_task_definition(workshop(), "");
  ASSERT_TRUE(definition) << to_string(definition.error());
  TaskDefinition expected;
  expected.family = "api";
  ContainerDefinition container;
  container.name = "api";
  container.image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/api:v1";
  container.cpu = 256;
  container.memory_reservation = 256;
  container.port_mappings = {{3000, 0}};
  expected.containers = {container};
  EXPECT_EQ(*definition, expected);
}

TEST(TaskDefinitionJson, AnswersNumbersAsNumbersAndFillsDefaults) {
  json minimal = workshop();
  minimal["containerDefinitions"][0].erase("cpu");
  minimal["containerDefinitions"][0].erase("essential");
  minimal["containerDefinitions"][0]["portMappings"] = {{{"containerPort", "3000"}}};
  minimal.erase("networkMode");
  EXPECT_EQ(to_json(*parse_task_definition(minimal, "")), json::parse(R"({
    "containerDefinitions": [{
      "name": "api",
      "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/api:v1",
      "memoryReservation": 256,
      "cpu": 0,
      "essential": true,
      "environment": [],
      "mountPoints": [],
      "volumesFrom": [],
      "portMappings": [{"hostPort": 0, "containerPort": 3000, "protocol": "tcp"}]
    }],
    "volumes": [],
    "networkMode": "bridge",
    "placementConstraints": [],
    "family": "api"
  })"));
}

TEST(TaskDefinitionJson, ReadsBackWhatItWrites) {
  const json full = json::parse(R"({
    "family": "shop_1", "cpu": "1 vCPU", "memory": "0.5GB", "taskRoleArn": "arn:aws:iam::1:role/a",
    "executionRoleArn": "arn:aws:iam::1:role/b", "requiresCompatibilities": ["EC2"],
    "tags": [{"key": "team", "value": "forum"}],
    "containerDefinitions": [
      {"name": "web", "image": "web", "memory": 512, "memoryReservation": 256, "stopTimeout": 5,
       "portMappings": [{"containerPort": 80, "hostPort": 8080}],
       "environment": [{"name": "B", "value": "2"}, {"name": "A", "value": ""}],
       "dockerLabels": {"x": "y"}},
      {"name": "side", "image": "side:2", "essential": false}]
  })");
  const auto definition = parse_task_definition(full, "", Numbers::strict);
  ASSERT_TRUE(definition) << to_string(definition.error());
  EXPECT_EQ(definition->cpu, 1024U);
  EXPECT_EQ(definition->memory, 512U);
  EXPECT_EQ(definition->containers[0].stop_timeout, std::chrono::seconds(5));
  EXPECT_EQ(definition->containers[0].environment[1], NamedValue("A", ""));
  EXPECT_FALSE(definition->containers[1].essential);
  EXPECT_EQ(*parse_task_definition(to_json(*definition), "", Numbers::strict), *definition);
}

TEST(TaskDefinitionJson, PassesOverWhatSaysNothing) {
  json value = workshop();
  value.update(json::parse(R"({"pidMode": null, "proxyConfiguration": {}, "tags": [],
                               "inferenceAccelerators": []})"));
  value["containerDefinitions"][0].update(
      json::parse(R"({"mountPoints": [], "volumesFrom": [], "links": [], "command": [],
                      "privileged": false, "user": "", "logConfiguration": null,
                      "environment": [], "dockerLabels": {}})"));
  EXPECT_TRUE(parse_task_definition(value, ""));
}

TEST(TaskDefinitionJson, StringsForNumbersAreRefusedWhenStrict) {
  const auto refused = parse_task_definition(workshop(), "/taskDefinitions/0", Numbers::strict);
  EXPECT_EQ(refused.error().where, "/taskDefinitions/0/containerDefinitions/0/cpu");
  EXPECT_EQ(refused.error().message, "found the string \"256\"; a whole number is required");
}

struct Mistake {
  std::string patch;      ///< RFC 7396 merge patch on the workshop's definition …
  std::string container;  ///< … and on its container.
  std::string where;
  std::string message;
};

std::ostream& operator<<(std::ostream& out, const Mistake& mistake) {
  return out << mistake.patch << " " << mistake.container;
}

class BadTaskDefinition : public ::testing::TestWithParam<Mistake> {};

TEST_P(BadTaskDefinition, IsRefusedWithItsPlace) {
  const Mistake& mistake = GetParam();
  json value = workshop();
  if (!mistake.patch.empty()) value.merge_patch(json::parse(mistake.patch));
  if (!mistake.container.empty()) {
    value["containerDefinitions"][0].merge_patch(json::parse(mistake.container));
  }
  const auto refused = parse_task_definition(value, "");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().where, mistake.where);
  EXPECT_EQ(refused.error().message, mistake.message);
}

const std::string first = "/containerDefinitions/0";

INSTANTIATE_TEST_SUITE_P(
    Task, BadTaskDefinition,
    ::testing::Values(
        Mistake{R"({"family": null})", "", "", "the member \"family\" is missing"},
        Mistake{R"({"family": 5})", "", "/family", "found the number 5; a string is required"},
        Mistake{R"({"family": ""})", "", "/family",
                "found a name of 0 characters; allowed are 1 to 255"},
        Mistake{R"({"family": "a b"})", "", "/family",
                "found the string \"a b\"; allowed are letters, digits, - and _"},
        Mistake{R"({"familly": "x"})", "", "/familly",
                "unknown member \"familly\"; allowed are containerDefinitions, cpu, "
                "executionRoleArn, family, memory, networkMode, placementConstraints, "
                "requiresCompatibilities, tags, taskRoleArn, volumes; did you mean \"family\"?"},
        Mistake{R"({"networkMode": "awsvpc"})", "", "/networkMode",
                "found the string \"awsvpc\"; this network mode is not supported yet, allowed is "
                "bridge"},
        Mistake{R"({"networkMode": "brigde"})", "", "/networkMode",
                "found the string \"brigde\"; allowed are bridge; did you mean \"bridge\"?"},
        Mistake{R"({"volumes": [{"name": "data"}]})", "", "/volumes",
                "found a list; \"volumes\" is not supported yet and has to be left out"},
        Mistake{R"({"cpu": 256})", "", "/cpu", "found the number 256; a string is required"},
        Mistake{R"({"cpu": "0.5"})", "", "/cpu",
                "found the string \"0.5\"; allowed is a string such as \"256\" or \"1 vCPU\", of "
                "128 to 196608 CPU units"},
        Mistake{R"({"memory": "1 TB"})", "", "/memory",
                "found the string \"1 TB\"; allowed is a string such as \"512\" or \"1 GB\", of at "
                "least 6 MiB"},
        Mistake{R"({"requiresCompatibilities": ["EC2", "FARGATE"]})", "",
                "/requiresCompatibilities/1",
                "found the string \"FARGATE\"; only EC2 is supported"},
        Mistake{R"({"tags": [{"key": "a"}]})", "", "/tags/0", "the member \"value\" is missing"},
        Mistake{R"({"containerDefinitions": null})", "", "/containerDefinitions",
                "found 0 containers; allowed are 1 to 10"},
        Mistake{R"({"containerDefinitions": {}})", "", "/containerDefinitions",
                "found an object; a list is required"},
        Mistake{R"({"containerDefinitions": [5]})", "", first,
                "found the number 5; an object is required"}));

INSTANTIATE_TEST_SUITE_P(
    Container, BadTaskDefinition,
    ::testing::Values(
        Mistake{"", R"({"name": null})", first, "the member \"name\" is missing"},
        Mistake{"", R"({"image": ""})", first + "/image",
                "found an image of 0 characters; allowed are 1 to 255"},
        Mistake{"", R"({"cpu": "much"})", first + "/cpu",
                "found the string \"much\"; a whole number is required"},
        Mistake{"", R"({"cpu": -1})", first + "/cpu",
                "found the number -1; allowed are 0 to 196608"},
        Mistake{"", R"({"memoryReservation": 5})", first + "/memoryReservation",
                "found the number 5; allowed are 6 to 2147483647"},
        Mistake{"", R"({"memoryReservation": null})", first + "/memory",
                "missing for container \"api\"; memory or memoryReservation is required, or memory "
                "for the whole task"},
        Mistake{"", R"({"memory": 256})", first + "/memory",
                "found 256; it has to be greater than memoryReservation, 256"},
        Mistake{"", R"({"essential": "yes"})", first + "/essential",
                "found the string \"yes\"; true or false is required"},
        Mistake{"", R"({"essential": false})", "/containerDefinitions",
                "found no essential container; at least one has to be essential"},
        Mistake{"", R"({"healthCheck": {"command": ["CMD", "true"]}})", first + "/healthCheck",
                "found an object; \"healthCheck\" is not supported yet and has to be left out"},
        Mistake{"", R"({"dependsOn": [{}]})", first + "/dependsOn",
                "found a list; \"dependsOn\" is not supported yet and has to be left out"},
        Mistake{"", R"({"memoryReservaton": 5})", first + "/memoryReservaton",
                "unknown member \"memoryReservaton\"; allowed are cpu, dockerLabels, environment, "
                "essential, image, memory, memoryReservation, name, portMappings, stopTimeout; did "
                "you mean \"memoryReservation\"?"},
        Mistake{"", R"({"stopTimeout": -1})", first + "/stopTimeout",
                "found the number -1; allowed are 0 to 2147483647"},
        Mistake{"", R"({"environment": [{"name": "A", "value": 1}]})",
                first + "/environment/0/value", "found the number 1; a string is required"},
        Mistake{"", R"({"environment": [{"name": "", "value": "1"}]})",
                first + "/environment/0/name", "found an empty name; a name is required"},
        Mistake{"", R"({"dockerLabels": {"a/b": 1}})", first + "/dockerLabels/a~1b",
                "found the number 1; a string is required"},
        Mistake{"", R"({"portMappings": [{}]})", first + "/portMappings/0",
                "the member \"containerPort\" is missing"},
        Mistake{"", R"({"portMappings": [{"containerPort": "70000"}]})",
                first + "/portMappings/0/containerPort",
                "found the string \"70000\"; allowed are 1 to 65535"},
        Mistake{"", R"({"portMappings": [{"containerPort": 1, "hostPort": -1}]})",
                first + "/portMappings/0/hostPort", "found the number -1; allowed are 0 to 65535"},
        Mistake{"", R"({"portMappings": [{"containerPort": 1, "protocol": "udp"}]})",
                first + "/portMappings/0/protocol",
                "found the string \"udp\"; udp is not supported yet, allowed is tcp"},
        Mistake{"", R"({"portMappings": [{"containerPort": 1}, {"containerPort": 2}]})",
                first + "/portMappings",
                "found 2 port mappings; more than one for a container is not supported yet"}));

TEST(TaskDefinitionJson, ContainersOfATaskDifferInNameAndFixedPort) {
  json value = workshop();
  value["containerDefinitions"].push_back(value["containerDefinitions"][0]);
  auto refused = parse_task_definition(value, "");
  EXPECT_EQ(to_string(refused.error()),
            "/containerDefinitions/1/name: found \"api\" a second time; names differ within a task "
            "(ValidationError)");
  value["containerDefinitions"][1]["name"] = "other";
  EXPECT_TRUE(parse_task_definition(value, "")) << "dynamic ports never clash";
  for (auto& container : value["containerDefinitions"]) {
    container["portMappings"][0]["hostPort"] = 8080;
  }
  refused = parse_task_definition(value, "");
  EXPECT_EQ(refused.error().where, "/containerDefinitions/1/portMappings/0/hostPort");
}

TEST(TaskDefinitionJson, SizesMayHaveUnits) {
  const auto cpu = [](const std::string& text) {
    json value = workshop();
    value["cpu"] = text;
    const auto definition = parse_task_definition(value, "");
    return definition ? definition->cpu : std::nullopt;
  };
  EXPECT_EQ(cpu("256"), 256U);
  EXPECT_EQ(cpu(".25 vcpu"), 256U);
  EXPECT_EQ(cpu("2vCPU"), 2048U);
  for (const std::string bad :
       {"", "vCPU", "1 vCPUs", "1.5", "1e3", "-256", "127", "nan", "1..2"}) {
    EXPECT_EQ(cpu(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace cutover::containers

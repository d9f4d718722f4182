// Task definitions from JSON: the workshop's own as it stands, and what each mistake is told.

#include "containers/task_definition_json.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <ostream>

namespace cutover::containers {
namespace {

using namespace std::chrono_literals;
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
  EXPECT_EQ(task_definition_to_json(*parse_task_definition(minimal, "")), json::parse(R"({
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

/// Every member that means something here, in ECS's own form, with every default written out.
const json& full() {
  static const json value = json::parse(R"({
    "family": "shop_1", "networkMode": "awsvpc", "cpu": "1024", "memory": "1024",
    "taskRoleArn": "arn:aws:iam::1:role/a", "executionRoleArn": "arn:aws:iam::1:role/b",
    "requiresCompatibilities": ["EC2", "FARGATE"],
    "runtimePlatform": {"cpuArchitecture": "X86_64"},
    "ephemeralStorage": {"sizeInGiB": 30},
    "placementConstraints": [
      {"type": "memberOf", "expression": "attribute:ecs.instance-type =~ t3.*"}],
    "volumes": [],
    "containerDefinitions": [
      {"name": "web", "image": "web", "cpu": 512, "memory": 512, "memoryReservation": 256,
       "essential": true, "startTimeout": 60, "stopTimeout": 5,
       "entryPoint": ["sh", "-c"], "command": ["exec web"], "workingDirectory": "/srv",
       "user": "www", "privileged": false, "mountPoints": [], "volumesFrom": [],
       "portMappings": [
         {"containerPort": 80, "hostPort": 80, "protocol": "tcp", "name": "http",
          "appProtocol": "http"},
         {"containerPort": 81, "hostPort": 81, "protocol": "tcp"}],
       "environment": [{"name": "B", "value": "2"}, {"name": "A", "value": ""}],
       "dockerLabels": {"x": "y"},
       "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "g"}},
       "healthCheck": {"command": ["CMD-SHELL", "curl -f localhost"], "interval": 10,
                       "timeout": 2, "retries": 4, "startPeriod": 0},
       "restartPolicy": {"enabled": true, "ignoredExitCodes": [0, 3],
                         "restartAttemptPeriod": 60},
       "dependsOn": [{"containerName": "setup", "condition": "SUCCESS"}]},
      {"name": "setup", "image": "setup:2", "cpu": 0, "essential": false, "environment": [],
       "mountPoints": [], "volumesFrom": [], "portMappings": []}]
  })");
  return value;
}

TEST(TaskDefinitionJson, EchoesWhatItWasGiven) {
  const auto definition = parse_task_definition(full(), "", Numbers::strict);
  ASSERT_TRUE(definition) << to_string(definition.error());
  EXPECT_EQ(task_definition_to_json(*definition), full());
}

TEST(TaskDefinitionJson, AnswersARegisteredOneInFull) {
  auto definition = *parse_task_definition(full(), "");
  definition.revision = 7;
  definition.arn = "arn:aws:ecs:us-east-1:123456789012:task-definition/shop_1:7";
  const RegisteredTaskDefinition registered{
      std::make_shared<const TaskDefinition>(definition), TaskDefinitionStatus::inactive,
      WallTime(1557119253821ms), WallTime(1557119254s), std::nullopt};
  json expected = full();
  expected["revision"] = 7;
  expected["taskDefinitionArn"] = definition.arn;
  expected["status"] = "INACTIVE";
  expected["compatibilities"] = {"EC2", "FARGATE"};
  expected["requiresAttributes"] = json::array();
  for (const char* name :
       {"com.amazonaws.ecs.capability.docker-remote-api.1.18",
        "com.amazonaws.ecs.capability.docker-remote-api.1.19",
        "com.amazonaws.ecs.capability.docker-remote-api.1.21",
        "com.amazonaws.ecs.capability.docker-remote-api.1.29",
        "com.amazonaws.ecs.capability.logging-driver.awslogs",
        "com.amazonaws.ecs.capability.task-iam-role", "ecs.capability.container-health-check",
        "ecs.capability.container-ordering", "ecs.capability.execution-role-awslogs",
        "ecs.capability.task-eni"}) {
    expected["requiresAttributes"].push_back({{"name", name}});
  }
  expected["registeredAt"] = 1557119253.821;
  expected["registeredBy"] = "arn:aws:iam::123456789012:root";
  expected["deregisteredAt"] = 1557119254.0;
  const json answer = registered_task_definition_to_json(registered);
  EXPECT_EQ(answer, expected);
  const auto again = parse_registered_task_definition(answer, "");
  ASSERT_TRUE(again) << to_string(again.error());
  EXPECT_EQ(*again->definition, definition);
  EXPECT_EQ(registered_task_definition_to_json(*again), answer);
}

TEST(TaskDefinitionJson, WhatRegistrationAddsCannotBeSubmitted) {
  json value = workshop();
  value["revision"] = 3;
  EXPECT_EQ(parse_task_definition(value, "").error().where, "/revision");
}

TEST(TaskDefinitionJson, TheNetworkModeDecidesHostPorts) {
  const auto host_port = [](const std::string& mode) {
    json value = workshop();
    value["networkMode"] = mode;
    return parse_task_definition(value, "")->containers[0].port_mappings[0].host_port;
  };
  EXPECT_EQ(host_port("bridge"), 0);
  EXPECT_EQ(host_port("host"), 3000);
  EXPECT_EQ(host_port("awsvpc"), 3000);
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
                "ephemeralStorage, executionRoleArn, family, memory, networkMode, "
                "placementConstraints, requiresCompatibilities, runtimePlatform, tags, "
                "taskRoleArn, volumes; did you mean \"family\"?"},
        Mistake{R"({"networkMode": "brigde"})", "", "/networkMode",
                "found the string \"brigde\"; allowed are bridge, host, awsvpc, none; did you mean "
                "\"bridge\"?"},
        Mistake{R"({"volumes": [{"name": "data"}]})", "", "/volumes",
                "found a list; \"volumes\" is not supported and has to be left out: there are no "
                "volumes, for docker images neither"},
        Mistake{R"({"runtimePlatform": "linux"})", "", "/runtimePlatform",
                "found the string \"linux\"; an object is required"},
        Mistake{R"({"placementConstraints": [{"type": "distinctInstance"}]})", "",
                "/placementConstraints/0/type",
                "found distinctInstance; allowed in a task definition is memberOf"},
        Mistake{R"({"cpu": 256})", "", "/cpu", "found the number 256; a string is required"},
        Mistake{R"({"cpu": "0.5"})", "", "/cpu",
                "found the string \"0.5\"; allowed is a string such as \"256\" or \"1 vCPU\", of "
                "128 to 196608 CPU units"},
        Mistake{R"({"memory": "1 TB"})", "", "/memory",
                "found the string \"1 TB\"; allowed is a string such as \"512\" or \"1 GB\", of at "
                "least 6 MiB"},
        Mistake{R"({"requiresCompatibilities": ["EC2", "LAMBDA"]})", "",
                "/requiresCompatibilities/1",
                "found the string \"LAMBDA\"; allowed are EC2, EXTERNAL, FARGATE, "
                "MANAGED_INSTANCES"},
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
        Mistake{"", R"({"name": null})", first + "/name",
                "Container.name should not be null or empty."},
        Mistake{"", R"({"name": "a b"})", first + "/name",
                "found the string \"a b\"; allowed are letters, digits, - and _"},
        Mistake{"", R"({"image": ""})", first + "/image",
                "Container.image should not be null or empty."},
        Mistake{"", R"({"cpu": "much"})", first + "/cpu",
                "found the string \"much\"; a whole number is required"},
        Mistake{"", R"({"cpu": -1})", first + "/cpu",
                "found the number -1; allowed are 0 to 196608"},
        Mistake{"", R"({"memoryReservation": 5})", first + "/memoryReservation",
                "found the number 5; allowed are 6 to 2147483647"},
        Mistake{"", R"({"memory": 256})", first + "/memory",
                "found 256; it has to be greater than memoryReservation, 256"},
        Mistake{"", R"({"essential": "yes"})", first + "/essential",
                "found the string \"yes\"; true or false is required"},
        Mistake{"", R"({"memoryReservaton": 5})", first + "/memoryReservaton",
                "unknown member \"memoryReservaton\"; allowed are command, cpu, dependsOn, "
                "dockerLabels, entryPoint, environment, essential, healthCheck, image, "
                "logConfiguration, memory, memoryReservation, name, portMappings, "
                "repositoryCredentials, restartPolicy, startTimeout, stopTimeout, user, "
                "versionConsistency, workingDirectory; did you mean \"memoryReservation\"?"},
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
                "found the string \"udp\"; udp is not supported, allowed is tcp"},
        Mistake{"", R"({"portMappings": [{"containerPortRange": "1-9"}]})",
                first + "/portMappings/0/containerPortRange",
                "port ranges are not supported; give each port a mapping of its own"},
        Mistake{"", R"({"command": "run"})", first + "/command",
                "found the string \"run\"; a list is required"},
        Mistake{"", R"({"healthCheck": {"command": ["true"]}})", first + "/healthCheck/command",
                "it has to begin with CMD or CMD-SHELL"},
        Mistake{"", R"({"healthCheck": {"command": ["CMD-SHELL"]}})",
                first + "/healthCheck/command",
                "found 1 entries; CMD takes a program and its arguments, CMD-SHELL one command "
                "line"},
        Mistake{"", R"({"healthCheck": {"command": ["CMD", "true"], "interval": 4}})",
                first + "/healthCheck/interval", "found the number 4; allowed are 5 to 300"},
        Mistake{"", R"({"restartPolicy": {}})", first + "/restartPolicy/enabled",
                "true or false is required"},
        Mistake{"", R"({"restartPolicy": {"enabled": true, "ignoredExitCodes": [256]}})",
                first + "/restartPolicy/ignoredExitCodes",
                "found the number 256; exit codes are numbers of 0 to 255"},
        Mistake{"", R"({"logConfiguration": {"logDriver": "awslog"}})",
                first + "/logConfiguration/logDriver",
                "found the string \"awslog\"; allowed are awsfirelens, awslogs, fluentd, gelf, "
                "journald, json-file, splunk, syslog; did you mean \"awslogs\"?"},
        Mistake{"", R"({"dependsOn": [{"containerName": "x", "condition": "DONE"}]})",
                first + "/dependsOn/0/condition",
                "found the string \"DONE\"; allowed are START, COMPLETE, SUCCESS, HEALTHY"}));

/// A value that says something, for each member that is refused by name.
class RefusedMember : public ::testing::TestWithParam<std::pair<std::string, std::string>> {};

TEST_P(RefusedMember, IsNamed) {
  const auto& [member, text] = GetParam();
  json value = workshop();
  value["containerDefinitions"][0][member] = json::parse(text);
  const auto refused = parse_task_definition(value, "");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().where, first + "/" + member);
  EXPECT_EQ(refused.error().code, "ClientException");
  EXPECT_TRUE(refused.error().message.find("\"" + member + "\" is not supported") !=
              std::string::npos)
      << refused.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Container, RefusedMember,
    ::testing::Values(
        std::pair("credentialSpecs", R"(["a"])"), std::pair("disableNetworking", "true"),
        std::pair("dnsSearchDomains", R"(["a"])"), std::pair("dnsServers", R"(["10.0.0.2"])"),
        std::pair("dockerSecurityOptions", R"(["a"])"),
        std::pair("environmentFiles", R"([{"type": "s3", "value": "arn"}])"),
        std::pair("extraHosts", R"([{"hostname": "a", "ipAddress": "10.0.0.1"}])"),
        std::pair("firelensConfiguration", R"({"type": "fluentbit"})"),
        std::pair("hostname", R"("a")"), std::pair("interactive", "true"),
        std::pair("links", R"(["b"])"),
        std::pair("linuxParameters", R"({"initProcessEnabled": true})"),
        std::pair("mountPoints", R"([{"sourceVolume": "a"}])"), std::pair("privileged", "true"),
        std::pair("pseudoTerminal", "true"), std::pair("readonlyRootFilesystem", "true"),
        std::pair("resourceRequirements", R"([{"type": "GPU", "value": "1"}])"),
        std::pair("secrets", R"([{"name": "A", "valueFrom": "arn"}])"),
        std::pair("systemControls", R"([{"namespace": "a", "value": "1"}])"),
        std::pair("ulimits", R"([{"name": "nofile"}])"),
        std::pair("volumesFrom", R"([{"sourceContainer": "b"}])")));

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

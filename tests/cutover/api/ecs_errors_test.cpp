// What AWS refuses: code, HTTP status and message of each case.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cutover/api/ecs_world.hpp"

namespace cutover::api::ecs::testing {
namespace {

using ::testing::HasSubstr;

constexpr const char* no_task = "0123456789abcdef0123456789abcdef";

/// A world with cluster `default`, service `api` of two tasks, and cluster `other`.
class EcsErrors : public ::testing::Test {
 protected:
  EcsErrors() {
    world_.answer("CreateCluster");
    world_.answer("CreateCluster", {{"clusterName", "other"}});
    world_.define("api");
    world_.answer("CreateService", world_.service_input("api", 2));
    world_.advance(60s);
  }

  struct Row {
    const char* operation;
    const char* input;
    const char* error;  ///< "Code: message", whole.
  };
  void expect(std::initializer_list<Row> rows) {
    for (const Row& row : rows) {
      const Answer answer = world_.send(row.operation, row.input);
      EXPECT_EQ(answer.status, 400u) << row.operation << " " << row.input << " " << answer.body;
      EXPECT_EQ(answer.error(), row.error) << row.operation << " " << row.input;
    }
  }

  World world_;
};

TEST_F(EcsErrors, OfWhatIsNotThere) {
  expect({
      {"ListServices", R"({"cluster": "none"})", "ClusterNotFoundException: Cluster not found."},
      {"DescribeServices", R"({"cluster": "none", "services": ["api"]})",
       "ClusterNotFoundException: Cluster not found."},
      {"RunTask", R"({"cluster": "none", "taskDefinition": "api"})",
       "ClusterNotFoundException: Cluster not found."},
      {"DeleteCluster", R"({"cluster": "none"})", "ClusterNotFoundException: Cluster not found."},
      {"UpdateCluster", R"({"cluster": "none"})", "ClusterNotFoundException: Cluster not found."},
      {"ListTasks", R"({"cluster": "arn:aws:ecs:eu-west-1:123456789012:cluster/default"})",
       "ClusterNotFoundException: Cluster not found."},
      {"UpdateService", R"({"service": "none", "desiredCount": 1})",
       "ServiceNotFoundException: Service not found."},
      {"DeleteService", R"({"service": "none"})", "ServiceNotFoundException: Service not found."},
      {"ListTasks", R"({"serviceName": "none"})", "ServiceNotFoundException: Service not found."},
      {"DescribeTaskDefinition", R"({"taskDefinition": "none"})",
       "ClientException: Unable to describe task definition."},
      {"DescribeTaskDefinition", R"({"taskDefinition": "api:7"})",
       "ClientException: Unable to describe task definition."},
      {"CreateService", R"({"serviceName": "x", "desiredCount": 1, "taskDefinition": "none"})",
       "ClientException: TaskDefinition not found."},
      {"UpdateService", R"({"service": "api", "taskDefinition": "api:9"})",
       "ClientException: TaskDefinition not found."},
      {"RunTask", R"({"taskDefinition": "none"})", "ClientException: TaskDefinition not found."},
      {"StopTask", R"({"task": "0123456789abcdef0123456789abcdef"})",
       "InvalidParameterException: The referenced task was not found."},
      {"ExecuteCommand",
       R"({"task": "0123456789abcdef0123456789abcdef", "command": "ls", "interactive": true})",
       "InvalidParameterException: The referenced task was not found."},
      {"ListServicesByNamespace", R"({"namespace": "local"})",
       "NamespaceNotFoundException: The namespace local was not found: there is no Cloud Map "
       "here."},
      {"ListTagsForResource",
       R"({"resourceArn": "arn:aws:ecs:us-east-1:123456789012:service/default/none"})",
       "ResourceNotFoundException: The specified resource was not found."},
      {"TagResource",
       R"({"resourceArn": "arn:aws:ecs:us-east-1:123456789012:task-definition/none:1",
           "tags": [{"key": "a", "value": "b"}]})",
       "ResourceNotFoundException: The specified resource was not found."},
      {"UntagResource",
       R"({"resourceArn": "arn:aws:ecs:us-east-1:123456789012:cluster/none", "tagKeys": ["a"]})",
       "ClusterNotFoundException: Cluster not found."},
  });
}

TEST_F(EcsErrors, OfWhatIsMissing) {
  expect({
      {"RunTask", "{}", "InvalidParameterException: TaskDefinition can not be blank."},
      {"StartTask", R"({"taskDefinition": "api"})",
       "InvalidParameterException: ContainerInstances cannot be empty."},
      {"DescribeTasks", R"({"tasks": []})", "InvalidParameterException: Tasks cannot be empty."},
      {"DescribeServices", "{}", "InvalidParameterException: Services cannot be empty."},
      {"DescribeContainerInstances", "{}",
       "InvalidParameterException: ContainerInstances cannot be empty."},
      {"DeleteCluster", R"({"cluster": ""})",
       "InvalidParameterException: Cluster can not be blank."},
      {"UpdateService", R"({"desiredCount": 1})",
       "InvalidParameterException: Service can not be blank."},
      {"CreateService", R"({"taskDefinition": "api", "desiredCount": 1})",
       "InvalidParameterException: ServiceName can not be blank."},
      {"TagResource", R"({"resourceArn": "arn:aws:ecs:us-east-1:123456789012:cluster/default"})",
       "InvalidParameterException: Tags cannot be empty."},
      {"RegisterTaskDefinition", "{}", "ClientException: Family should not be null or empty."},
      {"RegisterTaskDefinition", R"({"family": "x"})",
       "ClientException: Container list cannot be empty."},
      {"RegisterTaskDefinition", R"({"family": "x", "containerDefinitions": [{"image": "api"}]})",
       "ClientException: Container.name should not be null or empty."},
      {"RegisterTaskDefinition", R"({"family": "x", "containerDefinitions": [{"name": "a"}]})",
       "ClientException: Container.image should not be null or empty."},
      {"RegisterTaskDefinition",
       R"({"family": "x", "containerDefinitions": [{"name": "a", "image": "api"}]})",
       "ClientException: Invalid setting for container 'a'. At least one of 'memory' or "
       "'memoryReservation' must be specified."},
      {"PutAccountSetting", R"({"name": "containerInsights"})",
       "InvalidParameterException: Value can not be blank."},
  });
}

TEST_F(EcsErrors, OfWrongTypes) {
  expect({
      {"CreateService", R"({"serviceName": "x", "desiredCount": "1"})",
       "SerializationException: STRING_VALUE cannot be converted to Integer"},
      {"UpdateService", R"({"service": "api", "desiredCount": true})",
       "SerializationException: TRUE_VALUE cannot be converted to Integer"},
      {"DeleteService", R"({"service": "api", "force": "true"})",
       "SerializationException: STRING_VALUE cannot be converted to Boolean"},
      {"RegisterTaskDefinition", R"({"family": "x", "cpu": 256})",
       "SerializationException: NUMBER_VALUE cannot be converted to String"},
      {"RegisterTaskDefinition",
       R"({"family": "x", "containerDefinitions": [{"name": "a", "cpu": "many"}]})",
       "SerializationException: STRING_VALUE cannot be converted to Integer"},
      {"DescribeTasks", R"({"tasks": "x"})", "SerializationException: Expected list or null"},
      {"RunTask", R"({"taskDefinition": ["api"]})",
       "SerializationException: Start of list found where not expected."},
      {"ListTasks", R"({"maxResults": 1.5})",
       "SerializationException: NUMBER_VALUE 1.5 cannot be converted to Integer"},
  });
  EXPECT_THAT(world_.send("ListTasks", "{").error(), HasSubstr("SerializationException"));
}

TEST_F(EcsErrors, OfLimitsAndWords) {
  expect({
      {"DescribeServices",
       R"({"services": ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"]})",
       "InvalidParameterException: services: found 11 entries; allowed is 1 to 10"},
      {"RunTask", R"({"taskDefinition": "api", "count": 11})",
       "InvalidParameterException: count: found 11; allowed is 1 to 10"},
      {"ListClusters", R"({"maxResults": 101})",
       "InvalidParameterException: maxResults: found 101; allowed is 1 to 100"},
      {"ListClusters", R"({"nextToken": "nonsense"})", "InvalidParameterException: Invalid token"},
      {"ListTasks", R"({"desiredStatus": "running"})",
       "InvalidParameterException: desiredStatus: found \"running\"; allowed are RUNNING, PENDING, "
       "STOPPED"},
      {"DescribeClusters", R"({"include": ["TAG"]})",
       "InvalidParameterException: include.1.member: found \"TAG\"; allowed are ATTACHMENTS, "
       "CONFIGURATIONS, SETTINGS, STATISTICS, TAGS"},
      {"UpdateTaskProtection",
       R"({"cluster": "default", "tasks": ["x"], "protectionEnabled": true,
           "expiresInMinutes": 2881})",
       "InvalidParameterException: expiresInMinutes: found 2881; allowed is 1 to 2880"},
      {"UpdateContainerInstancesState", R"({"containerInstances": ["x"], "status": "REGISTERING"})",
       "InvalidParameterException: status: found \"REGISTERING\"; allowed are ACTIVE, DRAINING"},
      {"DescribeTasks", R"({"tasks": ["short"]})",
       "InvalidParameterException: taskId length should be one of [32,36]"},
      {"CreateCluster", R"({"clusterName": "a b"})",
       "InvalidParameterException: clusterName: found \"a b\"; allowed are 1 to 255 letters, "
       "digits, hyphens and underscores"},
      {"PutAccountSetting", R"({"name": "unknown", "value": "on"})",
       "InvalidParameterException: name: found \"unknown\"; allowed are awsvpcTrunking, "
       "containerInsights, containerInstanceLongArnFormat, defaultLogDriverMode, dualStackIPv6, "
       "fargateFIPSMode, fargateTaskRetirementWaitPeriod, guardDutyActivate, serviceLongArnFormat, "
       "tagResourceAuthorization, taskLongArnFormat"},
      {"DescribeServices", R"({"service": ["api"]})",
       "InvalidParameterException: Services cannot be empty."},
      {"ListTasks", R"({"servicename": "api"})",
       "InvalidParameterException: servicename: no parameter of this name is known; did you mean "
       "serviceName?"},
      {"DescribeTasks",
       R"({"tasks": ["arn:aws:ecs:us-east-1:123456789012:task/other/0123456789abcdef"]})",
       "InvalidParameterException: Invalid identifier: Identifier is for other. Your cluster is "
       "default"},
      {"DescribeServices", R"({"services": ["arn:aws:ecs:us-east-1:123456789012:task/default/x"]})",
       "InvalidParameterException: Invalid identifier: Unexpected resource type task in "
       "arn:aws:ecs:us-east-1:123456789012:task/default/x; allowed is service"},
      {"ListTagsForResource", R"({"resourceArn": "api"})",
       "InvalidParameterException: Invalid identifier: api"},
      {"DeregisterContainerInstance", R"({"containerInstance": "none"})",
       "InvalidParameterException: The referenced container instance was not found."},
  });
}

TEST_F(EcsErrors, OfWhatTheStateForbids) {
  expect({
      {"DeleteService", R"({"service": "api"})",
       "InvalidParameterException: The service cannot be stopped while it is scaled above 0."},
      {"CreateService", R"({"serviceName": "api", "taskDefinition": "api", "desiredCount": 5})",
       "InvalidParameterException: Creation of service was not idempotent."},
      {"DeleteCluster", R"({"cluster": "default"})",
       "ClusterContainsServicesException: The Cluster cannot be deleted while Services are "
       "active."},
      {"DeregisterTaskDefinition", R"({"taskDefinition": "none:1"})",
       "ClientException: Unable to describe task definition."},
  });
  world_.answer("DeleteService", {{"service", "api"}, {"force", true}});
  expect({
      {"UpdateService", R"({"service": "api", "desiredCount": 3})",
       "ServiceNotActiveException: Service was not ACTIVE."},
      {"CreateService", R"({"serviceName": "api", "taskDefinition": "api", "desiredCount": 1})",
       "InvalidParameterException: Unable to Start a service that is still Draining."},
      {"DeleteCluster", R"({"cluster": "default"})",
       "ClusterContainsTasksException: The Cluster cannot be deleted while Tasks are active."},
  });
  world_.answer("DeregisterTaskDefinition", {{"taskDefinition", "api:1"}});
  expect({
      {"RunTask", R"({"taskDefinition": "api:1"})", "ClientException: TaskDefinition is inactive."},
  });
  world_.answer("RegisterContainerInstance", {{"cluster", "other"}});
  expect({
      {"DeleteCluster", R"({"cluster": "other"})",
       "ClusterContainsContainerInstancesException: The Cluster cannot be deleted while Container "
       "Instances are active or draining."},
  });
}

TEST_F(EcsErrors, OfServicesAndWhatTheyAreBehind) {
  const auto refused = [&](const Json& change) {
    Json input = world_.service_input("x", 1);
    input["taskDefinition"] = "api";
    input.merge_patch(change);
    return world_.call("CreateService", input).error();
  };
  const auto behind = [](const char* group, const char* container, int port) {
    return Json{
        {"loadBalancers",
         {{{"targetGroupArn", group}, {"containerName", container}, {"containerPort", port}}}}};
  };
  EXPECT_EQ(refused(behind(api_group, "web", 3000)),
            "InvalidParameterException: The container web does not exist in the task definition.");
  EXPECT_EQ(refused(behind(api_group, "app", 80)),
            "InvalidParameterException: The container app did not have a container port 80 "
            "defined.");
  EXPECT_EQ(refused({{"launchType", "FARGATE"}}),
            "InvalidParameterException: launchType: found the string \"FARGATE\"; only EC2 is "
            "supported");
  EXPECT_EQ(refused({{"networkConfiguration", {{"awsvpcConfiguration", {{"subnets", {"a"}}}}}}}),
            "InvalidParameterException: Network Configuration is not valid for the given "
            "networkMode of this task definition.");
  EXPECT_EQ(world_
                .call("UpdateService",
                      {{"service", "api"},
                       {"networkConfiguration", {{"awsvpcConfiguration", {{"subnets", {"a"}}}}}}})
                .error(),
            "InvalidParameterException: Network Configuration is not valid for the given "
            "networkMode of this task definition.");
}

TEST_F(EcsErrors, OfTasksWithAnAddressOfTheirOwnAndNoNetwork) {
  world_.answer("RegisterTaskDefinition",
                {{"family", "own"},
                 {"networkMode", "awsvpc"},
                 {"containerDefinitions", {{{"name", "app"}, {"image", "api"}, {"memory", 128}}}}});
  const char* required =
      "InvalidParameterException: Network Configuration must be provided when networkMode 'awsvpc' "
      "is specified.";
  const Json service{{"serviceName", "own"}, {"taskDefinition", "own"}, {"desiredCount", 1}};
  EXPECT_EQ(world_.call("CreateService", service).error(), required);
  EXPECT_EQ(world_.call("RunTask", {{"taskDefinition", "own"}}).error(), required);
  EXPECT_EQ(world_.call("UpdateService", {{"service", "api"}, {"taskDefinition", "own"}}).error(),
            required);
  Json with_network = service;
  with_network["networkConfiguration"] = {{"awsvpcConfiguration", {{"subnets", {"a"}}}}};
  EXPECT_EQ(world_.call("CreateService", with_network).error(), "");
}

TEST_F(EcsErrors, OfWhatIsNotSupportedNameIt) {
  expect({
      {"CreateCapacityProvider", "{}",
       "UnsupportedFeatureException: The operation CreateCapacityProvider is not supported by this "
       "simulator."},
      {"CreateTaskSet", "{}",
       "UnsupportedFeatureException: The operation CreateTaskSet is not supported by this "
       "simulator."},
      {"CreateDaemon", "{}",
       "UnsupportedFeatureException: The operation CreateDaemon is not supported by this "
       "simulator."},
      {"CreateNothing", "{}",
       "UnknownOperationException: The operation CreateNothing is not supported by ecs"},
      {"CreateCluster", R"({"clusterName": "x", "capacityProviders": ["FARGATE"]})",
       "UnsupportedFeatureException: capacityProviders: it is not supported; leave it out"},
      {"RunTask", R"({"taskDefinition": "api", "launchType": "FARGATE"})",
       "UnsupportedFeatureException: launchType: found \"FARGATE\"; only EC2 is supported"},
      {"RunTask", R"({"taskDefinition": "api", "enableExecuteCommand": true})",
       "UnsupportedFeatureException: enableExecuteCommand: found true; it is not supported, leave "
       "it out"},
      {"RunTask", R"({"taskDefinition": "api", "propagateTags": "SERVICE"})",
       "InvalidParameterException: propagateTags: found \"SERVICE\"; allowed for tasks that no "
       "service starts are TASK_DEFINITION, NONE"},
      {"RegisterContainerInstance", R"({"platformDevices": [{"id": "0", "type": "GPU"}]})",
       "UnsupportedFeatureException: platformDevices: it is not supported; leave it out"},
  });
  const std::string task = world_.task_arns("api")[0];
  EXPECT_THAT(
      world_.call("ExecuteCommand", {{"task", task}, {"command", "ls"}, {"interactive", true}})
          .error(),
      ::testing::StartsWith("InvalidParameterException: The execute command failed because "
                            "execute command was not enabled"));
}

TEST_F(EcsErrors, SoftMissesAreAnsweredAsFailures) {
  struct Miss {
    const char* operation;
    Json input;
    std::string arn;
  };
  const std::string prefix = "arn:aws:ecs:us-east-1:123456789012:";
  const Miss misses[] = {
      {"DescribeClusters", {{"clusters", {"none"}}}, prefix + "cluster/none"},
      {"DescribeServices", {{"services", {"none"}}}, prefix + "service/default/none"},
      {"DescribeTasks", {{"tasks", {no_task}}}, prefix + "task/default/" + no_task},
      {"DescribeContainerInstances",
       {{"containerInstances", {no_task}}},
       prefix + "container-instance/default/" + no_task},
      {"StartTask",
       {{"taskDefinition", "api"}, {"containerInstances", {no_task}}},
       prefix + "container-instance/default/" + no_task},
      {"DeleteTaskDefinitions",
       {{"taskDefinitions", {"none:1"}}},
       prefix + "task-definition/none:1"},
      {"GetTaskProtection",
       {{"cluster", "default"}, {"tasks", {no_task}}},
       prefix + "task/default/" + no_task},
      {"UpdateContainerInstancesState",
       {{"containerInstances", {no_task}}, {"status", "DRAINING"}},
       prefix + "container-instance/default/" + no_task},
  };
  for (const Miss& miss : misses) {
    const Json failures = world_.answer(miss.operation, miss.input)["failures"];
    ASSERT_EQ(failures.size(), 1u) << miss.operation;
    EXPECT_EQ(failures[0]["arn"], miss.arn) << miss.operation;
    EXPECT_EQ(failures[0]["reason"], "MISSING") << miss.operation;
  }
}

}  // namespace
}  // namespace cutover::api::ecs::testing

// Task definitions, services and tasks through the API, from the first registration to the last
// task's end.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cutover/api/ecs_world.hpp"

namespace cutover::api::ecs::testing {
namespace {

const std::string prefix = "arn:aws:ecs:us-east-1:123456789012:";

/// As the workshop writes it: numbers as strings.
constexpr const char* workshop_definition = R"({
  "family": "api",
  "containerDefinitions": [{
    "name": "api", "image": "api", "memory": "256", "cpu": "256", "essential": "true",
    "portMappings": [{"hostPort": "0", "containerPort": "3000", "protocol": "tcp"}]
  }]
})";

TEST(EcsTaskDefinitions, NumbersWrittenAsStringsComeBackAsNumbers) {
  World world;
  const Answer answer = world.send("RegisterTaskDefinition", workshop_definition);
  ASSERT_EQ(answer.status, 200u) << answer.body;
  const Json& definition = answer.body["taskDefinition"];
  EXPECT_EQ(definition["taskDefinitionArn"], prefix + "task-definition/api:1");
  EXPECT_EQ(definition["status"], "ACTIVE");
  const Json& container = definition["containerDefinitions"][0];
  EXPECT_EQ(container["memory"], 256);
  EXPECT_EQ(container["cpu"], 256);
  EXPECT_EQ(container["essential"], true);
  EXPECT_EQ(container["portMappings"][0],
            Json({{"containerPort", 3000}, {"hostPort", 0}, {"protocol", "tcp"}}));
}

TEST(EcsTaskDefinitions, StrictTypesRefuseThemAsAwsDoes) {
  World world(Shape::Strings::refused);
  EXPECT_EQ(world.send("RegisterTaskDefinition", workshop_definition).error(),
            "SerializationException: STRING_VALUE cannot be converted to Integer");
}

TEST(EcsTaskDefinitions, RevisionsAreListedDeregisteredAndDeleted) {
  World world;
  for (int i = 0; i < 3; ++i) world.define("api");
  world.define("users");
  const std::string api = prefix + "task-definition/api:";
  EXPECT_EQ(world.answer("ListTaskDefinitions", {{"familyPrefix", "api"}, {"sort", "DESC"}}),
            Json({{"taskDefinitionArns", {api + "3", api + "2", api + "1"}}}));
  const Json gone = world.answer("DeregisterTaskDefinition", {{"taskDefinition", "api:3"}});
  EXPECT_EQ(gone["taskDefinition"]["status"], "INACTIVE");
  EXPECT_EQ(world.answer("DescribeTaskDefinition",
                         {{"taskDefinition", "api"}})["taskDefinition"]["revision"],
            2);
  EXPECT_EQ(world.answer("ListTaskDefinitions", {{"status", "INACTIVE"}})["taskDefinitionArns"],
            Json({api + "3"}));
  const Json deleted =
      world.answer("DeleteTaskDefinitions", {{"taskDefinitions", {"api:3", "api:2"}}});
  EXPECT_EQ(deleted["taskDefinitions"][0]["status"], "DELETE_IN_PROGRESS");
  EXPECT_EQ(deleted["failures"][0]["arn"], api + "2");
  EXPECT_EQ(world.answer("ListTaskDefinitionFamilies")["families"], Json({"api", "users"}));
  EXPECT_EQ(world.answer("ListTaskDefinitionFamilies", {{"familyPrefix", "u"}})["families"],
            Json({"users"}));
}

TEST(EcsTaskDefinitions, TagsAreAnsweredBesideThem) {
  World world;
  const Json tags{{{"key", "team"}, {"value", "forum"}}};
  Json input = Json::parse(workshop_definition);
  input["tags"] = tags;
  EXPECT_EQ(world.answer("RegisterTaskDefinition", input)["tags"], tags);
  EXPECT_FALSE(
      world.answer("DescribeTaskDefinition", {{"taskDefinition", "api"}}).contains("tags"));
  EXPECT_EQ(world.answer("DescribeTaskDefinition",
                         {{"taskDefinition", "api"}, {"include", {"TAGS"}}})["tags"],
            tags);
}

class EcsServices : public ::testing::Test {
 protected:
  EcsServices() {
    world_.answer("CreateCluster");
    world_.define("api");
  }

  Json service(const std::string& name = "api") {
    return world_.answer("DescribeServices", {{"services", {name}}})["services"][0];
  }
  /// What the CLI's waiter services-stable looks at.
  bool stable() {
    const Json now = service();
    return now["deployments"].size() == 1 && now["runningCount"] == now["desiredCount"];
  }

  World world_;
};

TEST_F(EcsServices, BeginWithOneDeploymentAndBecomeStable) {
  const Json created = world_.answer("CreateService", world_.service_input("api", 2))["service"];
  EXPECT_EQ(created["serviceArn"], prefix + "service/default/api");
  EXPECT_EQ(created["clusterArn"], prefix + "cluster/default");
  EXPECT_EQ(created["status"], "ACTIVE");
  EXPECT_EQ(created["runningCount"], 0);
  EXPECT_EQ(created["events"], Json::array());
  EXPECT_EQ(created["taskDefinition"], prefix + "task-definition/api:1");
  EXPECT_EQ(created["deployments"][0]["status"], "PRIMARY");
  EXPECT_EQ(created["deployments"][0]["desiredCount"], 2);
  EXPECT_EQ(created["loadBalancers"][0]["targetGroupArn"], api_group);
  EXPECT_FALSE(stable());
  world_.advance(60s);
  EXPECT_TRUE(stable());
  EXPECT_EQ(service()["deployments"][0]["rolloutState"], "COMPLETED");
  EXPECT_EQ(world_.answer("CreateService", world_.service_input("api", 2))["service"]["status"],
            "ACTIVE")
      << "the same request again";
}

TEST_F(EcsServices, NamesOfTargetGroupsAreAnsweredAsArns) {
  Json input = world_.service_input("api", 0);
  input["loadBalancers"][0]["targetGroupArn"] = "api";
  const Json created = world_.answer("CreateService", input)["service"];
  EXPECT_EQ(created["loadBalancers"][0]["targetGroupArn"], api_group);
}

TEST_F(EcsServices, AnUpdateShowsTheNewPrimaryAtOnce) {
  world_.answer("CreateService", world_.service_input("api", 2));
  world_.advance(60s);
  world_.define("api");
  const Json updated = world_.answer("UpdateService", {{"service", prefix + "service/default/api"},
                                                       {"taskDefinition", "api:2"}})["service"];
  ASSERT_EQ(updated["deployments"].size(), 2u);
  EXPECT_EQ(updated["deployments"][0]["status"], "PRIMARY");
  EXPECT_EQ(updated["deployments"][0]["taskDefinition"], prefix + "task-definition/api:2");
  EXPECT_EQ(updated["deployments"][0]["desiredCount"], 0);
  EXPECT_EQ(updated["deployments"][1]["status"], "ACTIVE");
  EXPECT_EQ(updated["deployments"][1]["runningCount"], 2);
  EXPECT_FALSE(stable());
  world_.advance(900s);
  EXPECT_TRUE(stable());
}

TEST_F(EcsServices, AreListedInPages) {
  for (const char* name : {"c", "a", "b"}) {
    Json input = world_.service_input("api", 0);
    input["serviceName"] = name;
    world_.answer("CreateService", input);
  }
  const Json page = world_.answer("ListServices", {{"maxResults", 2}});
  EXPECT_EQ(page["serviceArns"],
            Json({prefix + "service/default/a", prefix + "service/default/b"}));
  EXPECT_EQ(world_.answer("ListServices", {{"nextToken", page["nextToken"]}}),
            Json({{"serviceArns", {prefix + "service/default/c"}}}));
  EXPECT_EQ(world_.answer("ListServices", {{"schedulingStrategy", "DAEMON"}}),
            Json({{"serviceArns", Json::array()}}));
  EXPECT_EQ(world_.answer("ListServices", {{"launchType", "FARGATE"}}),
            Json({{"serviceArns", Json::array()}}));
}

TEST_F(EcsServices, DrainWhenTheyAreDeletedByForce) {
  world_.answer("CreateService", world_.service_input("api", 2));
  world_.advance(60s);
  const Json deleted =
      world_.answer("DeleteService", {{"service", "api"}, {"force", true}})["service"];
  EXPECT_EQ(deleted["status"], "DRAINING");
  EXPECT_EQ(deleted["desiredCount"], 0);
  EXPECT_EQ(world_.answer("ListServices")["serviceArns"], Json::array());
  world_.advance(400s);
  EXPECT_EQ(service()["status"], "INACTIVE");
}

TEST_F(EcsServices, TheirTasksAreDescribed) {
  world_.answer("CreateService", world_.service_input("api", 1));
  world_.advance(60s);
  const Json arns = world_.task_arns("api");
  ASSERT_EQ(arns.size(), 1u);
  const Json answer = world_.answer("DescribeTasks", {{"tasks", arns}});
  EXPECT_EQ(answer["failures"], Json::array());
  const Json& task = answer["tasks"][0];
  EXPECT_EQ(task["taskArn"], arns[0]);
  EXPECT_EQ(task["lastStatus"], "RUNNING");
  EXPECT_EQ(task["group"], "service:api");
  EXPECT_EQ(task["startedBy"], service()["deployments"][0]["id"]);
  EXPECT_EQ(task["taskDefinitionArn"], prefix + "task-definition/api:1");
  EXPECT_EQ(task["memory"], "128");
  EXPECT_EQ(task["overrides"]["containerOverrides"], Json::array());
  EXPECT_TRUE(task["startedAt"].is_number());
  EXPECT_FALSE(task.contains("stoppedAt"));
  const Json& container = task["containers"][0];
  EXPECT_EQ(container["name"], "app");
  EXPECT_EQ(container["memory"], "128");
  EXPECT_EQ(container["cpu"], "0");
  EXPECT_EQ(container["networkBindings"][0]["containerPort"], 3000);
  EXPECT_EQ(container["networkBindings"][0]["bindIP"], "0.0.0.0");
  EXPECT_EQ(container["healthStatus"], "UNKNOWN");

  const Json stopped = world_.answer("StopTask", {{"task", arns[0]}, {"reason", "rehearsal"}});
  EXPECT_EQ(stopped["task"]["lastStatus"], "RUNNING");
  EXPECT_EQ(stopped["task"]["desiredStatus"], "STOPPED");
  EXPECT_EQ(stopped["task"]["stopCode"], "UserInitiated");
  EXPECT_EQ(stopped["task"]["stoppedReason"], "rehearsal");
  world_.advance(60s);
  EXPECT_EQ(world_.answer("DescribeTasks", {{"tasks", arns}})["tasks"][0]["lastStatus"], "STOPPED");
  EXPECT_EQ(world_.answer("ListTasks", {{"desiredStatus", "STOPPED"}})["taskArns"], arns);
  EXPECT_EQ(world_.answer("ListTasks", {{"desiredStatus", "PENDING"}})["taskArns"], Json::array());
}

TEST_F(EcsServices, TasksThatStandAloneRunAndEnd) {
  const Json answer = world_.answer(
      "RunTask", {{"taskDefinition", "api"},
                  {"count", 2},
                  {"startedBy", "me"},
                  {"overrides",
                   {{"containerOverrides",
                     {{{"name", "app"}, {"environment", {{{"name", "A"}, {"value", "b"}}}}}}}}},
                  {"tags", {{{"key", "k"}, {"value", "v"}}}}});
  ASSERT_EQ(answer["tasks"].size(), 2u);
  EXPECT_EQ(answer["failures"], Json::array());
  EXPECT_EQ(answer["tasks"][0]["group"], "family:api");
  EXPECT_EQ(answer["tasks"][0]["startedBy"], "me");
  EXPECT_EQ(answer["tasks"][0]["tags"], Json({{{"key", "k"}, {"value", "v"}}}));
  EXPECT_EQ(answer["tasks"][0]["overrides"]["containerOverrides"][0]["name"], "app");
  world_.advance(10s);
  const Json arns = world_.answer("ListTasks", {{"startedBy", "me"}})["taskArns"];
  EXPECT_EQ(arns.size(), 2u);
  const Json tasks = world_.answer("DescribeTasks", {{"tasks", arns}})["tasks"];
  EXPECT_EQ(tasks[0]["lastStatus"], "RUNNING");
  EXPECT_EQ(tasks[1]["lastStatus"], "RUNNING");

  const Json instances = world_.answer("ListContainerInstances")["containerInstanceArns"];
  const Json placed =
      world_.answer("StartTask", {{"taskDefinition", "api:1"}, {"containerInstances", instances}});
  EXPECT_EQ(placed["tasks"][0]["containerInstanceArn"], instances[0]);
}

TEST_F(EcsServices, TasksThatStandAloneCarryTheTagsThatAreAskedFor) {
  Json definition = Json::parse(workshop_definition);
  definition["family"] = "tagged";
  definition["tags"] = {{{"key", "team"}, {"value", "forum"}}, {{"key", "k"}, {"value", "old"}}};
  world_.answer("RegisterTaskDefinition", definition);
  Json input{{"taskDefinition", "tagged"},
             {"enableECSManagedTags", true},
             {"propagateTags", "TASK_DEFINITION"},
             {"tags", {{{"key", "k"}, {"value", "v"}}}}};
  const Json expected{{{"key", "team"}, {"value", "forum"}},
                      {{"key", "k"}, {"value", "v"}},
                      {{"key", "aws:ecs:clusterName"}, {"value", "default"}}};
  const Json task = world_.answer("RunTask", input)["tasks"][0];
  EXPECT_EQ(task["tags"], expected);
  input["containerInstances"] = world_.answer("ListContainerInstances")["containerInstanceArns"];
  EXPECT_EQ(world_.answer("StartTask", input)["tasks"][0]["tags"], expected);
  world_.answer("TagResource",
                {{"resourceArn", task["taskArn"]}, {"tags", {{{"key", "more"}, {"value", ""}}}}});
  EXPECT_EQ(world_.answer("ListTagsForResource", {{"resourceArn", task["taskArn"]}})["tags"].size(),
            4u);
}

TEST_F(EcsServices, AClientTokenThatIsTakenNamesItsTasks) {
  Json input{{"taskDefinition", "api"}, {"count", 2}, {"clientToken", "t1"}};
  const Json tasks = world_.answer("RunTask", input)["tasks"];
  EXPECT_EQ(world_.answer("RunTask", input)["tasks"][1]["taskArn"], tasks[1]["taskArn"]);
  input["count"] = 1;
  const Answer conflict = world_.call("RunTask", input);
  EXPECT_EQ(conflict.body["__type"], "ConflictException");
  EXPECT_EQ(conflict.body["resourceIds"], Json({tasks[0]["taskArn"], tasks[1]["taskArn"]}));
}

TEST_F(EcsServices, AnImageOutsideTheMapFailsTheTaskNotTheRegistration) {
  world_.answer("RegisterTaskDefinition",
                {{"family", "other"},
                 {"containerDefinitions",
                  {{{"name", "app"}, {"image", "not-in-the-map"}, {"memory", 128}}}}});
  const Json task = world_.answer("RunTask", {{"taskDefinition", "other"}})["tasks"][0];
  world_.advance(10s);
  const Json now = world_.answer("DescribeTasks", {{"tasks", {task["taskArn"]}}})["tasks"][0];
  EXPECT_EQ(now["lastStatus"], "STOPPED");
  EXPECT_EQ(now["stopCode"], "TaskFailedToStart");
  EXPECT_THAT(now["stoppedReason"].get<std::string>(),
              ::testing::StartsWith("CannotPullContainerError"));
}

TEST_F(EcsServices, TheirTasksAreProtectedForAWhile) {
  world_.answer("CreateService", world_.service_input("api", 1));
  world_.advance(60s);
  const Json arns = world_.task_arns("api");
  const Json input{{"cluster", "default"},
                   {"tasks", arns},
                   {"protectionEnabled", true},
                   {"expiresInMinutes", 5}};
  const Json answer = world_.answer("UpdateTaskProtection", input);
  EXPECT_EQ(answer["protectedTasks"][0]["taskArn"], arns[0]);
  EXPECT_EQ(answer["protectedTasks"][0]["protectionEnabled"], true);
  EXPECT_TRUE(answer["protectedTasks"][0]["expirationDate"].is_number());
  EXPECT_EQ(world_.answer("GetTaskProtection", {{"cluster", "default"}, {"tasks", arns}}), answer);
  world_.advance(301s);
  EXPECT_EQ(world_.answer("GetTaskProtection",
                          {{"cluster", "default"},
                           {"tasks", arns}})["protectedTasks"][0]["protectionEnabled"],
            false);
}

TEST_F(EcsServices, ATaskOfAnotherClusterIsNotThere) {
  world_.answer("CreateCluster", {{"clusterName", "other"}});
  Json input = world_.service_input("api", 1);
  input["cluster"] = "other";
  world_.answer("CreateService", input);
  world_.advance(60s);
  EXPECT_EQ(world_.answer("ListTasks")["taskArns"], Json::array());
  const Json arns = world_.answer("ListTasks", {{"cluster", "other"}})["taskArns"];
  ASSERT_EQ(arns.size(), 1u);
  const Json answer = world_.answer("DescribeTasks", {{"cluster", "other"}, {"tasks", arns}});
  EXPECT_EQ(answer["tasks"][0]["clusterArn"], prefix + "cluster/other");
}

}  // namespace
}  // namespace cutover::api::ecs::testing

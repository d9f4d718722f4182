// Clusters, container instances, attributes, tags, account settings through the API.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cutover/api/ecs_world.hpp"

namespace cutover::api::ecs::testing {
namespace {

const std::string prefix = "arn:aws:ecs:us-east-1:123456789012:";

TEST(EcsClusters, ComeAndGo) {
  World world;
  const Json created = world.answer("CreateCluster")["cluster"];
  EXPECT_EQ(created["clusterName"], "default");
  EXPECT_EQ(created["clusterArn"], prefix + "cluster/default");
  EXPECT_EQ(created["status"], "ACTIVE");
  EXPECT_EQ(created["registeredContainerInstancesCount"], 1);
  world.answer("CreateCluster",
               {{"clusterName", "demo"}, {"tags", {{{"key", "a"}, {"value", "b"}}}}});
  EXPECT_EQ(world.answer("ListClusters")["clusterArns"],
            Json({prefix + "cluster/default", prefix + "cluster/demo"}));

  const Json deleted = world.answer("DeleteCluster", {{"cluster", prefix + "cluster/default"}});
  EXPECT_EQ(deleted["cluster"]["status"], "INACTIVE");
  EXPECT_EQ(world.answer("ListClusters")["clusterArns"], Json({prefix + "cluster/demo"}));
  const Json described = world.answer("DescribeClusters");
  EXPECT_EQ(described["clusters"][0]["status"], "INACTIVE") << "it may stay describable";
  EXPECT_EQ(world.answer("CreateCluster")["cluster"]["status"], "ACTIVE");
}

TEST(EcsClusters, ANameThatIsThereIsAnsweredWithItsCluster) {
  World world;
  const Json input{{"clusterName", "demo"},
                   {"settings", {{{"name", "containerInsights"}, {"value", "enabled"}}}}};
  world.answer("CreateCluster", input);
  const Json again = world.answer("CreateCluster", {{"clusterName", "demo"}})["cluster"];
  EXPECT_EQ(again["settings"][0]["value"], "enabled");
}

TEST(EcsClusters, TellDetailsWhenTheyAreAskedFor) {
  World world;
  world.answer("CreateCluster",
               {{"tags", {{{"key", "a"}, {"value", "b"}}}},
                {"configuration", {{"executeCommandConfiguration", {{"logging", "NONE"}}}}}});
  world.define("api");
  world.answer("CreateService", world.service_input("api", 2));
  world.advance(60s);
  const Json plain = world.answer("DescribeClusters")["clusters"][0];
  EXPECT_EQ(plain["activeServicesCount"], 1);
  EXPECT_EQ(plain["runningTasksCount"], 2);
  EXPECT_EQ(plain["tags"], Json::array());
  EXPECT_FALSE(plain.contains("configuration"));
  const Json whole = world.answer(
      "DescribeClusters",
      {{"clusters", {"default"}},
       {"include", {"TAGS", "SETTINGS", "STATISTICS", "CONFIGURATIONS"}}})["clusters"][0];
  EXPECT_EQ(whole["tags"], Json({{{"key", "a"}, {"value", "b"}}}));
  EXPECT_EQ(whole["settings"], Json({{{"name", "containerInsights"}, {"value", "disabled"}}}));
  EXPECT_EQ(whole["configuration"]["executeCommandConfiguration"]["logging"], "NONE");
  EXPECT_THAT(whole["statistics"],
              ::testing::Contains(Json{{"name", "runningEC2TasksCount"}, {"value", "2"}}));
}

TEST(EcsClusters, AreUpdatedAndTakeInsightsFromTheAccountSetting) {
  World world;
  world.answer("PutAccountSetting", {{"name", "containerInsights"}, {"value", "enabled"}});
  EXPECT_EQ(world.answer("CreateCluster")["cluster"]["settings"][0]["value"], "enabled");
  const Json settings{{{"name", "containerInsights"}, {"value", "disabled"}}};
  const Json updated = world.answer("UpdateClusterSettings",
                                    {{"cluster", "default"}, {"settings", settings}})["cluster"];
  EXPECT_EQ(updated["settings"], settings);
  EXPECT_EQ(world.answer("UpdateCluster", {{"cluster", "default"}})["cluster"]["settings"],
            settings);
}

TEST(EcsAccountSettings, GoThroughTheApi) {
  World world;
  const Json setting = world.answer("PutAccountSettingDefault",
                                    {{"name", "awsvpcTrunking"}, {"value", "enabled"}})["setting"];
  EXPECT_EQ(setting, Json({{"name", "awsvpcTrunking"},
                           {"value", "enabled"},
                           {"principalArn", "arn:aws:iam::123456789012:root"},
                           {"type", "user"}}));
  EXPECT_EQ(world.answer("ListAccountSettings")["settings"], Json({setting}));
  Json page = world.answer("ListAccountSettings", {{"effectiveSettings", true}, {"maxResults", 8}});
  EXPECT_EQ(page["settings"].size(), 8u);
  page = world.answer(
      "ListAccountSettings",
      {{"effectiveSettings", true}, {"maxResults", 8}, {"nextToken", page["nextToken"]}});
  EXPECT_EQ(page["settings"].size(), 3u);
  EXPECT_EQ(world.answer("DeleteAccountSetting", {{"name", "awsvpcTrunking"}})["setting"]["value"],
            "disabled");
}

class EcsInstances : public ::testing::Test {
 protected:
  EcsInstances() { world_.answer("CreateCluster"); }

  Json add(int cpu, int memory) {
    return world_.answer("RegisterContainerInstance",
                         {{"totalResources",
                           {{{"name", "CPU"}, {"type", "INTEGER"}, {"integerValue", cpu}},
                            {{"name", "MEMORY"}, {"type", "INTEGER"}, {"integerValue", memory}}}},
                          {"instanceIdentityDocument", R"({"instanceType": "t3.small"})"},
                          {"tags", {{{"key", "a"}, {"value", "b"}}}}})["containerInstance"];
  }

  World world_;
};

TEST_F(EcsInstances, AreRegisteredWithTheirSizes) {
  const Json instance = add(2048, 4096);
  EXPECT_EQ(instance["status"], "ACTIVE");
  EXPECT_EQ(instance["agentConnected"], true);
  EXPECT_EQ(instance["registeredResources"][0]["name"], "CPU");
  EXPECT_EQ(instance["registeredResources"][0]["integerValue"], 2048);
  EXPECT_EQ(instance["remainingResources"][1]["integerValue"], 4096);
  EXPECT_EQ(instance["remainingResources"][2]["stringSetValue"],
            Json({"22", "2375", "2376", "51678", "51679", "51680"}));
  EXPECT_THAT(instance["attributes"],
              ::testing::Contains(Json{{"name", "ecs.instance-type"}, {"value", "t3.small"}}));
  const std::string arn = instance["containerInstanceArn"];
  EXPECT_THAT(world_.answer("ListContainerInstances")["containerInstanceArns"],
              ::testing::Contains(arn));
  const Json described =
      world_.answer("DescribeContainerInstances",
                    {{"containerInstances", {arn}},
                     {"include", {"TAGS", "CONTAINER_INSTANCE_HEALTH"}}})["containerInstances"][0];
  EXPECT_EQ(described["tags"], Json({{{"key", "a"}, {"value", "b"}}}));
  EXPECT_EQ(described["healthStatus"]["overallStatus"], "OK");
}

TEST_F(EcsInstances, DrainAndGo) {
  const std::string arn = add(2048, 4096)["containerInstanceArn"];
  const Json drained = world_.answer("UpdateContainerInstancesState",
                                     {{"containerInstances", {arn}}, {"status", "DRAINING"}});
  EXPECT_EQ(drained["containerInstances"][0]["status"], "DRAINING");
  EXPECT_EQ(world_.answer("ListContainerInstances", {{"status", "DRAINING"}}),
            Json({{"containerInstanceArns", {arn}}}));
  EXPECT_EQ(world_.answer("ListContainerInstances", {{"status", "REGISTERING"}}),
            Json({{"containerInstanceArns", Json::array()}}));
  const Json gone = world_.answer("DeregisterContainerInstance", {{"containerInstance", arn}});
  EXPECT_EQ(gone["containerInstance"]["status"], "INACTIVE");
}

TEST_F(EcsInstances, HaveAttributesOfAUsersOwn) {
  const std::string arn = add(2048, 4096)["containerInstanceArn"];
  const Json attributes{{{"name", "stack"},
                         {"value", "blue"},
                         {"targetType", "container-instance"},
                         {"targetId", arn}}};
  EXPECT_EQ(world_.answer("PutAttributes", {{"attributes", attributes}})["attributes"], attributes);
  EXPECT_EQ(world_.answer("ListAttributes", {{"targetType", "container-instance"},
                                             {"attributeName", "stack"}})["attributes"],
            attributes);
  EXPECT_EQ(world_.answer("ListContainerInstances", {{"filter", "attribute:stack == blue"}}),
            Json({{"containerInstanceArns", {arn}}}));
  world_.answer("DeleteAttributes", {{"attributes", {{{"name", "stack"}, {"targetId", arn}}}}});
  EXPECT_EQ(world_.answer("ListAttributes", {{"targetType", "container-instance"},
                                             {"attributeName", "stack"}})["attributes"],
            Json::array());
}

TEST_F(EcsInstances, ResourcesAreTaggedByTheirArns) {
  world_.define("api");
  world_.answer("CreateService", world_.service_input("api", 1));
  world_.advance(60s);
  const Json arns{add(128, 128)["containerInstanceArn"], prefix + "cluster/default",
                  prefix + "task-definition/api:1", prefix + "service/default/api",
                  world_.task_arns("api")[0]};
  for (const Json& arn : arns) {
    world_.answer("TagResource",
                  {{"resourceArn", arn},
                   {"tags", {{{"key", "x"}, {"value", "1"}}, {{"key", "y"}, {"value", ""}}}}});
    world_.answer("UntagResource", {{"resourceArn", arn}, {"tagKeys", {"y"}}});
    EXPECT_THAT(world_.answer("ListTagsForResource", {{"resourceArn", arn}})["tags"],
                ::testing::Contains(Json{{"key", "x"}, {"value", "1"}}))
        << arn;
  }
}

}  // namespace
}  // namespace cutover::api::ecs::testing

// Service deployments and service revisions through the API.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cutover/api/ecs_world.hpp"

namespace cutover::api::ecs::testing {
namespace {

using ::testing::StartsWith;

const std::string prefix = "arn:aws:ecs:us-east-1:123456789012:";

/// Service `api` of two tasks, steady, with its first deployment.
class EcsServiceDeployments : public ::testing::Test {
 protected:
  EcsServiceDeployments() {
    world_.answer("CreateCluster");
    world_.define("api");
    world_.answer("CreateService", world_.service_input("api", 2));
    world_.advance(60s);
  }

  Json list(Json input = Json::object()) {
    input["service"] = "api";
    return world_.answer("ListServiceDeployments", input)["serviceDeployments"];
  }
  std::string latest() { return list()[0]["serviceDeploymentArn"]; }
  Json describe(const std::string& arn) {
    return world_.answer("DescribeServiceDeployments",
                         {{"serviceDeploymentArns", {arn}}})["serviceDeployments"][0];
  }
  void deploy() {
    world_.define("api");
    world_.answer("UpdateService", {{"service", "api"}, {"taskDefinition", "api"}});
  }

  World world_;
};

TEST_F(EcsServiceDeployments, AreListedNewestFirst) {
  deploy();
  const Json all = list();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0]["status"], "IN_PROGRESS");
  EXPECT_FALSE(all[0].contains("finishedAt"));
  EXPECT_EQ(all[1]["status"], "SUCCESSFUL");
  EXPECT_EQ(all[1]["serviceArn"], prefix + "service/default/api");
  EXPECT_EQ(all[1]["clusterArn"], prefix + "cluster/default");
  EXPECT_THAT(all[1]["serviceDeploymentArn"].get<std::string>(),
              StartsWith(prefix + "service-deployment/default/api/"));
  EXPECT_THAT(all[1]["targetServiceRevisionArn"].get<std::string>(),
              StartsWith(prefix + "service-revision/default/api/"));
  EXPECT_LE(all[1]["createdAt"].get<double>(), all[1]["finishedAt"].get<double>());
  EXPECT_EQ(world_.answer("DescribeServices",
                          {{"services", {"api"}}})["services"][0]["currentServiceDeployment"],
            all[0]["serviceDeploymentArn"]);
}

TEST_F(EcsServiceDeployments, AreListedByStatusAndTime) {
  const double first = list()[0]["createdAt"];
  world_.advance(60s);
  deploy();
  EXPECT_EQ(list({{"status", {"SUCCESSFUL", "STOPPED"}}}).size(), 1u);
  EXPECT_EQ(list({{"status", {"STOPPED"}}}), Json::array());
  EXPECT_EQ(list({{"status", Json::array()}}).size(), 2u);
  EXPECT_EQ(list({{"createdAt", {{"after", first + 1}}}})[0]["status"], "IN_PROGRESS");
  EXPECT_EQ(list({{"createdAt", {{"before", first + 1}}}})[0]["status"], "SUCCESSFUL");
  EXPECT_EQ(list({{"createdAt", {{"after", first + 1}, {"before", first + 2}}}}), Json::array());
}

TEST_F(EcsServiceDeployments, AreListedInPages) {
  for (int i = 0; i < 24; ++i) deploy();
  const Json page = world_.answer("ListServiceDeployments", {{"service", "api"}});
  EXPECT_EQ(page["serviceDeployments"].size(), 20u) << "AWS's default";
  const Json rest = world_.answer("ListServiceDeployments",
                                  {{"service", "api"}, {"nextToken", page["nextToken"]}});
  EXPECT_EQ(rest["serviceDeployments"].size(), 5u);
  EXPECT_FALSE(rest.contains("nextToken"));
  EXPECT_EQ(world_
                .answer("ListServiceDeployments",
                        {{"service", "api"}, {"maxResults", 2}})["serviceDeployments"]
                .size(),
            2u);
}

TEST_F(EcsServiceDeployments, TellWhatTheyDeploy) {
  const std::string before = list()[0]["targetServiceRevisionArn"];
  deploy();
  const Json now = describe(latest());
  EXPECT_EQ(now["serviceDeploymentArn"], latest());
  EXPECT_EQ(now["sourceServiceRevisions"][0], Json({{"arn", before},
                                                    {"requestedTaskCount", 2},
                                                    {"runningTaskCount", 2},
                                                    {"pendingTaskCount", 0}}));
  EXPECT_EQ(now["targetServiceRevision"]["runningTaskCount"], 0);
  EXPECT_EQ(now["deploymentConfiguration"]["maximumPercent"], 200);
  EXPECT_EQ(now["deploymentCircuitBreaker"],
            Json({{"status", "DISABLED"}, {"failureCount", 0}, {"threshold", 3}}));
  EXPECT_EQ(now["alarms"], Json({{"status", "DISABLED"}}));
  EXPECT_FALSE(now.contains("rollback"));
  EXPECT_FALSE(now.contains("lifecycleStage"));
  world_.advance(900s);
  EXPECT_EQ(describe(latest())["status"], "SUCCESSFUL");
  EXPECT_EQ(describe(latest())["targetServiceRevision"]["runningTaskCount"], 2);
}

TEST_F(EcsServiceDeployments, HaveRevisionsWithImagesAndTargets) {
  const std::string arn = list()[0]["targetServiceRevisionArn"];
  const Json answer = world_.answer("DescribeServiceRevisions", {{"serviceRevisionArns", {arn}}});
  EXPECT_EQ(answer["failures"], Json::array());
  const Json& revision = answer["serviceRevisions"][0];
  EXPECT_EQ(revision["serviceRevisionArn"], arn);
  EXPECT_EQ(revision["serviceArn"], prefix + "service/default/api");
  EXPECT_EQ(revision["taskDefinition"], prefix + "task-definition/api:1");
  EXPECT_EQ(revision["launchType"], "EC2");
  EXPECT_EQ(revision["loadBalancers"][0]["targetGroupArn"], api_group);
  EXPECT_EQ(revision["containerImages"], Json({{{"containerName", "app"}, {"image", "api"}}}));
  EXPECT_EQ(revision["resolvedConfiguration"]["loadBalancers"],
            Json({{{"targetGroupArn", api_group}}}));
  EXPECT_TRUE(revision["createdAt"].is_number());
}

TEST_F(EcsServiceDeployments, AreRolledBackWhenTheyAreStopped) {
  const Json before = list()[0]["targetServiceRevisionArn"];
  deploy();
  const std::string arn = latest();
  EXPECT_EQ(world_.answer("StopServiceDeployment",
                          {{"serviceDeploymentArn", arn}, {"stopType", "ROLLBACK"}}),
            Json({{"serviceDeploymentArn", arn}}));
  EXPECT_EQ(describe(arn)["status"], "ROLLBACK_IN_PROGRESS");
  EXPECT_EQ(describe(arn)["rollback"]["serviceRevisionArn"], before);
  world_.advance(900s);
  EXPECT_EQ(describe(arn)["status"], "ROLLBACK_SUCCESSFUL");
  EXPECT_EQ(
      world_.answer("DescribeServices", {{"services", {"api"}}})["services"][0]["taskDefinition"],
      prefix + "task-definition/api:1");
}

TEST_F(EcsServiceDeployments, ThatAreNotThereAreFailures) {
  for (const char* path : {"default/api/none", "default/none/none", "none/api/none"}) {
    const std::string deployment = prefix + "service-deployment/" + path;
    EXPECT_EQ(
        world_.answer("DescribeServiceDeployments", {{"serviceDeploymentArns", {deployment}}}),
        Json({{"serviceDeployments", Json::array()},
              {"failures", {{{"arn", deployment}, {"reason", "MISSING"}}}}}));
    const std::string revision = prefix + "service-revision/" + path;
    EXPECT_EQ(world_.answer("DescribeServiceRevisions",
                            {{"serviceRevisionArns", {revision}}})["failures"][0]["arn"],
              revision);
    EXPECT_EQ(world_.call("StopServiceDeployment", {{"serviceDeploymentArn", deployment}}).error(),
              "ServiceDeploymentNotFoundException: Service deployment not found.");
  }
}

TEST_F(EcsServiceDeployments, BadRequestsAreRefused) {
  struct Row {
    const char* operation;
    Json input;
    const char* error;
  };
  const std::string arn = latest();
  for (const Row& row : std::initializer_list<Row>{
           {"ListServiceDeployments", {}, "InvalidParameterException: Service can not be blank."},
           {"ListServiceDeployments",
            {{"service", "none"}},
            "ServiceNotFoundException: Service not found."},
           {"ListServiceDeployments",
            {{"service", "api"}, {"cluster", "none"}},
            "ClusterNotFoundException: Cluster not found."},
           {"ListServiceDeployments",
            {{"service", "api"}, {"status", {"DONE"}}},
            "InvalidParameterException: status.1.member: found \"DONE\"; allowed are PENDING, "
            "SUCCESSFUL, STOPPED, STOP_REQUESTED, IN_PROGRESS, ROLLBACK_REQUESTED, "
            "ROLLBACK_IN_PROGRESS, ROLLBACK_SUCCESSFUL, ROLLBACK_FAILED"},
           {"ListServiceDeployments",
            {{"service", "api"}, {"createdAt", {{"before", "today"}}}},
            "SerializationException: STRING_VALUE cannot be converted to Timestamp"},
           {"ListServiceDeployments",
            {{"service", "api"}, {"maxResults", 101}},
            "InvalidParameterException: maxResults: found 101; allowed is 1 to 100"},
           {"ListServiceDeployments",
            {{"service", "api"}, {"nextToken", "x"}},
            "InvalidParameterException: Invalid token"},
           {"DescribeServiceDeployments",
            {},
            "InvalidParameterException: ServiceDeploymentArns cannot be empty."},
           {"DescribeServiceDeployments",
            {{"serviceDeploymentArns", {"api"}}},
            "InvalidParameterException: Invalid identifier: api"},
           {"DescribeServiceDeployments",
            {{"serviceDeploymentArns", Json(std::vector<std::string>(21, arn))}},
            "InvalidParameterException: serviceDeploymentArns: found 21 entries; allowed is 1 to "
            "20"},
           {"DescribeServiceRevisions",
            {{"serviceRevisionArns", {prefix + "cluster/default"}}},
            "InvalidParameterException: Invalid identifier: Unexpected resource type cluster in "
            "arn:aws:ecs:us-east-1:123456789012:cluster/default; allowed is service-revision"},
           {"StopServiceDeployment",
            {},
            "InvalidParameterException: ServiceDeploymentArn can not be blank."},
           {"StopServiceDeployment",
            {{"serviceDeploymentArn", arn}, {"stopType", "ABORT"}},
            "ConflictException: serviceDeploymentArn: the service deployment is SUCCESSFUL; only "
            "one that is IN_PROGRESS can be stopped"},
           {"StopServiceDeployment",
            {{"serviceDeploymentArn", arn}, {"stopType", "HALT"}},
            "InvalidParameterException: stopType: found \"HALT\"; allowed are ABORT, ROLLBACK"},
           {"ContinueServiceDeployment",
            {{"serviceDeploymentArn", arn}},
            "InvalidParameterException: HookId can not be blank."},
           {"ContinueServiceDeployment",
            {{"serviceDeploymentArn", arn}, {"hookId", "none"}},
            "InvalidParameterException: hookId: no hook none of the service deployment awaits an "
            "action"},
           {"ContinueServiceDeployment",
            {{"serviceDeploymentArn", arn}, {"hookId", "none"}, {"action", "WAIT"}},
            "InvalidParameterException: action: found \"WAIT\"; allowed are CONTINUE, ROLLBACK"},
           {"StopServiceDeployment",
            {{"serviceDeploymentArn", arn}},
            "ConflictException: serviceDeploymentArn: the service deployment is SUCCESSFUL; only "
            "one that is IN_PROGRESS can be stopped"},
       }) {
    EXPECT_EQ(world_.call(row.operation, row.input.is_null() ? Json::object() : row.input).error(),
              row.error);
  }
}

}  // namespace
}  // namespace cutover::api::ecs::testing

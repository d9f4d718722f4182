// ECR, CloudFormation, Logs: what scripts ask for beside load balancers and clusters.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cutover/api/cloudformation/cloudformation.hpp"
#include "cutover/api/ecr/ecr.hpp"
#include "cutover/api/logs/filter_pattern.hpp"
#include "cutover/api/logs/logs.hpp"
#include "tests/cutover/api/service_calls.hpp"

namespace cutover::api {
namespace {

using Json = nlohmann::json;

class EcrApi : public testing::Test {
 protected:
  SimulatedClock clock_;
  containers::ImageMap images_{
      {"123456789012.dkr.ecr.us-east-1.amazonaws.com/api:v1", containers::AppImage{"api", {}}},
      {"123456789012.dkr.ecr.us-east-1.amazonaws.com/api:v2", containers::AppImage{"api", {}}},
      {"123456789012.dkr.ecr.eu-west-1.amazonaws.com/far:v1", containers::AppImage{"api", {}}},
      {"nginx", containers::AppImage{"api", {}}}};
  ecr::Ecr ecr_{Account(), clock_, [this]() -> const containers::ImageMap& { return images_; }};
  Service service_ = ecr_.service();
};

TEST_F(EcrApi, TheImageMapsEntriesAreImages) {
  const Json repositories = good(service_, "DescribeRepositories").at("repositories");
  ASSERT_EQ(repositories.size(), 1u);
  EXPECT_EQ(repositories[0]["repositoryUri"], "123456789012.dkr.ecr.us-east-1.amazonaws.com/api");
  const Json ids = good(service_, "ListImages", {{"repositoryName", "api"}}).at("imageIds");
  ASSERT_EQ(ids.size(), 2u);
  EXPECT_EQ(ids[1]["imageTag"], "v2");
  const Json found =
      good(service_, "BatchGetImage",
           {{"repositoryName", "api"},
            {"imageIds", {{{"imageDigest", ids[1]["imageDigest"]}}, {{"imageTag", "v9"}}}}});
  EXPECT_EQ(found["images"][0]["imageId"], ids[1]);
  EXPECT_EQ(found["failures"][0]["failureCode"], "ImageNotFound");
}

TEST_F(EcrApi, RepositoriesKeepTheirTags) {
  const Json made = good(service_, "CreateRepository",
                         {{"repositoryName", "mine"}, {"tags", {{{"Key", "a"}, {"Value", "1"}}}}});
  const Json arn = {{"resourceArn", made.at("repository").at("repositoryArn")}};
  Json change = arn;
  change["tags"] = {{{"Key", "b"}, {"Value", "2"}}};
  good(service_, "TagResource", change);
  EXPECT_EQ(good(service_, "ListTagsForResource", arn).at("tags").dump(),
            R"([{"Key":"a","Value":"1"},{"Key":"b","Value":"2"}])");
  change = arn;
  change["tagKeys"] = {"a"};
  good(service_, "UntagResource", change);
  EXPECT_EQ(good(service_, "ListTagsForResource", arn).at("tags").size(), 1u);
  EXPECT_EQ(code(service_, "ListTagsForResource", {{"resourceArn", "mine"}}),
            "InvalidParameterException");
  change["resourceArn"] = arn["resourceArn"].get<std::string>() + "x";
  EXPECT_EQ(code(service_, "UntagResource", change), "RepositoryNotFoundException");
}

TEST_F(EcrApi, RepositoriesComeAndGo) {
  good(service_, "CreateRepository", {{"repositoryName", "team/new"}});
  EXPECT_EQ(code(service_, "CreateRepository", {{"repositoryName", "team/new"}}),
            "RepositoryAlreadyExistsException");
  EXPECT_EQ(code(service_, "CreateRepository", {{"repositoryName", "api"}}),
            "RepositoryAlreadyExistsException");
  const Json kept = ecr::to_json(ecr_.in("us-east-1"));
  const auto read = ecr::repositories_from_json(kept);
  ASSERT_TRUE(read);
  EXPECT_EQ(ecr::to_json(*read), kept);
  good(service_, "DeleteRepository", {{"repositoryName", "team/new"}});
  EXPECT_EQ(code(service_, "DeleteRepository", {{"repositoryName", "team/new"}}),
            "RepositoryNotFoundException");
  EXPECT_EQ(code(service_, "DeleteRepository", {{"repositoryName", "api"}, {"force", true}}),
            "RepositoryNotEmptyException");
  EXPECT_EQ(code(service_, "CreateRepository", {{"repositoryName", "Bad"}}),
            "InvalidParameterException");
  EXPECT_EQ(code(service_, "CreateRepository", {{"repositoryName", "ok"}, {"extra", 1}}),
            "InvalidParameterException");
}

TEST_F(EcrApi, ListsInPages) {
  for (int i = 0; i < 5; ++i) {
    good(service_, "CreateRepository", {{"repositoryName", "r" + std::to_string(i)}});
  }
  const Json first = good(service_, "DescribeRepositories", {{"maxResults", 4}});
  EXPECT_EQ(first["repositories"].size(), 4u);
  const Json rest = good(service_, "DescribeRepositories", {{"nextToken", first["nextToken"]}});
  EXPECT_EQ(rest["repositories"].size(), 2u);
  EXPECT_FALSE(rest.contains("nextToken"));
  EXPECT_EQ(code(service_, "DescribeRepositories", {{"nextToken", "x"}}),
            "InvalidParameterException");
}

TEST(CloudFormationApi, AnswersForTheRunningStack) {
  const Service service = cloudformation::service(
      Account(), [](const std::string& region) -> std::optional<cloudformation::RunningStack> {
        if (region != "us-east-1") return std::nullopt;
        return cloudformation::RunningStack{"demo",
                                            {},
                                            {{"ClusterName", "default", ""}},
                                            {{"Cluster", "default", "AWS::ECS::Cluster"}}};
      });
  const Json stack = good(service, "DescribeStacks", {{"StackName", "demo"}})["Stacks"][0];
  EXPECT_EQ(stack["Outputs"], Json({{{"OutputKey", "ClusterName"}, {"OutputValue", "default"}}}));
  EXPECT_EQ(good(service, "DescribeStacks", {{"StackName", stack["StackId"]}})["Stacks"][0], stack);
  EXPECT_EQ(good(service, "ListStacks")["StackSummaries"].size(), 1u);
  EXPECT_EQ(
      good(service, "ListStacks", {{"StackStatusFilter", {"DELETE_COMPLETE"}}})["StackSummaries"]
          .size(),
      0u);
  EXPECT_EQ(good(service, "DescribeStackResources",
                 {{"PhysicalResourceId", "default"}})["StackResources"][0]["LogicalResourceId"],
            "Cluster");
  const Outcome missing = call(service, "DescribeStacks", {{"StackName", "other"}});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message, "Stack with id other does not exist");
  EXPECT_EQ(call(service, "DescribeStacks", Json::object(), "eu-west-1")->dump(),
            R"({"Stacks":[]})");
}

class LogsApi : public testing::Test {
 protected:
  LogsApi() {
    for (int i = 0; i < 5; ++i) {
      const std::string text = "line " + std::to_string(i) + (i % 2 == 1 ? " error\n" : "\n");
      log_->write(containers::LogStream::output, text, at(i * 10));
    }
  }
  static WallTime at(int millis) {
    return WallTime(std::chrono::seconds(1'000'000)) + std::chrono::milliseconds(millis);
  }
  Json events(const char* operation, Json parameters) {
    parameters["logGroupName"] = "/ecs/api";
    Json texts = Json::array();
    last_ = good(service_, operation, std::move(parameters));
    for (const Json& event : last_.at("events")) texts.push_back(event.at("message"));
    return texts;
  }

  std::shared_ptr<containers::ContainerLog> log_ = std::make_shared<containers::ContainerLog>();
  Json last_;
  Service service_ = logs::service(Account(), [this](const std::string&) {
    return std::vector<logs::Stream>{{"/ecs/api", "ecs/api/0123", at(0), log_}};
  });
};

TEST_F(LogsApi, TokensWalkAStreamBothWays) {
  Json asked = {{"logStreamName", "ecs/api/0123"}, {"limit", 2}, {"startFromHead", true}};
  EXPECT_EQ(events("GetLogEvents", asked), Json({"line 0", "line 1 error"}));
  asked.erase("startFromHead");
  EXPECT_EQ(events("GetLogEvents", asked), Json({"line 3 error", "line 4"}));
  const Json end = last_.at("nextForwardToken");
  asked["nextToken"] = last_.at("nextBackwardToken");
  EXPECT_EQ(events("GetLogEvents", asked), Json({"line 1 error", "line 2"}));
  asked["nextToken"] = end;
  EXPECT_EQ(events("GetLogEvents", asked), Json::array());
  EXPECT_EQ(last_.at("nextForwardToken"), end) << "the same token means the end";
  log_->write(containers::LogStream::output, "line 5\n", at(60));
  EXPECT_EQ(events("GetLogEvents", asked), Json({"line 5"}));
  asked["nextToken"] = "x";
  asked["logGroupName"] = "/ecs/api";
  EXPECT_EQ(code(service_, "GetLogEvents", asked), "InvalidParameterException");
}

TEST_F(LogsApi, FiltersByTermsAndTime) {
  EXPECT_EQ(events("FilterLogEvents", {{"filterPattern", "error -\"line 3\""}}),
            Json({"line 1 error"}));
  EXPECT_EQ(events("FilterLogEvents", {{"startTime", 1'000'000'010}, {"endTime", 1'000'000'030}}),
            Json({"line 1 error", "line 2"}));
  EXPECT_EQ(events("FilterLogEvents", {{"logStreamNames", {"other"}}}), Json::array());
  const Json none = {{"logGroupName", "/none"}};
  EXPECT_EQ(code(service_, "FilterLogEvents", none), "ResourceNotFoundException");
  EXPECT_EQ(good(service_, "DescribeLogGroups")["logGroups"][0]["storedBytes"], 42);
}

TEST(FilterPattern, TermsAreThereOrNot) {
  struct Row {
    const char* pattern;
    const char* line;
    bool matches;
  };
  const Row rows[] = {
      {"", "x", true},       {"a b", "b a", true},       {"a b", "a", false},
      {"a -b", "a", true},   {"a -b", "a b", false},     {"?a ?b", "b", true},
      {"?a ?b", "c", false}, {"\"a b\"", "a  b", false}, {"\"a b\" c", "c a b", true}};
  for (const Row& row : rows) {
    const auto pattern = logs::FilterPattern::parse(row.pattern);
    ASSERT_TRUE(pattern) << row.pattern;
    EXPECT_EQ(pattern->matches(row.line), row.matches) << row.pattern << " in " << row.line;
  }
  for (const auto* bad : {"{ $.a = 1 }", "[a, b]", "%x%", "\"a", "-", "a \"\""}) {
    EXPECT_FALSE(logs::FilterPattern::parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace cutover::api

#include "cutover/api/dispatcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>

namespace cutover::api {
namespace {

using Json = nlohmann::ordered_json;
using testing::HasSubstr;

const std::string scope_of_elb =
    "AWS4-HMAC-SHA256 "
    "Credential=AKID/20261125/eu-west-1/elasticloadbalancing/aws4_request, "
    "SignedHeaders=host, Signature=00";

HttpRequest query(std::string_view body, std::string_view authorization = scope_of_elb) {
  return {"POST", "/", "application/x-www-form-urlencoded; charset=utf-8", "", authorization, body};
}

HttpRequest json(std::string_view operation, std::string_view body) {
  return {"POST", "/", "application/x-amz-json-1.1", operation, "", body};
}

Outcome echo(const Call& call) {
  return Json{{"Region", call.region}, {"Given", Json(call.parameters)}};
}

class Dispatching : public testing::Test {
 protected:
  Dispatching() : dispatcher_(7) {
    Service elb{"elasticloadbalancing", Protocol::query, "2015-12-01", "urn:elb", "", {}, {}};
    elb.operations["DescribeRules"] = at_once(echo);
    elb.operations["CreateRule"] = at_once([](const Call&) -> Outcome {
      return Error{"PriorityInUse", "", "Priority '1' is taken"};
    });
    elb.operations["Fail"] =
        at_once([](const Call&) -> Outcome { throw std::runtime_error("broken"); });
    elb.operations["Later"] = [this](Call call) { later_ = std::move(call.answer); };
    dispatcher_.add(std::move(elb));
    Service ec2{"ec2", Protocol::ec2, "2016-11-15", "urn:ec2", "", {}, {}};
    ec2.operations["DescribeVpcs"] = at_once(echo);
    dispatcher_.add(std::move(ec2));
    Service ecs{"ecs", Protocol::json, "", "", "AmazonECS", {}, {}};
    ecs.operations["ListClusters"] = at_once(echo);
    dispatcher_.add(std::move(ecs));
  }

  HttpAnswer answer_to(const HttpRequest& request) {
    std::optional<HttpAnswer> got;
    dispatcher_.handle(request, [&](HttpAnswer answer) { got = std::move(answer); });
    EXPECT_TRUE(got);
    return got.value_or(HttpAnswer());
  }

  Dispatcher dispatcher_;
  Answer later_;
};

TEST_F(Dispatching, AsksTheServiceThatTheRequestIsSignedFor) {
  const HttpAnswer answer =
      answer_to(query("Action=DescribeRules&Version=2015-12-01&Names.member.1=a"));
  EXPECT_EQ(answer.status, 200u);
  EXPECT_EQ(answer.content_type, "text/xml");
  EXPECT_EQ(answer.request_id.size(), 36u);
  EXPECT_EQ(answer.body,
            "<DescribeRulesResponse xmlns=\"urn:elb\"><DescribeRulesResult><Region>eu-west-1"
            "</Region><Given><Names><member>a</member></Names></Given></DescribeRulesResult>"
            "<ResponseMetadata><RequestId>" +
                answer.request_id + "</RequestId></ResponseMetadata></DescribeRulesResponse>");
}

TEST_F(Dispatching, AnUnsignedRequestIsKnownByItsVersionAndBelongsToTheDefaultRegion) {
  EXPECT_THAT(answer_to(query("Action=DescribeRules&Version=2015-12-01", "")).body,
              HasSubstr("<Region>us-east-1</Region>"));
  EXPECT_THAT(answer_to(query("Action=DescribeVpcs&Version=2016-11-15&VpcId.1=v", "")).body,
              HasSubstr("<Given><VpcId><item>v</item></VpcId></Given>"));
}

TEST_F(Dispatching, TakesAPresignedQueryOfAnOperationThatReads) {
  HttpRequest get{"GET", "", "", "", "", ""};
  get.target =
      "/?Action=DescribeRules&Version=2015-12-01&X-Amz-Credential="
      "AKID%2F20261125%2Fap-south-1%2Felasticloadbalancing%2Faws4_request";
  EXPECT_THAT(answer_to(get).body, HasSubstr("<Region>ap-south-1</Region><Given/>"));
  get.target = "/?Action=CreateRule&Version=2015-12-01";
  EXPECT_THAT(answer_to(get).body, HasSubstr("CreateRule is sent with POST, not with GET"));
}

TEST_F(Dispatching, AsksTheJsonServiceThatTheTargetNames) {
  const HttpAnswer answer = answer_to(json("AmazonECS.ListClusters", R"({"maxResults": 5})"));
  EXPECT_EQ(answer.status, 200u);
  EXPECT_EQ(answer.content_type, "application/x-amz-json-1.1");
  EXPECT_EQ(answer.body, R"({"Region":"us-east-1","Given":{"maxResults":5}})");
}

TEST_F(Dispatching, ErrorsLeaveInTheProtocolOfTheirService) {
  struct Row {
    HttpRequest request;
    unsigned status;
    const char* code;
    const char* message;
  };
  HttpRequest s3{"GET", "/bucket/key", "", "", "", ""};
  s3.authorization = "AWS4-HMAC-SHA256 Credential=A/1/us-east-1/s3/aws4_request";
  const Row rows[] = {
      {query("Action=CreateRule&Version=2015-12-01"), 400, "<Code>PriorityInUse</Code>",
       "<Message>Priority '1' is taken</Message>"},
      {query("Action=Nothing&Version=2015-12-01"), 400, "<Code>InvalidAction</Code>",
       "Could not find operation Nothing for version 2015-12-01"},
      {query("Action=DescribeLoadBalancers&Version=2012-06-01"), 400, "<Code>InvalidAction</Code>",
       "Could not find operation DescribeLoadBalancers for version 2012-06-01"},
      {query("Version=2015-12-01"), 400, "<Code>MissingAction</Code>", "the parameter Action"},
      {query("Action=Fail&Version=2015-12-01"), 500, "<Code>InternalFailure</Code>", "broken"},
      {query("Action=DescribeRules&Version=2015-12-01&A=%"), 400, "<Code>ValidationError</Code>",
       "broken percent-escape"},
      {query("Action=DescribeRules", "AWS4-HMAC-SHA256 Credential=AKID/aws4_request"), 400,
       "<Code>IncompleteSignature</Code>", "KEY/DATE/REGION/SERVICE/aws4_request"},
      {query("Action=DescribeRules",
             "AWS4-HMAC-SHA256 Credential=A/1/Mars_1/elasticloadbalancing/aws4_request"),
       400, "<Code>InvalidRegion</Code>", "found region \"Mars_1\""},
      {query("Action=X&Version=2016-11-15", ""), 400,
       "<Response><Errors><Error><Code>InvalidAction",
       "The action X is not valid for this web service."},
      {query("Action=X&Version=1999-01-01", ""), 400, "<Code>UnknownOperationException</Code>",
       "There is no service 1999-01-01 here"},
      {s3, 400, "<Code>UnknownOperationException</Code>",
       "There is no service s3 here; this endpoint speaks for ec2, ecs, elasticloadbalancing"},
      {json("AmazonECS.Nothing", "{}"), 400, R"({"__type":"UnknownOperationException")",
       "The operation Nothing is not supported by ecs"},
      {json("DynamoDB_2.ListTables", "{}"), 400, R"({"__type":"UnknownOperationException")",
       "There is no service DynamoDB_2 here"},
      {json("AmazonECS", "{}"), 400, R"({"__type":"MissingAction")", "X-Amz-Target"},
      {json("AmazonECS.ListClusters", "["), 400, R"({"__type":"SerializationException")",
       "Message"},
  };
  for (const Row& row : rows) {
    const HttpAnswer answer = answer_to(row.request);
    EXPECT_EQ(answer.status, row.status) << answer.body;
    EXPECT_THAT(answer.body, HasSubstr(row.code));
    EXPECT_THAT(answer.body, HasSubstr(row.message));
  }
}

TEST_F(Dispatching, AHandlerMayAnswerLaterAndOnlyOnce) {
  int answers = 0;
  dispatcher_.handle(query("Action=Later&Version=2015-12-01"),
                     [&](const HttpAnswer& answer) { answers += answer.status == 200 ? 1 : 100; });
  EXPECT_EQ(answers, 0);
  later_(Json::object());
  later_(Json::object());
  EXPECT_EQ(answers, 1);
}

TEST_F(Dispatching, BoundsTheNumberOfRegions) {
  const auto in_region = [&](int number) {
    const std::string authorization = "AWS4-HMAC-SHA256 Credential=A/1/region-" +
                                      std::to_string(number) + "/elasticloadbalancing/aws4_request";
    return answer_to(query("Action=DescribeRules&Version=2015-12-01", authorization)).status;
  };
  for (int i = 0; i < 64; ++i) EXPECT_EQ(in_region(i), 200u);
  EXPECT_EQ(in_region(64), 400u);
  EXPECT_EQ(in_region(0), 200u);
}

TEST(SpeaksAws, PathsOfTheProgramAreNotTaken) {
  EXPECT_TRUE(speaks_aws({"POST", "/", "", "", "", ""}));
  EXPECT_TRUE(speaks_aws({"GET", "/?Action=DescribeVpcs", "", "", "", ""}));
  EXPECT_TRUE(speaks_aws({"PUT", "/bucket", "", "", "AWS4-HMAC-SHA256 Credential=", ""}));
  EXPECT_FALSE(speaks_aws({"GET", "/", "", "", "", ""}));
  EXPECT_FALSE(speaks_aws({"GET", "/metrics", "", "", "", ""}));
  EXPECT_FALSE(speaks_aws({"POST", "/_cutover/reset", "", "", "", ""}));
}

}  // namespace
}  // namespace cutover::api

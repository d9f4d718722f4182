// The forms in which answers and errors leave.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pugixml.hpp>

#include "cutover/api/errors.hpp"
#include "cutover/api/wire/json.hpp"
#include "cutover/api/wire/text.hpp"
#include "cutover/api/wire/xml.hpp"

namespace cutover::api {
void PrintTo(const ApiError& error, std::ostream* out) {
  *out << error.status << " " << error.code << ": " << error.message;
}
}  // namespace cutover::api

namespace cutover::api::wire {
namespace {

using Json = nlohmann::ordered_json;

constexpr XmlFrame frame{"DescribeRules", "http://example.com/doc/", "id-1"};

TEST(QueryXml, WrapsTheResultAndListsMembers) {
  const Json answer = {
      {"Rules",
       {{{"Priority", "10"}, {"IsDefault", false}, {"Weight", 5}, {"Conditions", Json::array()}}}},
      {"Ratio", 0.5},
      {"NextMarker", nullptr},
      {"Empty", ""}};
  EXPECT_EQ(query_answer(frame, answer),
            "<DescribeRulesResponse xmlns=\"http://example.com/doc/\"><DescribeRulesResult>"
            "<Rules><member><Priority>10</Priority><IsDefault>false</IsDefault><Weight>5</Weight>"
            "<Conditions/></member></Rules><Ratio>0.5</Ratio><Empty></Empty>"
            "</DescribeRulesResult><ResponseMetadata><RequestId>id-1</RequestId>"
            "</ResponseMetadata></DescribeRulesResponse>");
}

TEST(QueryXml, KeepsTheWrapperOfAnEmptyResult) {
  for (const Json& nothing : {Json(), Json::object()}) {
    EXPECT_THAT(query_answer(frame, nothing),
                testing::HasSubstr("<DescribeRulesResult/><ResponseMetadata>"));
  }
}

TEST(Ec2Xml, StandsDirectlyBelowTheResponseAndListsItems) {
  const Json answer = {{"vpcSet", {{{"vpcId", "vpc-1"}, {"isDefault", true}}}}};
  EXPECT_EQ(ec2_answer(frame, answer),
            "<DescribeRulesResponse xmlns=\"http://example.com/doc/\"><requestId>id-1</requestId>"
            "<vpcSet><item><vpcId>vpc-1</vpcId><isDefault>true</isDefault></item></vpcSet>"
            "</DescribeRulesResponse>");
}

TEST(Xml, ErrorsOfBothKinds) {
  const ApiError sender{"PriorityInUse", "Priority '10' is currently in use", 400};
  EXPECT_EQ(query_error(frame, sender),
            "<ErrorResponse xmlns=\"http://example.com/doc/\"><Error><Type>Sender</Type>"
            "<Code>PriorityInUse</Code><Message>Priority '10' is currently in use</Message>"
            "</Error><RequestId>id-1</RequestId></ErrorResponse>");
  EXPECT_THAT(query_error(frame, {"InternalFailure", "x", 500}),
              testing::HasSubstr("<Type>Receiver</Type>"));
  EXPECT_EQ(ec2_error(frame, {"InvalidVpcID.NotFound", "a < b", 400}),
            "<Response><Errors><Error><Code>InvalidVpcID.NotFound</Code>"
            "<Message>a &lt; b</Message></Error></Errors><RequestID>id-1</RequestID></Response>");
}

TEST(Xml, TextThatXmlCannotHoldDoesNotBreakTheDocument) {
  using namespace std::string_literals;
  const std::string bad = "a\x01\0b\xff<&>\"'\xef\xbf\xbf\xc3\xa9\t\n"s;
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(query_answer(frame, Json{{"V", bad}}).c_str()));
  EXPECT_EQ(std::string(document.first_child().first_child().child_value("V")),
            "a\xef\xbf\xbd\xef\xbf\xbd"
            "b\xef\xbf\xbd<&>\"'\xef\xbf\xbd\xc3\xa9\t\n");
}

TEST(Text, KnowsUtf8) {
  for (const auto* good : {"", "a", "\xc2\x80", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                           "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const auto* bad : {"\x80", "\xc1\xbf", "\xc2", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xe2\x82",
                          "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
    EXPECT_FALSE(is_utf8(bad)) << bad;
  }
}

TEST(JsonProtocol, ReadsOneObjectWithoutItsNulls) {
  const std::pair<const char*, const char*> rows[] = {
      {"", "{}"},
      {" \n", "{}"},
      {"{}", "{}"},
      {R"({"a": null, "b": {"c": null}, "d": [{"e": null}, null]})",
       R"({"b": {}, "d": [{}, null]})"},
  };
  for (const auto& [text, expected] : rows) {
    const auto json = decode_json(text);
    ASSERT_TRUE(json) << text;
    EXPECT_EQ(*json, nlohmann::json::parse(expected)) << text;
  }
  const std::string refused[] = {
      "{", "[]", "1", "null", R"({"a":1,"a":2})", "{\"a\": \"\xff\"}", std::string(1000, '[')};
  for (const std::string& text : refused) {
    const auto json = decode_json(text);
    ASSERT_FALSE(json) << text;
    EXPECT_EQ(json.error().code, "SerializationException") << text;
  }
}

TEST(JsonProtocol, WritesErrorsAsAwsDoes) {
  EXPECT_EQ(json_error({"ClusterNotFoundException", "Cluster not found.", 400}),
            R"({"__type":"ClusterNotFoundException","message":"Cluster not found."})");
  EXPECT_EQ(json_error({"SerializationException", "x", 400}),
            R"({"__type":"SerializationException","Message":"x"})");
  EXPECT_EQ(json_error({"ConflictException", "x", 400}, {{"resourceIds", {"a", "b"}}}),
            R"({"__type":"ConflictException","message":"x","resourceIds":["a","b"]})");
  EXPECT_EQ(json_answer(Json()), "{}");
  EXPECT_EQ(json_answer({{"createdAt", 1557119253.821}}), R"({"createdAt":1557119253.821})");
}

TEST(Errors, WeaveThePlaceIntoOurOwnMessagesOnly) {
  struct Row {
    Error error;
    ApiError expected;
  };
  const Row rows[] = {
      {{"PriorityInUse", "/Priority", "Priority '10' is currently in use"},
       {"PriorityInUse", "Priority '10' is currently in use", 400}},
      {{"ValidationError", "", "A condition value must be specified"},
       {"ValidationError", "A condition value must be specified", 400}},
      {{"ValidationError", "/Actions/0/ForwardConfig/TargetGroups/1/Weight",
        "found 1000; allowed is 0-999"},
       {"ValidationError",
        "1 validation error detected: Value at "
        "'actions.1.member.forwardConfig.targetGroups.2.member.weight' failed to satisfy "
        "constraint: found 1000; allowed is 0-999",
        400}},
      {{"InvalidParameterException", "/containerDefinitions/0/cpu", "found a list; allowed is 1"},
       {"InvalidParameterException",
        "containerDefinitions.1.member.cpu: found a list; allowed is 1", 400}},
      {{"ServerException", "--state", "found no room"},
       {"ServerException", "--state: found no room", 500}},
      {{"PriorRequestNotComplete", "", "x"}, {"PriorRequestNotComplete", "x", 429}},
      {{"DryRunOperation", "", "x"}, {"DryRunOperation", "x", 412}},
  };
  for (const Row& row : rows) EXPECT_EQ(to_api_error(row.error), row.expected) << row.error.code;
  EXPECT_EQ(member_path("/a~1b/~0/x"), "a/b.~.x");
}

}  // namespace
}  // namespace cutover::api::wire

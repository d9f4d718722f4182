#include "cutover/stack/rule_json.hpp"

#include <gtest/gtest.h>

#include "lb/base/json.hpp"

namespace cutover::stack {
namespace {

using nlohmann::json;

/// The one action as it would be answered, or the error.
std::string action(const char* text) {
  const auto parsed = parse_actions(json::array({json::parse(text)}), "/Actions");
  return parsed ? to_json(*parsed).dump() : to_string(parsed.error());
}

std::string condition(const char* text) {
  const auto parsed = parse_conditions(json::array({json::parse(text)}), "/Conditions");
  return parsed ? to_json(parsed->front()).dump() : to_string(parsed.error());
}

TEST(RuleJson, WritesWhatItReadsAsElbAnswersIt) {
  EXPECT_EQ(action(R"({"Type":"forward","TargetGroupArn":"api","Order":1})"),
            R"({"ForwardConfig":{"TargetGroupStickinessConfig":{"Enabled":false},)"
            R"("TargetGroups":[{"TargetGroupArn":"api","Weight":1}]},)"
            R"("TargetGroupArn":"api","Type":"forward"})");
  EXPECT_EQ(action(R"({"Type":"fixed-response","FixedResponseConfig":{"StatusCode":"503"}})"),
            R"({"FixedResponseConfig":{"ContentType":"text/plain","StatusCode":"503"},)"
            R"("Type":"fixed-response"})");
  EXPECT_EQ(
      action(R"({"Type":"redirect","RedirectConfig":{"StatusCode":"HTTP_301","Port":"443"}})"),
      R"({"RedirectConfig":{"Host":"#{host}","Path":"/#{path}","Port":"443",)"
      R"("Protocol":"#{protocol}","Query":"#{query}","StatusCode":"HTTP_301"},)"
      R"("Type":"redirect"})");
  EXPECT_EQ(condition(R"({"Field":"host-header","HostHeaderConfig":{"Values":["a.b","c.d"]}})"),
            R"({"Field":"host-header","HostHeaderConfig":{"Values":["a.b","c.d"]},)"
            R"("Values":["a.b","c.d"]})");
}

TEST(RuleJson, ReadsBackWhatItWrites) {
  const rules::Action actions[] = {
      rules::Forward{{{"api", 1}}},
      rules::Forward{{{"api", 90}, {"users", 10}, {"old", 0}}},
      rules::FixedResponse{404, "text/html", "<b>gone</b>"},
      rules::Redirect{301, "HTTPS", "#{host}", "443", "/new/#{path}", "a=b"},
  };
  for (const auto& original : actions) {
    const auto again = parse_actions(json::array({to_json(original)}), "");
    ASSERT_TRUE(again) << to_string(again.error());
    EXPECT_EQ(*again, original);
  }
  const std::vector<rules::Condition> conditions{rules::PathPattern{{"/a*", "/b", "/c?"}},
                                                 rules::HostHeader{{"*.example.com"}}};
  const auto again =
      parse_conditions(json::array({to_json(conditions[0]), to_json(conditions[1])}), "");
  ASSERT_TRUE(again) << to_string(again.error());
  EXPECT_EQ(*again, conditions);
}

/// Read and written again, the echo is the same.
TEST(RuleJson, TakesEveryFieldInItsForms) {
  const char* echoes[] = {
      R"({"Field":"path-pattern","PathPatternConfig":{"RegexValues":["^/a$","b"]},)"
      R"("RegexValues":["^/a$","b"]})",
      R"({"Field":"http-header","HttpHeaderConfig":{"HttpHeaderName":"X-A","Values":["a","*b"]}})",
      R"({"Field":"http-header","HttpHeaderConfig":{"HttpHeaderName":"X-A","RegexValues":[".+"]}})",
      R"({"Field":"http-request-method","HttpRequestMethodConfig":{"Values":["GET","PUT"]}})",
      R"({"Field":"query-string","QueryStringConfig":)"
      R"({"Values":[{"Key":"a","Value":"b\\*"},{"Value":"c"}]}})",
      R"({"Field":"source-ip","SourceIpConfig":{"Values":["10.0.0.0/8","::1/128"]}})",
  };
  for (const char* echo : echoes) EXPECT_EQ(condition(echo), echo);
  EXPECT_EQ(condition(R"({"Field":"host-header","HostHeaderConfig":{"RegexValues":["a"]}})"),
            R"({"Field":"host-header","HostHeaderConfig":{"RegexValues":["a"]},)"
            R"("RegexValues":["a"]})");
}

TEST(RuleJson, ReadsGroupStickiness) {
  const std::string sticky =
      R"({"ForwardConfig":{"TargetGroupStickinessConfig":{"DurationSeconds":60,"Enabled":true},)"
      R"("TargetGroups":[{"TargetGroupArn":"a","Weight":1},{"TargetGroupArn":"b","Weight":2}]},)"
      R"("Type":"forward"})";
  EXPECT_EQ(action(sticky.c_str()), sticky);
}

TEST(RuleJson, RefusesActionsThatNeedHttps) {
  for (const std::string type : {"authenticate-oidc", "authenticate-cognito", "jwt-validation"}) {
    const auto list = json::parse(R"([{"Type":")" + type +
                                  R"(","Order":1},{"Type":"forward","TargetGroupArn":"a"}])");
    EXPECT_EQ(to_string(parse_actions(list, "/Actions").error()),
              "/Actions/0/Type: found \"" + type +
                  "\", which needs an HTTPS listener; on an HTTP listener allowed are forward, "
                  "fixed-response, redirect (InvalidLoadBalancerAction)");
  }
}

/// The transforms as they would be answered, or the error.
std::string transforms(const char* text) {
  const auto parsed = parse_transforms(json::parse(text), "/Transforms");
  return parsed ? to_json(*parsed).dump() : to_string(parsed.error());
}

TEST(RuleJson, ReadsTransforms) {
  const std::string both =
      R"([{"HostHeaderRewriteConfig":{"Rewrites":[{"Regex":"^a$","Replace":"b"}]},)"
      R"("Type":"host-header-rewrite"},)"
      R"({"Type":"url-rewrite",)"
      R"("UrlRewriteConfig":{"Rewrites":[{"Regex":"^/(.)$","Replace":"/x/$1"}]}}])";
  EXPECT_EQ(json::parse(transforms(both.c_str())), json::parse(both));
  EXPECT_EQ(transforms("[]"), "[]");
  EXPECT_EQ(
      transforms(R"([{"Type":"url-rewrite","UrlRewriteConfig":
                            {"Rewrites":[{"Regex":"a(?=b).","Replace":""}]}}])"),
      "/Transforms/0/UrlRewriteConfig/Rewrites/0/Regex: The rewrite's Regex 'a(?=b).' has a "
      "look-ahead '(?='; look-around, back-references, atomic groups, possessive quantifiers, "
      "subroutines, recursion and \\p{...} are not supported (ValidationError)");
  const std::string url =
      R"({"Type":"url-rewrite","UrlRewriteConfig":{"Rewrites":[{"Regex":"a","Replace":"b"}]}})";
  EXPECT_EQ(transforms(("[" + url + "," + url + "]").c_str()),
            "/Transforms/1/Type: found a second \"url-rewrite\"; a rule may have one "
            "(ValidationError)");
  EXPECT_EQ(transforms(R"([{"Type":"url-rewrite","UrlRewriteConfig":{"Rewrites":[]}}])"),
            "/Transforms/0/UrlRewriteConfig/Rewrites: found 0 rewrites; allowed is exactly one "
            "(ValidationError)");
}

TEST(RuleJson, RefusesWhatElbRefuses) {
  EXPECT_EQ(action(R"({"Type":"forward"})"),
            "/Actions/0: a forward action needs \"TargetGroupArn\" or \"ForwardConfig\" "
            "(ValidationError)");
  EXPECT_EQ(action(R"({"Type":"forward","TargetGroupArn":"a","ForwardConfig":
                       {"TargetGroups":[{"TargetGroupArn":"b"}]}})"),
            "/Actions/0/TargetGroupArn: differs from ForwardConfig, which may then hold only this "
            "group (ValidationError)");
  EXPECT_EQ(action(R"({"Type":"forward","ForwardConfig":
                       {"TargetGroups":[{"TargetGroupArn":"a","Weight":1},
                                        {"TargetGroupArn":"b"}]}})"),
            "/Actions/0/ForwardConfig/TargetGroups/1: the member \"Weight\" is missing; several "
            "target groups need one each (ValidationError)");
  EXPECT_EQ(
      action(R"({"Type":"forward","ForwardConfig":
                       {"TargetGroups":[{"TargetGroupArn":"a"}],
                        "TargetGroupStickinessConfig":{"Enabled":true}}})"),
      "/Actions/0/ForwardConfig/TargetGroupStickinessConfig: the member \"DurationSeconds\" is "
      "missing (ValidationError)");
  EXPECT_EQ(action(R"({"Type":"fixed-response","FixedResponseConfig":{"StatusCode":503}})"),
            "/Actions/0/FixedResponseConfig/StatusCode: found the number 503; a string is required "
            "(ValidationError)");
  EXPECT_EQ(action(R"({"Type":"redirect","RedirectConfig":{"StatusCode":"301","Port":"1"}})"),
            "/Actions/0/RedirectConfig/StatusCode: found \"301\"; allowed is HTTP_301 or HTTP_302 "
            "(ValidationError)");
  EXPECT_EQ(condition(R"({"Field":"path-pattern","Values":["/a","/b"]})"),
            "/Conditions/0/Values: found 2 values; allowed is 1, PathPatternConfig/Values takes "
            "several (ValidationError)");
  EXPECT_EQ(
      condition(R"({"Field":"path","Values":["/a"]})"),
      "/Conditions/0/Field: found the string \"path\"; allowed are path-pattern, host-header, "
      "http-header, http-request-method, query-string, source-ip (ValidationError)");
  EXPECT_EQ(condition(R"({"Field":"http-header","Values":["a"]})"),
            "/Conditions/0/Values: is for host-header and path-pattern only; http-header takes "
            "HttpHeaderConfig/Values (ValidationError)");
  EXPECT_EQ(condition(R"({"Field":"source-ip"})"),
            "/Conditions/0: the member \"SourceIpConfig\" is missing (ValidationError)");
  EXPECT_EQ(condition(R"({"Field":"query-string","QueryStringConfig":{"Values":[{"Key":"a"}]}})"),
            "/Conditions/0/QueryStringConfig/Values/0: the member \"Value\" is missing "
            "(ValidationError)");
  const auto two = parse_actions(json::parse(R"([{"Type":"forward","TargetGroupArn":"a"},
                                                 {"Type":"forward","TargetGroupArn":"b"}])"),
                                 "/DefaultActions");
  ASSERT_FALSE(two);
  EXPECT_EQ(to_string(two.error()),
            "/DefaultActions: found 2 actions; allowed is exactly one (ValidationError)");
}

}  // namespace
}  // namespace cutover::stack

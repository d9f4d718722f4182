// Load balancing written as a stack file's sections, and read back.

#include <gtest/gtest.h>

#include "cutover/stack/load_balancing_json.hpp"
#include "cutover/stack/stack.hpp"

namespace cutover::stack {
namespace {

using nlohmann::json;

std::vector<TargetEntry> targets(const std::string& group) {
  if (group != "api") return {};
  return {{"127.0.0.1", 9000}, {"i-0123456789abcdef0", 80, "us-east-1a"}};
}

TEST(LoadBalancingJson, ComesBackAsItWas) {
  const json sections = json::parse(R"({
    "Quotas": {"rules-per-application-load-balancer": 1000},
    "LoadBalancers": [
      {"Name": "demo", "Id": "50dc6c495c0c9188", "Address": "127.0.0.1", "CreatedTime": 1700000000,
       "Scheme": "internal", "IpAddressType": "ipv4", "Subnets": ["subnet-b", "subnet-a"],
       "SecurityGroups": ["sg-1"], "Tags": [{"Key": "stage", "Value": "test"}],
       "Attributes": [{"Key": "idle_timeout.timeout_seconds", "Value": "7"},
                      {"Key": "routing.http.desync_mitigation_mode", "Value": "strictest"}]},
      {"Name": "another", "Id": "0000000000000001", "Address": "127.0.0.2"}],
    "TargetGroups": [
      {"Name": "users", "Id": "00000000000000aa", "Protocol": "HTTP", "Port": 80,
       "HealthCheckPort": "81", "HealthCheckPath": "/ready", "HealthCheckIntervalSeconds": 6,
       "HealthCheckTimeoutSeconds": 5, "HealthyThresholdCount": 2, "UnhealthyThresholdCount": 2,
       "Matcher": {"HttpCode": "200-299"}, "VpcId": "vpc-1",
       "Attributes": [{"Key": "stickiness.enabled", "Value": "true"},
                      {"Key": "deregistration_delay.timeout_seconds", "Value": "3"}]},
      {"Name": "api", "Id": "00000000000000bb", "Protocol": "HTTP", "Port": 80,
       "TargetType": "ip"}],
    "Listeners": [
      {"LoadBalancerArn": "demo", "Id": "00000000000000c1", "DefaultRuleId": "00000000000000c2",
       "Protocol": "HTTP", "Port": 81, "DefaultRuleTags": [{"Key": "a", "Value": "b"}],
       "DefaultActions": [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}],
       "Attributes": [{"Key": "routing.http.response.server.enabled", "Value": "false"}]},
      {"LoadBalancerArn": "demo", "Id": "00000000000000d1", "DefaultRuleId": "00000000000000d2",
       "Protocol": "HTTP", "Port": 80,
       "DefaultActions": [{"Type": "forward", "TargetGroupArn": "api"}]}],
    "Rules": [
      {"ListenerArn": "demo:80", "Id": "00000000000000e1", "Priority": 9,
       "Conditions": [{"Field": "http-header", "HttpHeaderConfig":
                       {"HttpHeaderName": "X-A", "Values": ["b"]}}],
       "Actions": [{"Type": "forward", "TargetGroupArn": "users"}],
       "Transforms": [{"Type": "url-rewrite", "UrlRewriteConfig":
                       {"Rewrites": [{"Regex": "a", "Replace": "b"}]}}],
       "Tags": [{"Key": "rule", "Value": "nine"}]}]})");
  const auto first = parse_stack(sections);
  ASSERT_TRUE(first) << to_string(first.error());
  const json written = to_json(first->model.balancing, targets);
  const auto second = parse_stack(written);
  ASSERT_TRUE(second) << to_string(second.error());
  EXPECT_EQ(to_json(second->model.balancing, targets), written);
  // What was given stands in what is written.
  for (const char* section : {"Quotas", "LoadBalancers", "TargetGroups", "Listeners", "Rules"}) {
    for (std::size_t i = 0; i < sections[section].size() && sections[section].is_array(); ++i) {
      for (const auto& [key, value] : sections[section][i].items()) {
        if (key == "Attributes" || key == "DefaultActions" || key == "Actions") continue;
        EXPECT_EQ(written[section][i].value(key, json()), value) << section << i << key;
      }
    }
  }
  EXPECT_EQ(written["Quotas"], sections["Quotas"]);
  EXPECT_EQ(written["TargetGroups"][1]["Targets"][1]["AvailabilityZone"], "us-east-1a");
  const auto& demo = second->model.balancing.load_balancers.at("demo");
  EXPECT_EQ(demo.attributes.idle_timeout, std::chrono::seconds(7));
  EXPECT_FALSE(demo.listeners.at(81).attributes.server_header);
}

TEST(LoadBalancingJson, RefusesIdsAndAddressesThatCantBe) {
  const auto refusal = [](const char* document) {
    const auto stack = parse_stack(json::parse(document));
    return stack ? "taken" : to_string(stack.error());
  };
  EXPECT_EQ(refusal(R"({"LoadBalancers": [{"Name": "a", "Id": "5"}]})"),
            "/LoadBalancers/0/Id: found \"5\"; 16 lower-case hex digits are required "
            "(ValidationError)");
  EXPECT_EQ(refusal(R"({"LoadBalancers": [{"Name": "a", "Address": "10.0.0.1"}]})"),
            "/LoadBalancers/0/Address: found \"10.0.0.1\"; an IPv4 loopback address is required "
            "(ValidationError)");
}

}  // namespace
}  // namespace cutover::stack

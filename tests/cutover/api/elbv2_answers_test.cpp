// What ELBv2 answers, and what its operations do.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <set>

#include "tests/cutover/api/elbv2_world.hpp"

namespace cutover::api::elbv2 {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Elbv2 : public testing::Test, public Elbv2World {
 protected:
  Elbv2() { build(); }

  /// `member` of each entry of the list `list` in the answer.
  std::vector<std::string> each(const std::string& operation, const std::string& input,
                                const std::string& list, const std::string& member) {
    const auto outcome = call(operation, input);
    EXPECT_TRUE(outcome) << to_string(outcome.error());
    std::vector<std::string> found;
    if (!outcome) return found;
    for (const Json& entry : outcome->at(list)) found.push_back(entry.at(member));
    return found;
  }

  std::string rule(const std::string& priority, const std::string& path, const std::string& group) {
    return text(
        call("CreateRule", R"({"ListenerArn": "${listener}", "Priority": ")" + priority +
                               R"(", "Conditions": [{"Field": "path-pattern", "Values": [")" +
                               path + R"("]}], "Actions": [{"Type": "forward",
                                       "TargetGroupArn": ")" +
                               group + "\"}]}"),
        "/Rules/0/RuleArn");
  }

  /// What a client gets from listener 80 of "demo".
  std::string get(const std::string& path) {
    namespace asio = boost::asio;
    asio::io_context io;
    asio::ip::tcp::socket socket(io);
    socket.connect(*balancing().find("demo")->bound(80));
    asio::write(socket, asio::buffer("GET " + path +
                                     " HTTP/1.1\r\nHost: a\r\n"
                                     "Connection: close\r\n\r\n"));
    std::string answer;
    boost::system::error_code end;
    asio::read(socket, asio::dynamic_buffer(answer), end);
    return answer.substr(answer.find("\r\n\r\n") + 4);
  }
};

TEST_F(Elbv2, DescribesALoadBalancer) {
  const auto outcome = call("DescribeLoadBalancers", R"({"Names": ["demo"]})");
  ASSERT_TRUE(outcome);
  Json found = outcome->at("LoadBalancers").at(0);
  EXPECT_THAT(found.at("CreatedTime").get<std::string>(),
              testing::MatchesRegex("20..-..-..T..:..:..\\....Z"));
  found.erase("CreatedTime");
  EXPECT_EQ(
      unfilled(found.dump()),
      R"({"LoadBalancerArn":"${demo}","DNSName":"127.0.0.1","CanonicalHostedZoneId":"Z35SXDOTRQ7X7K",)"
      R"("LoadBalancerName":"demo","Scheme":"internet-facing","VpcId":"${vpc}","State":{"Code":"active"},)"
      R"("Type":"application","AvailabilityZones":[{"ZoneName":"us-east-1a","SubnetId":"${subnet1}",)"
      R"("LoadBalancerAddresses":[]},{"ZoneName":"us-east-1b","SubnetId":"${subnet2}",)"
      R"("LoadBalancerAddresses":[]}],"SecurityGroups":["${sg}"],"IpAddressType":"ipv4"})");
  EXPECT_THAT(words()["demo"],
              testing::MatchesRegex("arn:aws:elasticloadbalancing:us-east-1:123456789012:"
                                    "loadbalancer/app/demo/[0-9a-f]{16}"));
}

TEST_F(Elbv2, DescribesATargetGroupWithAwsDefaults) {
  EXPECT_EQ(
      answer("DescribeTargetGroups", R"({"Names": ["users"]})"),
      R"({"TargetGroups":[{"TargetGroupArn":"${users}","TargetGroupName":"users","Protocol":"HTTP",)"
      R"("Port":80,"VpcId":"${vpc}","HealthCheckProtocol":"HTTP","HealthCheckPort":"traffic-port",)"
      R"("HealthCheckEnabled":true,"HealthCheckIntervalSeconds":30,"HealthCheckTimeoutSeconds":5,)"
      R"("HealthyThresholdCount":5,"UnhealthyThresholdCount":2,"HealthCheckPath":"/",)"
      R"("Matcher":{"HttpCode":"200"},"LoadBalancerArns":["${demo}"],"TargetType":"ip",)"
      R"("ProtocolVersion":"HTTP1","IpAddressType":"ipv4"}]})");
  EXPECT_EQ(each("DescribeTargetGroups", R"({"LoadBalancerArn": "${demo}"})", "TargetGroups",
                 "TargetGroupName"),
            (std::vector<std::string>{"api", "users"}));
  const auto spare = call("DescribeTargetGroups", R"({"Names": ["spare"]})");
  EXPECT_TRUE(spare->at("TargetGroups").at(0).at("LoadBalancerArns").empty());
}

TEST_F(Elbv2, DescribesRulesByPriorityTheDefaultOneLast) {
  rule("5", "/five", "${api}");
  const auto outcome = call("DescribeRules", R"({"ListenerArn": "${listener}"})");
  ASSERT_TRUE(outcome);
  const Json& rules = outcome->at("Rules");
  ASSERT_EQ(rules.size(), 3U);
  EXPECT_EQ(rules[0].at("Priority"), "5");
  EXPECT_EQ(
      unfilled(rules[1].dump()),
      R"({"RuleArn":"${rule}","Priority":"10","Conditions":[{"Field":"path-pattern",)"
      R"("PathPatternConfig":{"Values":["/users*"]},"Values":["/users*"]}],)"
      R"("Actions":[{"ForwardConfig":{"TargetGroupStickinessConfig":{"Enabled":false},)"
      R"("TargetGroups":[{"TargetGroupArn":"${users}","Weight":1}]},"TargetGroupArn":"${users}",)"
      R"("Type":"forward"}],"IsDefault":false})");
  EXPECT_EQ(rules[2].at("Priority"), "default");
  EXPECT_EQ(rules[2].at("IsDefault"), true);
  EXPECT_TRUE(rules[2].at("Conditions").empty());
  EXPECT_EQ(
      answer("DescribeListeners", R"({"LoadBalancerArn": "${demo}"})"),
      R"({"Listeners":[{"ListenerArn":"${listener}","LoadBalancerArn":"${demo}","Port":80,)"
      R"("Protocol":"HTTP","DefaultActions":[{"ForwardConfig":{"TargetGroupStickinessConfig":)"
      R"({"Enabled":false},"TargetGroups":[{"TargetGroupArn":"${api}","Weight":1}]},)"
      R"("TargetGroupArn":"${api}","Type":"forward"}]}]})");
}

TEST_F(Elbv2, CreatesWhatIsThereOnceWhenTheSettingsAreTheSame) {
  EXPECT_EQ(load_balancer("demo"), words()["demo"]);
  EXPECT_EQ(group("api"), words()["api"]);
  EXPECT_EQ(listener("${demo}", "${api}"), words()["listener"]);
  EXPECT_EQ(each("DescribeLoadBalancers", "{}", "LoadBalancers", "LoadBalancerName"),
            (std::vector<std::string>{"demo", "other"}));
  // Attributes are no part of a creation.
  EXPECT_EQ(verdict("ModifyTargetGroupAttributes", R"({"TargetGroupArn": "${api}", "Attributes":
      [{"Key": "deregistration_delay.timeout_seconds", "Value": "1"}]})"),
            "done");
  EXPECT_EQ(group("api"), words()["api"]);
}

TEST_F(Elbv2, AnswersTerraformWhichAsksForMoreAndLeavesWordsEmpty) {
  EXPECT_EQ(answer("DescribeCapacityReservation", R"({"LoadBalancerArn": "${demo}"})"),
            R"({"DecreaseRequestsRemaining":2,"CapacityReservationState":[]})");
  EXPECT_EQ(each("CreateTargetGroup", R"({"Name": "empty-words", "Protocol": "HTTP", "Port": "80",
                     "VpcId": "${vpc}", "ProtocolVersion": "", "IpAddressType": ""})",
                 "TargetGroups", "ProtocolVersion"),
            std::vector<std::string>{"HTTP1"});
}

TEST_F(Elbv2, PagesInOrderOfCreation) {
  const char* all[] = {"api", "users", "spare", "taken"};
  std::string marker;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto page = call(
        "DescribeTargetGroups",
        R"({"PageSize": "1")" + (marker.empty() ? "" : R"(, "Marker": ")" + marker + "\"") + "}");
    ASSERT_TRUE(page);
    ASSERT_EQ(page->at("TargetGroups").size(), 1U);
    EXPECT_EQ(page->at("TargetGroups").at(0).at("TargetGroupName"), all[i]);
    ASSERT_EQ(page->contains("NextMarker"), i < 3);
    if (i < 3) marker = page->at("NextMarker");
  }
  const auto rules = call("DescribeRules", R"({"ListenerArn": "${listener}", "PageSize": "1"})");
  ASSERT_TRUE(rules->contains("NextMarker"));
  words()["marker"] = rules->at("NextMarker");
  EXPECT_EQ(each("DescribeRules", R"({"ListenerArn": "${listener}", "Marker": "${marker}"})",
                 "Rules", "Priority"),
            (std::vector<std::string>{"default"}));
  // Those that were named come by pages as well.
  const auto named =
      call("DescribeTargetGroups", R"({"Names": ["users", "api"], "PageSize": "1"})");
  ASSERT_TRUE(named && named->contains("NextMarker"));
  EXPECT_EQ(named->at("TargetGroups").size(), 1U);
  words()["marker"] = named->at("NextMarker");
  EXPECT_EQ(each("DescribeTargetGroups", R"({"Names": ["users", "api"], "Marker": "${marker}"})",
                 "TargetGroups", "TargetGroupName"),
            (std::vector<std::string>{"api"}));
}

TEST_F(Elbv2, KnowsTheSecurityPoliciesByName) {
  EXPECT_EQ(
      each("DescribeSSLPolicies",
           R"({"Names": ["ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-FS-2018-06"]})",
           "SslPolicies", "Name"),
      (std::vector<std::string>{"ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-FS-2018-06"}));
  const auto oldest = call("DescribeSSLPolicies", R"({"Names": ["ELBSecurityPolicy-2016-08"]})");
  EXPECT_EQ(oldest->at("/SslPolicies/0/SslProtocols"_json_pointer),
            Json::parse(R"(["TLSv1", "TLSv1.1", "TLSv1.2"])"));
  EXPECT_EQ(oldest->at("/SslPolicies/0/Ciphers"_json_pointer).size(), 18U);
}

TEST_F(Elbv2, ListsAllAttributesAndTakesThemBack) {
  for (const auto& [kind, member, arn] :
       std::vector<std::array<std::string, 3>>{{"LoadBalancer", "LoadBalancerArn", "${demo}"},
                                               {"TargetGroup", "TargetGroupArn", "${api}"},
                                               {"Listener", "ListenerArn", "${listener}"}}) {
    const auto all =
        call("Describe" + kind + "Attributes", "{\"" + member + "\": \"" + arn + "\"}");
    ASSERT_TRUE(all) << kind;
    for (const Json& attribute : all->at("Attributes")) {
      Json input{{member, arn}, {"Attributes", {attribute}}};
      const std::string key = attribute.at("Key");
      // A cookie's name can't be set to none; it has none while the other type of stickiness holds.
      if (key == "stickiness.app_cookie.cookie_name") continue;
      EXPECT_EQ(verdict("Modify" + kind + "Attributes", input.dump()), "done") << key;
    }
    EXPECT_EQ(
        call("Describe" + kind + "Attributes", "{\"" + member + "\": \"" + arn + "\"}")->dump(),
        all->dump());
  }
  EXPECT_THAT(answer("ModifyListenerAttributes", R"({"ListenerArn": "${listener}", "Attributes":
      [{"Key": "routing.http.response.x_frame_options.header_value", "Value": "DENY"}]})"),
              HasSubstr(R"({"Key":"routing.http.response.x_frame_options.header_value",)"
                        R"("Value":"DENY"})"));
}

TEST_F(Elbv2, KeepsTagsOnWhateverHasAnArn) {
  for (const char* resource : {"${demo}", "${api}", "${listener}", "${rule}", "${default}"}) {
    words()["it"] = filled(resource);
    EXPECT_EQ(verdict("AddTags", R"({"ResourceArns": ["${it}"], "Tags": [
        {"Key": "stage", "Value": "test"}, {"Key": "owner", "Value": "me"}]})"),
              "done");
    EXPECT_EQ(verdict("AddTags", R"({"ResourceArns": ["${it}"], "Tags": [
        {"Key": "stage", "Value": "live"}]})"),
              "done");
    EXPECT_EQ(verdict("RemoveTags", R"({"ResourceArns": ["${it}"], "TagKeys": ["owner", "no"]})"),
              "done");
    EXPECT_EQ(call("DescribeTags", R"({"ResourceArns": ["${it}"]})")
                  ->at("TagDescriptions")
                  .at(0)
                  .at("Tags")
                  .dump(),
              R"([{"Key":"stage","Value":"live"}])")
        << resource;
  }
}

TEST_F(Elbv2, TellsTargetsHealthByTheIdAndPortTheyWereRegisteredUnder) {
  EXPECT_EQ(verdict("RegisterTargets", R"({"TargetGroupArn": "${api}", "Targets": [
      {"Id": "127.0.0.1"}, {"Id": "127.0.0.1", "Port": "81"}]})"),
            "done");
  EXPECT_EQ(answer("DescribeTargetHealth", R"({"TargetGroupArn": "${api}"})"),
            R"({"TargetHealthDescriptions":[{"Target":{"Id":"127.0.0.1","Port":80},)"
            R"("HealthCheckPort":"80","TargetHealth":{"State":"initial",)"
            R"("Reason":"Elb.RegistrationInProgress","Description":"Target registration is in )"
            R"(progress"}},{"Target":{"Id":"127.0.0.1","Port":81},"HealthCheckPort":"81",)"
            R"("TargetHealth":{"State":"initial","Reason":"Elb.RegistrationInProgress",)"
            R"("Description":"Target registration is in progress"}}]})");
  EXPECT_EQ(verdict("DeregisterTargets", R"({"TargetGroupArn": "${api}", "Targets": [
      {"Id": "127.0.0.1", "Port": "81"}, {"Id": "127.0.0.9"}]})"),
            "done");
  EXPECT_THAT(answer("DescribeTargetHealth", R"({"TargetGroupArn": "${api}", "Targets": [
      {"Id": "127.0.0.1", "Port": "81"}]})"),
              HasSubstr(R"("State":"draining","Reason":"Target.DeregistrationInProgress")"));
  EXPECT_THAT(verdict("RegisterTargets", R"({"TargetGroupArn": "${api}", "Targets": [
      {"Id": "127.0.0.1", "Port": "81"}]})"),
              HasSubstr("400 InvalidTarget: The following targets are deregistering"));
  EXPECT_THAT(answer("DescribeTargetHealth", R"({"TargetGroupArn": "${api}", "Targets": [
      {"Id": "127.0.0.7"}]})"),
              HasSubstr(R"("State":"unused","Reason":"Target.NotRegistered")"));
  EXPECT_THAT(answer("DescribeTargetHealth", R"({"TargetGroupArn": "${api}", "Include": ["All"]})"),
              HasSubstr(R"("AnomalyDetection":{"Result":"normal","MitigationInEffect":"no"})"));
}

TEST_F(Elbv2, TargetsOfAGroupWithoutALoadBalancerAreUnusedAndGoAtOnce) {
  EXPECT_EQ(verdict("RegisterTargets",
                    R"({"TargetGroupArn": "${spare}", "Targets": [{"Id": "127.0.0.1"}]})"),
            "done");
  EXPECT_THAT(answer("DescribeTargetHealth", R"({"TargetGroupArn": "${spare}"})"),
              HasSubstr(R"("State":"unused","Reason":"Target.NotInUse")"));
  const std::string created = rule("11", "/spare", "${spare}");
  EXPECT_THAT(answer("DescribeTargetHealth", R"({"TargetGroupArn": "${spare}"})"),
              HasSubstr(R"("State":"initial")"));
  EXPECT_EQ(verdict("DeleteRule", "{\"RuleArn\": \"" + created + "\"}"), "done");
  EXPECT_THAT(answer("DescribeTargetHealth", R"({"TargetGroupArn": "${spare}"})"),
              HasSubstr(R"("State":"unused","Reason":"Target.NotInUse")"));
  // Another load balancer may use it, with its targets.
  listener("${other}", "${spare}", "81");
  EXPECT_THAT(answer("DescribeTargetHealth", R"({"TargetGroupArn": "${spare}"})"),
              HasSubstr(R"("State":"initial")"));
}

TEST_F(Elbv2, RegistersAllTargetsOrNone) {
  stack::Quotas quotas;
  quotas.targets.targets_per_group = 2;
  quotas.targets.registrations_per_target_id = 1;
  restart(quotas);
  build();
  for (const char* group : {"${api}", "${spare}"}) {
    words()["group"] = filled(group);
    EXPECT_THAT(verdict("RegisterTargets", R"({"TargetGroupArn": "${group}", "Targets": [
        {"Id": "127.0.0.1"}, {"Id": "127.0.0.2"}, {"Id": "127.0.0.3"}]})"),
                HasSubstr("400 TooManyTargets"));
    EXPECT_EQ(answer("DescribeTargetHealth", R"({"TargetGroupArn": "${group}"})"),
              R"({"TargetHealthDescriptions":[]})");
  }
  EXPECT_THAT(verdict("RegisterTargets", R"({"TargetGroupArn": "${api}", "Targets": [
      {"Id": "127.0.0.1"}, {"Id": "127.0.0.1", "Port": "81"}]})"),
              HasSubstr("400 TooManyRegistrationsForTargetId"));
  EXPECT_EQ(verdict("RegisterTargets",
                    R"({"TargetGroupArn": "${api}", "Targets": [{"Id": "127.0.0.1"}]})"),
            "done");
  // A rule that would bring the same target in once more is refused whole.
  EXPECT_EQ(verdict("RegisterTargets",
                    R"({"TargetGroupArn": "${spare}", "Targets": [{"Id": "127.0.0.1"}]})"),
            "done");
  EXPECT_THAT(verdict("CreateRule", R"({"ListenerArn": "${listener}", "Priority": "1",
      "Conditions": [{"Field": "path-pattern", "Values": ["/"]}],
      "Actions": [{"Type": "forward", "TargetGroupArn": "${spare}"}]})"),
              HasSubstr("400 TooManyRegistrationsForTargetId"));
  EXPECT_EQ(each("DescribeRules", R"({"ListenerArn": "${listener}"})", "Rules", "Priority"),
            (std::vector<std::string>{"10", "default"}));
  const auto spare = call("DescribeTargetGroups", R"({"Names": ["spare"]})");
  EXPECT_TRUE(spare->at("TargetGroups").at(0).at("LoadBalancerArns").empty());
}

TEST_F(Elbv2, QuotasAreToldAndEnforced) {
  stack::Quotas quotas;
  quotas.load_balancers = 2;
  quotas.target_groups = 4;
  quotas.per_load_balancer = {1, 1, 2};
  restart(quotas);
  build();
  EXPECT_THAT(answer("DescribeAccountLimits", "{}"),
              HasSubstr(R"({"Name":"application-load-balancers","Max":"2"})"));
  EXPECT_EQ(verdict("CreateLoadBalancer",
                    R"({"Name": "third", "Subnets": ["${subnet1}", "${subnet2}"]})"),
            "400 TooManyLoadBalancers: The limit of 2 application load balancers is reached");
  EXPECT_EQ(verdict("CreateTargetGroup", R"({"Name": "fifth", "Protocol": "HTTP", "Port": "80",
                                             "VpcId": "${vpc}"})"),
            "400 TooManyTargetGroups: The limit of 4 target groups is reached");
  EXPECT_THAT(verdict("CreateListener", R"({"LoadBalancerArn": "${demo}", "Protocol": "HTTP",
      "Port": "81", "DefaultActions": [{"Type": "forward", "TargetGroupArn": "${api}"}]})"),
              HasSubstr("400 TooManyListeners: "));
  EXPECT_THAT(verdict("CreateRule", R"({"ListenerArn": "${listener}", "Priority": "1",
      "Conditions": [{"Field": "path-pattern", "Values": ["/"]}],
      "Actions": [{"Type": "forward", "TargetGroupArn": "${api}"}]})"),
              HasSubstr("400 TooManyRules: "));
  EXPECT_THAT(verdict("ModifyRule", R"({"RuleArn": "${rule}", "Actions": [{"Type": "forward",
      "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": "${users}", "Weight": "1"},
                                         {"TargetGroupArn": "${spare}", "Weight": "1"}]}}]})"),
              HasSubstr("400 TooManyUniqueTargetGroupsPerLoadBalancer: "));
}

TEST_F(Elbv2, SwapsPrioritiesInOneCallAndKeepsArns) {
  words()["five"] = rule("5", "/five", "${api}");
  EXPECT_EQ(each("SetRulePriorities", R"({"RulePriorities": [
      {"RuleArn": "${rule}", "Priority": "5"}, {"RuleArn": "${five}", "Priority": "10"}]})",
                 "Rules", "Priority"),
            (std::vector<std::string>{"5", "10"}));
  EXPECT_EQ(each("DescribeRules", R"({"RuleArns": ["${rule}"]})", "Rules", "Priority"),
            (std::vector<std::string>{"5"}));
  EXPECT_EQ(verdict("SetRulePriorities", R"({"RulePriorities": [
      {"RuleArn": "${rule}", "Priority": "7"}, {"RuleArn": "${five}", "Priority": "7"}]})"),
            "400 ValidationError: Priority '7' was provided multiple times");
  EXPECT_EQ(verdict("SetRulePriorities",
                    R"({"RulePriorities": [{"RuleArn": "${rule}", "Priority": "10"}]})"),
            "400 PriorityInUse: Priority '10' is currently in use");
}

TEST_F(Elbv2, ModifyListenerKeepsWhatItDoesNotName) {
  EXPECT_EQ(verdict("ModifyListener", R"({"ListenerArn": "${listener}", "Port": "8080"})"), "done");
  const auto moved = call("DescribeListeners", R"({"ListenerArns": ["${listener}"]})");
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->at("Listeners").at(0).at("Port"), 8080);
  EXPECT_EQ(each("DescribeRules", R"({"ListenerArn": "${listener}"})", "Rules", "RuleArn"),
            (std::vector<std::string>{words()["rule"], words()["default"]}));
  EXPECT_EQ(verdict("ModifyRule", R"({"RuleArn": "${default}", "Actions": [{"Type":
      "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}]})"),
            "done");
  EXPECT_THAT(answer("DescribeListeners", R"({"ListenerArns": ["${listener}"]})"),
              HasSubstr(R"("StatusCode":"503")"));
  EXPECT_TRUE(balancing().there().target_group("api")->used_by.empty());
}

TEST_F(Elbv2, DeletingALoadBalancerKeepsItsGroupsAndTheirTargets) {
  EXPECT_EQ(verdict("RegisterTargets",
                    R"({"TargetGroupArn": "${api}", "Targets": [{"Id": "127.0.0.1"}]})"),
            "done");
  EXPECT_EQ(verdict("ModifyLoadBalancerAttributes", R"({"LoadBalancerArn": "${demo}", "Attributes":
      [{"Key": "deletion_protection.enabled", "Value": "true"}]})"),
            "done");
  EXPECT_EQ(unfilled(verdict("DeleteLoadBalancer", R"({"LoadBalancerArn": "${demo}"})")),
            "400 OperationNotPermitted: Load balancer '${demo}' cannot be deleted because deletion "
            "protection is enabled");
  EXPECT_EQ(verdict("ModifyLoadBalancerAttributes", R"({"LoadBalancerArn": "${demo}", "Attributes":
      [{"Key": "deletion_protection.enabled", "Value": "false"}]})"),
            "done");
  EXPECT_EQ(verdict("DeleteLoadBalancer", R"({"LoadBalancerArn": "${demo}"})"), "done");
  EXPECT_EQ(verdict("DeleteLoadBalancer", R"({"LoadBalancerArn": "${demo}"})"), "done");
  EXPECT_EQ(verdict("DescribeListeners", R"({"ListenerArns": ["${listener}"]})"),
            "400 ListenerNotFound: One or more listeners not found");
  EXPECT_THAT(answer("DescribeTargetHealth", R"({"TargetGroupArn": "${api}"})"),
              HasSubstr(R"("State":"unused","Reason":"Target.NotInUse")"));
  EXPECT_EQ(verdict("DeleteTargetGroup", R"({"TargetGroupArn": "${api}"})"), "done");
  // The address is free again.
  load_balancer("next");
  EXPECT_EQ(
      each("DescribeLoadBalancers", R"({"Names": ["next", "other"]})", "LoadBalancers", "DNSName"),
      (std::vector<std::string>{"127.0.0.1", "127.0.0.2"}));
}

TEST_F(Elbv2, TheNextRequestSeesAChange) {
  const auto answers_with = [&](const std::string& text) {
    return verdict("ModifyRule", R"({"RuleArn": "${rule}", "Actions": [{"Type": "fixed-response",
        "FixedResponseConfig": {"StatusCode": "200", "MessageBody": ")" +
                                     text + "\"}}]}");
  };
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(answers_with(std::to_string(i)), "done");
    ASSERT_EQ(get("/users/1"), std::to_string(i));
  }
}

/// Knows two instances: one runs, one does not.
class TwoInstances final : public stack::Instances {
 public:
  std::optional<Instance> find(const std::string& id) const override {
    if (id == "i-0000000a") return Instance{"127.0.1.1", state};
    if (id == "i-0000000b") return Instance{"127.0.1.2", "stopped"};
    return std::nullopt;
  }
  std::string at(const std::string& address) const override {
    return address == "127.0.1.1" ? "i-0000000a" : "";
  }
  std::string state = "running";
};

TEST_F(Elbv2, InstancesGoByTheirIds) {
  TwoInstances instances;
  balancing().targets().use_instances(&instances);
  words()["machines"] =
      text(call("CreateTargetGroup",
                R"({"Name": "machines", "Protocol": "HTTP", "Port": "80", "VpcId": "${vpc}"})"),
           "/TargetGroups/0/TargetGroupArn");
  rule("12", "/machines", "${machines}");
  for (const char* id : {"i-0000000b", "i-0000000c"}) {
    EXPECT_EQ(
        verdict("RegisterTargets", R"({"TargetGroupArn": "${machines}", "Targets": [{"Id": ")" +
                                       std::string(id) + "\"}]}"),
        "400 InvalidTarget: The following targets are not in a running state and cannot be "
        "registered: '" +
            std::string(id) + "'");
  }
  EXPECT_EQ(verdict("RegisterTargets",
                    R"({"TargetGroupArn": "${machines}", "Targets": [{"Id": "127.0.0.1"}]})"),
            "400 ValidationError: Instance ID '127.0.0.1' is not valid");
  EXPECT_EQ(verdict("RegisterTargets", R"({"TargetGroupArn": "${machines}", "Targets": [
      {"Id": "i-0000000a", "Port": "3000"}]})"),
            "done");
  EXPECT_THAT(answer("DescribeTargetHealth", R"({"TargetGroupArn": "${machines}"})"),
              HasSubstr(R"([{"Target":{"Id":"i-0000000a","Port":3000},"HealthCheckPort":"3000",)"
                        R"("TargetHealth":{"State":"initial")"));
  instances.state = "stopped";
  balancing().targets().instance_changed("i-0000000a");
  EXPECT_THAT(answer("DescribeTargetHealth", R"({"TargetGroupArn": "${machines}"})"),
              HasSubstr(R"("State":"unused","Reason":"Target.InvalidState",)"
                        R"("Description":"Target is in the stopped state")"));
  instances.state = "running";
  balancing().targets().instance_changed("i-0000000a");
  EXPECT_THAT(answer("DescribeTargetHealth", R"({"TargetGroupArn": "${machines}"})"),
              HasSubstr(R"("State":"initial")"));
  balancing().targets().use_instances(nullptr);
}

TEST_F(Elbv2, HasAllOperationsOfTheApi) {
  std::set<std::string> names;
  for (const auto& [name, handler] : elbv2().operations) names.insert(name);
  EXPECT_EQ(names.size(), 51U);
}

}  // namespace
}  // namespace cutover::api::elbv2

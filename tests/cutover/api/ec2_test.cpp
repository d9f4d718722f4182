#include "cutover/api/ec2/ec2.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cutover/api/service_calls.hpp"

namespace cutover::api::ec2 {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

class Ec2Api : public testing::Test {
 protected:
  Ec2Api() : ec2_(Account(), clock_, 1), service_(ec2_.service()) {
    ec2_.on_instance([this](const std::string& region, const Instance& instance) {
      heard_.push_back(region + " " + instance.address + " " +
                       std::string(to_string(instance.state)));
    });
  }

  Outcome call(const std::string& operation, Json parameters) {
    return api::call(service_, operation, std::move(parameters));
  }
  Json good(const std::string& operation, Json parameters = Json::object()) {
    return api::good(service_, operation, std::move(parameters));
  }
  std::string code(const std::string& operation, Json parameters) {
    return api::code(service_, operation, std::move(parameters));
  }
  /// The values of `member` in the list that a Describe operation answers.
  std::vector<std::string> listed(const std::string& operation, const char* list,
                                  const char* member, Json parameters = Json::object()) {
    std::vector<std::string> values;
    const Json answer = good(operation, std::move(parameters));
    for (const Json& entry : answer.at(list)) values.push_back(entry.at(member));
    return values;
  }
  std::string default_vpc() { return ec2_.in("us-east-1").vpcs.front().id; }

  SimulatedClock clock_;
  Ec2 ec2_;
  Service service_;
  std::vector<std::string> heard_;
};

Json filter(const std::string& name, std::vector<std::string> values) {
  return {{"Filter", {{{"Name", name}, {"Value", std::move(values)}}}}};
}

TEST_F(Ec2Api, ARegionBeginsWithADefaultVpc) {
  EXPECT_THAT(listed("DescribeVpcs", "vpcSet", "cidrBlock"), testing::ElementsAre("172.31.0.0/16"));
  EXPECT_THAT(listed("DescribeSubnets", "subnetSet", "availabilityZone"),
              testing::ElementsAre("us-east-1a", "us-east-1b"));
  EXPECT_THAT(listed("DescribeSecurityGroups", "securityGroupInfo", "groupName"),
              testing::ElementsAre("default"));
  EXPECT_NE(ec2_.in("eu-west-1").vpcs.front().id, default_vpc()) << "regions are apart";
}

TEST_F(Ec2Api, IdsDependOnRegionAndSeedAlone) {
  Ec2 again(Account(), clock_, 1);
  again.in("eu-west-1");
  EXPECT_EQ(again.in("us-east-1").vpcs.front().id, default_vpc());
  EXPECT_NE(Ec2(Account(), clock_, 2).in("us-east-1").vpcs.front().id, default_vpc());
}

TEST_F(Ec2Api, FiltersTakeWildcardsAndRefuseUnknownNames) {
  good("CreateTags",
       {{"ResourceId", {default_vpc()}}, {"Tag", {{{"Key", "Name"}, {"Value", "a*b"}}}}});
  const std::pair<Json, std::size_t> rows[] = {
      {filter("vpc-id", {"vpc-*"}), 1},      {filter("vpc-id", {"vpc-?"}), 0},
      {filter("isDefault", {"true"}), 1},    {filter("tag:Name", {"a\\*b"}), 1},
      {filter("tag:Name", {"a\\?b"}), 0},    {filter("tag:Name", {"x", "a?b"}), 1},
      {filter("tag:name", {"*"}), 0},        {filter("tag-key", {"N*e"}), 1},
      {filter("cidr", {"172.31.0.0/16"}), 1}};
  for (const auto& [parameters, count] : rows) {
    EXPECT_EQ(listed("DescribeVpcs", "vpcSet", "vpcId", parameters).size(), count) << parameters;
  }
  EXPECT_EQ(code("DescribeVpcs", filter("nothing", {"x"})), "InvalidParameterValue");
}

TEST_F(Ec2Api, PagesFollowEachOther) {
  for (int i = 0; i < 6; ++i) {
    good("CreateSubnet",
         {{"VpcId", default_vpc()}, {"CidrBlock", "172.31." + std::to_string(64 + i) + ".0/24"}});
  }
  Json first = good("DescribeSubnets", {{"MaxResults", "5"}});
  ASSERT_EQ(first["subnetSet"].size(), 5u);
  const Json second =
      good("DescribeSubnets", {{"MaxResults", "5"}, {"NextToken", first["nextToken"]}});
  EXPECT_EQ(second["subnetSet"].size(), 3u);
  EXPECT_FALSE(second.contains("nextToken"));
  EXPECT_EQ(code("DescribeSubnets", {{"NextToken", "x"}}), "InvalidNextToken");
}

TEST_F(Ec2Api, RefusesInEc2sOwnCodes) {
  const std::string vpc = default_vpc();
  struct Row {
    const char* operation;
    Json parameters;
    const char* code;
  };
  const Row rows[] = {
      {"CreateVpc", Json::object(), "MissingParameter"},
      {"CreateVpc", {{"CidrBlock", "10.0.0.0/8"}}, "InvalidVpc.Range"},
      {"CreateVpc", {{"CidrBlock", "10.0.0"}}, "InvalidParameterValue"},
      {"CreateVpc", {{"CidrBlock", "10.0.0.0/16"}, {"DryRun", "true"}}, "DryRunOperation"},
      {"CreateVpc", {{"CidrBlock", "10.0.0.0/16"}, {"Ipv6Pool", "x"}}, "UnknownParameter"},
      {"CreateVpc",
       {{"CidrBlock", "10.0.0.0/16"}, {"AmazonProvidedIpv6CidrBlock", "true"}},
       "UnsupportedOperation"},
      {"RunInstances", {{"ImageId", "ami-1"}, {"UserData", "IyE="}}, "UnsupportedOperation"},
      {"RunInstances",
       {{"ImageId", "ami-1"}, {"Placement", {{"Tenancy", "host"}}}},
       "UnknownParameter"},
      {"DescribeVpcs", {{"VpcId", {"vpc-0"}}}, "InvalidVpcID.NotFound"},
      {"DeleteVpc", {{"VpcId", vpc}}, "DependencyViolation"},
      {"DescribeVpcAttribute", {{"VpcId", vpc}, {"Attribute", "x"}}, "InvalidParameterValue"},
      {"CreateSubnet", {{"VpcId", vpc}, {"CidrBlock", "172.31.0.0/24"}}, "InvalidSubnet.Conflict"},
      {"CreateSubnet", {{"VpcId", vpc}, {"CidrBlock", "10.0.0.0/24"}}, "InvalidSubnet.Range"},
      {"DeleteSubnet", {{"SubnetId", "subnet-0"}}, "InvalidSubnetID.NotFound"},
      {"CreateSecurityGroup",
       {{"GroupName", "default"}, {"GroupDescription", "d"}},
       "InvalidGroup.Reserved"},
      {"DeleteSecurityGroup", {{"GroupId", "sg-0"}}, "InvalidGroup.NotFound"},
      {"DeleteSecurityGroup", {{"GroupName", "default"}}, "CannotDelete"},
      {"StopInstances", {{"InstanceId", {"i-0"}}}, "InvalidInstanceID.NotFound"},
      {"RunInstances", {{"MinCount", "1"}, {"MaxCount", "1"}}, "MissingParameter"},
      {"RunInstances", {{"ImageId", "ami-1"}, {"MinCount", "x"}}, "InvalidParameterValue"},
      {"RunInstances",
       {{"ImageId", "ami-1"}, {"SubnetId", "subnet-0"}},
       "InvalidSubnetID.NotFound"},
      {"CreateTags",
       {{"ResourceId", {vpc}}, {"Tag", {{{"Key", "aws:x"}, {"Value", ""}}}}},
       "InvalidParameterValue"},
      {"CreateTags", {{"ResourceId", {"what-1"}}}, "InvalidID"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(code(row.operation, row.parameters), row.code) << row.operation << row.parameters;
  }
}

TEST_F(Ec2Api, AGroupsRulesComeAndGoWhole) {
  const std::string group =
      good("CreateSecurityGroup", {{"GroupName", "web"}, {"GroupDescription", "d"}})["groupId"];
  EXPECT_EQ(code("CreateSecurityGroup", {{"GroupName", "web"}, {"GroupDescription", "d"}}),
            "InvalidGroup.Duplicate");
  const Json web = {{"GroupId", group},
                    {"IpProtocol", "tcp"},
                    {"FromPort", "80"},
                    {"ToPort", "80"},
                    {"CidrIp", "10.0.0.1/8"}};
  good("AuthorizeSecurityGroupIngress", web);
  const Outcome twice = call("AuthorizeSecurityGroupIngress", web);
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().message,
            "the specified rule \"peer: 10.0.0.0/8, TCP, from port: 80, to port: 80, ALLOW\" "
            "already exists");
  // One permission is new, the other is there already: neither is taken.
  Json both = {{"GroupId", group},
               {"IpPermissions",
                {{{"IpProtocol", "tcp"},
                  {"FromPort", "81"},
                  {"ToPort", "81"},
                  {"IpRanges", {{{"CidrIp", "10.0.0.0/8"}}}}},
                 {{"IpProtocol", "tcp"},
                  {"FromPort", "80"},
                  {"ToPort", "80"},
                  {"IpRanges", {{{"CidrIp", "10.0.0.0/8"}}}}}}}};
  EXPECT_EQ(code("AuthorizeSecurityGroupIngress", both), "InvalidPermission.Duplicate");
  EXPECT_EQ(code("RevokeSecurityGroupIngress", both), "InvalidPermission.NotFound");
  const auto permissions = [&] {
    return good("DescribeSecurityGroups",
                {{"GroupId", {group}}})["securityGroupInfo"][0]["ipPermissions"];
  };
  EXPECT_EQ(permissions(),
            Json::parse(R"([{"ipProtocol": "tcp", "fromPort": 80, "toPort": 80, "groups": [],
                             "ipRanges": [{"cidrIp": "10.0.0.0/8"}], "ipv6Ranges": [],
                             "prefixListIds": []}])"));
  good("RevokeSecurityGroupIngress", web);
  EXPECT_EQ(permissions(), Json::array());
  good("DeleteSecurityGroup", {{"GroupId", group}});
}

TEST_F(Ec2Api, AnInstanceIsAnAddressWhoseLifeOthersHearOf) {
  const Json run = {
      {"ImageId", "ami-1"}, {"MinCount", "2"}, {"MaxCount", "2"}, {"ClientToken", "once"}};
  const Json started = good("RunInstances", run)["instancesSet"];
  ASSERT_EQ(started.size(), 2u);
  EXPECT_EQ(started[0]["privateIpAddress"], "127.0.2.1");
  EXPECT_EQ(started[1]["privateIpAddress"], "127.0.2.2");
  EXPECT_EQ(good("RunInstances", run)["instancesSet"], started) << "the token was used before";
  const Json first = {{"InstanceId", {started[0]["instanceId"]}}};
  EXPECT_EQ(good("StopInstances", first)["instancesSet"][0]["previousState"]["name"], "running");
  good("StopInstances", first);
  EXPECT_EQ(listed("DescribeInstanceStatus", "instanceStatusSet", "instanceId").size(), 1u);
  good("StartInstances", first);
  good("TerminateInstances", first);
  EXPECT_EQ(code("StartInstances", first), "IncorrectInstanceState");
  EXPECT_THAT(heard_,
              testing::ElementsAre("us-east-1 127.0.2.1 stopped", "us-east-1 127.0.2.1 running",
                                   "us-east-1 127.0.2.1 terminated"));
  clock_.advance(std::chrono::hours(1));
  EXPECT_EQ(code("DescribeInstances", first), "InvalidInstanceID.NotFound");
}

TEST_F(Ec2Api, AnInstanceStandsInTheZoneAndHasTheProfileAskedFor) {
  const Json instance = good("RunInstances", {{"ImageId", "ami-1"},
                                              {"Placement", {{"AvailabilityZone", "us-east-1b"}}},
                                              {"IamInstanceProfile", {{"Name", "ecsRole"}}},
                                              {"EbsOptimized", "false"}})["instancesSet"][0];
  EXPECT_EQ(instance["placement"]["availabilityZone"], "us-east-1b");
  EXPECT_EQ(instance["iamInstanceProfile"]["arn"],
            "arn:aws:iam::123456789012:instance-profile/ecsRole");
  EXPECT_EQ(instance["networkInterfaceSet"][0]["privateIpAddress"], instance["privateIpAddress"]);
}

TEST_F(Ec2Api, WhatALoadBalancerStandsOnCannotBeDeleted) {
  const std::string subnet = ec2_.in("us-east-1").subnets.front().id;
  std::string used = subnet;
  ec2_.used_outside([&](const std::string& region, const std::string& id) {
    return region == "us-east-1" && id == used;
  });
  EXPECT_EQ(code("DeleteSubnet", {{"SubnetId", subnet}}), "DependencyViolation");
  const Json group = good("CreateSecurityGroup", {{"GroupName", "g"}, {"GroupDescription", "d"}});
  used = group["groupId"];
  EXPECT_EQ(code("DeleteSecurityGroup", {{"GroupId", used}}), "DependencyViolation");
  good("DeleteSubnet", {{"SubnetId", subnet}});
}

TEST_F(Ec2Api, AContainerInstanceIsAmongTheInstances) {
  ec2_.adopt("us-east-1", "i-0123456789abcdef0", "127.0.0.1", "m5.large", "ami-ecs", "us-east-1b");
  const Json reservation = good("DescribeInstances")["reservationSet"][0];
  EXPECT_EQ(reservation["instancesSet"][0]["privateIpAddress"], "127.0.0.1");
  EXPECT_EQ(reservation["instancesSet"][0]["placement"]["availabilityZone"], "us-east-1b");
}

TEST_F(Ec2Api, RulesOfSecurityGroupsHaveTags) {
  const Json group = good("DescribeSecurityGroups")["securityGroupInfo"][0]["groupId"];
  const Json tagged = {{{"ResourceType", "security-group-rule"}, {"Tag", {{{"Key", "a"}}}}}};
  const Json made = good("AuthorizeSecurityGroupIngress", {{"GroupId", group},
                                                           {"IpProtocol", "tcp"},
                                                           {"FromPort", "80"},
                                                           {"ToPort", "80"},
                                                           {"CidrIp", "10.0.0.0/8"},
                                                           {"TagSpecification", tagged}});
  const Json rule = made["securityGroupRuleSet"][0]["securityGroupRuleId"];
  good("CreateTags", {{"ResourceId", {rule}}, {"Tag", {{{"Key", "b"}, {"Value", "2"}}}}});
  const Json found = good("DescribeSecurityGroupRules", {{"SecurityGroupRuleId", {rule}}});
  EXPECT_EQ(found["securityGroupRuleSet"][0]["tagSet"].dump(),
            R"([{"key":"a","value":""},{"key":"b","value":"2"}])");
  EXPECT_EQ(good("DescribeTags")["tagSet"][1]["resourceType"], "security-group-rule");
}

TEST_F(Ec2Api, StateIsTheSameAfterItWasKept) {
  good("CreateVpc", {{"CidrBlock", "10.0.0.0/16"}});
  good("RunInstances", {{"ImageId", "ami-1"}});
  ec2_.adopt("us-east-1", "i-0123456789abcdef0", "127.0.0.1", "m5.large", "ami-ecs", "us-east-1b");
  const Json kept = to_json(ec2_.in("us-east-1"));
  const auto read = state_from_json(Json::parse(kept.dump()));
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(to_json(*read), kept);
  Json broken = kept;
  broken["vpcs"][0]["cidr"] = 5;
  ASSERT_FALSE(state_from_json(broken));
  EXPECT_EQ(state_from_json(broken).error().where, "/vpcs/0/cidr");
}

}  // namespace
}  // namespace cutover::api::ec2

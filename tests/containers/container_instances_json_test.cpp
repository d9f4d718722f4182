#include "containers/container_instances_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <ostream>

namespace cutover::containers {
namespace {

using nlohmann::json;
using ::testing::SizeIs;

TEST(ContainerInstancesJson, ReadsAGroupInFull) {
  const auto groups = parse_container_instances(json::parse(R"({
      "count": 2, "cpu": 2048, "memory": 3884, "instanceType": "t2.medium",
      "availabilityZone": "us-east-1c", "networkInterfaces": 3, "attributes": {"stack": "prod"},
      "tags": [{"key": "team", "value": "forum"}]})"),
                                                "/Clusters/0/ContainerInstances");
  ASSERT_TRUE(groups) << to_string(groups.error());
  ContainerInstanceGroup expected;
  expected.count = 2;
  expected.spec.cpu = 2048;
  expected.spec.memory = 3884;
  expected.spec.instance_type = "t2.medium";
  expected.spec.availability_zone = "us-east-1c";
  expected.spec.network_interfaces = 3;
  expected.spec.attributes = {{"stack", "prod"}};
  expected.spec.tags = {{"team", "forum"}};
  EXPECT_THAT(*groups, ::testing::ElementsAre(expected));
  EXPECT_EQ(*parse_container_instances(to_json(*groups), ""), *groups) << "written as it is read";
}

TEST(ContainerInstancesJson, ReadsListsAndFillsInRoomForAnything) {
  const auto groups = parse_container_instances(json::parse(R"([{}, {"count": 3}])"), "");
  ASSERT_TRUE(groups) << to_string(groups.error());
  ASSERT_THAT(*groups, SizeIs(2));
  EXPECT_EQ((*groups)[0], ContainerInstanceGroup{});
  EXPECT_EQ((*groups)[1].count, 3U);
  EXPECT_EQ((*groups)[1].spec.memory, memory_default);
  EXPECT_THAT(*parse_container_instances(json::array(), ""), SizeIs(0));
}

struct BadCase {
  const char* value;
  const char* message;
};

void PrintTo(const BadCase& each, std::ostream* out) { *out << each.value; }

class BadContainerInstances : public ::testing::TestWithParam<BadCase> {};

TEST_P(BadContainerInstances, AreRefusedWithTheirPlace) {
  const auto groups = parse_container_instances(json::parse(GetParam().value), "/I");
  ASSERT_FALSE(groups);
  EXPECT_EQ(to_string(groups.error()), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadContainerInstances,
    ::testing::Values(
        BadCase{R"({"cpu": 100})",
                "/I/cpu: found the number 100; allowed are 128 to 1073741824 (ValidationError)"},
        BadCase{R"([{}, {"memroy": 1}])",
                "/I/1/memroy: unknown member \"memroy\"; allowed are attributes, "
                "availabilityZone, count, cpu, instanceType, memory, networkInterfaces, tags; did "
                "you mean \"memory\"? (UnknownMember)"},
        BadCase{
            R"({"attributes": {"ecs.os-type": "windows"}})",
            "/I/attributes: found ecs.os-type; names that begin with ecs. or com.amazonaws.ecs. "
            "are AWS's own "
            "(ValidationError)"},
        BadCase{R"({"attributes": {"a b": ""}})",
                "/I/attributes: found the name a b; allowed are letters, digits, -, _, ., / and \\ "
                "(ValidationError)"},
        BadCase{R"([{"count": 3000}, {"count": 3000}])",
                "/I: found 6000 container instances; allowed for a cluster are at most 5000 "
                "(ValidationError)"}));

}  // namespace
}  // namespace cutover::containers

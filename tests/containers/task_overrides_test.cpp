// Overrides of RunTask: what they change of a definition, and which are refused.

#include "containers/task_overrides.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "containers/task_definition_json.hpp"

namespace cutover::containers {
namespace {

using nlohmann::json;

TaskDefinition job() {
  return *parse_task_definition(json::parse(R"({
    "family": "job", "memory": "1024",
    "containerDefinitions": [
      {"name": "main", "image": "main", "command": ["run"], "cpu": 128, "memory": 256,
       "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]},
      {"name": "side", "image": "side", "memory": 128}]
  })"),
                                "");
}

TaskOverrides overrides(const std::string& text) {
  const auto parsed = parse_task_overrides(json::parse(text), "");
  EXPECT_TRUE(parsed) << to_string(parsed.error());
  return *parsed;
}

TEST(TaskOverrides, EnvironmentIsMergedByName) {
  const auto changed = apply_overrides(job(), overrides(R"({"containerOverrides": [
    {"name": "main", "environment": [{"name": "B", "value": "3"}, {"name": "C", "value": "4"}]}]})"));
  const std::vector<NamedValue> expected{{"A", "1"}, {"B", "3"}, {"C", "4"}};
  EXPECT_EQ(changed->containers[0].environment, expected);
}

TEST(TaskOverrides, CommandAndSizesAreReplaced) {
  const auto changed = apply_overrides(job(), overrides(R"({
    "cpu": "1 vCPU", "memory": "2 GB",
    "containerOverrides": [
      {"name": "main", "command": ["migrate", "all"], "cpu": 256, "memory": 512,
       "memoryReservation": 64}]})"));
  TaskDefinition expected = job();
  expected.cpu = 1024;
  expected.memory = 2048;
  expected.containers[0].command = {"migrate", "all"};
  expected.containers[0].cpu = 256;
  expected.containers[0].memory = 512;
  expected.containers[0].memory_reservation = 64;
  EXPECT_EQ(*changed, expected);
}

TEST(TaskOverrides, NoneChangeNothing) { EXPECT_EQ(*apply_overrides(job(), {}), job()); }

TEST(TaskOverrides, AnUnknownContainerIsRefused) {
  const auto changed = apply_overrides(
      job(), overrides(R"({"containerOverrides": [{"name": "main"}, {"name": "mian"}]})"));
  EXPECT_EQ(to_string(changed.error()),
            "/containerOverrides/1/name: Override for container named mian is not a container in "
            "the TaskDefinition. (InvalidParameterException)");
}

TEST(TaskOverrides, AContainerCannotOutgrowItsTask) {
  const auto changed = apply_overrides(
      job(), overrides(R"({"containerOverrides": [{"name": "main", "memory": 2000}]})"));
  EXPECT_EQ(changed.error().code, "InvalidParameterException");
}

TEST(TaskOverrides, ReadBackWhatTheyWrite) {
  const json full = json::parse(R"({
    "cpu": "512", "memory": "1024", "taskRoleArn": "a", "executionRoleArn": "b",
    "inferenceAcceleratorOverrides": [],
    "containerOverrides": [
      {"name": "main", "command": [], "environment": [{"name": "A", "value": ""}], "cpu": 1,
       "memory": 6, "memoryReservation": 7}]})");
  EXPECT_EQ(task_overrides_to_json(overrides(full.dump())), full);
}

struct Mistake {
  std::string overrides;
  std::string where;
  std::string message;
};

std::ostream& operator<<(std::ostream& out, const Mistake& mistake) {
  return out << mistake.overrides;
}

class BadTaskOverrides : public ::testing::TestWithParam<Mistake> {};

TEST_P(BadTaskOverrides, AreRefusedWithTheirPlace) {
  const auto refused = parse_task_overrides(json::parse(GetParam().overrides), "/overrides");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), (Error{"InvalidParameterException", "/overrides" + GetParam().where,
                                    GetParam().message}));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadTaskOverrides,
    ::testing::Values(
        Mistake{"5", "", "found the number 5; an object is required"},
        Mistake{R"({"cpu": 256})", "/cpu", "found the number 256; a string is required"},
        Mistake{R"({"containerOverrides": [{}]})", "/containerOverrides/0",
                "the member \"name\" is missing"},
        Mistake{R"({"containerOverrides": [{"name": "a", "memory": 5}]})",
                "/containerOverrides/0/memory", "found the number 5; allowed are 6 to 2147483647"},
        Mistake{R"({"containerOverrides": [{"name": "a", "environmentFiles": [{}]}]})",
                "/containerOverrides/0/environmentFiles",
                "found a list; \"environmentFiles\" is not supported yet and has to be left out"},
        Mistake{R"({"containerOverrides": [{"name": "a", "image": "b"}]})",
                "/containerOverrides/0/image",
                "unknown member \"image\"; allowed are command, cpu, environment, memory, "
                "memoryReservation, name"}));

TEST(TaskOverrides, AreBoundedInAll) {
  json value{{"containerOverrides", {{{"name", "a"}, {"command", {std::string(8192, 'x')}}}}}};
  EXPECT_EQ(parse_task_overrides(value, "").error().message,
            "found overrides of 8244 characters; allowed are at most 8192");
}

}  // namespace
}  // namespace cutover::containers

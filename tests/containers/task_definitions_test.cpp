// A region's task definitions: revisions, references, the ways from ACTIVE to DELETE_IN_PROGRESS.

#include "containers/task_definitions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cutover::containers {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

const std::string prefix = "arn:aws:ecs:us-east-1:123456789012:task-definition/";

class TaskDefinitionsTest : public ::testing::Test {
 protected:
  RegisteredTaskDefinition add(const std::string& family, Tags tags = {}) {
    TaskDefinition definition;
    definition.family = family;
    definition.containers.resize(1);
    definition.containers[0].name = family;
    definition.tags = std::move(tags);
    return *definitions.register_definition(definition);
  }
  std::string found(const std::string& reference) const {
    const auto described = definitions.describe(reference);
    return described ? described->definition->reference() : to_string(described.error());
  }

  SimulatedClock clock;
  TaskDefinitions definitions{clock, "us-east-1", "123456789012"};
};

TEST_F(TaskDefinitionsTest, CountTheirRevisions) {
  EXPECT_EQ(add("api").definition->reference(), "api:1");
  EXPECT_EQ(add("api").definition->reference(), "api:2");
  EXPECT_EQ(add("users").definition->arn, prefix + "users:1");
}

TEST_F(TaskDefinitionsTest, GoOnCountingWhateverBecameOfTheFormer) {
  add("api");
  ASSERT_TRUE(definitions.deregister("api:1"));
  ASSERT_TRUE(definitions.remove({"api:1"}));
  EXPECT_EQ(add("api").definition->revision, 2U);
}

TEST_F(TaskDefinitionsTest, AreFoundByFamilyRevisionAndArn) {
  add("api");
  const std::string arn = add("api").definition->arn;
  EXPECT_EQ(found("api"), "api:2");
  EXPECT_EQ(found("api:1"), "api:1");
  EXPECT_EQ(found(arn), "api:2");
  EXPECT_EQ(found(prefix + "api"), "api:2");
}

TEST_F(TaskDefinitionsTest, ThatDoNotExistAreNamedWithWhatDoes) {
  add("api");
  const std::string begin = "Unable to describe task definition: ";
  EXPECT_EQ(found("apo"),
            begin + "no task definition is called apo; did you mean api? (ClientException)");
  for (const std::string revision : {"2", "0", "", "1x", "-1", "99999999999999999999999"}) {
    EXPECT_EQ(found("api:" + revision), begin + "task definition api has no revision " + revision +
                                            "; it has 1 to 1 (ClientException)");
  }
  EXPECT_EQ(found("arn:aws:ecs:us-east-1:123456789012:service/demo/api"),
            begin +
                "found arn:aws:ecs:us-east-1:123456789012:service/demo/api; allowed are a "
                "family, family:revision or an ARN that begins with " +
                prefix + " (ClientException)");
}

TEST_F(TaskDefinitionsTest, OfAFamilyNameMeanTheLatestActiveRevision) {
  add("api");
  add("api");
  ASSERT_TRUE(definitions.deregister("api:2"));
  EXPECT_EQ(found("api"), "api:1");
  ASSERT_TRUE(definitions.deregister("api:1"));
  EXPECT_EQ(found("api"),
            "Unable to describe task definition: task definition api has no active revision; name "
            "one as api:revision (ClientException)");
  EXPECT_EQ(found("api:2"), "api:2") << "still described";
}

TEST_F(TaskDefinitionsTest, AreInactiveOnceDeregistered) {
  const WallTime registered_at = add("api").registered_at;
  clock.advance(5s);
  const auto deregistered = definitions.deregister("api:1");
  ASSERT_TRUE(deregistered);
  EXPECT_EQ(deregistered->status, TaskDefinitionStatus::inactive);
  EXPECT_EQ(deregistered->registered_at, registered_at);
  EXPECT_EQ(deregistered->deregistered_at, registered_at + 5s);
  clock.advance(5s);
  EXPECT_EQ(definitions.deregister("api:1")->deregistered_at, registered_at + 5s) << "once";
  EXPECT_EQ(to_string(definitions.find_active("api:1").error()),
            "TaskDefinition is inactive: api:1 is INACTIVE (ClientException)");
}

TEST_F(TaskDefinitionsTest, AreDeregisteredByRevisionOnly) {
  add("api");
  EXPECT_EQ(to_string(definitions.deregister("api").error()),
            "found api; a revision is required, as in api:1 (ClientException)");
  EXPECT_EQ(definitions.describe("api")->status, TaskDefinitionStatus::active);
}

TEST_F(TaskDefinitionsTest, AreDeletedOnceInactive) {
  add("api");
  add("api");
  ASSERT_TRUE(definitions.deregister("api:1"));
  const auto deleted = definitions.remove({"api:1", prefix + "api:2", "api", "users:7"});
  ASSERT_TRUE(deleted);
  ASSERT_EQ(deleted->definitions.size(), 1U);
  EXPECT_EQ(deleted->definitions[0].definition->reference(), "api:1");
  EXPECT_EQ(deleted->definitions[0].status, TaskDefinitionStatus::delete_in_progress);
  EXPECT_NE(deleted->definitions[0].delete_requested_at, std::nullopt);
  EXPECT_THAT(
      deleted->failures,
      ElementsAre(Failure{prefix + "api:2",
                          "The specified task definition is still in ACTIVE status. Please "
                          "deregister the target and try again.",
                          ""},
                  Failure{prefix + "api", "MISSING", "a revision is required, as in family:1"},
                  Failure{prefix + "users:7", "MISSING", "no task definition is called users"}));
  EXPECT_EQ(definitions.remove({}).error().code, "InvalidParameterException");
  EXPECT_EQ(definitions.remove(std::vector<std::string>(11, "api:1")).error().message,
            "found 11 task definitions; allowed are 1 to 10");
}

TEST_F(TaskDefinitionsTest, AreListedByFamilyStatusAndOrder) {
  for (int i = 0; i < 11; ++i) add("api");
  add("api-2");
  add("users");
  ASSERT_TRUE(definitions.deregister("api:3"));
  const auto api = definitions.list({"api"});
  ASSERT_EQ(api.size(), 10U);
  EXPECT_EQ(api.front(), prefix + "api:1");
  EXPECT_EQ(api.back(), prefix + "api:11") << "by number, not by text";
  EXPECT_EQ(definitions.list({"api", TaskDefinitionStatus::active, true}).front(),
            prefix + "api:11");
  EXPECT_THAT(definitions.list({"", TaskDefinitionStatus::inactive}),
              ElementsAre(prefix + "api:3"));
  EXPECT_THAT(definitions.list({"ap"}), IsEmpty()) << "the full name, no prefix";
}

TEST_F(TaskDefinitionsTest, FamiliesAreListedByPrefixAndStatus) {
  add("api");
  add("api-2");
  add("users");
  ASSERT_TRUE(definitions.deregister("api-2:1"));
  using Status = TaskDefinitions::FamilyStatus;
  EXPECT_THAT(definitions.families("", Status::active), ElementsAre("api", "users"));
  EXPECT_THAT(definitions.families("api", Status::all), ElementsAre("api", "api-2"));
  EXPECT_THAT(definitions.families("", Status::inactive), ElementsAre("api-2"));
}

TEST_F(TaskDefinitionsTest, HaveTagsOfTheirOwn) {
  const std::string arn = add("api", {{"team", "forum"}}).definition->arn;
  ASSERT_TRUE(definitions.tag(arn, {{"stage", "test"}}));
  ASSERT_TRUE(definitions.untag(arn, {"team"}));
  EXPECT_THAT(*definitions.tags(arn), ElementsAre(NamedValue("stage", "test")));
  EXPECT_EQ(to_string(definitions.tags(prefix + "api:2").error()),
            "/resourceArn: The specified resource was not found: " + prefix +
                "api:2 (ResourceNotFoundException)");
}

TEST_F(TaskDefinitionsTest, AreRefusedWithoutAContainer) {
  EXPECT_EQ(definitions.register_definition({}).error().where, "/containerDefinitions");
}

}  // namespace
}  // namespace cutover::containers

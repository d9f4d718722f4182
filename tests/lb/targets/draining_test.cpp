#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/lb/targets/group_story.hpp"

namespace cutover::lb::targets {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* draining =
    "draining Target.DeregistrationInProgress: Target deregistration is in progress";
constexpr const char* not_registered =
    "unused Target.NotRegistered: Target is not registered to the target group";

TEST(Draining, BeginsFromEveryRegisteredState) {
  GroupStory story;
  story.in_use().registers(1).healthy(2).unhealthy(3);
  for (int number = 1; number <= 3; ++number) {
    EXPECT_TRUE(story.group.deregister_target(target(number), at_second(10)));
    EXPECT_EQ(story.of(number), draining);
  }
  GroupStory unused;
  unused.registers(1);
  EXPECT_TRUE(unused.group.deregister_target(target(1), at_second(10)));
  EXPECT_EQ(unused.of(1), draining);
}

TEST(Draining, UnknownTargetIsIgnored) {
  GroupStory story;
  EXPECT_FALSE(story.in_use().group.deregister_target(target(1), at_second(10)));
  EXPECT_EQ(story.list(), "");
}

TEST(Draining, TargetNamedWithAnotherPortIsIgnored) {
  GroupStory story;
  story.in_use().healthy(1);
  EXPECT_FALSE(story.group.deregister_target(TargetId{"10.0.0.1", 80}, at_second(10)));
  EXPECT_EQ(story.of(1), "healthy");
}

TEST(Draining, TargetReceivesNoNewRequest) {
  GroupStory story;
  story.in_use().healthy(1).healthy(2);
  story.group.deregister_target(target(1), at_second(10));
  EXPECT_EQ(story.eligible(), "2");
  story.group.deregister_target(target(2), at_second(10));
  EXPECT_EQ(story.eligible(), "") << "not even when only draining targets are left";
}

TEST(Draining, TargetIsNotCheckedAndResultsOnTheirWayAreIgnored) {
  GroupStory story;
  story.in_use().healthy(1).healthy(2);
  story.group.deregister_target(target(1), at_second(10));
  EXPECT_THAT(story.group.checked(), ElementsAre(target(2)));
  EXPECT_FALSE(story.group.check_ended(target(1), answered(200), at_second(11)));
  EXPECT_EQ(story.passes(1).fails(1, 5).of(1), draining);
}

TEST(Draining, ShowsUntilTheDelayRunsOutAndThenLeavesTheList) {
  GroupStory story;
  story.in_use().healthy(1).healthy(2);
  story.group.deregister_target(target(1), at_second(10));
  EXPECT_EQ(story.group.next_drain_end(), at_second(310));
  EXPECT_THAT(story.group.end_drains(at_second(310) - Duration(1)), IsEmpty());
  EXPECT_EQ(story.list(), std::string("10.0.0.1:3000 ") + draining + "\n10.0.0.2:3000 healthy\n");
  EXPECT_THAT(story.group.end_drains(at_second(310)), ElementsAre(target(1)));
  EXPECT_EQ(story.list(), "10.0.0.2:3000 healthy\n");
  EXPECT_EQ(story.of(1), not_registered);
  EXPECT_EQ(story.group.next_drain_end(), std::nullopt);
}

TEST(Draining, DelayOfZeroEndsAtOnce) {
  TargetGroupSpec spec = GroupStory::example();
  spec.deregistration_delay = Duration::zero();
  GroupStory story(spec);
  story.in_use().healthy(1);
  story.group.deregister_target(target(1), at_second(10));
  EXPECT_THAT(story.group.end_drains(at_second(10)), ElementsAre(target(1)));
  EXPECT_EQ(story.of(1), not_registered);
}

TEST(Draining, DeregisteringAgainDoesNotProlongIt) {
  GroupStory story;
  story.in_use().healthy(1);
  EXPECT_TRUE(story.group.deregister_target(target(1), at_second(10)));
  EXPECT_FALSE(story.group.deregister_target(target(1), at_second(100)));
  EXPECT_EQ(story.group.next_drain_end(), at_second(310));
}

TEST(Draining, ChangedDelayCountsForLaterDeregistrations) {
  GroupStory story;
  story.in_use().healthy(1).healthy(2);
  story.group.deregister_target(target(1), at_second(10));
  story.group.set_deregistration_delay(std::chrono::seconds(30));
  story.group.deregister_target(target(2), at_second(20));
  EXPECT_EQ(story.group.next_drain_end(), at_second(50));
  EXPECT_THAT(story.group.end_drains(at_second(50)), ElementsAre(target(2)));
  EXPECT_EQ(story.group.next_drain_end(), at_second(310));
}

TEST(Draining, SeveralEndTogether) {
  GroupStory story;
  story.in_use().healthy(1).healthy(2).healthy(3);
  story.group.deregister_target(target(3), at_second(10));
  story.group.deregister_target(target(1), at_second(11));
  EXPECT_THAT(story.group.end_drains(at_second(1000)), ElementsAre(target(1), target(3)));
}

TEST(Draining, RegisteringAgainMakesTheTargetNew) {
  GroupStory story;
  story.in_use().healthy(1).fails(1).healthy(2);
  story.group.deregister_target(target(1), at_second(10));
  story.registers(1);
  EXPECT_EQ(story.list(),
            "10.0.0.2:3000 healthy\n10.0.0.1:3000 initial Elb.RegistrationInProgress: Target "
            "registration is in progress\n");
  EXPECT_EQ(story.group.next_drain_end(), std::nullopt);
  EXPECT_THAT(story.group.end_drains(at_second(1000)), IsEmpty());
  EXPECT_EQ(story.passes(1).of(1), "healthy");
}

TEST(Draining, RegisteringAgainInAnUnusedGroupIsUnused) {
  GroupStory story;
  story.registers(1);
  story.group.deregister_target(target(1), at_second(10));
  story.registers(1);
  EXPECT_EQ(story.group.health(target(1)).reason, "Target.NotInUse");
}

TEST(Draining, GoesOnWhenTheGroupChangesUse) {
  GroupStory story;
  story.in_use().healthy(1);
  story.group.deregister_target(target(1), at_second(10));
  EXPECT_EQ(story.out_of_use().of(1), draining);
  EXPECT_EQ(story.in_use().of(1), draining);
  EXPECT_EQ(story.group.next_drain_end(), at_second(310));
}

}  // namespace
}  // namespace cutover::lb::targets

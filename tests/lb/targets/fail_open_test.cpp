#include <gtest/gtest.h>

#include "tests/lb/targets/group_story.hpp"

namespace cutover::lb::targets {
namespace {

GroupStory with(UnhealthyStateRouting routing) {
  TargetGroupSpec spec = GroupStory::example();
  spec.unhealthy_state_routing = routing;
  spec.dns_failover = {routing.minimum_healthy_count, std::nullopt};
  GroupStory story(spec);
  story.in_use();
  return story;
}

TEST(FailOpen, EmptyGroupHasNoTarget) {
  EXPECT_EQ(GroupStory().eligible(), "");
  EXPECT_EQ(GroupStory().in_use().eligible(), "");
}

TEST(FailOpen, UnusedTargetsReceiveNothing) {
  EXPECT_EQ(GroupStory().registers(1).registers(2).eligible(), "");
  EXPECT_EQ(GroupStory().in_use().healthy(1).out_of_use().eligible(), "");
}

TEST(FailOpen, EnoughHealthyTargetsReceiveAll) {
  EXPECT_EQ(GroupStory().in_use().healthy(1).unhealthy(2).registers(3).healthy(4).eligible(),
            "1 4");
}

TEST(FailOpen, WhenAllAreUnhealthyAllAreUsed) {
  EXPECT_EQ(GroupStory().in_use().unhealthy(1).unhealthy(2).eligible(), "open 1 2");
}

TEST(FailOpen, InitialTargetsAreUsedRatherThanNone) {
  EXPECT_EQ(GroupStory().in_use().registers(1).unhealthy(2).eligible(), "open 1 2");
}

TEST(FailOpen, EndsWithTheFirstHealthyTarget) {
  EXPECT_EQ(GroupStory().in_use().unhealthy(1).registers(2).passes(2).eligible(), "2");
}

TEST(FailOpen, DrainingTargetsAreNeverUsed) {
  GroupStory story;
  story.in_use().unhealthy(1).healthy(2);
  story.group.deregister_target(target(2), at_second(1));
  EXPECT_EQ(story.eligible(), "open 1");
}

TEST(FailOpen, BelowTheCountAllAreUsed) {
  GroupStory story = with({.minimum_healthy_count = 2});
  EXPECT_EQ(story.healthy(1).unhealthy(2).unhealthy(3).eligible(), "open 1 2 3");
  EXPECT_EQ(story.passes(2, 3).eligible(), "1 2");
}

TEST(FailOpen, BelowThePercentageOfRegisteredTargetsAllAreUsed) {
  GroupStory story = with({.minimum_healthy_percentage = 50});
  EXPECT_EQ(story.healthy(1).unhealthy(2).unhealthy(3).eligible(), "open 1 2 3");
  story.group.deregister_target(target(3), at_second(1));
  EXPECT_EQ(story.eligible(), "1") << "draining targets are not registered: 1 of 2 is 50 %";
}

TEST(FailOpen, EitherBreachIsEnough) {
  EXPECT_EQ(with({.minimum_healthy_count = 2, .minimum_healthy_percentage = 10})
                .healthy(1)
                .unhealthy(2)
                .eligible(),
            "open 1 2");
  EXPECT_EQ(with({.minimum_healthy_count = 1, .minimum_healthy_percentage = 100})
                .healthy(1)
                .unhealthy(2)
                .eligible(),
            "open 1 2");
}

TEST(FailOpen, IsNotSaidWhenAllAreHealthyAnyway) {
  EXPECT_EQ(with({.minimum_healthy_count = 3}).healthy(1).healthy(2).eligible(), "1 2");
}

/// Whether the group is healthy for DNS and for routing: "dns routing".
std::string healthy_for(const GroupStory& story) {
  std::string text = story.group.healthy_for_dns() ? "dns" : "-";
  return text + (story.group.healthy_for_routing() ? " routing" : " -");
}

TEST(GroupHealth, ForDnsHasThresholdsOfItsOwn) {
  TargetGroupSpec spec = GroupStory::example();
  spec.dns_failover = {2, 50};
  GroupStory story(spec);
  story.in_use();
  EXPECT_EQ(healthy_for(story.unhealthy(1)), "- -");
  EXPECT_EQ(healthy_for(story.healthy(2)), "- routing");
  EXPECT_EQ(healthy_for(story.healthy(3)), "dns routing");
  EXPECT_EQ(healthy_for(story.unhealthy(4)), "dns routing");
  EXPECT_EQ(healthy_for(story.unhealthy(5)), "- routing") << "2 of 5 are below 50 %";
}

TEST(GroupHealth, ForDnsIsNeverBadWithoutThresholds) {
  TargetGroupSpec spec = GroupStory::example();
  spec.dns_failover = {std::nullopt, std::nullopt};
  EXPECT_EQ(healthy_for(GroupStory(spec).in_use().unhealthy(1)), "dns -");
}

TEST(FailOpen, ChangedThresholdActsAtOnce) {
  GroupStory story;
  story.in_use().healthy(1).unhealthy(2);
  EXPECT_EQ(story.eligible(), "1");
  story.group.set_unhealthy_state_routing({.minimum_healthy_count = 2});
  EXPECT_EQ(story.eligible(), "open 1 2");
}

}  // namespace
}  // namespace cutover::lb::targets

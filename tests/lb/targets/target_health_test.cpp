#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/lb/targets/group_story.hpp"

namespace cutover::lb::targets {
namespace {

using Kind = CheckResult::Kind;

constexpr const char* registering =
    "initial Elb.RegistrationInProgress: Target registration is in progress";
constexpr const char* checking =
    "initial Elb.InitialHealthChecking: Initial health checks in progress";
constexpr const char* not_in_use =
    "unused Target.NotInUse: Target group is not configured to receive traffic from the load "
    "balancer";
constexpr const char* not_registered =
    "unused Target.NotRegistered: Target is not registered to the target group";

TEST(TargetHealth, UnknownTargetIsNotRegistered) {
  EXPECT_EQ(GroupStory().of(1), not_registered);
  EXPECT_EQ(GroupStory().in_use().of(1), not_registered);
}

TEST(TargetHealth, RegisteringInAGroupInUseIsInProgress) {
  EXPECT_EQ(GroupStory().in_use().registers(1).of(1), registering);
}

TEST(TargetHealth, RegisteringInAnUnusedGroupIsNotInUse) {
  EXPECT_EQ(GroupStory().registers(1).of(1), not_in_use);
}

TEST(TargetHealth, FirstCheckSentMakesItInitialHealthChecking) {
  GroupStory story;
  story.in_use().registers(1);
  story.group.check_started(target(1));
  EXPECT_EQ(story.of(1), checking);
}

TEST(TargetHealth, StartingACheckChangesNothingLater) {
  GroupStory story;
  story.in_use().healthy(1).unhealthy(2);
  story.group.check_started(target(1));
  story.group.check_started(target(2));
  EXPECT_EQ(story.of(1), "healthy");
  EXPECT_EQ(story.of(2),
            "unhealthy Target.ResponseCodeMismatch: Health checks failed with these codes: [500]");
}

TEST(TargetHealth, OneSuccessMakesANewTargetHealthyWhateverTheThreshold) {
  for (std::uint32_t threshold = 2; threshold <= 10; ++threshold) {
    TargetGroupSpec spec = GroupStory::example();
    spec.health_check.healthy_threshold = threshold;
    GroupStory story(spec);
    story.in_use().registers(1);
    EXPECT_TRUE(story.group.check_ended(target(1), answered(200), at_second(1)));
    EXPECT_EQ(story.of(1), "healthy");
  }
}

TEST(TargetHealth, OneSuccessAfterAFailureMakesANewTargetHealthyToo) {
  EXPECT_EQ(GroupStory().in_use().registers(1).fails(1).passes(1).of(1), "healthy");
}

TEST(TargetHealth, NewTargetBecomesUnhealthyAtTheThresholdOfFailuresInARow) {
  GroupStory story;
  story.in_use().registers(1);
  EXPECT_FALSE(story.group.check_ended(target(1), broke(Kind::timed_out), at_second(1)));
  EXPECT_EQ(story.of(1), checking);
  EXPECT_TRUE(story.group.check_ended(target(1), broke(Kind::timed_out), at_second(2)));
  EXPECT_EQ(story.of(1), "unhealthy Target.Timeout: Request timed out");
}

TEST(TargetHealth, HealthyTargetBecomesUnhealthyAtTheThresholdOfFailuresInARow) {
  GroupStory story;
  story.in_use().healthy(1);
  EXPECT_EQ(story.fails(1).of(1), "healthy");
  EXPECT_EQ(story.passes(1).fails(1).of(1), "healthy") << "the failures were not in a row";
  EXPECT_NE(story.fails(1).of(1), "healthy");
}

TEST(TargetHealth, UnhealthyTargetBecomesHealthyAtTheThresholdOfSuccessesInARow) {
  GroupStory story;
  story.in_use().unhealthy(1);
  EXPECT_NE(story.passes(1, 2).of(1), "healthy");
  EXPECT_NE(story.fails(1).passes(1, 2).of(1), "healthy") << "the successes were not in a row";
  EXPECT_EQ(story.passes(1).of(1), "healthy");
}

TEST(TargetHealth, CheckTellsWhetherTheStateChanged) {
  GroupStory story;
  story.in_use().registers(1);
  std::string changes;
  for (const int status : {200, 200, 500, 500, 500, 200, 200, 200, 200}) {
    changes += story.group.check_ended(target(1), answered(status), at_second(1)) ? '!' : '.';
  }
  EXPECT_EQ(changes, "!..!...!.");
}

TEST(TargetHealth, EachKindOfFailureHasItsReasonAndText) {
  const std::pair<CheckResult, const char*> rows[] = {
      {answered(404),
       "unhealthy Target.ResponseCodeMismatch: Health checks failed with these codes: [404]"},
      {broke(Kind::timed_out), "unhealthy Target.Timeout: Request timed out"},
      {broke(Kind::connection_failed), "unhealthy Target.FailedHealthChecks: Health checks failed"},
      {broke(Kind::malformed), "unhealthy Target.FailedHealthChecks: Health checks failed"},
      {broke(Kind::internal_error),
       "unhealthy Elb.InternalError: Health checks failed due to an internal error"},
  };
  for (const auto& [result, text] : rows) {
    EXPECT_EQ(GroupStory().in_use().registers(1).check(1, result).check(1, result).of(1), text);
    EXPECT_EQ(GroupStory().in_use().healthy(1).check(1, result).check(1, result).of(1), text);
  }
}

TEST(TargetHealth, UnhealthyTargetTellsItsLastFailure) {
  GroupStory story;
  story.in_use().unhealthy(1).check(1, broke(Kind::connection_failed));
  EXPECT_EQ(story.of(1), "unhealthy Target.FailedHealthChecks: Health checks failed");
  story.passes(1, 2);
  EXPECT_EQ(story.of(1), "unhealthy Target.FailedHealthChecks: Health checks failed");
  story.check(1, answered(404));
  EXPECT_EQ(story.of(1),
            "unhealthy Target.ResponseCodeMismatch: Health checks failed with these codes: [404]");
}

TEST(TargetHealth, MatcherDecidesWhichCodesPass) {
  TargetGroupSpec spec = GroupStory::example();
  spec.health_check.matcher = *parse_code_matcher("200,301-302");
  for (const int status : {200, 301, 302}) {
    EXPECT_EQ(GroupStory(spec).in_use().registers(1).check(1, answered(status)).of(1), "healthy");
  }
  for (const int status : {201, 300, 303, 500}) {
    EXPECT_EQ(GroupStory(spec).in_use().registers(1).check(1, answered(status)).of(1), checking);
  }
}

TEST(TargetHealth, PuttingTheGroupIntoAnActionMakesItsTargetsInitial) {
  GroupStory story;
  story.registers(1).registers(2).in_use();
  EXPECT_EQ(story.list(),
            std::string("10.0.0.1:3000 ") + registering + "\n10.0.0.2:3000 " + registering + "\n");
}

TEST(TargetHealth, RemovingTheLastActionMakesAllTargetsUnused) {
  GroupStory story;
  story.in_use().registers(1).healthy(2).unhealthy(3).out_of_use();
  for (int number = 1; number <= 3; ++number) EXPECT_EQ(story.of(number), not_in_use);
}

TEST(TargetHealth, BeingUsedAgainForgetsWhatChecksHaveShown) {
  GroupStory story;
  story.in_use().healthy(1).fails(1).out_of_use().in_use();
  EXPECT_EQ(story.of(1), registering);
  EXPECT_EQ(story.fails(1).of(1), checking) << "the failure before does not count";
}

TEST(TargetHealth, SayingAgainThatAGroupIsInUseChangesNothing) {
  EXPECT_EQ(GroupStory().in_use().healthy(1).in_use().of(1), "healthy");
}

TEST(TargetHealth, UnusedTargetsAreNotCheckedAndTheirResultsAreIgnored) {
  GroupStory story;
  story.registers(1);
  EXPECT_TRUE(story.group.checked().empty());
  EXPECT_FALSE(story.group.check_ended(target(1), answered(200), at_second(1)));
  EXPECT_EQ(story.passes(1).fails(1, 5).of(1), not_in_use);
}

TEST(TargetHealth, ResultsForUnknownTargetsAreIgnored) {
  GroupStory story;
  story.in_use();
  EXPECT_FALSE(story.group.check_ended(target(1), answered(200), at_second(1)));
  EXPECT_EQ(story.list(), "");
}

TEST(TargetHealth, RegisteringAgainChangesNothing) {
  GroupStory story;
  story.in_use().healthy(1).healthy(2).registers(1);
  EXPECT_EQ(story.list(), "10.0.0.1:3000 healthy\n10.0.0.2:3000 healthy\n");
}

TEST(TargetHealth, OneAddressOnTwoPortsIsTwoTargets) {
  GroupStory story;
  story.in_use().healthy(1);
  story.group.register_target(TargetId{"10.0.0.1", 3001}, at_second(0));
  EXPECT_EQ(story.list(),
            std::string("10.0.0.1:3000 healthy\n10.0.0.1:3001 ") + registering + "\n");
}

TEST(TargetHealth, ChangedSettingsActOnTheChecksThatFollow) {
  GroupStory story;
  story.in_use().healthy(1).fails(1);
  HealthCheck changed = story.group.spec().health_check;
  changed.unhealthy_threshold = 4;
  story.group.set_health_check(changed);
  EXPECT_EQ(story.fails(1, 2).of(1), "healthy");
  EXPECT_NE(story.fails(1).of(1), "healthy") << "the failure before the change counts";
}

TEST(TargetHealth, LoweredThresholdDoesNotActBeforeTheNextCheck) {
  TargetGroupSpec spec = GroupStory::example();
  spec.health_check.unhealthy_threshold = 5;
  GroupStory story(spec);
  story.in_use().healthy(1).fails(1, 3);
  spec.health_check.unhealthy_threshold = 2;
  story.group.set_health_check(spec.health_check);
  EXPECT_EQ(story.of(1), "healthy");
  EXPECT_NE(story.fails(1).of(1), "healthy");
}

}  // namespace
}  // namespace cutover::lb::targets

#include <gtest/gtest.h>

#include "tests/lb/targets/group_story.hpp"

namespace cutover::lb::targets {
namespace {

using std::chrono::seconds;

/// A story in which time passes. Slow start takes 60 s unless said otherwise.
struct SlowStory : GroupStory {
  explicit SlowStory(int slow_start = 60) : GroupStory(with(slow_start)) { in_use(); }

  static TargetGroupSpec with(int slow_start) {
    TargetGroupSpec spec = example();
    spec.slow_start = seconds(slow_start);
    return spec;
  }
  SlowStory& at(int second) {
    now = second;
    return *this;
  }
  SlowStory& joins(int number) {
    group.register_target(target(number), at_second(now));
    return *this;
  }
  SlowStory& reported(int number, int status, int times = 1) {
    for (int i = 0; i < times; ++i) {
      group.check_ended(target(number), answered(status), at_second(now));
    }
    return *this;
  }
  SlowStory& becomes_healthy(int number) { return reported(number, 200, 3); }
  SlowStory& becomes_unhealthy(int number) { return reported(number, 500, 2); }
  SlowStory& leaves(int number) {
    group.deregister_target(target(number), at_second(now));
    return *this;
  }
  SlowStory& slow_start_of(int duration) {
    group.modify(with(duration), at_second(now));
    return *this;
  }
  /// Eligible targets with the second their ramp began: "1 2@30".
  std::string ramps() const {
    std::string text;
    for (const auto& each : group.eligible_with_ramps()) {
      if (!text.empty()) text += ' ';
      text += each.target.id.substr(each.target.id.rfind('.') + 1);
      if (!each.ramp_began) continue;
      text += '@' + std::to_string((*each.ramp_began - at_second(0)) / seconds(1));
    }
    return text;
  }

  int now = 0;
};

TEST(SlowStart, BeginsWhenATargetThatJoinsOthersBecomesHealthy) {
  EXPECT_EQ(
      SlowStory().joins(1).becomes_healthy(1).at(10).joins(2).at(30).becomes_healthy(2).ramps(),
      "1 2@30");
}

TEST(SlowStart, IsOffByDefault) {
  EXPECT_EQ(TargetGroupSpec().slow_start, Duration::zero());
  EXPECT_EQ(SlowStory(0).joins(1).becomes_healthy(1).joins(2).at(30).becomes_healthy(2).ramps(),
            "1 2");
}

TEST(SlowStart, IsSkippedByABatchIntoAnEmptyGroup) {
  EXPECT_EQ(SlowStory().joins(1).joins(2).at(5).becomes_healthy(1).at(9).becomes_healthy(2).ramps(),
            "1 2");
}

TEST(SlowStart, IsSkippedByTargetsThatComeIntoUseTogether) {
  SlowStory story;
  story.joins(1).becomes_healthy(1).joins(2).becomes_healthy(2);
  story.out_of_use().in_use();
  EXPECT_EQ(story.at(10).becomes_healthy(1).at(20).becomes_healthy(2).ramps(), "1 2");
}

TEST(SlowStart, NeedsAHealthyTargetThatIsOutOfIt) {
  SlowStory story;
  story.joins(1).becomes_healthy(1).at(10).joins(2).joins(3).at(20).becomes_healthy(2);
  EXPECT_EQ(story.ramps(), "1 2@20");
  EXPECT_EQ(story.at(30).leaves(1).becomes_healthy(3).ramps(), "2@20 3") << "2 is still in it";
  EXPECT_EQ(story.at(79).joins(4).becomes_healthy(4).ramps(), "2@20 3 4@79");
}

TEST(SlowStart, OfTheOnlyOtherEndsWithItsDuration) {
  SlowStory story;
  story.joins(1).becomes_healthy(1).at(10).joins(2).at(20).becomes_healthy(2).leaves(1);
  EXPECT_EQ(story.at(79).joins(3).becomes_healthy(3).ramps(), "2@20 3");
  SlowStory later;
  later.joins(1).becomes_healthy(1).at(10).joins(2).at(20).becomes_healthy(2).leaves(1);
  EXPECT_EQ(later.at(80).joins(3).becomes_healthy(3).ramps(), "2@20 3@80") << "2 is over by then";
}

TEST(SlowStart, EndsOnUnhealthyAndBeginsAgainWhenHealthyAgain) {
  SlowStory story;
  story.joins(1).becomes_healthy(1).joins(2).at(10).becomes_healthy(2).at(20).becomes_unhealthy(2);
  EXPECT_EQ(story.ramps(), "1");
  EXPECT_EQ(story.at(50).becomes_healthy(2).ramps(), "1 2@50");
}

TEST(SlowStart, IsTakenToByABatchMemberThatWasUnhealthySince) {
  SlowStory story;
  story.joins(1).joins(2).becomes_healthy(1).becomes_healthy(2).at(20).becomes_unhealthy(2);
  EXPECT_EQ(story.at(40).becomes_healthy(2).ramps(), "1 2@40");
}

TEST(SlowStart, SwitchedOnSparesTargetsThatAreHealthyAlready) {
  SlowStory story(0);
  story.joins(1).joins(2).becomes_healthy(1).becomes_healthy(2);
  EXPECT_EQ(story.at(10).slow_start_of(30).ramps(), "1 2");
  EXPECT_EQ(story.at(20).joins(3).becomes_healthy(3).ramps(), "1 2 3@20");
}

TEST(SlowStart, SwitchedOffEndsAllRamps) {
  SlowStory story;
  story.joins(1).becomes_healthy(1).joins(2).at(10).becomes_healthy(2);
  EXPECT_EQ(story.at(20).slow_start_of(0).ramps(), "1 2");
  EXPECT_EQ(story.at(30).slow_start_of(60).ramps(), "1 2") << "and they stay ended";
}

TEST(SlowStart, ChangedDurationCountsFromTheBeginningButRevivesNothing) {
  SlowStory story;
  story.joins(1).becomes_healthy(1).joins(2).joins(3).at(10).becomes_healthy(2);
  story.at(60).becomes_healthy(3);
  EXPECT_EQ(story.at(70).slow_start_of(900).ramps(), "1 2 3@60") << "2 was over at 70";
}

TEST(SlowStart, IsEndedByDeregistrationAndNewAfterIt) {
  SlowStory story;
  story.joins(1).becomes_healthy(1).joins(2).at(10).becomes_healthy(2).at(20).leaves(2);
  EXPECT_EQ(story.ramps(), "1");
  EXPECT_EQ(story.at(30).joins(2).at(40).becomes_healthy(2).ramps(), "1 2@40");
}

TEST(SlowStart, IsKeptWhileTheGroupFailsOpen) {
  TargetGroupSpec spec = SlowStory::with(60);
  spec.unhealthy_state_routing.minimum_healthy_count = 3;
  spec.dns_failover.minimum_healthy_count = 3;
  SlowStory story;
  story.joins(1).becomes_healthy(1).joins(2).joins(3).at(10).becomes_healthy(2);
  story.group.modify(spec, at_second(10));
  EXPECT_EQ(story.ramps(), "1 2@10 3");
}

}  // namespace
}  // namespace cutover::lb::targets

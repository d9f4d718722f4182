// How soon tasks that end by themselves are replaced.

#include "containers/restart_pace.hpp"

#include <gtest/gtest.h>

namespace cutover::containers {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint start{1h};

TEST(RestartPace, HoldsNothingBackAtFirst) { EXPECT_EQ(RestartPace().not_before(), std::nullopt); }

TEST(RestartPace, HoldsBackWhatReplacesATaskThatEndsSoon) {
  RestartPace pace;
  pace.ended(start, start + 1s);
  EXPECT_EQ(pace.not_before(), start + 10s);
}

TEST(RestartPace, LetsALongRunnerBeReplacedAtOnce) {
  RestartPace pace;
  pace.ended(start, start + 10s);
  EXPECT_EQ(pace.not_before(), std::nullopt);
}

TEST(RestartPace, DoesNotGrow) {
  RestartPace pace;
  TimePoint started = start;
  for (int i = 0; i < 100; ++i) {
    pace.ended(started, started + 1s);
    ASSERT_EQ(pace.not_before(), started + 10s) << "after end " << i;
    started = *pace.not_before();
  }
}

TEST(RestartPace, FollowsTheYoungestOfThoseThatEndTogether) {
  RestartPace pace;
  pace.ended(start + 4s, start + 5s);
  pace.ended(start, start + 5s);
  EXPECT_EQ(pace.not_before(), start + 14s);
}

}  // namespace
}  // namespace cutover::containers

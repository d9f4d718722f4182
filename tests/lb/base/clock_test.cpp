#include "lb/base/clock.hpp"

#include <gtest/gtest.h>

#include <tuple>

namespace cutover {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(RealClock, NeverGoesBack) {
  const RealClock clock;
  TimePoint last = clock.now();
  for (int i = 0; i < 1000; ++i) {
    const TimePoint now = clock.now();
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST(RealClock, WaitsAsLongAsAsked) {
  EXPECT_EQ(RealClock().real_wait(seconds(300)), seconds(300));
}

TEST(ScaledClock, DividesRealWaitsByItsSpeed) {
  const std::tuple<double, Duration, Duration> rows[] = {
      {10, seconds(300), seconds(30)},
      {1, seconds(5), seconds(5)},
      {0.5, seconds(5), seconds(10)},
      {3, seconds(3), seconds(1)},
      {7, seconds(7), seconds(1)},
      {49, seconds(49), seconds(1)},
      {1000, milliseconds(1), Duration(1000)},
      {2, Duration(0), Duration(0)},
  };
  for (const auto& [speed, modelled, real] : rows) {
    EXPECT_EQ(ScaledClock(speed).real_wait(modelled), real) << "speed " << speed;
  }
}

TEST(ScaledClock, NeverWaitsTooShort) {
  for (const double speed : {3.0, 7.0, 9.9, 1000.0}) {
    for (const Duration modelled : {Duration(1), Duration(10), Duration(1'000'000'001)}) {
      const auto real = static_cast<double>(ScaledClock(speed).real_wait(modelled).count());
      EXPECT_GE(real * speed, static_cast<double>(modelled.count()));
    }
  }
}

TEST(ScaledClock, RunsSpeedTimesAsFastAsTheMachine) {
  const RealClock real;
  const TimePoint outer_start = real.now();
  const ScaledClock clock(1000);
  const TimePoint start = clock.now();
  const TimePoint inner_start = real.now();
  const TimePoint inner_end = real.now();
  const TimePoint end = clock.now();
  const TimePoint outer_end = real.now();
  EXPECT_GE(end - start, (inner_end - inner_start) * 1000);
  EXPECT_LE(end - start, (outer_end - outer_start) * 1000);
}

TEST(ScaledClock, CalendarTimeRunsAlong) {
  // At this speed each reading is seconds after the one before it.
  const ScaledClock clock(1e9);
  const TimePoint outer_start = clock.now();
  const WallTime wall_start = clock.wall_now();
  const TimePoint inner_start = clock.now();
  const TimePoint inner_end = clock.now();
  const WallTime wall_end = clock.wall_now();
  const TimePoint outer_end = clock.now();
  EXPECT_GE(wall_end - wall_start, inner_end - inner_start);
  EXPECT_LE(wall_end - wall_start, outer_end - outer_start);
  EXPECT_GT(wall_end, wall_start);
}

TEST(SimulatedClock, StandsStillUntilItIsAdvanced) {
  SimulatedClock clock;
  const TimePoint start = clock.now();
  EXPECT_EQ(clock.now(), start);
  clock.advance(seconds(300));
  EXPECT_EQ(clock.now() - start, seconds(300));
  EXPECT_EQ(clock.real_wait(seconds(300)), Duration::zero());
}

TEST(SimulatedClock, StartsAtAFixedMoment) {
  SimulatedClock clock;
  const WallTime start{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
  EXPECT_EQ(clock.wall_now(), start);
  EXPECT_EQ(clock.now(), SimulatedClock().now());
  clock.advance(std::chrono::hours(24) + Duration(1500));
  EXPECT_EQ(clock.wall_now() - start, std::chrono::hours(24) + std::chrono::microseconds(1));
}

}  // namespace
}  // namespace cutover

// How long tasks that never reach RUNNING wait for their next try.

#include "containers/restart_throttle.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace cutover::containers {
namespace {

using ::testing::ElementsAre;
using namespace std::chrono_literals;

constexpr TimePoint now{1h};

TEST(RestartThrottle, DoublesFromOneSecondUpToItsCap) {
  RestartThrottle throttle;
  EXPECT_EQ(throttle.not_before(), std::nullopt);
  std::vector<Duration> waits;
  TimePoint moment = now;
  for (int i = 0; i < 13; ++i) {
    throttle.failed_to_start(moment);
    waits.push_back(*throttle.not_before() - moment);
    moment = *throttle.not_before();
  }
  EXPECT_THAT(waits,
              ElementsAre(1s, 2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 512s, 1024s, 27min, 27min));
}

TEST(RestartThrottle, ForgetsOnceATaskRuns) {
  RestartThrottle throttle;
  throttle.failed_to_start(now);
  EXPECT_FALSE(throttle.is_impaired());
  throttle.failed_to_start(now + 2s);
  EXPECT_TRUE(throttle.is_impaired());
  throttle.reached_running();
  EXPECT_FALSE(throttle.is_impaired());
  throttle.failed_to_start(now + 5s);
  EXPECT_EQ(throttle.not_before(), now + 6s);
}

}  // namespace
}  // namespace cutover::containers

#include "bench/load/schedule.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

namespace cutover::load {
namespace {

constexpr TimePoint start{std::chrono::hours(5)};

std::vector<std::int64_t> gaps_from_start(Schedule schedule, int count) {
  std::vector<std::int64_t> moments;
  for (int i = 0; i < count; ++i) moments.push_back((schedule.next() - start).count());
  return moments;
}

TEST(ConstantSchedule, MomentsAreTheExactMultiplesOfTheInterval) {
  struct Row {
    double rate;
    std::vector<std::int64_t> moments_ns;
  };
  const Row rows[] = {
      {1, {0, 1'000'000'000, 2'000'000'000, 3'000'000'000}},
      {3, {0, 333'333'333, 666'666'666, 1'000'000'000, 1'333'333'333}},
      {0.5, {0, 2'000'000'000, 4'000'000'000}},
      {1000, {0, 1'000'000, 2'000'000}},
      {1e7, {0, 100, 200, 300}},
      {7e5, {0, 1'428, 2'857, 4'285, 5'714, 7'142, 8'571, 10'000}},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(gaps_from_start(Schedule::constant(start, row.rate),
                              static_cast<int>(row.moments_ns.size())),
              row.moments_ns)
        << row.rate;
  }
}

TEST(ConstantSchedule, DoesNotDriftOverAnHour) {
  // 700 a second: no interval is a whole number of nanoseconds.
  Schedule schedule = Schedule::constant(start, 700);
  TimePoint last = start;
  for (int second = 0; second < 3600; ++second) {
    for (int i = 0; i < 700; ++i) {
      const TimePoint moment = schedule.next();
      if (i == 0) {
        ASSERT_EQ(moment, start + std::chrono::seconds(second));
      }
      ASSERT_GE(moment, last);
      last = moment;
    }
  }
  EXPECT_EQ(schedule.next(), start + std::chrono::hours(1));
}

TEST(PoissonSchedule, RepeatsFromItsSeedAndDiffersByIt) {
  const auto once = gaps_from_start(Schedule::poisson(start, 1000, 7), 1000);
  EXPECT_EQ(gaps_from_start(Schedule::poisson(start, 1000, 7), 1000), once);
  EXPECT_NE(gaps_from_start(Schedule::poisson(start, 1000, 8), 1000), once);
}

TEST(PoissonSchedule, GapsHaveTheMeanAndTheSpreadOfAnExponential) {
  constexpr int count = 200'000;
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    const auto moments = gaps_from_start(Schedule::poisson(start, 1000, seed), count);
    const double mean = static_cast<double>(moments.back()) / count;
    double squares = 0;
    int longer_than_mean = 0;
    std::int64_t last = 0;
    for (const std::int64_t moment : moments) {
      const auto gap = static_cast<double>(moment - last);
      ASSERT_GE(gap, 0);
      squares += (gap - mean) * (gap - mean);
      longer_than_mean += gap > mean ? 1 : 0;
      last = moment;
    }
    // Both are 1 ms for an exponential; 1 % is more than four standard errors away.
    EXPECT_NEAR(mean, 1e6, 1e4);
    EXPECT_NEAR(std::sqrt(squares / count), 1e6, 2e4);
    EXPECT_NEAR(longer_than_mean / static_cast<double>(count), std::exp(-1), 0.01);
  }
}

}  // namespace
}  // namespace cutover::load

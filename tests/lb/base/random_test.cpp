#include "lb/base/random.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace cutover {
namespace {

std::vector<std::uint64_t> draws(std::uint64_t seed, int count) {
  Random random(seed);
  std::vector<std::uint64_t> drawn;
  for (int i = 0; i < count; ++i) drawn.push_back(random());
  return drawn;
}

TEST(Random, RepeatsFromItsSeed) {
  EXPECT_EQ(draws(42, 100), draws(42, 100));
  EXPECT_NE(draws(42, 100), draws(43, 100));
}

TEST(Random, IsTheSameOnEveryMachine) {
  EXPECT_EQ(draws(0, 3), (std::vector<std::uint64_t>{5987356902031041503ULL, 7051070477665621255ULL,
                                                     6633766593972829180ULL}));
  EXPECT_EQ(draws(42, 3),
            (std::vector<std::uint64_t>{15021278609987233951ULL, 5881210131331364753ULL,
                                        18149643915985481100ULL}));
}

TEST(Random, BelowStaysBelow) {
  Random random(1);
  for (const std::uint32_t bound :
       {1u, 2u, 3u, 1000u, 0x80000001u, std::numeric_limits<std::uint32_t>::max()}) {
    for (int i = 0; i < 1000; ++i) ASSERT_LT(random.below(bound), bound);
  }
}

TEST(Random, BelowReachesEveryNumberAboutEqually) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    std::array<int, 7> counts{};
    constexpr int draws_each = 10'000;
    for (int i = 0; i < draws_each * 7; ++i) ++counts[random.below(7)];
    const double deviation = std::sqrt(draws_each * 6.0 / 7.0);
    for (const int count : counts) EXPECT_NEAR(count, draws_each, 5 * deviation);
  }
}

TEST(Random, UniformLiesFromZeroToBelowOne) {
  Random random(1);
  double sum = 0;
  for (int i = 0; i < 10'000; ++i) {
    const double value = random.uniform();
    ASSERT_GE(value, 0.0);
    ASSERT_LT(value, 1.0);
    sum += value;
  }
  EXPECT_NEAR(sum / 10'000, 0.5, 5 * std::sqrt(1.0 / 12 / 10'000));
}

}  // namespace
}  // namespace cutover

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "lb/targets/round_robin.hpp"
#include "lb/targets/weighted_choice.hpp"

namespace cutover::lb::targets {
namespace {

std::string turns(RoundRobin& turner, std::size_t count, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += std::to_string(turner.next(count));
  return text;
}

TEST(RoundRobin, TakesEachInTurn) {
  RoundRobin turner;
  EXPECT_EQ(turns(turner, 3, 7), "0120120");
}

TEST(RoundRobin, OneTargetTakesAll) {
  RoundRobin turner;
  EXPECT_EQ(turns(turner, 1, 4), "0000");
}

TEST(RoundRobin, BeginsWhereItIsTold) {
  RoundRobin turner(5);
  EXPECT_EQ(turns(turner, 3, 4), "2012");
}

TEST(RoundRobin, GoesOnAfterTheLastTurnWhenTheCountChanges) {
  RoundRobin turner;
  EXPECT_EQ(turns(turner, 2, 2), "01");
  EXPECT_EQ(turns(turner, 4, 3), "230");
  EXPECT_EQ(turns(turner, 2, 3), "101");
}

TEST(RoundRobin, IsFairWithinEveryStretchAndNeverRepeats) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    RoundRobin turner;
    for (int stretch = 0; stretch < 50; ++stretch) {
      const std::size_t count = 1 + random.below(8);
      std::vector<int> taken(count, 0);
      std::optional<std::size_t> last;
      for (std::uint32_t i = random.below(40); i > 0; --i) {
        const std::size_t turn = turner.next(count);
        ASSERT_LT(turn, count);
        ASSERT_TRUE(count == 1 || turn != last);
        last = turn;
        ++taken[turn];
      }
      const auto [least, most] = std::minmax_element(taken.begin(), taken.end());
      ASSERT_LE(*most - *least, 1);
    }
  }
}

std::vector<int> shares(std::vector<std::uint32_t> weights, std::uint64_t seed, int draws) {
  const WeightedChoice choice(weights);
  Random random(seed);
  std::vector<int> taken(weights.size(), 0);
  for (int i = 0; i < draws; ++i) ++taken.at(choice.choose(random).value());
  return taken;
}

TEST(WeightedChoice, SharesFollowTheWeights) {
  constexpr int draws = 100'000;
  const std::vector<std::uint32_t> examples[] = {
      {1, 1}, {10, 90}, {1, 999}, {0, 5, 5}, {3, 0, 1, 0}, {100, 200, 300, 400, 500}};
  for (const auto& weights : examples) {
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      const std::vector<int> taken = shares(weights, seed, draws);
      for (std::size_t i = 0; i < weights.size(); ++i) {
        const double share = weights[i] / sum;
        const double deviation = std::sqrt(draws * share * (1 - share));
        EXPECT_NEAR(taken[i], draws * share, 5 * deviation) << "index " << i;
      }
    }
  }
}

TEST(WeightedChoice, WeightZeroIsNeverChosen) {
  EXPECT_THAT(shares({0, 1, 0}, 7, 10'000), testing::ElementsAre(0, 10'000, 0));
}

TEST(WeightedChoice, AllZeroLeadsNowhere) {
  Random random(1);
  const std::vector<std::uint32_t> zeros{0, 0};
  EXPECT_EQ(WeightedChoice(zeros).choose(random), std::nullopt);
  EXPECT_EQ(WeightedChoice({}).choose(random), std::nullopt);
}

TEST(WeightedChoice, RepeatsFromItsSeed) {
  EXPECT_EQ(shares({1, 2, 3}, 42, 1'000), shares({1, 2, 3}, 42, 1'000));
  EXPECT_NE(shares({1, 2, 3}, 42, 1'000), shares({1, 2, 3}, 43, 1'000));
}

}  // namespace
}  // namespace cutover::lb::targets

#include "bench/load/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "lb/base/random.hpp"

namespace cutover::load {
namespace {

// The same question asked of all values, sorted: the slow truth.
std::uint64_t nearest_rank(const std::vector<std::uint64_t>& sorted, double percentile) {
  const double share = percentile * static_cast<double>(sorted.size()) / 100.0;
  const auto rank =
      std::clamp<std::size_t>(static_cast<std::size_t>(std::ceil(share)), 1, sorted.size());
  return sorted[rank - 1];
}

std::vector<std::uint64_t> random_values(std::uint64_t seed, std::size_t count) {
  Random random(seed);
  std::vector<std::uint64_t> values;
  // Every order of magnitude: a random number of random bits.
  for (std::size_t i = 0; i < count; ++i) values.push_back(random() >> (2 + random.below(62)));
  return values;
}

Histogram histogram_of(const std::vector<std::uint64_t>& values) {
  Histogram histogram;
  for (const std::uint64_t value : values) histogram.record(value);
  return histogram;
}

constexpr double percentiles[] = {0, 0.01, 1, 10, 25, 50, 75, 90, 99, 99.9, 99.99, 100};

TEST(Histogram, PercentilesAreWithinATenthOfAPercentOfTheTruthAndNeverBelowIt) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::vector<std::uint64_t> values = random_values(seed, 1 + seed * 97);
    const Histogram histogram = histogram_of(values);
    std::sort(values.begin(), values.end());
    for (const double percentile : percentiles) {
      const std::uint64_t truth = nearest_rank(values, percentile);
      const std::uint64_t found = histogram.at_percentile(percentile);
      EXPECT_GE(found, truth) << percentile;
      EXPECT_LE(static_cast<double>(found - truth), static_cast<double>(truth) * 0.001)
          << percentile << " of " << truth;
    }
    EXPECT_EQ(histogram.at_percentile(100), values.back());
    EXPECT_EQ(histogram.count(), values.size());
  }
}

TEST(Histogram, SmallValuesAreExact) {
  Histogram histogram;
  for (std::uint64_t value = 0; value < 2048; ++value) histogram.record(value);
  for (std::uint64_t rank = 1; rank <= 2048; ++rank) {
    const double percentile = static_cast<double>(rank) * 100.0 / 2048.0;
    EXPECT_EQ(histogram.at_percentile(percentile), rank - 1);
  }
}

TEST(Histogram, MergingEqualsRecordingAllValuesInOne) {
  const auto some = random_values(5, 1000);
  const auto more = random_values(6, 3000);
  auto both = some;
  both.insert(both.end(), more.begin(), more.end());
  Histogram merged = histogram_of(some);
  merged.merge(histogram_of(more));
  const Histogram whole = histogram_of(both);
  EXPECT_EQ(merged.count(), whole.count());
  EXPECT_EQ(merged.max(), whole.max());
  EXPECT_NEAR(merged.mean(), whole.mean(), whole.mean() * 1e-12);
  for (const double percentile : percentiles) {
    EXPECT_EQ(merged.at_percentile(percentile), whole.at_percentile(percentile)) << percentile;
  }
}

TEST(Histogram, MergingWithAnEmptyOneChangesNothing) {
  Histogram histogram = histogram_of({3, 7, 500000});
  histogram.merge(Histogram{});
  Histogram empty;
  empty.merge(histogram);
  for (const Histogram* either : {&histogram, &empty}) {
    EXPECT_EQ(either->count(), 3U);
    EXPECT_EQ(either->at_percentile(50), 7U);
    EXPECT_EQ(either->max(), 500000U);
  }
}

TEST(Histogram, ValuesBeyondItsRangeCountAsTheLargest) {
  Histogram histogram;
  histogram.record(~std::uint64_t{0});
  histogram.record(Histogram::largest + 1);
  histogram.record(1);
  EXPECT_EQ(histogram.count(), 3U);
  EXPECT_EQ(histogram.max(), Histogram::largest);
  EXPECT_EQ(histogram.at_percentile(0), 1U);
  EXPECT_EQ(histogram.at_percentile(99), Histogram::largest);
}

TEST(Histogram, EmptyOneIsZeroEverywhere) {
  const Histogram histogram;
  EXPECT_EQ(histogram.at_percentile(99), 0U);
  EXPECT_EQ(histogram.max(), 0U);
  EXPECT_EQ(histogram.mean(), 0);
}

TEST(Histogram, RanksFallWhereDecimalPercentilesSay) {
  // 99.9 % of 1,000 values are 999 of them; a binary rounding upwards would say 1,000.
  Histogram histogram;
  for (std::uint64_t value = 1; value <= 1000; ++value) histogram.record(value);
  EXPECT_EQ(histogram.at_percentile(99.9), 999U);
  EXPECT_EQ(histogram.at_percentile(99), 990U);
  EXPECT_EQ(histogram.at_percentile(50), 500U);
}

}  // namespace
}  // namespace cutover::load

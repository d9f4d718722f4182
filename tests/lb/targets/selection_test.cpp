#include "lb/targets/selection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace cutover::lb::targets {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TimePoint at(Duration since) { return TimePoint(std::chrono::hours(1)) + since; }

constexpr Balancing in_turn{};
constexpr Balancing ramped{Algorithm::round_robin, false, seconds(100)};
constexpr Balancing fewest{Algorithm::least_outstanding_requests, false, Duration::zero()};
constexpr Balancing chance{Algorithm::weighted_random, false, Duration::zero()};

/// One node and a group of up to ten targets, slots 100, 101, …
struct Picks {
  explicit Picks(const Balancing& balancing, std::vector<Candidate> candidates) {
    selection.adopt(balancing, candidates, at(seconds(0)));
  }
  std::size_t pick(Duration when = seconds(0)) {
    return selection.pick(at(when), random, [this](std::size_t i) { return outstanding[i]; });
  }
  /// Indices picked, as a string of digits.
  std::string picks(int times, Duration when = seconds(0)) {
    std::string text;
    for (int i = 0; i < times; ++i) text += std::to_string(pick(when));
    return text;
  }
  /// How often each was picked, at even times from `begin` to `end`.
  std::vector<int> counts(int times, Duration begin, Duration end) {
    std::vector<int> taken(selection.count(), 0);
    for (int i = 0; i < times; ++i) ++taken.at(pick(begin + (end - begin) * i / times));
    return taken;
  }

  Selection selection;
  Random random{1};
  std::vector<int> outstanding = std::vector<int>(10, 0);
};

std::vector<Candidate> three() { return {{100}, {101}, {102}}; }

TEST(Selection, TakesTargetsInTurn) { EXPECT_EQ(Picks(in_turn, three()).picks(7), "0120120"); }

TEST(Selection, GoesOnInTurnWhenTargetsChange) {
  Picks picks(in_turn, three());
  EXPECT_EQ(picks.picks(2), "01");
  picks.selection.adopt(in_turn, std::vector<Candidate>{{100}, {101}, {102}, {103}}, at({}));
  EXPECT_EQ(picks.picks(3), "230");
}

TEST(Selection, FindsTargetsBySlot) {
  Picks picks(in_turn, {{107}, {101}, {104}});
  EXPECT_EQ(picks.selection.find(107), 0U);
  EXPECT_EQ(picks.selection.find(101), 1U);
  EXPECT_EQ(picks.selection.find(104), 2U);
  EXPECT_EQ(picks.selection.find(100), std::nullopt);
  EXPECT_EQ(Selection().find(0), std::nullopt);
}

TEST(SlowStartShare, FollowsTheLine) {
  Picks picks(ramped, {{100}, {101}, {102, at(seconds(0))}, {103}});
  for (int second = 0; second < 100; second += 5) {
    const auto taken = picks.counts(2'000, seconds(second), seconds(second + 5));
    const double part = (second + 2.5) / 100;  // of a full share, in the middle of the stretch
    EXPECT_NEAR(taken[2], 2'000 * part / (3 + part), 3) << "at second " << second;
    EXPECT_NEAR(taken[0], taken[1], 2);
    EXPECT_NEAR(taken[0], taken[3], 2);
  }
}

TEST(SlowStartShare, BeginsWithNextToNothing) {
  EXPECT_THAT(Picks(ramped, {{100, at(seconds(0))}, {101}}).picks(1'000),
              testing::Not(testing::HasSubstr("0")));
}

TEST(SlowStartShare, IsFullFromTheEndOfTheDurationOn) {
  Picks picks(ramped, {{100, at(seconds(0))}, {101}, {102}});
  picks.picks(50, seconds(50));
  const auto taken = picks.counts(300, seconds(100), seconds(101));
  EXPECT_THAT(taken, testing::Each(testing::AllOf(testing::Ge(99), testing::Le(101))));
  EXPECT_THAT(picks.picks(9, seconds(101)), testing::AnyOf("012012012", "120120120", "201201201"));
}

TEST(SlowStartShare, OfTargetsThatRampTogetherIsEqual) {
  Picks picks(ramped, {{100, at(seconds(0))}, {101, at(seconds(0))}, {102, at(seconds(0))}});
  EXPECT_THAT(picks.counts(300, seconds(0), seconds(1)), testing::ElementsAre(100, 100, 100));
}

TEST(SlowStartShare, SpreadsItsTurnsEvenly) {
  Picks picks(ramped, {{100, at(seconds(0))}, {101}});
  const std::string text = picks.picks(40, seconds(50));  // weights 1 to 2
  for (std::size_t i = 0; i + 3 <= text.size(); ++i) {
    EXPECT_NE(text.substr(i, 3), "111") << text;
    EXPECT_NE(text.substr(i, 2), "00") << text;
  }
}

TEST(SlowStartShare, GoesOnWhenOtherTargetsChange) {
  Picks picks(ramped, {{100}, {101, at(seconds(0))}});
  picks.counts(1'000, seconds(0), seconds(50));
  picks.selection.adopt(ramped, std::vector<Candidate>{{101, at(seconds(0))}, {102}, {100}},
                        at(seconds(50)));
  const auto taken = picks.counts(1'000, seconds(50), seconds(51));
  EXPECT_NEAR(taken[0], 1'000 * 0.505 / 2.505, 4);
  EXPECT_NEAR(taken[1], taken[2], 4);
}

TEST(LeastOutstanding, PicksTheTargetWithFewestInProgress) {
  Picks picks(fewest, three());
  picks.outstanding = {3, 1, 2};
  EXPECT_EQ(picks.picks(3), "111");
  picks.outstanding = {3, 4, 2};
  EXPECT_EQ(picks.picks(2), "22");
}

TEST(LeastOutstanding, TakesTiesInTurn) {
  Picks picks(fewest, three());
  EXPECT_EQ(picks.picks(6), "012012");
  picks.outstanding = {1, 0, 0};
  EXPECT_EQ(picks.picks(4), "1212");
}

TEST(LeastOutstanding, SparesTheSlowTarget) {
  Picks picks(fewest, three());
  std::vector<int> taken(3, 0);
  // A request arrives each millisecond; targets answer after 2 ms, the last one after 20 ms.
  std::vector<std::pair<int, std::size_t>> ends;
  for (int now = 0; now < 3'000; ++now) {
    std::erase_if(ends, [&](const auto& end) {
      if (end.first > now) return false;
      --picks.outstanding[end.second];
      return true;
    });
    const std::size_t index = picks.pick();
    ++taken[index];
    ++picks.outstanding[index];
    ends.emplace_back(now + (index == 2 ? 20 : 2), index);
  }
  EXPECT_LT(taken[2], 300);
  EXPECT_NEAR(taken[0], taken[1], 30);
}

TEST(WeightedRandom, GivesEqualSharesByChance) {
  constexpr int draws = 40'000;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Picks picks(chance, {{100}, {101}, {102}, {103}});
    picks.random = Random(seed);
    const double deviation = std::sqrt(draws * 0.25 * 0.75);
    for (const int taken : picks.counts(draws, seconds(0), seconds(60))) {
      EXPECT_NEAR(taken, draws * 0.25, 5 * deviation);
    }
  }
}

TEST(WeightedRandom, RepeatsFromItsSeed) {
  Picks one(chance, three());
  Picks same(chance, three());
  Picks other(chance, three());
  other.random = Random(2);
  const std::string text = one.picks(100);
  EXPECT_EQ(same.picks(100), text);
  EXPECT_NE(other.picks(100), text);
}

TEST(WeightedRandom, AloneWatchesForAnomalies) {
  for (const auto& balancing : {in_turn, ramped, fewest, chance}) {
    Picks picks(balancing, three());
    for (int i = 0; i < 30; ++i) {
      picks.selection.ended(100, true, at(seconds(1)));
      picks.selection.ended(101, false, at(seconds(1)));
    }
    picks.selection.ended(102, false, at(seconds(6)));
    const bool watches = balancing.algorithm == Algorithm::weighted_random;
    EXPECT_EQ(picks.selection.watches(), watches);
    EXPECT_EQ(picks.selection.anomaly(100).result == AnomalyDetection::Result::anomalous, watches);
  }
}

}  // namespace
}  // namespace cutover::lb::targets

#include "containers/apps/behaviour.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "lb/base/duration.hpp"

namespace cutover::containers::apps {
namespace {

using namespace std::chrono_literals;

std::vector<Duration> draws(const Latency& latency, std::size_t count, std::uint64_t seed) {
  Behaviour behaviour({.latency = latency}, seed);
  std::vector<Duration> delays;
  for (std::size_t i = 0; i < count; ++i) delays.push_back(behaviour.next(TimePoint{}).delay);
  return delays;
}

/// The share of `delays` that are at most `bound`.
double share_within(const std::vector<Duration>& delays, Duration bound) {
  const auto within =
      std::count_if(delays.begin(), delays.end(), [&](auto d) { return d <= bound; });
  return static_cast<double>(within) / static_cast<double>(delays.size());
}

TEST(Latency, ConstantIsAlwaysTheSame) {
  const auto delays = draws({Latency::Shape::constant, 5ms}, 100, 1);
  EXPECT_EQ(delays, std::vector<Duration>(100, 5ms));
}

TEST(Latency, UniformSpreadsEvenlyBetweenItsBounds) {
  const auto delays = draws({Latency::Shape::uniform, 10ms, 20ms}, 20'000, 2);
  EXPECT_GE(*std::min_element(delays.begin(), delays.end()), 10ms);
  EXPECT_LE(*std::max_element(delays.begin(), delays.end()), 20ms);
  EXPECT_NEAR(share_within(delays, 12500us), 0.25, 0.01);
  EXPECT_NEAR(share_within(delays, 15ms), 0.5, 0.01);
}

TEST(Latency, ExponentialHasItsMedianAndTheTailThatFollows) {
  const auto delays = draws({Latency::Shape::exponential, 5ms}, 20'000, 3);
  EXPECT_NEAR(share_within(delays, 5ms), 0.5, 0.01);
  EXPECT_NEAR(share_within(delays, 10ms), 0.75, 0.01);
  EXPECT_NEAR(share_within(delays, 20ms), 0.9375, 0.01);
}

TEST(Latency, LognormalHasItsMedianAndItsP99) {
  const auto delays = draws({Latency::Shape::lognormal, 5ms, 40ms}, 20'000, 4);
  EXPECT_NEAR(share_within(delays, 5ms), 0.5, 0.01);
  EXPECT_NEAR(share_within(delays, 40ms), 0.99, 0.003);
}

TEST(Latency, StaysWithinItsBoundWhateverIsDrawn) {
  for (const std::uint64_t bits : {std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{1} << 63}) {
    for (const auto shape :
         {Latency::Shape::none, Latency::Shape::constant, Latency::Shape::uniform,
          Latency::Shape::exponential, Latency::Shape::lognormal}) {
      for (const Duration low : {Duration::zero(), Duration(1), Duration(latency_most)}) {
        for (const Duration high : {Duration::zero(), Duration(1), Duration(latency_most)}) {
          const Duration drawn = sample({shape, low, high}, bits);
          EXPECT_GE(drawn, Duration::zero());
          EXPECT_LE(drawn, latency_most);
        }
      }
    }
  }
}

TEST(Behaviour, RepeatsFromItsSeedAndDiffersWithAnother) {
  const Latency latency{Latency::Shape::lognormal, 5ms, 40ms};
  EXPECT_EQ(draws(latency, 50, 7), draws(latency, 50, 7));
  EXPECT_NE(draws(latency, 50, 7), draws(latency, 50, 8));
}

TEST(Behaviour, FailsTheGivenShareIndependentlyOfTheLatency) {
  Behaviour behaviour({.latency = {Latency::Shape::exponential, 5ms}, .error_rate = 0.1}, 5);
  int failed = 0;
  int failed_and_slow = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto treatment = behaviour.next(TimePoint{});
    if (treatment.fate != Treatment::Fate::failed) continue;
    ++failed;
    if (treatment.delay > 5ms) ++failed_and_slow;
  }
  EXPECT_NEAR(failed / 20'000.0, 0.1, 0.01);
  EXPECT_NEAR(static_cast<double>(failed_and_slow) / failed, 0.5, 0.05);
}

TEST(Behaviour, NeverFailsAtRateZeroAndAlwaysAtRateOne) {
  Behaviour sound({.latency = {Latency::Shape::exponential, 5ms}}, 6);
  Behaviour broken({.error_rate = 1}, 6);
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_EQ(sound.next(TimePoint{}).fate, Treatment::Fate::answered);
    EXPECT_EQ(broken.next(TimePoint{}), (Treatment{Treatment::Fate::failed, Duration::zero()}));
  }
}

TEST(Behaviour, GivesThreadsTogetherTheSameDrawsAsOneAlone) {
  const Latency latency{Latency::Shape::uniform, 1ms, 1s};
  Behaviour behaviour({.latency = latency}, 9);
  std::vector<Duration> shared[2];
  {
    std::jthread other([&] {
      for (int i = 0; i < 500; ++i) shared[0].push_back(behaviour.next(TimePoint{}).delay);
    });
    for (int i = 0; i < 500; ++i) shared[1].push_back(behaviour.next(TimePoint{}).delay);
  }
  std::vector<Duration> together(shared[0]);
  together.insert(together.end(), shared[1].begin(), shared[1].end());
  auto alone = draws(latency, 1'000, 9);
  std::sort(together.begin(), together.end());
  std::sort(alone.begin(), alone.end());
  EXPECT_EQ(together, alone);
}

/// Arrivals as "at/work" in milliseconds; answers with each one's wait, or "full".
std::string run_line(std::uint32_t servers, std::uint32_t backlog,
                     const std::vector<std::pair<int, int>>& arrivals) {
  WaitingLine line(servers, backlog);
  std::string waits;
  for (const auto& [at, work] : arrivals) {
    const auto admission =
        line.arrive(TimePoint(std::chrono::milliseconds(at)), std::chrono::milliseconds(work));
    if (!waits.empty()) waits += " ";
    waits += admission.admitted ? format_duration(admission.wait) : "full";
  }
  return waits;
}

TEST(WaitingLine, LetsAsManyWorkAtOnceAsThereAreServers) {
  EXPECT_EQ(run_line(2, 10, {{0, 10}, {0, 10}, {0, 10}, {0, 10}, {0, 10}}), "0s 0s 10ms 10ms 20ms");
}

TEST(WaitingLine, GivesTheNextPlaceToTheServerThatIsFreeFirst) {
  EXPECT_EQ(run_line(2, 10, {{0, 100}, {0, 10}, {1, 10}, {2, 10}, {25, 10}, {50, 1}}),
            "0s 0s 9ms 18ms 5ms 0s");
}

TEST(WaitingLine, RefusesWhenTheBacklogIsFullAndAdmitsAgainWhenSomeoneIsServed) {
  EXPECT_EQ(run_line(1, 2, {{0, 10}, {0, 10}, {0, 10}, {0, 10}, {9, 10}, {10, 10}, {11, 10}}),
            "0s 10ms 20ms full full 20ms full");
}

TEST(WaitingLine, WithoutABacklogServesOrRefuses) {
  EXPECT_EQ(run_line(1, 0, {{0, 10}, {5, 10}, {10, 10}, {19, 10}, {20, 10}}), "0s full 0s full 0s");
}

TEST(WaitingLine, IsEmptyAgainAfterAQuietTime) {
  EXPECT_EQ(run_line(1, 1, {{0, 10}, {0, 10}, {1000, 10}, {1000, 10}, {1000, 10}}),
            "0s 10ms 0s 10ms full");
}

TEST(Behaviour, AddsTheWaitToTheWork) {
  Behaviour behaviour(
      {.latency = {Latency::Shape::constant, 10ms}, .concurrency_limit = 1, .backlog_limit = 1}, 0);
  const TimePoint now{};
  EXPECT_EQ(behaviour.next(now), (Treatment{Treatment::Fate::answered, 10ms}));
  EXPECT_EQ(behaviour.next(now), (Treatment{Treatment::Fate::answered, 20ms}));
  EXPECT_EQ(behaviour.next(now), (Treatment{Treatment::Fate::refused, Duration::zero()}));
  EXPECT_EQ(behaviour.next(now + 10ms), (Treatment{Treatment::Fate::answered, 20ms}));
}

}  // namespace
}  // namespace cutover::containers::apps

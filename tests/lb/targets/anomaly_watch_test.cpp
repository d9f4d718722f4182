#include "lb/targets/anomaly_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace cutover::lb::targets {
namespace {

/// A group of targets, each failing a part of its requests, watched window by window.
struct Watched {
  explicit Watched(std::size_t count, bool mitigation) {
    for (std::uint32_t i = 0; i < count; ++i) slots.push_back(100 + i);
    watch.adopt(slots, mitigation, now);
  }
  /// One window of `requests`; those to target i fail `failing[i]` times in 100, evenly.
  std::vector<int> window(const std::vector<int>& failing, int requests = 1'000) {
    std::vector<int> taken(slots.size(), 0);
    for (int i = 0; i < requests; ++i) {
      const std::size_t index = watch.pick(now, random);
      const int nth = ++taken[index];
      watch.ended(index, nth * failing[index] / 100 != (nth - 1) * failing[index] / 100, now);
    }
    now += AnomalyWatch::window;
    return taken;
  }
  /// For each target n(ormal) or A(nomalous), with a + when mitigated, once `now` has been seen.
  std::string verdicts() {
    watch.pick(now, random);
    std::string text;
    for (std::size_t i = 0; i < slots.size(); ++i) {
      const AnomalyDetection found = watch.at(i);
      text += found.result == AnomalyDetection::Result::anomalous ? 'A' : 'n';
      if (found.mitigation_in_effect) text += '+';
    }
    return text;
  }

  AnomalyWatch watch;
  std::vector<std::uint32_t> slots;
  TimePoint now = TimePoint(std::chrono::hours(1));
  Random random{1};
};

TEST(AnomalyWatch, FindsTheTargetThatFailsMoreThanTheOthersAtTheWindowsEnd) {
  Watched watched(4, false);
  watched.window({0, 50, 0, 1});
  const TimePoint end = watched.now;
  watched.now = end - Duration(1);
  EXPECT_EQ(watched.verdicts(), "nnnn");
  watched.now = end;
  EXPECT_EQ(watched.verdicts(), "nAnn");
}

TEST(AnomalyWatch, FindsNoneWhenAllFailAlike) {
  Watched watched(4, false);
  watched.window({50, 50, 50, 50});
  EXPECT_EQ(watched.verdicts(), "nnnn");
  watched.window({100, 100, 100, 100});
  EXPECT_EQ(watched.verdicts(), "nnnn");
}

TEST(AnomalyWatch, TakesAFewFailuresForChance) {
  Watched watched(3, false);
  watched.window({5, 0, 0});
  EXPECT_EQ(watched.verdicts(), "nnn") << "not much more than the others";
  watched.window({100, 0, 0}, 3);
  EXPECT_EQ(watched.verdicts(), "nnn") << "three requests tell nothing";
}

TEST(AnomalyWatch, NeedsThreeTargetsToCompare) {
  Watched watched(2, true);
  watched.window({100, 0});
  EXPECT_EQ(watched.verdicts(), "nn");
}

TEST(AnomalyWatch, WithoutMitigationSharesStayEqual) {
  Watched watched(4, false);
  for (int i = 0; i < 3; ++i) watched.window({0, 50, 0, 0});
  EXPECT_EQ(watched.verdicts(), "nAnn");
  EXPECT_GT(watched.window({0, 50, 0, 0}, 4'000)[1], 850);
}

TEST(AnomalyWatch, MitigationHalvesTheShareWindowByWindowAndGivesItBack) {
  Watched watched(4, true);
  constexpr int requests = 40'000;
  const auto share = [&](int failing) {
    const auto taken = watched.window({0, failing, 0, 0}, requests);
    return static_cast<double>(taken[1]) / ((taken[0] + taken[2] + taken[3]) / 3.0);
  };
  EXPECT_NEAR(share(50), 1, 0.05);
  EXPECT_EQ(watched.verdicts(), "nA+nn");
  EXPECT_NEAR(share(50), 0.5, 0.05);
  EXPECT_NEAR(share(50), 0.25, 0.04);
  for (int i = 0; i < 6; ++i) share(50);
  EXPECT_NEAR(share(50), 1.0 / 64, 0.01) << "never nothing: it must be able to show its recovery";
  EXPECT_NEAR(share(0), 1.0 / 64, 0.01);
  EXPECT_EQ(watched.verdicts(), "nn+nn") << "normal, on its way back";
  EXPECT_NEAR(share(0), 2.0 / 64, 0.01);
  for (int i = 0; i < 4; ++i) share(0);
  EXPECT_EQ(watched.verdicts(), "nnnn");
  EXPECT_NEAR(share(0), 1, 0.05);
}

TEST(AnomalyWatch, KeepsItsVerdictOfTargetsThatStay) {
  Watched watched(3, true);
  watched.window({0, 90, 0});
  EXPECT_EQ(watched.verdicts(), "nA+n");
  watched.slots = {103, 102, 101, 100};
  watched.watch.adopt(watched.slots, true, watched.now);
  EXPECT_EQ(watched.verdicts(), "nnA+n");
  watched.watch.adopt(watched.slots, false, watched.now);
  EXPECT_EQ(watched.verdicts(), "nnAn") << "mitigation switched off acts at once";
}

TEST(AnomalyWatch, TwoNodesTogetherSayTheWorse) {
  using Result = AnomalyDetection::Result;
  EXPECT_EQ(both({Result::normal, true}, {Result::anomalous, false}),
            (AnomalyDetection{Result::anomalous, true}));
  EXPECT_EQ(both({}, {}), AnomalyDetection{});
}

}  // namespace
}  // namespace cutover::lb::targets

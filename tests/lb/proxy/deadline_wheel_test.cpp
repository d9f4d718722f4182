#include "lb/proxy/deadline_wheel.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "lb/base/random.hpp"

namespace cutover::lb::proxy {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr TimePoint start{std::chrono::hours(1)};

struct Entry final : DeadlineWheel::Entry {
  void deadline_passed(TimePoint now) override { passed = now; }
  TimePoint passed;
};

TEST(DeadlineWheel, FiresOnceAfterTheDeadlineAndNotBefore) {
  DeadlineWheel wheel(start);
  Entry entry;
  wheel.set(entry, start + seconds(5));
  wheel.advance(start + milliseconds(4'900));
  EXPECT_EQ(entry.passed, TimePoint());
  wheel.advance(start + milliseconds(5'200));
  EXPECT_EQ(entry.passed, start + milliseconds(5'200));
  entry.passed = {};
  wheel.advance(start + seconds(500));
  EXPECT_EQ(entry.passed, TimePoint());
}

TEST(DeadlineWheel, ADeadlinePutOffFiresAtTheNewTime) {
  DeadlineWheel wheel(start);
  Entry entry;
  wheel.set(entry, start + seconds(5));
  wheel.set(entry, start + seconds(60));
  wheel.advance(start + seconds(59));
  EXPECT_EQ(entry.passed, TimePoint());
  wheel.advance(start + seconds(61));
  EXPECT_EQ(entry.passed, start + seconds(61));
}

TEST(DeadlineWheel, ADeadlineBroughtForwardFiresAtTheNewTime) {
  DeadlineWheel wheel(start);
  Entry entry;
  wheel.set(entry, start + seconds(60));
  wheel.set(entry, start + seconds(2));
  wheel.advance(start + seconds(3));
  EXPECT_EQ(entry.passed, start + seconds(3));
}

TEST(DeadlineWheel, DeadlinesBeyondOneTurnOfTheWheelAreMet) {
  DeadlineWheel wheel(start);
  Entry entry;
  wheel.set(entry, start + seconds(3'600));
  wheel.advance(start + seconds(3'599));
  EXPECT_EQ(entry.passed, TimePoint());
  wheel.advance(start + seconds(3'601));
  EXPECT_NE(entry.passed, TimePoint());
}

TEST(DeadlineWheel, ADestroyedOrRemovedEntryNeverFires) {
  DeadlineWheel wheel(start);
  Entry removed;
  wheel.set(removed, start + seconds(1));
  auto destroyed = std::make_unique<Entry>();
  wheel.set(*destroyed, start + seconds(1));
  destroyed.reset();
  wheel.remove(removed);
  wheel.advance(start + seconds(10));
  EXPECT_EQ(removed.passed, TimePoint());
}

TEST(DeadlineWheel, RandomDeadlinesFireWithinOneStepOfTheirTime) {
  const std::uint64_t seed = 7;
  SCOPED_TRACE(seed);
  Random random(seed);
  DeadlineWheel wheel(start);
  std::vector<Entry> entries(200);
  for (auto& entry : entries) {
    wheel.set(entry, start + milliseconds(random.below(300'000)));
    if (random.below(2) == 0) wheel.set(entry, start + milliseconds(random.below(300'000)));
  }
  for (TimePoint now = start; now < start + seconds(310); now += milliseconds(100)) {
    wheel.advance(now);
  }
  for (const auto& entry : entries) {
    EXPECT_GE(entry.passed, entry.deadline());
    EXPECT_LE(entry.passed, entry.deadline() + 2 * DeadlineWheel::step);
  }
}

}  // namespace
}  // namespace cutover::lb::proxy

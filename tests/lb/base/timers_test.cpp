#include "lb/base/timers.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace cutover {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

TimePoint at_second(int count) { return TimePoint(seconds(count)); }

/// A queue whose callbacks write their letter down.
struct Diary {
  TimerId add(int second, char letter) {
    return queue.add(at_second(second), [this, letter] { written += letter; });
  }
  TimerQueue queue;
  std::string written;
};

TEST(TimerQueue, RunsInOrderOfTimeThenOfRequest) {
  Diary diary;
  diary.add(3, 'c');
  diary.add(1, 'a');
  diary.add(3, 'd');
  diary.add(2, 'b');
  diary.queue.run_due(at_second(3));
  EXPECT_EQ(diary.written, "abcd");
  EXPECT_EQ(diary.queue.next(), std::nullopt);
}

TEST(TimerQueue, RunsNothingBeforeItsTimeAndNothingTwice) {
  Diary diary;
  diary.add(1, 'a');
  diary.add(2, 'b');
  diary.queue.run_due(at_second(2) - Duration(1));
  EXPECT_EQ(diary.written, "a");
  EXPECT_EQ(diary.queue.next(), at_second(2));
  diary.queue.run_due(at_second(2));
  diary.queue.run_due(at_second(2));
  EXPECT_EQ(diary.written, "ab");
}

TEST(TimerQueue, CancelledCallbackDoesNotRun) {
  Diary diary;
  const TimerId first = diary.add(1, 'a');
  diary.add(1, 'b');
  diary.queue.cancel(first);
  diary.queue.cancel(first);
  diary.queue.cancel(0);
  diary.queue.cancel(99);
  diary.queue.run_due(at_second(1));
  EXPECT_EQ(diary.written, "b");
}

TEST(TimerQueue, CancellingWhatHasRunTouchesNoOther) {
  Diary diary;
  const TimerId first = diary.add(1, 'a');
  diary.queue.run_due(at_second(1));
  diary.add(1, 'b');
  diary.queue.cancel(first);
  diary.queue.run_due(at_second(1));
  EXPECT_EQ(diary.written, "ab");
}

TEST(TimerQueue, CallbackMayCancelOneThatIsDueTogetherWithIt) {
  Diary diary;
  TimerId doomed = 0;
  diary.queue.add(at_second(1), [&] { diary.queue.cancel(doomed); });
  doomed = diary.add(1, 'x');
  diary.add(1, 'b');
  diary.queue.run_due(at_second(1));
  EXPECT_EQ(diary.written, "b");
}

TEST(TimerQueue, WhatACallbackAddsRunsInALaterCall) {
  Diary diary;
  diary.queue.add(at_second(2), [&] {
    diary.add(0, 'x');
    diary.add(2, 'y');
  });
  diary.add(2, 'a');
  diary.queue.run_due(at_second(2));
  EXPECT_EQ(diary.written, "a");
  diary.queue.run_due(at_second(2));
  EXPECT_EQ(diary.written, "axy");
}

TEST(TimerQueue, CallbackThatAsksForAZeroWaitEachTimeRunsOncePerCall) {
  TimerQueue queue;
  int runs = 0;
  std::function<void()> again = [&] {
    ++runs;
    queue.add(at_second(1), again);
  };
  queue.add(at_second(1), again);
  for (int call = 0; call < 3; ++call) queue.run_due(at_second(1));
  EXPECT_EQ(runs, 3);
}

class SimulatedTime : public testing::Test {
 protected:
  int elapsed() const {
    return static_cast<int>(std::chrono::duration_cast<seconds>(clock.now() - start).count());
  }
  void note(const char* word) { diary += std::string(word) + std::to_string(elapsed()) + ' '; }

  SimulatedClock clock;
  SimulatedTimers timers{clock};
  TimePoint start = clock.now();
  std::string diary;
};

TEST_F(SimulatedTime, AdvanceStopsAtEachMomentThatIsDue) {
  timers.after(seconds(300), [&] { note("drain"); });
  timers.after(seconds(6), [&] { note("check"); });
  timers.advance(seconds(301));
  EXPECT_EQ(diary, "check6 drain300 ");
  EXPECT_EQ(elapsed(), 301);
}

TEST_F(SimulatedTime, WhatCallbacksAddRunsAtItsOwnMoment) {
  std::function<void()> check = [&] {
    note("check");
    timers.after(seconds(6), check);
  };
  timers.after(seconds(6), check);
  timers.advance(seconds(20));
  EXPECT_EQ(diary, "check6 check12 check18 ");
  EXPECT_EQ(timers.next(), start + seconds(24));
}

TEST_F(SimulatedTime, ZeroWaitRunsWithoutMovingTheClockButNotAtOnce) {
  timers.after(Duration::zero(), [&] {
    note("a");
    timers.after(Duration::zero(), [&] { note("b"); });
  });
  EXPECT_EQ(diary, "");
  timers.run_due();
  EXPECT_EQ(diary, "a0 ");
  timers.advance(Duration::zero());
  EXPECT_EQ(diary, "a0 b0 ");
  EXPECT_EQ(elapsed(), 0);
}

TEST_F(SimulatedTime, MomentOfThePastRunsNow) {
  timers.advance(seconds(10));
  timers.at(start + seconds(1), [&] { note("late"); });
  timers.advance(seconds(5));
  EXPECT_EQ(diary, "late10 ");
  EXPECT_EQ(elapsed(), 15);
}

TEST_F(SimulatedTime, MomentAtTheEndOfAnAdvanceIsReached) {
  timers.after(seconds(5), [&] { note("end"); });
  timers.after(seconds(5) + Duration(1), [&] { note("beyond"); });
  timers.advance(seconds(5));
  EXPECT_EQ(diary, "end5 ");
}

TEST_F(SimulatedTime, CancelledCallbackDoesNotRun) {
  const TimerId id = timers.after(seconds(1), [&] { note("x"); });
  timers.cancel(id);
  timers.advance(seconds(2));
  EXPECT_EQ(diary, "");
}

TEST(AsioTimers, ZeroWaitRunsFromTheLoopAndNeverWithinTheCall) {
  boost::asio::io_context io;
  const RealClock clock;
  AsioTimers timers(io, clock);
  std::string order;
  timers.after(Duration::zero(), [&] { order += 'b'; });
  order += 'a';
  io.run();
  EXPECT_EQ(order, "ab");
}

TEST(AsioTimers, EarlierCallbackOvertakesOneAskedForBefore) {
  boost::asio::io_context io;
  const RealClock clock;
  AsioTimers timers(io, clock);
  std::string order;
  const TimerId late = timers.after(hours(1), [&] { order += 'x'; });
  timers.after(Duration::zero(), [&] {
    order += 'a';
    timers.cancel(late);
    timers.after(Duration::zero(), [&] { order += 'b'; });
  });
  io.run();
  EXPECT_EQ(order, "ab");
}

TEST(AsioTimers, CancelledCallbackDoesNotKeepTheLoopRunning) {
  boost::asio::io_context io;
  const RealClock clock;
  AsioTimers timers(io, clock);
  bool ran = false;
  timers.cancel(timers.after(hours(1), [&] { ran = true; }));
  io.poll();
  EXPECT_TRUE(io.stopped()) << "a cancelled hour still holds the loop";
  EXPECT_FALSE(ran);
}

TEST(AsioTimers, RunOverScaledTime) {
  boost::asio::io_context io;
  const ScaledClock clock(1e6);
  AsioTimers timers(io, clock);
  const TimePoint start = clock.now();
  TimePoint ran;
  timers.after(seconds(300), [&] { ran = clock.now(); });
  io.run();
  EXPECT_GE(ran - start, seconds(300));
}

TEST(AsioTimers, EndedBeforeTheLoopDoesRunsNothing) {
  boost::asio::io_context io;
  const RealClock clock;
  auto first = std::make_unique<AsioTimers>(io, clock);
  auto second = std::make_unique<AsioTimers>(io, clock);
  int ran = 0;
  // Both waits have ended when the loop looks; whichever is told first ends the other.
  first->after(Duration::zero(), [&] {
    ++ran;
    second.reset();
  });
  second->after(Duration::zero(), [&] {
    ++ran;
    first.reset();
  });
  io.run();
  EXPECT_EQ(ran, 1);
}

}  // namespace
}  // namespace cutover

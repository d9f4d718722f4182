// The workers' event loop, over socket pairs.

#include "lb/proxy/event_loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <thread>

namespace cutover::lb::proxy {
namespace {

using testing::ElementsAre;

/// Counts what it is told and then does what the test wants.
class Told final : public EventLoop::Source {
 public:
  std::vector<std::uint32_t> events;
  std::function<void()> then = [] {};

 private:
  void ready(std::uint32_t told) override {
    events.push_back(told);
    then();
  }
};

struct Pair {
  Pair() {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    near = Descriptor(ends[0]);
    far = Descriptor(ends[1]);
  }
  void send() const { EXPECT_EQ(::send(far.get(), "x", 1, 0), 1); }
  Descriptor near, far;
};

class Loop : public testing::Test {
 protected:
  RealClock clock;
  EventLoop loop{clock};
};

TEST_F(Loop, WhatIsForgottenHearsNothingOfTheEventsAtHand) {
  Pair pairs[2];
  Told told[2];
  for (const int i : {0, 1}) {
    ASSERT_TRUE(loop.watch(pairs[i].near.get(), EPOLLIN | EPOLLET, told[i]));
    told[i].then = [&, i] { loop.forget(pairs[1 - i].near.get(), told[1 - i]); };
    pairs[i].send();
  }
  EXPECT_TRUE(loop.poll());
  EXPECT_EQ(told[0].events.size() + told[1].events.size(), 1U);
}

TEST_F(Loop, ACopyOfAForgottenDescriptorWakesNobody) {
  Pair pair;
  const Descriptor copy(::dup(pair.near.get()));
  auto told = std::make_unique<Told>();
  ASSERT_TRUE(loop.watch(pair.near.get(), EPOLLIN | EPOLLET, *told));
  loop.forget(pair.near.get(), *told);
  pair.near.reset();
  told.reset();
  pair.send();
  EXPECT_FALSE(loop.poll());
}

TEST_F(Loop, ATurnAskedForDuringATurnComesInTheNextOne) {
  Told told;
  told.then = [&] { loop.soon(told); };
  loop.soon(told);
  loop.soon(told);
  for (std::size_t turn = 1; turn <= 3; ++turn) {
    EXPECT_TRUE(loop.poll());
    EXPECT_EQ(told.events.size(), turn);
  }
}

TEST_F(Loop, ASourceThatIsGoneLosesItsTurn) {
  Told first;
  auto second = std::make_unique<Told>();
  Told third;
  first.then = [&] { second.reset(); };
  loop.soon(first);
  loop.soon(*second);
  loop.soon(third);
  loop.poll();
  EXPECT_THAT(third.events, ElementsAre(0U));
  EXPECT_FALSE(loop.poll());
}

TEST_F(Loop, WhatOtherThreadsPostRunsInOrderOnTheLoopsThread) {
  std::string ran;
  std::thread other([&] {
    for (const char letter : {'a', 'b', 'c'}) loop.post([&ran, letter] { ran += letter; });
    loop.post([&] { loop.stop(); });
  });
  loop.run();
  other.join();
  EXPECT_EQ(ran, "abc");
}

TEST_F(Loop, WorkMayPostMoreWork) {
  int left = 5;
  std::function<void()> work = [&] {
    if (--left == 0) return loop.stop();
    loop.post(work);
  };
  loop.post(work);
  loop.run();
  EXPECT_EQ(left, 0);
}

TEST_F(Loop, CallbacksRunInTheOrderOfTheirMoments) {
  using std::chrono::milliseconds;
  std::string ran;
  const TimePoint now = loop.now();
  loop.at(now + milliseconds(4), [&] {
    ran += 'd';
    loop.stop();
  });
  loop.at(now + milliseconds(2), [&] { ran += 'c'; });
  const auto cancelled = loop.at(now + milliseconds(1), [&] { ran += 'x'; });
  loop.at(now - milliseconds(1), [&] {
    ran += 'a';
    loop.after(Duration::zero(), [&] { ran += 'b'; });
  });
  loop.cancel(cancelled);
  EXPECT_EQ(ran, "");
  loop.run();
  EXPECT_EQ(ran, "abcd");
}

}  // namespace
}  // namespace cutover::lb::proxy

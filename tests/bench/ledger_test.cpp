#include "bench/load/ledger.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace cutover::load {
namespace {

using std::chrono::milliseconds;
constexpr TimePoint t0{std::chrono::hours(1)};

Mix two_kinds() {
  RequestKind users;
  users.path = "/users";
  RequestKind posts;
  posts.path = "/posts";
  return *Mix::make({users, posts}, "demo", 1);
}

std::string render(const PhaseAccount& account) {
  std::string text = fmt::format("{} {}ms scheduled {} |", account.phase,
                                 account.length / milliseconds(1), account.scheduled);
  for (const auto& [fate, count] : account.fates) {
    text +=
        fmt::format(" {}/{}/{}: {}", fate.status, to_string(fate.error), fate.target_group, count);
  }
  text += " |";
  for (const auto& [path, count] : account.by_path) text += fmt::format(" {} {}", path, count);
  text += " | failed";
  for (const auto& [path, count] : account.failed_by_path) {
    text += fmt::format(" {} {}", path, count);
  }
  return text + fmt::format(" | latencies {}", account.latency.count());
}

TEST(Ledger, BooksEveryRequestIntoThePhaseItWasScheduledIn) {
  const Mix mix = two_kinds();
  Ledger ledger(mix);
  ledger.begin_phase("before", t0);
  ledger.begin_phase("after", t0 + milliseconds(10));
  const auto early = ledger.schedule(t0 + milliseconds(9), 0);
  const auto on_the_dot = ledger.schedule(t0 + milliseconds(10), 1);
  const auto late = ledger.schedule(t0 + milliseconds(11), 0);
  ledger.settle(late, 0, Fate::Error::none, 503, "", milliseconds(1));
  ledger.settle(on_the_dot, 1, Fate::Error::none, 301, "posts", milliseconds(1));
  // Ends long after its phase: it stays booked there.
  ledger.settle(early, 0, Fate::Error::timeout, 0, "", milliseconds(100));
  const auto accounts = ledger.accounts(t0 + milliseconds(25));
  ASSERT_EQ(accounts.size(), 2U);
  EXPECT_EQ(render(accounts[0]),
            "before 10ms scheduled 1 | 0/timeout/-: 1 | /posts 0 /users 1 | failed /users 1 | "
            "latencies 0");
  EXPECT_EQ(render(accounts[1]),
            "after 15ms scheduled 2 | 301/none/posts: 1 503/none/-: 1 | /posts 1 /users 1 | failed "
            "/users 1 | latencies 2");
}

TEST(Ledger, PhasesThatBeginTogetherLeaveTheFirstEmpty) {
  const Mix mix = two_kinds();
  Ledger ledger(mix);
  ledger.begin_phase("a", t0);
  ledger.begin_phase("b", t0);
  ledger.begin_phase("c", t0 + milliseconds(5));
  ledger.schedule(t0, 0);
  ledger.close(t0 + milliseconds(7));
  const auto accounts = ledger.accounts(t0 + milliseconds(99));
  EXPECT_EQ(accounts[0].scheduled, 0U);
  EXPECT_EQ(accounts[1].scheduled, 1U);
  EXPECT_EQ(accounts[2].length, milliseconds(2));
  EXPECT_EQ(settled(accounts[1]), 0U);
}

TEST(Ledger, LabelsThatAServerMakesUpDoNotFillTheMemory) {
  const Mix mix = two_kinds();
  Ledger ledger(mix);
  ledger.begin_phase("a", t0);
  constexpr int count = 3000;
  for (int i = 0; i < count; ++i) {
    ledger.settle(ledger.schedule(t0, 0), 0, Fate::Error::none, 200, fmt::format("group-{}", i),
                  milliseconds(1));
  }
  const auto account = ledger.accounts(t0).front();
  EXPECT_LE(account.fates.size(), 1100U);
  EXPECT_EQ(answered(account), static_cast<std::uint64_t>(count));
  EXPECT_EQ(failed(account), 0U);
}

TEST(Fates, FailureIsAnythingButAnAnswerOf2xxOr3xx) {
  struct Row {
    int status;
    Fate::Error error;
    bool failure;
  };
  const Row rows[] = {{200, Fate::Error::none, false}, {204, Fate::Error::none, false},
                      {302, Fate::Error::none, false}, {400, Fate::Error::none, true},
                      {503, Fate::Error::none, true},  {0, Fate::Error::unsent, true},
                      {0, Fate::Error::connect, true}, {0, Fate::Error::timeout, true},
                      {0, Fate::Error::reset, true},   {0, Fate::Error::malformed, true}};
  for (const Row& row : rows) {
    EXPECT_EQ(is_failure({row.status, row.error, "-"}), row.failure)
        << row.status << to_string(row.error);
  }
}

}  // namespace
}  // namespace cutover::load

#include "bench/load/generator.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/bench/accounts_text.hpp"
#include "tests/bench/scripted_server.hpp"

namespace cutover::load {
namespace {

using Answer = ScriptedServer::Answer;
using Request = ScriptedServer::Request;

Options options_for(const boost::asio::ip::tcp::endpoint& endpoint) {
  Options options;
  options.endpoint = endpoint;
  options.host = "demo";
  options.rate = 2000;
  options.mix = {RequestKind{}};
  return options;
}

void expect_all_settled(const std::vector<PhaseAccount>& accounts) {
  for (const PhaseAccount& account : accounts) {
    EXPECT_EQ(settled(account), account.scheduled) << account.phase;
    EXPECT_EQ(answered(account), account.latency.count()) << account.phase;
  }
}

TEST(Generator, EveryScheduledRequestEndsInExactlyOneFate) {
  for (const auto schedule : {Options::Schedule::constant, Options::Schedule::poisson}) {
    ScriptedServer server([](const Request& request) -> Answer {
      if (request.number % 7 == 6) return {"", Answer::Then::reset};
      return {answer(200, "fine", "X-Cutover-Target-Group: users\r\n")};
    });
    Options options = options_for(server.endpoint());
    options.schedule = schedule;
    Generator generator(options);
    ASSERT_TRUE(generator.start("only"));
    ASSERT_TRUE(server.wait_for_requests(150));
    const auto accounts = generator.stop();
    ASSERT_EQ(accounts.size(), 1U);
    expect_all_settled(accounts);
    EXPECT_EQ(accounts[0].scheduled, server.requests().size());
    EXPECT_GE(accounts[0].scheduled, 150U);
  }
}

TEST(Generator, RequestsStayInThePhaseTheyWereScheduledIn) {
  // Everything is answered after the last phase has begun; and yet each has its own.
  ScriptedServer server([](const Request&) -> Answer {
    return {answer(200, "fine"), Answer::Then::keep, true};
  });
  Generator generator(options_for(server.endpoint()));
  ASSERT_TRUE(generator.start("first"));
  ASSERT_TRUE(server.wait_for_requests(20));
  generator.begin_phase("second");
  ASSERT_TRUE(server.wait_for_requests(60));
  generator.begin_phase("third");
  auto accounts = generator.accounts();
  ASSERT_EQ(accounts.size(), 3U);
  EXPECT_EQ(settled(accounts[0]) + settled(accounts[1]) + settled(accounts[2]), 0U);
  const std::uint64_t first = accounts[0].scheduled;
  server.release();
  accounts = generator.stop();
  ASSERT_EQ(accounts.size(), 3U);
  expect_all_settled(accounts);
  EXPECT_EQ(accounts[0].phase, "first");
  EXPECT_EQ(accounts[0].scheduled, first);
  EXPECT_GE(accounts[0].scheduled, 20U);
  EXPECT_GT(accounts[1].scheduled, 0U);
  EXPECT_GE(accounts[0].scheduled + accounts[1].scheduled, 60U);
  // A phase holds what the schedule says for its length, give or take the request at either end.
  for (const auto& account : accounts) {
    const double expected = std::chrono::duration<double>(account.length).count() * 2000;
    EXPECT_NEAR(static_cast<double>(account.scheduled), expected, 1.001) << account.phase;
  }
}

TEST(Generator, StopAnswersTheSameAgainAndNothingIsSentAfterwards) {
  ScriptedServer server([](const Request&) -> Answer { return {answer(200, "fine")}; });
  Generator generator(options_for(server.endpoint()));
  EXPECT_TRUE(generator.accounts().empty());
  EXPECT_TRUE(generator.stop().empty());
  ASSERT_TRUE(generator.start("only"));
  ASSERT_TRUE(server.wait_for_requests(10));
  const auto accounts = generator.stop();
  generator.begin_phase("too late");
  for (const auto& again : {generator.stop(), generator.accounts()}) {
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again[0].scheduled, accounts[0].scheduled);
    EXPECT_EQ(again[0].fates, accounts[0].fates);
    EXPECT_EQ(again[0].length, accounts[0].length);
  }
  EXPECT_EQ(server.requests().size(), accounts[0].scheduled);
}

TEST(Generator, StopWaitsNoLongerThanTheTimeLimitForWhatIsInFlight) {
  ScriptedServer server([](const Request&) -> Answer { return {"", Answer::Then::keep, true}; });
  Options options = options_for(server.endpoint());
  options.timeout = std::chrono::milliseconds(30);
  Generator generator(options);
  ASSERT_TRUE(generator.start("only"));
  ASSERT_TRUE(server.wait_for_requests(5));
  const auto accounts = generator.stop();
  expect_all_settled(accounts);
  EXPECT_EQ(answered(accounts[0]), 0U);
  EXPECT_GE(accounts[0].fates.at({0, Fate::Error::timeout, "-"}), 5U);
}

TEST(Generator, ItsEndDropsWhatIsInFlight) {
  ScriptedServer server([](const Request&) -> Answer { return {"", Answer::Then::keep, true}; });
  {
    Generator generator(options_for(server.endpoint()));
    ASSERT_TRUE(generator.start("only"));
    ASSERT_TRUE(server.wait_for_requests(3));
  }
  SUCCEED();
}

TEST(Generator, StartsOnceAndOnlyWithWhatCanBeSent) {
  const RefusingPort port;
  Options options = options_for(port.endpoint());
  options.mix.clear();
  Generator without_mix(options);
  const auto refused = without_mix.start("only");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().where, "mix");
  EXPECT_TRUE(without_mix.stop().empty());

  Generator generator(options_for(port.endpoint()));
  ASSERT_TRUE(generator.start("only"));
  EXPECT_FALSE(generator.start("again"));
}

TEST(Generator, CountsRequestsAndFailuresByPath) {
  ScriptedServer server([](const Request& request) -> Answer {
    const bool users = request.text.starts_with("GET /users ");
    return {answer(users ? 200 : 500, "")};
  });
  Options options = options_for(server.endpoint());
  options.mix = {{"GET", "/users", {}, "", 3}, {"GET", "/posts", {}, "", 1}};
  Generator generator(options);
  ASSERT_TRUE(generator.start("only"));
  ASSERT_TRUE(server.wait_for_requests(100));
  const PhaseAccount account = generator.stop().front();
  EXPECT_EQ(account.by_path.at("/users") + account.by_path.at("/posts"), account.scheduled);
  EXPECT_GT(account.by_path.at("/posts"), 0U);
  EXPECT_EQ(account.failed_by_path,
            (std::map<std::string, std::uint64_t>{{"/posts", account.by_path.at("/posts")}}));
}

}  // namespace
}  // namespace cutover::load

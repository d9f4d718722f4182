#include "bench/load/engine.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "tests/bench/accounts_text.hpp"
#include "tests/bench/made_up_clock.hpp"
#include "tests/bench/scripted_server.hpp"

namespace cutover::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// An engine over made-up time: requests leave when a test moves the clock, answers come from a real
// server whenever they come.
class Rehearsed {
 public:
  explicit Rehearsed(Options options) : engine_(*Engine::make(options, clock_)) {
    engine_->start("only", clock_.now());
  }

  /// Moves the clock and sends all that is due, in as many turns as that takes.
  void advance(Duration by) {
    clock_.advance(by);
    std::uint64_t before = 0;
    do {
      before = account().scheduled;
      engine_->send_due(clock_.now());
    } while (account().scheduled > before);
  }
  /// Waits for answers until `count` requests are settled.
  void settle(std::uint64_t count) {
    while (settled(account()) < count) {
      engine_->wait();
      engine_->send_due(clock_.now());
    }
  }
  /// Waits until `count` requests have reached the server.
  void deliver(const ScriptedServer& server, std::size_t count) {
    while (server.requests().size() < count) engine_->wait();
  }
  void settle_all() { settle(account().scheduled); }
  PhaseAccount account() { return engine_->accounts(clock_.now()).front(); }
  Engine& engine() { return *engine_; }
  TimePoint now() const { return clock_.now(); }

 private:
  MadeUpClock clock_;
  std::unique_ptr<Engine> engine_;
};

Options options_for(const boost::asio::ip::tcp::endpoint& endpoint, double rate) {
  Options options;
  options.endpoint = endpoint;
  options.host = "demo";
  options.rate = rate;
  options.mix = {RequestKind{}};
  return options;
}

ScriptedServer::Answer ok() { return {answer(200, "fine")}; }
ScriptedServer::Answer held() {
  return {answer(200, "fine"), ScriptedServer::Answer::Then::keep, true};
}

TEST(Engine, SendsWhatTheScheduleSaysWhateverHasBeenAnswered) {
  ScriptedServer server([](const auto&) { return held(); });
  Rehearsed load(options_for(server.endpoint(), 100));
  load.advance(milliseconds(95));
  EXPECT_EQ(load.account().scheduled, 10U);
  EXPECT_EQ(settled(load.account()), 0U);
  load.advance(milliseconds(5));
  EXPECT_EQ(load.account().scheduled, 11U);
  server.release();
  load.settle_all();
  EXPECT_EQ(fates_text(load.account()), "200 -: 11");
}

TEST(Engine, AStallIsInTheLatencyOfAllRequestsScheduledMeanwhile) {
  ScriptedServer server([](const auto&) { return held(); });
  Options options = options_for(server.endpoint(), 100);
  options.connections_most = 1;  // Only one request reaches the server; the others wait in line.
  Rehearsed load(options);
  load.advance(milliseconds(990));
  EXPECT_EQ(load.account().scheduled, 100U);
  server.release();
  load.settle_all();
  const PhaseAccount account = load.account();
  EXPECT_EQ(fates_text(account), "200 -: 100");
  // Scheduled at 0, 10, … 990 ms, all answered at 990 ms: latencies 990, 980, … 0 ms.
  EXPECT_EQ(account.latency.max(), 990'000'000U);
  EXPECT_NEAR(static_cast<double>(account.latency.at_percentile(50)), 490e6, 490e3);
  EXPECT_NEAR(static_cast<double>(account.latency.at_percentile(90)), 890e6, 890e3);
  EXPECT_NEAR(account.latency.mean(), 495e6, 1);
}

TEST(Engine, ArrivalsBeyondTheLineAreCountedAsUnsent) {
  ScriptedServer server([](const auto&) { return held(); });
  Options options = options_for(server.endpoint(), 1000);
  options.connections_most = 2;
  options.waiting_most = 5;
  Rehearsed load(options);
  load.advance(milliseconds(99));
  EXPECT_EQ(fates_text(load.account()), "unsent -: 93");
  server.release();
  load.settle_all();
  EXPECT_EQ(fates_text(load.account()), "unsent -: 93, 200 -: 7");
  EXPECT_EQ(server.requests().size(), 7U);
}

TEST(Engine, TimeLimitCountsFromTheScheduledMomentAndFreesTheConnection) {
  ScriptedServer server(
      [](const auto& request) { return request.connection == 0 ? held() : ok(); });
  Options options = options_for(server.endpoint(), 10);
  options.connections_most = 1;
  options.timeout = milliseconds(250);
  Rehearsed load(options);
  load.advance(milliseconds(0));
  load.deliver(server, 1);
  load.advance(milliseconds(249));
  EXPECT_EQ(fates_text(load.account()), "");
  load.advance(milliseconds(1));
  // The first one is given up, and the two that waited behind it go out on a new connection.
  EXPECT_EQ(fates_text(load.account()), "timeout -: 1");
  load.settle_all();
  EXPECT_EQ(fates_text(load.account()), "timeout -: 1, 200 -: 2");
  EXPECT_EQ(load.account().latency.max(), 150'000'000U);
}

TEST(Engine, RequestsWhoseTimeEndsInTheLineAreUnsent) {
  ScriptedServer server([](const auto&) { return held(); });
  Options options = options_for(server.endpoint(), 10);
  options.connections_most = 1;
  options.timeout = milliseconds(250);
  Rehearsed load(options);
  load.advance(milliseconds(0));
  load.deliver(server, 1);
  // As if the generator itself had been stopped for ten seconds: what is overdue is not sent.
  load.advance(seconds(10));
  const PhaseAccount account = load.account();
  EXPECT_EQ(account.scheduled, 101U);
  EXPECT_EQ(fates_text(account), "unsent -: 97, timeout -: 1");
}

TEST(Engine, NothingIsScheduledAfterTheEndAndAllIsSettledThen) {
  ScriptedServer server([](const auto&) { return held(); });
  Rehearsed load(options_for(server.endpoint(), 100));
  load.advance(milliseconds(45));
  load.engine().end_schedule(load.now());
  EXPECT_FALSE(load.engine().finished());
  load.advance(seconds(1));
  server.release();
  load.settle_all();
  load.advance(milliseconds(0));
  EXPECT_TRUE(load.engine().finished());
  EXPECT_EQ(fates_text(load.account()), "200 -: 5");
  EXPECT_EQ(load.account().length, milliseconds(45));
}

TEST(Engine, ReusesTheConnectionThatWasUsedLast) {
  ScriptedServer server([](const auto&) { return held(); });
  Rehearsed load(options_for(server.endpoint(), 1000));
  load.advance(milliseconds(4));  // Five at once, so five connections.
  load.deliver(server, 5);
  server.release();
  load.settle_all();
  for (int i = 0; i < 20; ++i) {
    load.advance(milliseconds(1));
    load.settle_all();
  }
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 25U);
  for (std::size_t i = 5; i < requests.size(); ++i) {
    EXPECT_EQ(requests[i].connection, requests[5].connection);
  }
}

TEST(Engine, SendsEachKindWithItsBody) {
  ScriptedServer server([](const auto&) { return ok(); });
  Options options = options_for(server.endpoint(), 100);
  const std::string body(300'000, 'b');  // More than a socket takes at once.
  options.mix = {{"POST", "/upload", {{"X-Kind", "large"}}, body, 1}};
  Rehearsed load(options);
  load.advance(milliseconds(10));
  load.settle_all();
  EXPECT_EQ(fates_text(load.account()), "200 -: 2");
  for (const auto& request : server.requests()) {
    EXPECT_EQ(request.text,
              "POST /upload HTTP/1.1\r\nHost: demo\r\nX-Kind: large\r\n"
              "Content-Length: 300000\r\n\r\n" +
                  body);
  }
}

TEST(Engine, RefusesOptionsThatCannotBeRun) {
  const MadeUpClock clock;
  struct Row {
    std::string where;
    std::function<void(Options&)> spoil;
  };
  const Row rows[] = {
      {"rate", [](Options& o) { o.rate = 0; }},
      {"rate", [](Options& o) { o.rate = -1; }},
      {"rate", [](Options& o) { o.rate = 1e300 * 1e300; }},
      {"rate", [](Options& o) { o.rate = 1.1e7; }},
      {"connections_most", [](Options& o) { o.connections_most = 0; }},
      {"timeout", [](Options& o) { o.timeout = Duration::zero(); }},
      {"timeout", [](Options& o) { o.timeout = std::chrono::hours(25); }},
      {"mix", [](Options& o) { o.mix.clear(); }},
      {"mix/0/path", [](Options& o) { o.mix[0].path = "users"; }},
  };
  for (const Row& row : rows) {
    Options options = options_for({}, 100);
    row.spoil(options);
    const auto engine = Engine::make(options, clock);
    ASSERT_FALSE(engine) << row.where;
    EXPECT_EQ(engine.error().where, row.where);
  }
}

}  // namespace
}  // namespace cutover::load

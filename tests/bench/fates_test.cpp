// What each kind of misbehaving server becomes in the account. Always: every scheduled request is
// in exactly one fate.

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "bench/load/engine.hpp"
#include "tests/bench/accounts_text.hpp"
#include "tests/bench/made_up_clock.hpp"
#include "tests/bench/scripted_server.hpp"

namespace cutover::load {
namespace {

using std::chrono::milliseconds;
using Answer = ScriptedServer::Answer;
using Then = Answer::Then;
using Request = ScriptedServer::Request;

// Sends `count` requests, each as soon as the one before it is settled, so that what a connection
// carries is known; gives their account.
PhaseAccount account_of(const boost::asio::ip::tcp::endpoint& endpoint, int count,
                        const std::string& method = "GET") {
  Options options;
  options.endpoint = endpoint;
  options.host = "demo";
  options.rate = 1000;
  options.mix = {RequestKind{method, "/", {}, "", 1}};
  MadeUpClock clock;
  auto engine = *Engine::make(options, clock);
  engine->start("only", clock.now());
  for (int i = 1; i <= count; ++i) {
    engine->send_due(clock.now());
    while (settled(engine->accounts(clock.now()).front()) < static_cast<std::uint64_t>(i)) {
      engine->wait();
    }
    if (i < count) clock.advance(milliseconds(1));
  }
  PhaseAccount account = engine->accounts(clock.now()).front();
  EXPECT_EQ(settled(account), account.scheduled);
  return account;
}

std::string fates_of(const ScriptedServer::Script& script, int count) {
  const ScriptedServer server(script);
  return fates_text(account_of(server.endpoint(), count));
}

TEST(Fates, StatusAndTargetGroupAreReadFromTheAnswer) {
  EXPECT_EQ(fates_of(
                [](const Request& request) -> Answer {
                  switch (request.number) {
                    case 0:
                      return {answer(200, "a", "X-Cutover-Target-Group: users\r\n")};
                    case 1:
                      return {answer(404, "b", "x-cutover-target-group:posts\r\n")};
                    default:
                      return {answer(503, "c", "X-Cutover-Target-Group: -\r\n")};
                  }
                },
                4),
            "200 users: 1, 404 posts: 1, 503 -: 2");
}

TEST(Fates, AServerThatClosesAfterEachAnswerCostsNothingButConnections) {
  const ScriptedServer server([](const Request&) -> Answer {
    return {answer(200, "bye", "Connection: close\r\n"), Then::close};
  });
  EXPECT_EQ(fates_text(account_of(server.endpoint(), 5)), "200 -: 5");
  EXPECT_EQ(server.requests().back().connection, 4);
}

TEST(Fates, ABodyThatEndsWithTheConnectionIsAnAnswer) {
  EXPECT_EQ(fates_of(
                [](const Request&) -> Answer {
                  return {"HTTP/1.1 200 OK\r\n\r\nuntil the end", Then::close};
                },
                3),
            "200 -: 3");
}

TEST(Fates, ChunkedAnswersKeepTheConnection) {
  const ScriptedServer server([](const Request&) -> Answer {
    return {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"};
  });
  EXPECT_EQ(fates_text(account_of(server.endpoint(), 5)), "200 -: 5");
  EXPECT_EQ(server.requests().back().number, 4);
}

TEST(Fates, AnswersToHeadHaveNoBody) {
  const ScriptedServer server(
      [](const Request&) -> Answer { return {"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"}; });
  EXPECT_EQ(fates_text(account_of(server.endpoint(), 3, "HEAD")), "200 -: 3");
  EXPECT_EQ(server.requests().back().number, 2);
}

TEST(Fates, LargeAnswersAreReadWhole) {
  EXPECT_EQ(
      fates_of([](const Request&) -> Answer { return {answer(200, std::string(5'000'000, 'x'))}; },
               2),
      "200 -: 2");
}

TEST(Fates, AConnectionClosedOrResetWithoutAnAnswerIsAReset) {
  EXPECT_EQ(fates_of([](const Request&) -> Answer { return {"", Then::close}; }, 3), "reset -: 3");
  EXPECT_EQ(fates_of([](const Request&) -> Answer { return {"", Then::reset}; }, 3), "reset -: 3");
}

TEST(Fates, AReusedConnectionClosedUnderTheRequestIsAResetAndNotSentAgain) {
  const ScriptedServer server([](const Request& request) -> Answer {
    if (request.number == 0) return {answer(200, "first")};
    return {"", Then::close};
  });
  EXPECT_EQ(fates_text(account_of(server.endpoint(), 6)), "reset -: 3, 200 -: 3");
  EXPECT_EQ(server.requests().size(), 6U);
}

TEST(Fates, AnAnswerThatBreaksOffIsAResetOfItsTargetGroup) {
  const std::string whole = answer(200, "0123456789", "X-Cutover-Target-Group: api\r\n");
  EXPECT_EQ(fates_of(
                [&](const Request&) -> Answer {
                  return {whole.substr(0, whole.size() - 1), Then::close};
                },
                2),
            "reset api: 2");
  EXPECT_EQ(fates_of(
                [&](const Request&) -> Answer {
                  return {whole.substr(0, 20), Then::close};
                },
                2),
            "reset -: 2");
}

TEST(Fates, GarbageIsMalformed) {
  EXPECT_EQ(fates_of([](const Request&) -> Answer { return {"220 smtp ready\r\n"}; }, 3),
            "malformed -: 3");
  EXPECT_EQ(fates_of(
                [](const Request&) -> Answer {
                  return {"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", Then::close};
                },
                2),
            "malformed -: 2");
}

TEST(Fates, BytesAfterAnAnswerAreNeverTakenForTheNextOne) {
  // Each answer is followed by another one that nobody asked for.
  const ScriptedServer server(
      [](const Request&) -> Answer { return {answer(200, "mine") + answer(500, "whose?")}; });
  EXPECT_EQ(fates_text(account_of(server.endpoint(), 4)), "200 -: 4");
  EXPECT_EQ(server.requests().back().connection, 3);
}

TEST(Fates, ARefusedConnectionIsAConnectError) {
  const RefusingPort port;
  EXPECT_EQ(fates_text(account_of(port.endpoint(), 5)), "connect -: 5");
}

TEST(Fates, AMixOfThemAllAddsUp) {
  const std::string fates = fates_of(
      [](const Request& request) -> Answer {
        switch (request.connection % 5) {
          case 0:
            if (request.number < 3) return {answer(200, "x")};
            return {answer(200, "last", "Connection: close\r\n"), Then::close};
          case 1:
            return {"", Then::reset};
          case 2:
            return {"HTTP/1.1 20", Then::close};
          case 3:
            return {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"};
          default:
            return {answer(503, "", "Connection: close\r\n"), Then::close};
        }
      },
      80);
  EXPECT_EQ(fates, "reset -: 20, malformed -: 10, 200 -: 40, 503 -: 10");
}

}  // namespace
}  // namespace cutover::load

// Clients and targets that misbehave, are slow, silent or gone.

#include "tests/lb/proxy/simulation.hpp"

namespace cutover::lb::proxy::test {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view get = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

class BadInput : public Simulation {
 protected:
  BadInput() {
    forward_everything_to("api", {3000});
    answer_checks({3000});
  }
  /// Only what clients asked for, not the health checks that time brings.
  std::string fates() {
    std::string all;
    for (const auto& [fate, count] : balancer->accounts().fates) {
      all += describe(fate) + " x" + std::to_string(count) + '\n';
    }
    return all;
  }
};

TEST_F(BadInput, MalformedHeadsGet400AreNotForwardedAndEndTheConnection) {
  for (const std::string head :
       {"GET\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "G\x01T / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"}) {
    auto& browser = client();
    browser.send(head);
    settle();
    EXPECT_THAT(browser.received(), StartsWith("HTTP/1.1 400 Bad Request\r\n")) << head;
    EXPECT_TRUE(browser.ended()) << head;
  }
  EXPECT_EQ(connections_to(3000), 0U);
  EXPECT_EQ(balancer->accounts().in_flight, 0U);
}

TEST_F(BadInput, HeadersOverTheirLimitGet400AndALineOverIts414) {
  auto& browser = client();
  browser.send("GET / HTTP/1.1\r\nHost: a\r\n");
  for (int i = 0; i < 10; ++i) {
    browser.send("X-" + std::to_string(i) + ": " + std::string(8'000, 'v') + "\r\n");
    settle();
  }
  EXPECT_THAT(browser.received(), StartsWith("HTTP/1.1 400 "));
  auto& second = client();
  second.send("GET /" + std::string(20'000, 'p'));
  settle();
  EXPECT_THAT(second.received(), StartsWith("HTTP/1.1 414 "));
  EXPECT_EQ(connections_to(3000), 0U);
}

TEST_F(BadInput, LargeHeadWithinTheLimitsIsForwarded) {
  auto& browser = client();
  std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 7; ++i) {
    head += "X-" + std::to_string(i) + ": " + std::string(8'000, 'v') + "\r\n";
  }
  for (std::size_t i = 0; i < head.size(); i += 5'000) {
    browser.send(head.substr(i, 5'000));
    settle();
  }
  browser.send("\r\n");
  EXPECT_THAT(target(3000).received(), HasSubstr("\r\nX-6: vvv"));
}

TEST_F(BadInput, HeadSentByteByByteIsServed) {
  auto& browser = client();
  for (const char byte : get) {
    browser.send({&byte, 1});
    settle();
  }
  EXPECT_THAT(target(3000).received(), StartsWith("GET /x HTTP/1.1\r\n"));
}

TEST_F(BadInput, UnfinishedHeadGets408AfterTheIdleTimeout) {
  auto& browser = client();
  browser.send("GET / HTTP/1.1\r\nHo");
  advance(seconds(59));
  EXPECT_EQ(browser.received(), "");
  advance(seconds(2));
  EXPECT_THAT(browser.received(), StartsWith("HTTP/1.1 408 Request Time-out\r\n"));
  EXPECT_TRUE(browser.ended());
}

TEST_F(BadInput, IdleConnectionIsClosedSilentlyAfterTheIdleTimeout) {
  auto& browser = client();
  advance(seconds(59));
  EXPECT_FALSE(browser.ended());
  advance(seconds(2));
  EXPECT_EQ(browser.received(), "");
  EXPECT_TRUE(browser.ended());
  EXPECT_EQ(balancer->accounts().connections_open, 0U);
}

TEST_F(BadInput, IdleConnectionThatGaveItsBufferBackStillServes) {
  auto& browser = client();
  advance(seconds(30));
  browser.send(get);
  EXPECT_THAT(target(3000).received(), StartsWith("GET /x HTTP/1.1\r\n"));
}

TEST_F(BadInput, StalledUploadGets408) {
  auto& browser = client();
  browser.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  settle();
  advance(seconds(61));
  EXPECT_THAT(browser.received(), StartsWith("HTTP/1.1 408 "));
  EXPECT_THAT(fates(), HasSubstr("load_balancer 408 request_timeout api 127.0.0.1:3000 x1"));
}

TEST_F(BadInput, BadChunkGets400AndTheTargetConnectionIsNotReused) {
  auto& browser = client();
  browser.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  auto& service = target(3000);
  browser.send("zz\r\n");
  settle();
  EXPECT_THAT(browser.received(), StartsWith("HTTP/1.1 400 "));
  service.received();
  EXPECT_TRUE(service.ended());
}

TEST_F(BadInput, RefusedConnectionIs502) {
  network.remove_target(at(3000));
  auto& browser = client();
  browser.send(get);
  settle();
  EXPECT_THAT(browser.received(), StartsWith("HTTP/1.1 502 Bad Gateway\r\n"));
  EXPECT_FALSE(browser.ended());
  EXPECT_EQ(only_fate(), "load_balancer 502 connect_failed api 127.0.0.1:3000");
}

TEST_F(BadInput, ConnectionThatIsNeverAcceptedIs504AfterTenSeconds) {
  network.add_target(at(3000)).silent = true;
  auto& browser = client();
  browser.send(get);
  advance(seconds(9));
  EXPECT_EQ(browser.received(), "");
  advance(seconds(2));
  EXPECT_THAT(browser.received(), StartsWith("HTTP/1.1 504 Gateway Time-out\r\n"));
  EXPECT_THAT(fates(), HasSubstr("load_balancer 504 connect_timeout api 127.0.0.1:3000 x1"));
}

TEST_F(BadInput, TargetThatClosesBeforeAnsweringIs502) {
  auto& browser = client();
  browser.send(get);
  target(3000).close();
  settle();
  EXPECT_THAT(browser.received(), StartsWith("HTTP/1.1 502 Bad Gateway\r\n"));
  EXPECT_FALSE(browser.ended());
  EXPECT_EQ(only_fate(), "load_balancer 502 target_closed api 127.0.0.1:3000");
}

TEST_F(BadInput, TargetThatSendsGarbageIs502) {
  auto& browser = client();
  browser.send(get);
  target(3000).send("SSH-2.0-OpenSSH_9.2\r\n\r\n");
  settle();
  EXPECT_THAT(browser.received(), StartsWith("HTTP/1.1 502 Bad Gateway\r\n"));
  EXPECT_EQ(only_fate(), "load_balancer 502 malformed_response api 127.0.0.1:3000");
}

TEST_F(BadInput, TargetHeadersOver32KAre502) {
  auto& browser = client();
  browser.send(get);
  auto& service = target(3000);
  service.send("HTTP/1.1 200 OK\r\n");
  for (int i = 0; i < 5; ++i) {
    service.send("X-" + std::to_string(i) + ": " + std::string(8'000, 'v') + "\r\n");
    settle();
  }
  EXPECT_THAT(browser.received(), StartsWith("HTTP/1.1 502 "));
}

TEST_F(BadInput, SilentTargetIs504AfterTheIdleTimeout) {
  auto& browser = client();
  browser.send(get);
  advance(seconds(59));
  EXPECT_EQ(browser.received(), "");
  advance(seconds(2));
  EXPECT_THAT(browser.received(), StartsWith("HTTP/1.1 504 Gateway Time-out\r\n"));
  EXPECT_THAT(fates(), HasSubstr("load_balancer 504 target_timeout api 127.0.0.1:3000 x1"));
}

TEST_F(BadInput, AnAnswerThatBreaksOffResetsTheClient) {
  auto& browser = client();
  browser.send(get);
  target(3000).send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
  settle();
  EXPECT_THAT(browser.received(), testing::EndsWith("abc"));
  target(3000).close();
  settle();
  EXPECT_TRUE(browser.ended());
  EXPECT_EQ(only_fate(), "target 200 response_cut api 127.0.0.1:3000");
}

TEST_F(BadInput, ClientThatLeavesCancelsTheExchangeAndTheTargetConnection) {
  auto& browser = client();
  browser.send(get);
  auto& service = target(3000);
  EXPECT_FALSE(service.ended());
  browser.close();
  settle();
  service.received();
  EXPECT_TRUE(service.ended());
  EXPECT_EQ(only_fate(), "client_left 460 client_left api 127.0.0.1:3000");
}

TEST_F(BadInput, ClientThatLeavesDuringItsUploadIsAccountedFor) {
  auto& browser = client();
  browser.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  settle();
  browser.close();
  settle();
  EXPECT_EQ(only_fate(), "load_balancer 400 body_cut api 127.0.0.1:3000");
}

TEST_F(BadInput, ClientThatNeverReadsIsGivenUpAfterTheIdleTimeout) {
  auto& browser = client();
  browser.limit_receive_window(100);
  browser.send(get);
  target(3000).send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + std::string(1'000, 'x'));
  advance(seconds(61));
  EXPECT_THAT(fates(), HasSubstr("client_left 460 client_left api 127.0.0.1:3000 x1"));
  EXPECT_EQ(balancer->accounts().connections_open, 0U);
}

TEST_F(BadInput, AmbiguousRequestIsServedAndBothConnectionsClose) {
  auto& browser = client();
  browser.send("GET /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  EXPECT_THAT(target(3000).received(), testing::EndsWith("abc"));
  target(3000).send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  settle();
  EXPECT_THAT(browser.received(), HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_TRUE(browser.ended());
  EXPECT_TRUE(target(3000).ended());
}

TEST_F(BadInput, ConnectionsThatComeAndGoAtAnyByteLeaveNothingBehind) {
  const std::string request =
      "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /y HTTP/1.1\r\n";
  for (std::size_t cut = 0; cut <= request.size(); ++cut) {
    auto& browser = client();
    browser.send(request.substr(0, cut));
    settle();
    if (cut % 2 == 0 && connections_to(3000) > 0) {
      target(3000).send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
    }
    settle();
    browser.close();
    settle();
    const auto accounts = balancer->accounts();
    EXPECT_EQ(accounts.connections_open, 0U) << cut;
    std::uint64_t sum = accounts.in_flight;
    for (const auto& [fate, count] : accounts.fates) sum += count;
    EXPECT_EQ(sum, accounts.requests) << cut;
  }
}

}  // namespace
}  // namespace cutover::lb::proxy::test

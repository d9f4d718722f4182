// What goes between client and target when all is well.

#include "tests/lb/proxy/simulation.hpp"

namespace cutover::lb::proxy::test {
namespace {

using testing::HasSubstr;

class Forwarding : public Simulation {
 protected:
  Forwarding() {
    forward_everything_to("api", {3000});
    answer_checks({3000});
  }
};

constexpr std::string_view get = "GET /api/users HTTP/1.1\r\nHost: example.com\r\n\r\n";
constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nServer: koa\r\n\r\nhi";

TEST_F(Forwarding, PassesTheRequestOnWithItsHeadersAndTheAnswerBack) {
  auto& browser = client();
  browser.send("GET /api/users?x=1 HTTP/1.1\r\nHost: example.com\r\nAccept: */*\r\n\r\n");
  const std::string seen = target(3000).received();
  EXPECT_THAT(seen, testing::StartsWith("GET /api/users?x=1 HTTP/1.1\r\n"));
  EXPECT_THAT(seen, HasSubstr("\r\nHost: example.com\r\n"));
  EXPECT_THAT(seen, HasSubstr("\r\nAccept: */*\r\n"));
  EXPECT_THAT(seen, HasSubstr("\r\nX-Forwarded-For: 192.0.2.1\r\n"));
  EXPECT_THAT(seen, HasSubstr("\r\nX-Forwarded-Proto: http\r\n"));
  EXPECT_THAT(seen, HasSubstr("\r\nX-Forwarded-Port: 80\r\n"));
  EXPECT_THAT(seen, HasSubstr("\r\nX-Amzn-Trace-Id: Root=1-"));
  target(3000).send(ok);
  settle();
  const std::string answer = browser.received();
  EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nServer: koa\r\n"));
  EXPECT_THAT(answer, testing::EndsWith("\r\n\r\nhi"));
  EXPECT_FALSE(browser.ended());
  EXPECT_EQ(only_fate(), "target 200 none api 127.0.0.1:3000");
}

TEST_F(Forwarding, ReusesBothConnectionsForTheNextRequest) {
  auto& browser = client();
  for (int i = 0; i < 200; ++i) {
    browser.send(get);
    EXPECT_THAT(target(3000).received(), HasSubstr("GET /api/users"));
    target(3000).send(ok);
    settle();
    EXPECT_THAT(browser.received(), testing::EndsWith("hi")) << i;
  }
  EXPECT_EQ(connections_to(3000), 1U);
  EXPECT_EQ(balancer->accounts().requests, 200U);
}

TEST_F(Forwarding, AnswersPipelinedRequestsInOrderButSendsThemOneByOne) {
  auto& browser = client();
  browser.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string first = target(3000).received();
  EXPECT_THAT(first, HasSubstr("GET /1 "));
  EXPECT_THAT(first, testing::Not(HasSubstr("GET /2 ")));
  target(3000).send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none");
  EXPECT_THAT(target(3000).received(), HasSubstr("GET /2 "));
  target(3000).send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo");
  settle();
  const std::string answers = browser.received();
  EXPECT_LT(answers.find("one"), answers.find("two"));
  EXPECT_THAT(answers, testing::EndsWith("two"));
}

TEST_F(Forwarding, ThousandsOfPipelinedRequestsPassThroughABoundedBuffer) {
  auto& browser = client();
  const int count = 3'000;
  std::string all;
  for (int i = 0; i < count; ++i) all += get;
  browser.send(all);
  for (int i = 0; i < count; ++i) {
    ASSERT_THAT(target(3000).received(), HasSubstr("GET /api/users")) << i;
    target(3000).send(ok);
    settle();
    ASSERT_THAT(browser.received(), testing::EndsWith("hi")) << i;
  }
}

TEST_F(Forwarding, StreamsABodyByContentLengthAsItComes) {
  auto& browser = client();
  browser.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n01234");
  EXPECT_THAT(target(3000).received(), testing::EndsWith("\r\n\r\n01234"));
  browser.send("567");
  settle();
  EXPECT_EQ(target(3000).received(), "567");
  browser.send("89");
  settle();
  EXPECT_EQ(target(3000).received(), "89");
  target(3000).send(ok);
  settle();
  EXPECT_THAT(browser.received(), testing::EndsWith("hi"));
  browser.send(get);
  settle();
  EXPECT_EQ(connections_to(3000), 1U);
}

TEST_F(Forwarding, PassesChunkedBodiesOnChunkedInBothDirections) {
  auto& browser = client();
  browser.send("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  EXPECT_THAT(target(3000).received(), testing::EndsWith("\r\n\r\n3\r\nabc\r\n"));
  browser.send("0\r\n\r\n");
  settle();
  EXPECT_EQ(target(3000).received(), "0\r\n\r\n");
  target(3000).send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwxyz\r\n");
  settle();
  const std::string begun = browser.received();
  EXPECT_THAT(begun, HasSubstr("\r\nTransfer-Encoding: chunked\r\n"));
  EXPECT_THAT(begun, testing::EndsWith("4\r\nwxyz\r\n"));
  target(3000).send("0\r\n\r\n");
  settle();
  EXPECT_EQ(browser.received(), "0\r\n\r\n");
  EXPECT_FALSE(browser.ended());
  EXPECT_FALSE(target(3000).ended());
}

TEST_F(Forwarding, UnwrapsChunksForAnHttp10ClientAndCloses) {
  auto& browser = client();
  browser.send("GET /x HTTP/1.0\r\nHost: a\r\n\r\n");
  EXPECT_THAT(target(3000).received(), testing::StartsWith("GET /x HTTP/1.1\r\n"));
  target(3000).send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwxyz\r\n0\r\n\r\n");
  settle();
  const std::string answer = browser.received();
  EXPECT_THAT(answer, testing::Not(HasSubstr("Transfer-Encoding")));
  EXPECT_THAT(answer, testing::EndsWith("\r\n\r\nwxyz"));
  EXPECT_TRUE(browser.ended());
}

TEST_F(Forwarding, AnswerToHeadAndAnswers204And304HaveNoBody) {
  auto& browser = client();
  browser.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  target(3000).send("HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n");
  settle();
  EXPECT_THAT(browser.received(), testing::EndsWith("\r\n\r\n"));
  for (const std::string status : {"204 No Content", "304 Not Modified"}) {
    browser.send(get);
    settle();
    target(3000).send("HTTP/1.1 " + status + "\r\n\r\n");
    settle();
    EXPECT_THAT(browser.received(), testing::StartsWith("HTTP/1.1 " + status + "\r\n"));
  }
  EXPECT_EQ(connections_to(3000), 1U);
}

TEST_F(Forwarding, AnswersExpectContinueItselfAndDoesNotForwardIt) {
  auto& browser = client();
  browser.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  settle();
  EXPECT_EQ(browser.received(), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_THAT(target(3000).received(), testing::Not(HasSubstr("Expect")));
  browser.send("ab");
  settle();
  EXPECT_EQ(target(3000).received(), "ab");
  target(3000).send(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
  settle();
  EXPECT_THAT(browser.received(), testing::StartsWith("HTTP/1.1 201 Created\r\n"));
}

TEST_F(Forwarding, PassesInterimResponsesToHttp11Clients) {
  auto& browser = client();
  browser.send(get);
  target(3000).send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n");
  settle();
  EXPECT_EQ(browser.received(), "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n");
  target(3000).send(ok);
  settle();
  EXPECT_THAT(browser.received(), testing::EndsWith("hi"));
}

TEST_F(Forwarding, ClientThatAsksToCloseIsClosedAfterTheAnswer) {
  auto& browser = client();
  browser.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  target(3000).send(ok);
  settle();
  EXPECT_THAT(browser.received(), HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_TRUE(browser.ended());
  EXPECT_FALSE(target(3000).ended());
}

TEST_F(Forwarding, TargetThatClosesIsNotReused) {
  auto& browser = client();
  browser.send(get);
  target(3000).send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");
  settle();
  EXPECT_THAT(browser.received(), HasSubstr("\r\nConnection: keep-alive\r\n"));
  target(3000).received();
  EXPECT_TRUE(target(3000).ended());
  browser.send(get);
  EXPECT_THAT(target(3000).received(), HasSubstr("GET /api/users"));
  EXPECT_EQ(connections_to(3000), 2U);
}

TEST_F(Forwarding, IdleTargetConnectionThatTheTargetClosedIsForgotten) {
  auto& browser = client();
  browser.send(get);
  target(3000).send(ok);
  settle();
  target(3000).close();
  settle();
  browser.received();
  browser.send(get);
  EXPECT_THAT(target(3000).received(), HasSubstr("GET /api/users"));
  target(3000).send(ok);
  settle();
  EXPECT_THAT(browser.received(), testing::EndsWith("hi"));
}

TEST_F(Forwarding, ManyIdleTargetConnectionsAreKeptAndServeAgain) {
  constexpr std::size_t count = 100;
  std::vector<MemoryStream*> browsers;
  for (std::size_t i = 0; i < count; ++i) browsers.push_back(&client());
  for (int round = 0; round < 3; ++round) {
    for (auto* browser : browsers) browser->send(get);
    settle();
    auto& services = network.add_target(at(3000)).connections;
    EXPECT_EQ(services.size(), count);
    for (auto& service : services) {
      EXPECT_THAT(service->received(), HasSubstr("GET /api/users"));
      service->send(ok);
    }
    settle();
    for (auto* browser : browsers) EXPECT_THAT(browser->received(), testing::EndsWith("hi"));
  }
}

TEST_F(Forwarding, BodyUntilCloseEndsWithTheConnection) {
  auto& browser = client();
  browser.send(get);
  target(3000).send("HTTP/1.1 200 OK\r\n\r\nsome");
  settle();
  target(3000).send(" more");
  target(3000).shut_down_sending();
  settle();
  EXPECT_THAT(browser.received(), testing::EndsWith("\r\n\r\nsome more"));
  EXPECT_TRUE(browser.ended());
}

TEST_F(Forwarding, EarlyAnswerToAnUploadReachesTheClientAndBothConnectionsEnd) {
  auto& browser = client();
  browser.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc");
  settle();
  target(3000).send("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
  settle();
  const std::string answer = browser.received();
  EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 413 Too Large\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_TRUE(browser.ended());
  target(3000).received();
  EXPECT_TRUE(target(3000).ended());
  EXPECT_EQ(only_fate(), "target 413 none api 127.0.0.1:3000");
}

TEST_F(Forwarding, ASlowReaderHoldsTheTargetBackInsteadOfFillingMemory) {
  auto& browser = client();
  browser.limit_receive_window(1'000);
  browser.send(get);
  const std::size_t size = 10 * 1024 * 1024;
  auto& service = target(3000);
  service.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
  service.send(std::string(size, 'x'));
  settle();
  std::size_t got = browser.received().size();
  for (int i = 0; i < 100; ++i) {
    settle();
    const std::size_t part = browser.received().size();
    EXPECT_LE(part, 1'000U);
    got += part;
  }
  EXPECT_LT(got, 110'000U);
  while (true) {
    browser.limit_receive_window(1 << 20);
    settle();
    const std::size_t part = browser.received().size();
    if (part == 0) break;
    got += part;
  }
  EXPECT_GT(got, size);
  EXPECT_EQ(only_fate(), "target 200 none api 127.0.0.1:3000");
}

TEST_F(Forwarding, TargetsTakeTurns) {
  forward_everything_to("two", {3001, 3002});
  answer_checks({3001, 3002});
  auto& browser = client();
  std::string turns;
  for (int i = 0; i < 6; ++i) {
    browser.send(get);
    settle();
    for (const std::uint16_t port : {std::uint16_t{3001}, std::uint16_t{3002}}) {
      if (connections_to(port) == 0) continue;
      if (target(port).received().empty()) continue;
      turns += port == 3001 ? 'a' : 'b';
      target(port).send(ok);
      settle();
    }
    browser.received();
  }
  EXPECT_TRUE(turns == "ababab" || turns == "bababa") << turns;
}

TEST_F(Forwarding, WeightedGroupsShareRequestsByWeight) {
  forward_everything_to("few", {3001});
  forward_everything_to("many", {3002});
  answer_checks({3001, 3002});
  ASSERT_TRUE(balancer->modify_listener(80, rules::Forward{{{"few", 1}, {"many", 3}}}));
  answer_checks({3001, 3002});
  auto& browser = client();
  for (int i = 0; i < 400; ++i) {
    browser.send(get);
    settle();
    for (const std::uint16_t port : {std::uint16_t{3001}, std::uint16_t{3002}}) {
      if (connections_to(port) > 0 && !target(port).received().empty()) target(port).send(ok);
    }
    settle();
    browser.received();
  }
  std::uint64_t few = 0;
  for (const auto& [fate, count] : balancer->accounts().fates) {
    if (fate.target_group == "few") few += count;
  }
  EXPECT_NEAR(static_cast<double>(few), 100.0, 30.0);
}

}  // namespace
}  // namespace cutover::lb::proxy::test

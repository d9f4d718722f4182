// Targets of this process: called, not dialled.

#include "tests/lb/proxy/simulation.hpp"

namespace cutover::lb::proxy::test {
namespace {

using testing::HasSubstr;

constexpr std::string_view get = "GET /api/users HTTP/1.1\r\nHost: example.com\r\n\r\n";

class Echo final : public InProcessService {
 public:
  void serve(const InProcessRequest& request, TimePoint,
             InProcessResponse& response) noexcept override {
    response.delay = delay;
    response.reset = reset;
    response.held = held;
    if (held) return;
    response.storage = std::string(request.method) + ' ' + std::string(request.target) + '\n' +
                       std::string(request.headers) + std::string(request.body);
    response.body = response.storage;
    response.headers = "Content-Type: text/plain\r\n";
  }
  Duration delay{0};
  bool reset = false;
  bool held = false;
};

class InProcess : public Simulation {
 protected:
  InProcess() {
    targets::TargetGroupSpec spec;
    spec.name = "inside";
    EXPECT_TRUE(balancer->create_target_group(spec));
    EXPECT_TRUE(balancer->register_target("inside", {{"127.0.0.1", 0}, echo}));
    EXPECT_TRUE(balancer->modify_listener(80, rules::Forward{{{"inside", 1}}}));
    settle();
  }
  std::shared_ptr<Echo> echo = std::make_shared<Echo>();
};

TEST_F(InProcess, TargetIsCalledWithTheRewrittenRequest) {
  auto& browser = client();
  browser.send("POST /p?q HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc");
  settle();
  browser.send("def");
  settle();
  const std::string answer = browser.received();
  EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\n\r\nPOST /p?q\n"));
  EXPECT_THAT(answer, HasSubstr("X-Forwarded-For: 192.0.2.1\r\n"));
  EXPECT_THAT(answer, testing::EndsWith("abcdef"));
  EXPECT_EQ(only_fate(), "target 200 none inside 127.0.0.1:0");
}

TEST_F(InProcess, HealthCheckOfATargetWithoutPortIsACall) {
  EXPECT_EQ(balancer->target_health("inside", {"127.0.0.1", 0})->state, targets::State::healthy);
}

TEST_F(InProcess, TheTargetsDelayPassesBeforeItsAnswer) {
  echo->delay = std::chrono::milliseconds(250);
  auto& browser = client();
  browser.send(get);
  advance(std::chrono::milliseconds(249));
  EXPECT_EQ(browser.received(), "");
  EXPECT_EQ(balancer->accounts().in_flight, 1U);
  advance(std::chrono::milliseconds(1));
  EXPECT_THAT(browser.received(), testing::StartsWith("HTTP/1.1 200 OK"));
}

TEST_F(InProcess, ATargetThatHoldsItsAnswerBackIsAskedAgain) {
  echo->held = true;
  echo->delay = std::chrono::milliseconds(20);
  auto& first = client();
  auto& second = client();
  first.send("POST /one HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  second.send("GET /two HTTP/1.1\r\nHost: a\r\n\r\n");
  advance(std::chrono::seconds(2));
  EXPECT_EQ(first.received(), "");
  EXPECT_EQ(balancer->accounts().in_flight, 2U);
  echo->held = false;
  advance(std::chrono::milliseconds(40));
  const std::string answer = first.received();
  EXPECT_THAT(answer, HasSubstr("\r\n\r\nPOST /one\n"));
  EXPECT_THAT(answer, testing::EndsWith("abc"));
  EXPECT_THAT(second.received(), HasSubstr("\r\n\r\nGET /two\n"));
}

TEST_F(InProcess, ATargetThatHoldsItsAnswerBackForeverTimesOut) {
  echo->held = true;
  echo->delay = std::chrono::milliseconds(20);
  auto& browser = client();
  browser.send(get);
  advance(std::chrono::seconds(61));
  EXPECT_THAT(browser.received(), testing::StartsWith("HTTP/1.1 504 "));
  advance(std::chrono::seconds(60));
  EXPECT_EQ(balancer->target_health("inside", {"127.0.0.1", 0})->state, targets::State::unhealthy);
}

TEST_F(InProcess, AClientThatLeavesDuringTheDelayIsAccountedForAtOnce) {
  echo->delay = std::chrono::seconds(5);
  auto& browser = client();
  browser.send(get);
  settle();
  browser.close();
  settle();
  EXPECT_EQ(only_fate(), "client_left 460 client_left inside 127.0.0.1:0");
  EXPECT_EQ(balancer->accounts().in_flight, 0U);
}

TEST_F(InProcess, ATargetThatResetsGives502) {
  echo->reset = true;
  auto& browser = client();
  browser.send(get);
  settle();
  EXPECT_THAT(browser.received(), testing::StartsWith("HTTP/1.1 502 Bad Gateway\r\n"));
  EXPECT_EQ(only_fate(), "load_balancer 502 target_closed inside 127.0.0.1:0");
}

TEST_F(InProcess, ATargetRegisteredAgainIsCalledWhereItIsNow) {
  auto& browser = client();
  browser.send(get);
  settle();
  EXPECT_THAT(browser.received(), testing::StartsWith("HTTP/1.1 200 OK"));
  echo->delay = std::chrono::milliseconds(50);
  auto& waiting = client();
  waiting.send(get);
  settle();
  const auto second = std::make_shared<Echo>();
  ASSERT_TRUE(balancer->register_target("inside", {{"127.0.0.1", 0}, second}));
  echo->reset = true;
  echo.reset();
  browser.send(get);
  settle();
  EXPECT_THAT(browser.received(), testing::StartsWith("HTTP/1.1 200 OK"));
  advance(std::chrono::milliseconds(50));
  EXPECT_THAT(waiting.received(), testing::StartsWith("HTTP/1.1 200 OK")) << "it began before";
}

TEST_F(InProcess, BodyOverTheBoundIs413) {
  auto& browser = client();
  browser.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n");
  for (int i = 0; i < 20; ++i) {
    browser.send(std::string(100'000, 'x'));
    settle();
  }
  EXPECT_THAT(browser.received(), testing::StartsWith("HTTP/1.1 413 "));
  EXPECT_EQ(only_fate(), "load_balancer 413 body_too_large inside 127.0.0.1:0");
}

}  // namespace
}  // namespace cutover::lb::proxy::test

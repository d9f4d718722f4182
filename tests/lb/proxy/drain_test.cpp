// Deregistration, step by step (ALB user guide: Deregistration delay).

#include "tests/lb/proxy/simulation.hpp"

namespace cutover::lb::proxy::test {
namespace {

using std::chrono::seconds;
using targets::State;
using testing::HasSubstr;
using testing::StartsWith;

class Draining : public Simulation {
 protected:
  /// A request that has lasted until the target is deregistered, kept alive by some bytes now and
  /// then so that the idle timeout plays no part.
  void begin_request() {
    forward_everything_to("api", {3000});
    answer_checks({3000});
    browser = &client();
    browser->send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    service = &target(3000);
    EXPECT_THAT(service->received(), HasSubstr("GET /slow "));
    ASSERT_TRUE(balancer->deregister_target("api", {"127.0.0.1", 3000}));
    settle();
  }
  /// Answers with a body of `seconds_left` bytes, one per second; the last is left out.
  void trickle(int seconds_left) {
    service->send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(seconds_left) +
                  "\r\n\r\n");
    for (int i = 0; i + 1 < seconds_left; ++i) {
      service->send("x");
      advance(seconds(1));
    }
  }
  State state() { return balancer->target_health("api", {"127.0.0.1", 3000})->state; }

  MemoryStream* browser = nullptr;
  MemoryStream* service = nullptr;
};

TEST_F(Draining, KeepsInFlightRequestsUntilTheDelayEnds) {
  begin_request();
  trickle(300);
  EXPECT_EQ(state(), State::draining);
  service->send("x");
  settle();
  EXPECT_THAT(browser->received(), testing::EndsWith(std::string(300, 'x')));
  EXPECT_EQ(only_fate(), "target 200 none api 127.0.0.1:3000");
}

TEST_F(Draining, CutsWhatIsStillInFlightWhenTheDelayEnds) {
  begin_request();
  for (int i = 0; i < 50; ++i) {
    // An interim response every 6 s keeps the exchange from being idle.
    service->send("HTTP/1.1 102 Processing\r\n\r\n");
    advance(std::chrono::milliseconds(5'990));
  }
  browser->received();
  advance(seconds(1));
  EXPECT_THAT(browser->received(), StartsWith("HTTP/1.1 502 Bad Gateway\r\n"));
  EXPECT_EQ(state(), State::unused);
  EXPECT_TRUE(service->ended());
  EXPECT_EQ(only_fate(), "load_balancer 502 drain_ended api 127.0.0.1:3000");
}

TEST_F(Draining, NewRequestsGetNothingFromADrainingTarget) {
  begin_request();
  auto& second = client();
  second.send("GET /new HTTP/1.1\r\nHost: a\r\n\r\n");
  settle();
  EXPECT_THAT(second.received(), StartsWith("HTTP/1.1 503 "));
}

TEST_F(Draining, IdleTargetConnectionsAreClosedAndBusyOnesNotReused) {
  forward_everything_to("api", {3000, 3001});
  answer_checks({3000, 3001});
  auto& first = client();
  first.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
  auto& second = client();
  second.send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  auto& busy = target(3000);
  ASSERT_TRUE(balancer->deregister_target("api", {"127.0.0.1", 3000}));
  settle();
  EXPECT_FALSE(busy.ended());
  busy.received();
  busy.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  settle();
  EXPECT_TRUE(busy.ended());
}

TEST_F(Draining, ShowsDrainingUntilTheDelayEndsEvenWithNothingInFlight) {
  forward_everything_to("api", {3000});
  answer_checks({3000});
  ASSERT_TRUE(balancer->deregister_target("api", {"127.0.0.1", 3000}));
  advance(seconds(299));
  EXPECT_EQ(state(), State::draining);
  EXPECT_EQ(balancer->describe_target_health("api")->size(), 1U);
  advance(seconds(1));
  EXPECT_EQ(state(), State::unused);
  EXPECT_EQ(balancer->describe_target_health("api")->size(), 0U);
}

TEST_F(Draining, DelayZeroCutsAtOnce) {
  targets::TargetGroupSpec spec;
  spec.deregistration_delay = seconds(0);
  forward_everything_to("api", {3000}, spec);
  answer_checks({3000});
  auto& asking = client();
  asking.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  target(3000);
  ASSERT_TRUE(balancer->deregister_target("api", {"127.0.0.1", 3000}));
  settle();
  EXPECT_THAT(asking.received(), StartsWith("HTTP/1.1 502 "));
  EXPECT_EQ(state(), State::unused);
}

TEST_F(Draining, ATargetRegisteredAgainServesAgain) {
  forward_everything_to("api", {3000});
  answer_checks({3000});
  ASSERT_TRUE(balancer->deregister_target("api", {"127.0.0.1", 3000}));
  settle();
  ASSERT_TRUE(balancer->register_target("api", {{"127.0.0.1", 3000}, nullptr}));
  answer_checks({3000});
  EXPECT_EQ(state(), State::healthy);
  auto& asking = client();
  for (int i = 0; i < 3; ++i) {
    asking.send("GET /again HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_THAT(target(3000).received(), HasSubstr("GET /again "));
    target(3000).send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    settle();
  }
  advance(seconds(400));
  EXPECT_NE(state(), State::unused);
}

}  // namespace
}  // namespace cutover::lb::proxy::test

// Targets with a fault: slow or failing on the way to them, whatever they are themselves.

#include "tests/lb/proxy/simulation.hpp"

namespace cutover::lb::proxy::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view get = "GET /api/users HTTP/1.1\r\nHost: example.com\r\n\r\n";
constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

/// Does the same to every request.
class Same final : public TargetFault {
 public:
  explicit Same(Duration delay, int status = 0) {
    treatment_.delay = delay;
    if (status == 0) return;
    treatment_.answer.emplace();
    treatment_.answer->status = status;
    treatment_.answer->reason = "Faulty";
    treatment_.answer->headers = "Content-Type: text/plain\r\n";
    treatment_.answer->body = "oh";
  }
  Treatment next(TimePoint) noexcept override { return treatment_; }

 private:
  Treatment treatment_;
};

class TargetFaults : public Simulation {
 protected:
  TargetFaults() {
    targets::TargetGroupSpec spec;
    spec.health_check.interval = seconds(300);
    forward_everything_to("api", {3000}, spec);
    answer_checks({3000});
  }
  void set(std::shared_ptr<TargetFault> fault) {
    ASSERT_TRUE(balancer->set_target_fault("api", {"127.0.0.1", 3000}, std::move(fault)));
  }
  void slow(Duration delay) { set(std::make_shared<Same>(delay)); }
  void failing(int status, Duration delay = {}) { set(std::make_shared<Same>(delay, status)); }

  GroupCounters counters() { return balancer->metrics().group_total(0); }
};

TEST_F(TargetFaults, ASlowTargetGetsTheRequestLaterAndTheDelayIsItsOwn) {
  slow(milliseconds(250));
  auto& browser = client();
  browser.send(get);
  advance(milliseconds(249));
  EXPECT_EQ(connections_to(3000), 0U);
  EXPECT_EQ(balancer->accounts().in_flight, 1U);
  advance(milliseconds(1));
  EXPECT_THAT(target(3000).received(), StartsWith("GET /api/users HTTP/1.1\r\n"));
  advance(milliseconds(30));
  target(3000).send(ok);
  settle();
  EXPECT_THAT(browser.received(), EndsWith("\r\n\r\nhi"));
  EXPECT_EQ(only_fate(), "target 200 none api 127.0.0.1:3000");
  EXPECT_EQ(counters().target_response_time.sum, milliseconds(280));
}

TEST_F(TargetFaults, AFailingTargetNeverSeesTheRequestAndIsTakenToHaveAnswered) {
  failing(500, milliseconds(40));
  auto& browser = client();
  for (int i = 0; i < 2; ++i) {
    browser.send(get);
    advance(milliseconds(39));
    EXPECT_EQ(browser.received(), "");
    advance(milliseconds(1));
    const std::string answer = browser.received();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 Faulty\r\nContent-Type: text/plain\r\n"));
    EXPECT_THAT(answer, testing::Not(HasSubstr("awselb")));
    EXPECT_THAT(answer, EndsWith("\r\n\r\noh"));
  }
  EXPECT_EQ(connections_to(3000), 0U);
  EXPECT_EQ(only_fate(), "target 500 none api 127.0.0.1:3000");
  EXPECT_EQ(counters().target_5xx, 2U);
  EXPECT_EQ(counters().target_response_time.sum, milliseconds(80));
}

TEST_F(TargetFaults, TheNextRequestIsServedAsUsualOnceItIsTakenAway) {
  failing(500);
  auto& browser = client();
  browser.send(get);
  settle();
  EXPECT_THAT(browser.received(), StartsWith("HTTP/1.1 500 "));
  set(nullptr);
  browser.send(get);
  target(3000).send(ok);
  settle();
  EXPECT_THAT(browser.received(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(TargetFaults, ARequestThatIsHeldBackGoesOnWhenTheFaultIsTakenAwayMeanwhile) {
  failing(500, milliseconds(100));
  auto& browser = client();
  browser.send(get);
  settle();
  set(nullptr);
  auto& other = client();
  other.send(get);
  target(3000).send(ok);
  settle();
  EXPECT_THAT(other.received(), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(browser.received(), "");
  advance(milliseconds(100));
  EXPECT_THAT(browser.received(), StartsWith("HTTP/1.1 500 Faulty\r\n"));
}

TEST_F(TargetFaults, AClientThatLeavesDuringTheDelayIsAccountedForAtOnce) {
  slow(seconds(5));
  auto& browser = client();
  browser.send(get);
  settle();
  browser.close();
  settle();
  EXPECT_EQ(only_fate(), "client_left 460 client_left api 127.0.0.1:3000");
  EXPECT_EQ(balancer->accounts().in_flight, 0U);
}

TEST_F(TargetFaults, ADelayBeyondTheIdleTimeoutIs504) {
  slow(seconds(90));
  auto& browser = client();
  browser.send(get);
  advance(seconds(59));
  EXPECT_EQ(browser.received(), "");
  advance(seconds(2));
  EXPECT_THAT(browser.received(), StartsWith("HTTP/1.1 504 "));
  EXPECT_EQ(only_fate(), "load_balancer 504 target_timeout api 127.0.0.1:3000");
  EXPECT_EQ(counters().target_response_time.count, 0U);
}

TEST_F(TargetFaults, TheEndOfADrainCutsWhatIsHeldBack) {
  slow(seconds(50));
  auto& browser = client();
  browser.send(get);
  settle();
  targets::TargetGroupSpec spec = *balancer->target_group("api");
  spec.deregistration_delay = seconds(10);
  ASSERT_TRUE(balancer->modify_target_group(spec));
  ASSERT_TRUE(balancer->deregister_target("api", {"127.0.0.1", 3000}));
  advance(seconds(11));
  EXPECT_EQ(only_fate(), "load_balancer 502 drain_ended api 127.0.0.1:3000");
}

TEST_F(TargetFaults, ABodyThatComesDuringTheDelayReachesTheTargetWhole) {
  slow(milliseconds(100));
  auto& browser = client();
  browser.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n012");
  advance(milliseconds(50));
  browser.send("3456");
  advance(milliseconds(49));
  browser.send("7");
  advance(milliseconds(1));
  browser.send("89");
  EXPECT_THAT(target(3000).received(), EndsWith("\r\n\r\n0123456789"));
  target(3000).send(ok);
  settle();
  EXPECT_THAT(browser.received(), EndsWith("hi"));
  EXPECT_FALSE(browser.ended());
}

TEST_F(TargetFaults, ABodyCutShortDuringTheDelayIs400) {
  slow(seconds(5));
  auto& browser = client();
  browser.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n012");
  settle();
  browser.shut_down_sending();
  settle();
  EXPECT_THAT(browser.received(), StartsWith("HTTP/1.1 400 "));
  EXPECT_EQ(only_fate(), "load_balancer 400 body_cut api 127.0.0.1:3000");
}

TEST_F(TargetFaults, AFailingTargetsConnectionGoesOnBehindTheRestOfTheBody) {
  failing(500);
  auto& browser = client();
  browser.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n012");
  settle();
  EXPECT_THAT(browser.received(), StartsWith("HTTP/1.1 500 "));
  browser.send("3456789");
  browser.send(get);
  settle();
  EXPECT_THAT(browser.received(), StartsWith("HTTP/1.1 500 "));
  EXPECT_EQ(balancer->accounts().requests, 2U);
}

TEST_F(TargetFaults, AnUpgradeMeetsItBeforeItBecomesATunnel) {
  constexpr std::string_view upgrade =
      "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
  slow(milliseconds(100));
  auto& browser = client();
  browser.send(upgrade);
  advance(milliseconds(100));
  EXPECT_THAT(target(3000).received(), HasSubstr("\r\nUpgrade: websocket\r\n"));
  target(3000).send("HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  settle();
  EXPECT_THAT(browser.received(), StartsWith("HTTP/1.1 101 "));
  browser.send("frame");
  EXPECT_EQ(target(3000).received(), "frame") << "only the request is slow";

  failing(500);
  auto& other = client();
  other.send(upgrade);
  settle();
  EXPECT_THAT(other.received(), StartsWith("HTTP/1.1 500 Faulty\r\n"));
}

TEST_F(TargetFaults, ATargetThatClosesInsteadOfAnsweringGives502) {
  class Resets final : public TargetFault {
    Treatment next(TimePoint) noexcept override {
      Treatment treatment;
      treatment.answer.emplace().reset = true;
      return treatment;
    }
  };
  set(std::make_shared<Resets>());
  auto& browser = client();
  browser.send(get);
  settle();
  EXPECT_THAT(browser.received(), StartsWith("HTTP/1.1 502 "));
  EXPECT_EQ(only_fate(), "load_balancer 502 target_closed api 127.0.0.1:3000");
}

TEST_F(TargetFaults, StayWhenTheTargetIsRegisteredAgainAndEndWhenItHasLeft) {
  failing(500);
  ASSERT_TRUE(balancer->register_target("api", {{"127.0.0.1", 3000}, nullptr}));
  auto& browser = client();
  browser.send(get);
  settle();
  EXPECT_THAT(browser.received(), StartsWith("HTTP/1.1 500 "));

  ASSERT_TRUE(balancer->deregister_target("api", {"127.0.0.1", 3000}));
  advance(seconds(301));
  EXPECT_EQ(balancer->set_target_fault("api", {"127.0.0.1", 3000}, nullptr).error().message,
            "'127.0.0.1:3000' is not registered with target group 'api'");
  ASSERT_TRUE(balancer->register_target("api", {{"127.0.0.1", 3000}, nullptr}));
  answer_checks({3000});
  client().send(get);
  EXPECT_THAT(target(3000).received(), StartsWith("GET /api/users "));
}

TEST_F(TargetFaults, AreRefusedWhereThereIsNoSuchGroup) {
  EXPECT_EQ(balancer->set_target_fault("apo", {"127.0.0.1", 3000}, nullptr).error().code,
            "TargetGroupNotFound");
}

TEST_F(TargetFaults, StopEndsRequestsAndChecksThatAreHeldBack) {
  begin({});
  targets::TargetGroupSpec spec;
  spec.name = "slow";
  ASSERT_TRUE(balancer->create_target_group(spec));
  ASSERT_TRUE(balancer->register_target("slow", {{"127.0.0.1", 3000}, nullptr}));
  ASSERT_TRUE(balancer->set_target_fault("slow", {"127.0.0.1", 3000},
                                         std::make_shared<Same>(std::chrono::hours(1))));
  ASSERT_TRUE(balancer->modify_listener(80, rules::Forward{{{"slow", 1}}}));
  auto& browser = client();
  browser.send(get);
  settle();
  balancer->stop(Duration::zero());
  EXPECT_EQ(balancer->accounts().in_flight, 0U);
  EXPECT_EQ(only_fate(), "client_left 460 shutdown slow 127.0.0.1:3000");
}

// A target of this process meets it before it is called.
TEST_F(TargetFaults, HoldATargetOfThisProcessBackAsWell) {
  class Hello final : public InProcessService {
    void serve(const InProcessRequest& request, TimePoint,
               InProcessResponse& response) noexcept override {
      response.storage = std::string(request.body) + " hello";
      response.body = response.storage;
      response.delay = milliseconds(10);
    }
  };
  targets::TargetGroupSpec spec;
  spec.name = "inside";
  ASSERT_TRUE(balancer->create_target_group(spec));
  const auto hello = std::make_shared<Hello>();
  ASSERT_TRUE(balancer->register_target("inside", {{"127.0.0.1", 0}, hello}));
  ASSERT_TRUE(balancer->modify_listener(80, rules::Forward{{{"inside", 1}}}));
  settle();
  ASSERT_TRUE(balancer->set_target_fault("inside", {"127.0.0.1", 0},
                                         std::make_shared<Same>(milliseconds(100))));
  auto& browser = client();
  browser.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nwell");
  advance(milliseconds(109));
  EXPECT_EQ(browser.received(), "");
  advance(milliseconds(1));
  EXPECT_THAT(browser.received(), EndsWith("well hello"));
  EXPECT_EQ(balancer->metrics().group_total(1).target_response_time.sum, milliseconds(110));
}

class FaultyHealth : public Simulation {
 protected:
  FaultyHealth() {
    targets::TargetGroupSpec spec;
    spec.health_check.interval = seconds(6);
    spec.health_check.timeout = seconds(5);
    spec.health_check.healthy_threshold = 2;
    spec.health_check.unhealthy_threshold = 2;
    forward_everything_to("api", {3000}, spec);
  }
  void set(std::shared_ptr<TargetFault> fault) {
    ASSERT_TRUE(balancer->set_target_fault("api", {"127.0.0.1", 3000}, std::move(fault)));
  }
  /// Lets the target answer this many checks with 200, as far as they reach it.
  void pass_checks(int count) {
    for (int i = 0; i < count; ++i) {
      answer_checks({3000});
      advance(seconds(6));
    }
  }
  std::string health() {
    const auto health = *balancer->target_health("api", {"127.0.0.1", 3000});
    return std::string(targets::to_string(health.state)) + ' ' + health.reason + ' ' +
           health.description;
  }
};

TEST_F(FaultyHealth, AFailingTargetFailsItsChecksUntilTheFaultIsTakenAway) {
  pass_checks(1);
  ASSERT_EQ(health(), "healthy  ");
  set(std::make_shared<Same>(Duration::zero(), 500));
  advance(seconds(12));
  EXPECT_EQ(health(),
            "unhealthy Target.ResponseCodeMismatch Health checks failed with these codes: [500]");
  set(nullptr);
  pass_checks(3);
  EXPECT_EQ(health(), "healthy  ");
}

TEST_F(FaultyHealth, ATargetSlowerThanTheTimeoutTimesOut) {
  pass_checks(1);
  set(std::make_shared<Same>(milliseconds(5'100)));
  pass_checks(3);
  EXPECT_EQ(health(), "unhealthy Target.Timeout Request timed out");
}

TEST_F(FaultyHealth, ATargetWithinTheTimeoutIsOnlySlow) {
  pass_checks(1);
  answer_checks({3000});
  set(std::make_shared<Same>(seconds(1)));
  advance(seconds(6));
  EXPECT_EQ(connections_to(3000), 0U);
  advance(seconds(1));
  EXPECT_EQ(connections_to(3000), 1U);
  for (int i = 0; i < 3; ++i) {
    answer_checks({3000});
    advance(seconds(6));
  }
  EXPECT_EQ(health(), "healthy  ");
}

}  // namespace
}  // namespace cutover::lb::proxy::test

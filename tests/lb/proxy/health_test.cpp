// Health checks over the wire, and what they do to routing.

#include "tests/lb/proxy/simulation.hpp"

namespace cutover::lb::proxy::test {
namespace {

using std::chrono::seconds;
using targets::State;
using testing::HasSubstr;

targets::TargetGroupSpec workshop_group() {
  targets::TargetGroupSpec spec;
  spec.health_check.interval = seconds(6);
  spec.health_check.timeout = seconds(5);
  spec.health_check.healthy_threshold = 2;
  spec.health_check.unhealthy_threshold = 2;
  return spec;
}

class Health : public Simulation {
 protected:
  std::string health(std::uint16_t port) {
    const auto health = *balancer->target_health("api", {"127.0.0.1", port});
    std::string text(targets::to_string(health.state));
    if (!health.reason.empty()) text += ' ' + health.reason;
    if (!health.description.empty()) text += " (" + health.description + ')';
    return text;
  }
};

TEST_F(Health, CheckIsAGetByTheHealthCheckerOnAConnectionOfItsOwn) {
  forward_everything_to("api", {3000}, workshop_group());
  const std::string request = target(3000).received();
  EXPECT_EQ(request.substr(0, request.find("\r\n")), "GET / HTTP/1.1");
  EXPECT_THAT(request, HasSubstr("\r\nHost: 127.0.0.1:3000\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nUser-Agent: ELB-HealthChecker/2.0\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_EQ(health(3000), "initial Elb.InitialHealthChecking (Initial health checks in progress)");
  target(3000).send("HTTP/1.1 200 OK\r\n\r\n");
  settle();
  EXPECT_TRUE(target(3000).ended());
  EXPECT_EQ(health(3000), "healthy");
}

TEST_F(Health, OneCheckPerIntervalHoweverLongTheLastTakes) {
  forward_everything_to("api", {3000}, workshop_group());
  EXPECT_EQ(connections_to(3000), 1U);
  advance(seconds(60));
  EXPECT_EQ(connections_to(3000), 11U);
}

TEST_F(Health, ReasonsSayWhatTheChecksSaw) {
  forward_everything_to("api", {3000, 3001, 3002, 3003}, workshop_group());
  network.remove_target(at(3001));
  for (int i = 0; i < 3; ++i) {
    answer_checks({3000}, 500);
    settle();
    target(3002).send("garbage\r\n\r\n");
    advance(seconds(6));
  }
  EXPECT_EQ(health(3000),
            "unhealthy Target.ResponseCodeMismatch (Health checks failed with these codes: [500])");
  EXPECT_EQ(health(3001), "unhealthy Target.FailedHealthChecks (Health checks failed)");
  EXPECT_EQ(health(3002), "unhealthy Target.FailedHealthChecks (Health checks failed)");
  EXPECT_EQ(health(3003), "unhealthy Target.Timeout (Request timed out)");
}

TEST_F(Health, NoTrafficToATargetThatIsInitialWhileAnotherIsHealthy) {
  forward_everything_to("api", {3000, 3001}, workshop_group());
  answer_checks({3000});
  const std::size_t before = connections_to(3001);
  auto& browser = client();
  for (int i = 0; i < 4; ++i) {
    browser.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    target(3000).send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    settle();
  }
  EXPECT_EQ(connections_to(3001), before);
  EXPECT_EQ(only_fate(), "target 200 none api 127.0.0.1:3000");
}

TEST_F(Health, WithNoHealthyTargetAllAreUsed) {
  forward_everything_to("api", {3000}, workshop_group());
  auto& browser = client();
  browser.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(target(3000).received(), HasSubstr("GET /x "));
}

TEST_F(Health, ChangesAreToldWithTheStateTheyLeadTo) {
  std::string told;
  balancer->on_health_change([&](const std::string& group, const targets::TargetId& id,
                                 const targets::TargetHealth& now) {
    told += group + ' ' + to_string(id) + ' ' + std::string(targets::to_string(now.state)) + '\n';
  });
  forward_everything_to("api", {3000}, workshop_group());
  answer_checks({3000});
  ASSERT_TRUE(balancer->deregister_target("api", {"127.0.0.1", 3000}));
  advance(seconds(301));
  EXPECT_EQ(told,
            "api 127.0.0.1:3000 unused\napi 127.0.0.1:3000 initial\napi 127.0.0.1:3000 healthy\n"
            "api 127.0.0.1:3000 draining\napi 127.0.0.1:3000 unused\n");
}

TEST_F(Health, TargetsOfAGroupThatNoActionNamesAreUnusedAndNotChecked) {
  targets::TargetGroupSpec spec = workshop_group();
  spec.name = "idle";
  ASSERT_TRUE(balancer->create_target_group(spec));
  network.add_target(at(3000));
  ASSERT_TRUE(balancer->register_target("idle", {{"127.0.0.1", 3000}, nullptr}));
  advance(seconds(30));
  EXPECT_EQ(connections_to(3000), 0U);
  EXPECT_EQ(balancer->target_health("idle", {"127.0.0.1", 3000})->reason, "Target.NotInUse");
}

}  // namespace
}  // namespace cutover::lb::proxy::test

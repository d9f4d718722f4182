// What the load balancer answers by itself.

#include "tests/lb/proxy/simulation.hpp"

namespace cutover::lb::proxy::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class OwnAnswers : public Simulation {};

TEST_F(OwnAnswers, FixedResponseWithItsTypeAndBody) {
  auto& browser = client();
  browser.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  settle();
  const std::string answer = browser.received();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 404 Not Found\r\nServer: awselb/2.0\r\n"));
  EXPECT_THAT(answer, testing::EndsWith("\r\n\r\nno rule"));
  EXPECT_EQ(only_fate(), "load_balancer 404 fixed_response  ");
}

TEST_F(OwnAnswers, RedirectKeepsWhatTheTemplateKeeps) {
  rules::Redirect redirect;
  redirect.status_code = 301;
  redirect.host = "new.example.com";
  ASSERT_TRUE(balancer->modify_listener(80, redirect));
  auto& browser = client();
  browser.send("GET /a/b?c=d HTTP/1.1\r\nHost: old.example.com:8080\r\n\r\n");
  settle();
  const std::string answer = browser.received();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 301 Moved Permanently\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nLocation: http://new.example.com:80/a/b?c=d\r\n"));
}

TEST_F(OwnAnswers, EmptyGroupIs503AndKeepsTheConnection) {
  forward_everything_to("drop-traffic", {});
  auto& browser = client();
  browser.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  settle();
  EXPECT_THAT(browser.received(), StartsWith("HTTP/1.1 503 Service Temporarily Unavailable\r\n"));
  EXPECT_FALSE(browser.ended());
  EXPECT_EQ(only_fate(), "load_balancer 503 no_target drop-traffic ");
}

TEST_F(OwnAnswers, AWeightedActionKeepsTheShareOfAnEmptyGroup) {
  forward_everything_to("empty", {});
  forward_everything_to("full", {3000});
  ASSERT_TRUE(balancer->modify_listener(80, rules::Forward{{{"empty", 1}, {"full", 0}}}));
  auto& browser = client();
  for (int i = 0; i < 10; ++i) browser.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  settle();
  EXPECT_EQ(only_fate(), "load_balancer 503 no_target empty ");
}

TEST_F(OwnAnswers, BodyThatNobodyNeedsIsReadAndTheConnectionKept) {
  auto& browser = client();
  browser.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc");
  settle();
  EXPECT_THAT(browser.received(), StartsWith("HTTP/1.1 404 "));
  browser.send("defGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  settle();
  EXPECT_THAT(browser.received(), StartsWith("HTTP/1.1 404 "));
  EXPECT_EQ(balancer->accounts().requests, 2U);
}

TEST_F(OwnAnswers, RulesApplyFromTheChangeOn) {
  forward_everything_to("api", {});
  rules::Rule rule;
  rule.priority = 10;
  rule.conditions = {rules::PathPattern{{"/old*"}}};
  rule.action = rules::FixedResponse{410, "text/plain", "gone"};
  ASSERT_TRUE(balancer->create_rule(80, rule));
  auto& browser = client();
  browser.send("GET /old/1 HTTP/1.1\r\nHost: a\r\n\r\n");
  settle();
  EXPECT_THAT(browser.received(), StartsWith("HTTP/1.1 410 Gone\r\n"));
  ASSERT_TRUE(balancer->delete_rule(80, 10));
  browser.send("GET /old/1 HTTP/1.1\r\nHost: a\r\n\r\n");
  settle();
  EXPECT_THAT(browser.received(), StartsWith("HTTP/1.1 503 "));
}

TEST_F(OwnAnswers, RuleErrorsNameWhatIsWrongAndChangeNothing) {
  rules::Rule rule;
  rule.priority = 10;
  rule.conditions = {rules::PathPattern{{"/a*"}}};
  rule.action = rules::Forward{{{"nobody", 1}}};
  EXPECT_EQ(balancer->create_rule(80, rule).error().code, "TargetGroupNotFound");
  rule.action = rules::FixedResponse{200, "text/plain", ""};
  ASSERT_TRUE(balancer->create_rule(80, rule));
  EXPECT_EQ(balancer->create_rule(80, rule).error().code, "PriorityInUse");
  EXPECT_EQ(balancer->create_rule(81, rule).error().code, "ListenerNotFound");
  EXPECT_EQ(balancer->delete_rule(80, 11).error().code, "RuleNotFound");
  EXPECT_EQ(balancer->rules(80)->rules.size(), 1U);
}

TEST_F(OwnAnswers, PrioritiesCanBeSwappedInOneCall) {
  for (const std::uint32_t priority : {1U, 2U}) {
    rules::Rule rule;
    rule.priority = priority;
    rule.conditions = {rules::PathPattern{{"/*"}}};
    rule.action = rules::FixedResponse{200 + static_cast<int>(priority), "text/plain", ""};
    ASSERT_TRUE(balancer->create_rule(80, rule));
  }
  ASSERT_TRUE(balancer->set_rule_priorities(80, {{1, 2}, {2, 1}}));
  auto& browser = client();
  browser.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  settle();
  EXPECT_THAT(browser.received(), StartsWith("HTTP/1.1 202 "));
  EXPECT_EQ(balancer->set_rule_priorities(80, {{1, 2}}).error().code, "PriorityInUse");
}

TEST_F(OwnAnswers, AGroupInUseCanNotBeDeleted) {
  forward_everything_to("api", {});
  EXPECT_EQ(balancer->delete_target_group("api").error().code, "ResourceInUse");
  ASSERT_TRUE(balancer->delete_listener(80));
  EXPECT_TRUE(balancer->delete_target_group("api"));
}

TEST_F(OwnAnswers, ConnectionsOverTheBoundAreTurnedAwayWith503) {
  Options options;
  options.connections_most = 2;
  begin(options);
  client();
  client();
  auto& third = client();
  EXPECT_THAT(third.received(), StartsWith("HTTP/1.1 503 "));
  EXPECT_TRUE(third.ended());
  EXPECT_EQ(balancer->accounts().connections_refused, 1U);
}

TEST_F(OwnAnswers, LabelNamesTheGroupOnlyWhenAskedFor) {
  Options options;
  options.label_responses = true;
  begin(options);
  forward_everything_to("api", {3000});
  answer_checks({3000});
  auto& browser = client();
  browser.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  target(3000).send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  settle();
  EXPECT_THAT(browser.received(), HasSubstr("\r\nX-Cutover-Target-Group: api\r\n"));
}

}  // namespace
}  // namespace cutover::lb::proxy::test

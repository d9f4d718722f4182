// What operations change in load balancing as values: quotas and transforms.

#include <gtest/gtest.h>

#include "cutover/stack/listener_json.hpp"
#include "cutover/stack/model.hpp"

namespace cutover::stack {
namespace {

using nlohmann::json;

std::string verdict(const Result<void>& result) {
  return result ? "done" : to_string(result.error());
}

/// A load balancer "demo" with the target groups g0 … g100 and a listener on port 80.
Model model() {
  Model made;
  CreateLoadBalancer demo;
  demo.name = "demo";
  EXPECT_TRUE(made.apply(demo));
  for (int i = 0; i <= 100; ++i) {
    lb::targets::TargetGroupSpec spec;
    spec.name = "g" + std::to_string(i);
    EXPECT_TRUE(made.apply(CreateTargetGroup{spec}));
  }
  EXPECT_TRUE(made.apply(CreateListener{{"demo", 80}, rules::Forward{{{"g0"}}}}));
  return made;
}

CreateRule rule(std::uint32_t priority, std::string group) {
  return {{"demo", 80}, {priority, {rules::PathPattern{{"/"}}}, rules::Forward{{{group}}}}};
}

TEST(ModelQuotas, AHundredRulesPerLoadBalancer) {
  Model made = model();
  ASSERT_TRUE(made.apply(CreateListener{{"demo", 81}, rules::Forward{{{"g0"}}}}));
  for (std::uint32_t i = 1; i <= 100; ++i) {
    CreateRule operation = rule(i, "g0");
    operation.listener.port = i % 2 == 0 ? 80 : 81;
    ASSERT_EQ(verdict(made.apply(operation)), "done");
  }
  EXPECT_EQ(
      verdict(made.apply(rule(101, "g0"))),
      "The load balancer would have 101 rules (default rules not counted); the limit per load "
      "balancer is '100' (TooManyRules)");
  ASSERT_TRUE(made.apply(DeleteRule{{{"demo", 80}, 2}}));
  EXPECT_EQ(verdict(made.apply(rule(101, "g0"))), "done");
}

TEST(ModelQuotas, FiftyListenersPerLoadBalancer) {
  Model made = model();
  for (std::uint16_t port = 1; port < 50; ++port) {
    ASSERT_EQ(verdict(made.apply(CreateListener{{"demo", port}, rules::FixedResponse{}})), "done");
  }
  EXPECT_EQ(verdict(made.apply(CreateListener{{"demo", 99}, rules::FixedResponse{}})),
            "The load balancer would have 51 listeners; the limit per load balancer is '50' "
            "(TooManyListeners)");
  EXPECT_EQ(made.balancing.load_balancers.at("demo").listeners.size(), 50U);
}

TEST(ModelQuotas, AHundredDifferentTargetGroupsPerLoadBalancer) {
  Model made = model();
  for (std::uint32_t i = 1; i < 100; ++i) {
    ASSERT_EQ(verdict(made.apply(rule(i, "g" + std::to_string(i)))), "done");
  }
  const std::string refused =
      "The load balancer would have 101 different target groups; the limit per load balancer is "
      "'100' (TooManyUniqueTargetGroupsPerLoadBalancer)";
  EXPECT_EQ(verdict(made.apply(rule(100, "g100"))), refused);
  ModifyRule change;
  change.rule = {{"demo", 80}, 1};
  change.action = rules::Forward{{{"g1"}, {"g100"}}};
  EXPECT_EQ(verdict(made.apply(change)), refused);
  change.action = rules::Forward{{{"g100"}}};
  EXPECT_EQ(verdict(made.apply(change)), "done");
}

/// The transforms of rule 10 after a ModifyRule with this beside its RuleArn.
std::string modified(const char* members) {
  Model made = model();
  CreateRule operation = rule(10, "g0");
  operation.rule.url_rewrite = rules::Rewrite{"^/old", "/new"};
  EXPECT_TRUE(made.apply(operation));
  json input = json::parse(members);
  input["RuleArn"] = "demo:80/10";
  const auto change = parse_modify_rule(input, "");
  if (!change) return to_string(change.error());
  const auto done = made.apply(*change);
  const auto* listener = made.balancing.listener({"demo", 80});
  return done ? rules::to_string(listener->rules.rules.front()) : to_string(done.error());
}

TEST(ModifyRule, ReplacesOrResetsTransformsAndElseKeepsThem) {
  const std::string forward = "forward to g0";
  EXPECT_EQ(modified(R"({"Conditions":[{"Field":"path-pattern","Values":["/a"]}]})"),
            "10 path-pattern is /a -> url-rewrite '^/old' to '/new', " + forward);
  EXPECT_EQ(modified(R"({"ResetTransforms":true})"), "10 path-pattern is / -> " + forward);
  const std::string host =
      R"("Transforms":[{"Type":"host-header-rewrite","HostHeaderRewriteConfig":
         {"Rewrites":[{"Regex":"a","Replace":"b"}]}}])";
  EXPECT_EQ(modified(("{" + host + "}").c_str()),
            "10 path-pattern is / -> host-header-rewrite 'a' to 'b', " + forward);
  EXPECT_EQ(modified(("{\"ResetTransforms\":true," + host + "}").c_str()),
            "/ResetTransforms: found true beside Transforms; give one of them (ValidationError)");
  EXPECT_EQ(modified("{}"),
            "Either conditions, actions or transforms must be specified (ValidationError)");
}

}  // namespace
}  // namespace cutover::stack

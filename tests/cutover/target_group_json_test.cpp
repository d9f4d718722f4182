#include "cutover/stack/target_group_json.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace cutover::stack {
namespace {

using lb::targets::Algorithm;
using lb::targets::Stickiness;
using lb::targets::TargetGroupSpec;
using std::chrono::seconds;
using Attributes = std::vector<std::pair<std::string, std::string>>;

Result<ModifyTargetGroupAttributes> modification(const Attributes& attributes) {
  nlohmann::json document{{"TargetGroupArn", "users"}, {"Attributes", nlohmann::json::array()}};
  for (const auto& [key, value] : attributes) {
    document["Attributes"].push_back({{"Key", key}, {"Value", value}});
  }
  return parse_modify_target_group_attributes(document, "");
}

/// `spec` after ModifyTargetGroupAttributes.
TargetGroupSpec modified(const TargetGroupSpec& spec, const Attributes& attributes) {
  const auto operation = modification(attributes);
  if (operation) return changed(spec, operation->settings);
  ADD_FAILURE() << to_string(operation.error());
  return spec;
}

std::string refusal(const std::string& key, const std::string& value) {
  const auto operation = modification({{key, value}});
  return operation ? "taken" : to_string(operation.error());
}

TEST(TargetGroupAttributes, EachSetsItsSettingAndLeavesTheOthers) {
  TargetGroupSpec spec;
  spec.name = "users";
  const auto expect = [&](const std::string& key, const std::string& value, auto change) {
    TargetGroupSpec expected = spec;
    change(expected);
    spec = modified(spec, {{key, value}});
    EXPECT_EQ(spec, expected) << key << " " << value;
  };
  expect("deregistration_delay.timeout_seconds", "0",
         [](auto& s) { s.deregistration_delay = seconds(0); });
  expect("slow_start.duration_seconds", "30", [](auto& s) { s.slow_start = seconds(30); });
  expect("slow_start.duration_seconds", "900", [](auto& s) { s.slow_start = seconds(900); });
  expect("slow_start.duration_seconds", "0", [](auto& s) { s.slow_start = seconds(0); });
  expect("load_balancing.algorithm.type", "weighted_random",
         [](auto& s) { s.algorithm = Algorithm::weighted_random; });
  expect("load_balancing.algorithm.anomaly_mitigation", "on",
         [](auto& s) { s.anomaly_mitigation = true; });
  expect("load_balancing.algorithm.anomaly_mitigation", "off",
         [](auto& s) { s.anomaly_mitigation = false; });
  expect("load_balancing.algorithm.type", "round_robin",
         [](auto& s) { s.algorithm = Algorithm::round_robin; });
  expect("stickiness.enabled", "true", [](auto& s) { s.stickiness.enabled = true; });
  expect("stickiness.type", "app_cookie",
         [](auto& s) { s.stickiness.type = Stickiness::Type::app_cookie; });
  expect("stickiness.app_cookie.cookie_name", "SESSION",
         [](auto& s) { s.stickiness.app_cookie_name = "SESSION"; });
  expect("stickiness.app_cookie.duration_seconds", "1",
         [](auto& s) { s.stickiness.app_cookie_duration = seconds(1); });
  expect("stickiness.lb_cookie.duration_seconds", "604800",
         [](auto& s) { s.stickiness.lb_cookie_duration = seconds(604'800); });
  expect("stickiness.enabled", "false", [](auto& s) { s.stickiness.enabled = false; });
  const std::string dns = "target_group_health.dns_failover.minimum_healthy_targets.";
  expect(dns + "count", "3", [](auto& s) { s.dns_failover.minimum_healthy_count = 3; });
  expect(dns + "count", "off", [](auto& s) { s.dns_failover.minimum_healthy_count.reset(); });
  expect(dns + "percentage", "70", [](auto& s) { s.dns_failover.minimum_healthy_percentage = 70; });
  const std::string routing =
      "target_group_health.unhealthy_state_routing."
      "minimum_healthy_targets.";
  expect(routing + "count", "2",
         [](auto& s) { s.unhealthy_state_routing.minimum_healthy_count = 2; });
  expect(routing + "percentage", "70",
         [](auto& s) { s.unhealthy_state_routing.minimum_healthy_percentage = 70; });
  expect(routing + "percentage", "off",
         [](auto& s) { s.unhealthy_state_routing.minimum_healthy_percentage.reset(); });
  expect("load_balancing.cross_zone.enabled", "true", [](auto&) {});
  expect("load_balancing.cross_zone.enabled", "use_load_balancer_configuration", [](auto&) {});
}

TEST(TargetGroupAttributes, RefusalNamesAttributeFindingAndLimit) {
  const std::vector<std::pair<std::pair<std::string, std::string>, std::string>> rows{
      {{"slow_start.duration_seconds", "29"},
       "/Attributes/0/Value: found \"29\" for slow_start.duration_seconds; allowed is \"0\" or "
       "\"30\" to \"900\" (ValidationError)"},
      {{"load_balancing.algorithm.type", "random"},
       "/Attributes/0/Value: found \"random\" for load_balancing.algorithm.type; allowed is "
       "\"round_robin\", \"least_outstanding_requests\" or \"weighted_random\" (ValidationError)"},
      {{"load_balancing.algorithm.anomaly_mitigation", "true"},
       "/Attributes/0/Value: found \"true\" for load_balancing.algorithm.anomaly_mitigation; "
       "allowed is \"on\" or \"off\" (ValidationError)"},
      {{"stickiness.type", "source_ip"},
       "/Attributes/0/Value: found \"source_ip\" for stickiness.type; allowed is \"lb_cookie\" or "
       "\"app_cookie\" (ValidationError)"},
      {{"stickiness.lb_cookie.duration_seconds", "604801"},
       "/Attributes/0/Value: found \"604801\" for stickiness.lb_cookie.duration_seconds; allowed "
       "is \"1\" to \"604800\" (ValidationError)"},
      {{"lambda.multi_value_headers.enabled", "true"},
       "/Attributes/0/Value: found \"true\" for lambda.multi_value_headers.enabled; allowed is "
       "\"false\", nothing else is supported (ValidationError)"},
      {{"stickiness.enable", "true"},
       "/Attributes/0/Key: there is no attribute \"stickiness.enable\" here; did you mean "
       "\"stickiness.enabled\"? (InvalidConfigurationRequest)"},
  };
  for (const auto& [attribute, text] : rows) {
    EXPECT_EQ(refusal(attribute.first, attribute.second), text);
  }
}

}  // namespace
}  // namespace cutover::stack

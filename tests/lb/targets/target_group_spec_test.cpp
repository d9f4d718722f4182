#include <gtest/gtest.h>

#include <functional>

#include "lb/targets/target_group_spec.hpp"

namespace cutover::lb::targets {
namespace {

using std::chrono::seconds;
using Change = std::function<void(TargetGroupSpec&)>;

std::string verdict(const Change& change) {
  TargetGroupSpec spec;
  spec.name = "users";
  change(spec);
  const auto result = validate(spec);
  return result ? "valid" : to_string(result.error());
}

TEST(TargetGroupSpec, DefaultsAreValidOnceNamed) {
  EXPECT_EQ(verdict([](TargetGroupSpec&) {}), "valid");
}

TEST(TargetGroupSpec, EveryBoundIsInclusive) {
  const Change changes[] = {
      [](auto& spec) { spec.name = "a"; },
      [](auto& spec) { spec.name = std::string(32, 'a'); },
      [](auto& spec) { spec.name = "drop-traffic-2"; },
      [](auto& spec) { spec.port = 1; },
      [](auto& spec) { spec.port = 65535; },
      [](auto& spec) { spec.health_check.port = 1; },
      [](auto& spec) { spec.health_check.path = "/health?deep=1&x=%20"; },
      [](auto& spec) { spec.health_check.path = "/" + std::string(1023, 'a'); },
      [](auto& spec) {
        spec.health_check.interval = seconds(5);
        spec.health_check.timeout = seconds(2);
      },
      [](auto& spec) {
        spec.health_check.interval = seconds(300);
        spec.health_check.timeout = seconds(120);
      },
      [](auto& spec) { spec.health_check.healthy_threshold = 2; },
      [](auto& spec) { spec.health_check.healthy_threshold = 10; },
      [](auto& spec) { spec.health_check.unhealthy_threshold = 2; },
      [](auto& spec) { spec.health_check.unhealthy_threshold = 10; },
      [](auto& spec) { spec.deregistration_delay = seconds(0); },
      [](auto& spec) { spec.deregistration_delay = seconds(3600); },
      [](auto& spec) {
        spec.unhealthy_state_routing.minimum_healthy_count = 1000;
        spec.dns_failover.minimum_healthy_count = 1000;
      },
      [](auto& spec) {
        spec.unhealthy_state_routing.minimum_healthy_count = 1000;
        spec.dns_failover.minimum_healthy_count = std::nullopt;
      },
      [](auto& spec) {
        spec.unhealthy_state_routing.minimum_healthy_percentage = 40;
        spec.dns_failover.minimum_healthy_percentage = 40;
      },
      [](auto& spec) { spec.dns_failover.minimum_healthy_percentage = 1; },
      [](auto& spec) { spec.slow_start = seconds(30); },
      [](auto& spec) { spec.slow_start = seconds(900); },
      [](auto& spec) { spec.algorithm = Algorithm::least_outstanding_requests; },
      [](auto& spec) {
        spec.algorithm = Algorithm::weighted_random;
        spec.anomaly_mitigation = true;
        spec.stickiness.app_cookie_name = "kept-for-later";
      },
      [](auto& spec) {
        spec.algorithm = Algorithm::least_outstanding_requests;
        spec.stickiness = {true, Stickiness::Type::lb_cookie, seconds(1), seconds(1), ""};
      },
      [](auto& spec) {
        spec.stickiness = {true, Stickiness::Type::app_cookie, seconds(604'800), seconds(604'800),
                           "awsalb"};
      },
      [](auto& spec) { spec.unhealthy_state_routing.minimum_healthy_percentage = 1; },
      [](auto& spec) { spec.unhealthy_state_routing.minimum_healthy_percentage = 100; },
  };
  for (const Change& change : changes) EXPECT_EQ(verdict(change), "valid");
}

TEST(TargetGroupSpec, RefusalNamesParameterFindingAndRange) {
  const std::pair<Change, const char*> rows[] = {
      {[](auto& spec) { spec.name = ""; },
       "/Name: A target group name cannot be empty (ValidationError)"},
      {[](auto& spec) { spec.name = std::string(33, 'a'); },
       "/Name: Target group name 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' cannot be longer than '32' "
       "characters (ValidationError)"},
      {[](auto& spec) { spec.name = "my_group"; },
       "/Name: Target group name 'my_group' may hold letters, digits and hyphens only, with no "
       "hyphen at either end (ValidationError)"},
      {[](auto& spec) { spec.port = 0; },
       "/Port: found 0; allowed are 1 to 65535 (ValidationError)"},
      {[](auto& spec) { spec.health_check.port = 0; },
       "/HealthCheckPort: found 0; allowed are 1 to 65535, or 'traffic-port' (ValidationError)"},
      {[](auto& spec) { spec.health_check.path = ""; },
       "/HealthCheckPath: found 0 characters; allowed are 1 to 1024 (ValidationError)"},
      {[](auto& spec) { spec.health_check.path = "health"; },
       "/HealthCheckPath: Health check path 'health' must begin with a '/' (ValidationError)"},
      {[](auto& spec) { spec.health_check.interval = seconds(4); },
       "/HealthCheckIntervalSeconds: found 4 s; allowed are 5 to 300 s (ValidationError)"},
      {[](auto& spec) { spec.health_check.interval = seconds(301); },
       "/HealthCheckIntervalSeconds: found 301 s; allowed are 5 to 300 s (ValidationError)"},
      {[](auto& spec) { spec.health_check.timeout = std::chrono::milliseconds(1500); },
       "/HealthCheckTimeoutSeconds: found 1.5 s; allowed are 2 to 120 s (ValidationError)"},
      {[](auto& spec) { spec.health_check.timeout = spec.health_check.interval; },
       "/HealthCheckTimeoutSeconds: Health check timeout '30' must be smaller than the interval "
       "'30' (ValidationError)"},
      {[](auto& spec) { spec.health_check.healthy_threshold = 1; },
       "/HealthyThresholdCount: found 1; allowed are 2 to 10 (ValidationError)"},
      {[](auto& spec) { spec.health_check.unhealthy_threshold = 11; },
       "/UnhealthyThresholdCount: found 11; allowed are 2 to 10 (ValidationError)"},
      {[](auto& spec) { spec.health_check.matcher.ranges.clear(); },
       "/Matcher/HttpCode: no status code is given; at least one is needed (ValidationError)"},
      {[](auto& spec) {
         spec.health_check.matcher.ranges = {{200, 500}};
       },
       "/Matcher/HttpCode: found 200-500; allowed are ascending ranges within 200-499 "
       "(ValidationError)"},
      {[](auto& spec) { spec.deregistration_delay = seconds(3601); },
       "/Attributes/deregistration_delay.timeout_seconds: found 3601 s; allowed are 0 to 3600 s "
       "(ValidationError)"},
      {[](auto& spec) { spec.unhealthy_state_routing.minimum_healthy_count = 0; },
       "/Attributes/target_group_health.unhealthy_state_routing.minimum_healthy_targets.count: "
       "found 0; allowed are 1 and more (ValidationError)"},
      {[](auto& spec) { spec.unhealthy_state_routing.minimum_healthy_percentage = 101; },
       "/Attributes/target_group_health.unhealthy_state_routing.minimum_healthy_targets."
       "percentage: found 101; allowed are 1 to 100 (ValidationError)"},
  };
  for (const auto& [change, text] : rows) EXPECT_EQ(verdict(change), text);
}

TEST(TargetGroupSpec, RefusalOfAnAttributeNamesItAndItsLimit) {
  const std::pair<Change, const char*> rows[] = {
      {[](auto& spec) { spec.slow_start = seconds(29); },
       "/Attributes/slow_start.duration_seconds: found 29 s; allowed are 0 (off) and 30 to 900 s "
       "(ValidationError)"},
      {[](auto& spec) { spec.slow_start = seconds(901); },
       "/Attributes/slow_start.duration_seconds: found 901 s; allowed are 0 (off) and 30 to 900 s "
       "(ValidationError)"},
      {[](auto& spec) { spec.stickiness.lb_cookie_duration = seconds(0); },
       "/Attributes/stickiness.lb_cookie.duration_seconds: found 0 s; allowed are 1 to 604800 s "
       "(ValidationError)"},
      {[](auto& spec) { spec.stickiness.app_cookie_duration = seconds(604'801); },
       "/Attributes/stickiness.app_cookie.duration_seconds: found 604801 s; allowed are 1 to "
       "604800 s (ValidationError)"},
      {[](auto& spec) { spec.stickiness.app_cookie_name = "a b"; },
       "/Attributes/stickiness.app_cookie.cookie_name: found 'a b'; a cookie's name may hold "
       "letters, digits and !#$%&'*+-.^_`|~ only (ValidationError)"},
      {[](auto& spec) { spec.dns_failover.minimum_healthy_count = 0; },
       "/Attributes/target_group_health.dns_failover.minimum_healthy_targets.count: found 0; "
       "allowed are 1 and more, or 'off' (ValidationError)"},
      {[](auto& spec) { spec.dns_failover.minimum_healthy_percentage = 101; },
       "/Attributes/target_group_health.dns_failover.minimum_healthy_targets.percentage: found "
       "101; allowed are 1 to 100 (ValidationError)"},
  };
  for (const auto& [change, text] : rows) EXPECT_EQ(verdict(change), text);
}

TEST(TargetGroupSpec, AttributesThatDoNotGoTogetherAreRefused) {
  const std::pair<Change, const char*> rows[] = {
      {[](auto& spec) {
         spec.slow_start = seconds(30);
         spec.algorithm = Algorithm::least_outstanding_requests;
       },
       "/Attributes/slow_start.duration_seconds: slow start of 30 s can't go with "
       "load_balancing.algorithm.type 'least_outstanding_requests'; allowed is 'round_robin', or "
       "slow start 0 (off) (InvalidConfigurationRequest)"},
      {[](auto& spec) {
         spec.slow_start = seconds(30);
         spec.algorithm = Algorithm::weighted_random;
       },
       "/Attributes/slow_start.duration_seconds: slow start of 30 s can't go with "
       "load_balancing.algorithm.type 'weighted_random'; allowed is 'round_robin', or slow start "
       "0 (off) (InvalidConfigurationRequest)"},
      {[](auto& spec) { spec.anomaly_mitigation = true; },
       "/Attributes/load_balancing.algorithm.anomaly_mitigation: 'on' can't go with "
       "load_balancing.algorithm.type 'round_robin'; allowed is 'weighted_random' "
       "(InvalidConfigurationRequest)"},
      {[](auto& spec) {
         spec.stickiness.enabled = true;
         spec.algorithm = Algorithm::weighted_random;
       },
       "/Attributes/stickiness.enabled: stickiness can't go with load_balancing.algorithm.type "
       "'weighted_random'; allowed are 'round_robin' and 'least_outstanding_requests' "
       "(InvalidConfigurationRequest)"},
      {[](auto& spec) {
         spec.stickiness.enabled = true;
         spec.stickiness.type = Stickiness::Type::app_cookie;
       },
       "/Attributes/stickiness.app_cookie.cookie_name: found no name; stickiness of type "
       "'app_cookie' needs the name of the application's cookie (InvalidConfigurationRequest)"},
      {[](auto& spec) { spec.unhealthy_state_routing.minimum_healthy_count = 2; },
       "/Attributes/target_group_health.dns_failover.minimum_healthy_targets.count: found 1, below "
       "the 2 of unhealthy_state_routing; allowed are 2 and more, or 'off' "
       "(InvalidConfigurationRequest)"},
      {[](auto& spec) {
         spec.unhealthy_state_routing.minimum_healthy_percentage = 50;
         spec.dns_failover.minimum_healthy_percentage = 49;
       },
       "/Attributes/target_group_health.dns_failover.minimum_healthy_targets.percentage: found 49, "
       "below the 50 of unhealthy_state_routing; allowed are 50 to 100, or 'off' "
       "(InvalidConfigurationRequest)"},
  };
  for (const auto& [change, text] : rows) EXPECT_EQ(verdict(change), text);
}

TEST(TargetGroupSpec, CookieNamesOfTheLoadBalancerAreReserved) {
  for (const char* name : {"AWSALB", "AWSALBCORS", "AWSALBTG", "AWSALBAPP-0", "AWSALBmine"}) {
    EXPECT_EQ(verdict([&](auto& spec) { spec.stickiness.app_cookie_name = name; }),
              "/Attributes/stickiness.app_cookie.cookie_name: found '" + std::string(name) +
                  "'; names that begin with 'AWSALB', 'AWSALBAPP' or 'AWSALBTG' are reserved for "
                  "the load balancer (InvalidConfigurationRequest)");
  }
}

TEST(TargetGroupSpec, NameWithAHyphenAtEitherEndIsRefused) {
  for (const char* name : {"-users", "users-", "-", "us ers", "us/ers"}) {
    EXPECT_NE(verdict([&](auto& spec) { spec.name = name; }), "valid") << name;
  }
}

TEST(TargetGroupSpec, HealthCheckPathThatCouldEndTheRequestLineIsRefused) {
  for (const char* path : {"/a b", "/a\r\nX: y", "/a\tb", "/\x7f", "/\xc3\xa4"}) {
    EXPECT_NE(verdict([&](auto& spec) { spec.health_check.path = path; }), "valid") << path;
  }
  EXPECT_NE(verdict([](auto& spec) { spec.health_check.path = "/" + std::string(1024, 'a'); }),
            "valid");
}

TEST(TargetGroupSpec, TargetIsWrittenAsAddressAndPort) {
  EXPECT_EQ(to_string(TargetId{"127.0.0.1", 3000}), "127.0.0.1:3000");
  EXPECT_EQ(to_string(TargetId{"::1", 80}), "[::1]:80");
}

}  // namespace
}  // namespace cutover::lb::targets

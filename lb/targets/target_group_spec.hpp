#pragma once

// What a target group and its targets are, as values: settings with ALB's defaults and ranges, a
// target's identity, the states that DescribeTargetHealth prints (ALB user guide, "Target groups"
// and "Health checks for your target groups").

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lb/base/clock.hpp"
#include "lb/base/result.hpp"
#include "lb/targets/code_matcher.hpp"

namespace cutover::lb::targets {

inline constexpr std::size_t target_group_name_most = 32;
inline constexpr std::size_t health_check_path_most = 1024;

/// ALB's quotas for targets (ALB user guide, "Quotas"). What goes beyond the first two is refused
/// with `TooManyTargets`, beyond the third with `TooManyRegistrationsForTargetId`. In AWS the first
/// two can be raised on request.
struct Quotas {
  std::size_t targets_per_group = 1'000;
  std::size_t targets_per_load_balancer = 1'000;
  std::size_t registrations_per_target_id = 1'000;
  friend bool operator==(const Quotas&, const Quotas&) = default;
};

/// Health check settings with ALB's defaults and ranges.
struct HealthCheck {
  std::optional<std::uint16_t> port;             ///< Empty: `traffic-port`.
  std::string path = "/";                        ///< "/…", 1-1,024 visible ASCII; query allowed.
  Duration interval = std::chrono::seconds(30);  ///< 5-300 s.
  Duration timeout = std::chrono::seconds(5);    ///< 2-120 s, below the interval.
  std::uint32_t healthy_threshold = 5;           ///< 2-10.
  std::uint32_t unhealthy_threshold = 2;         ///< 2-10.
  CodeMatcher matcher;
  friend bool operator==(const HealthCheck&, const HealthCheck&) = default;
};

/// Fail-open: below this many (or this percentage of) healthy targets, all registered ones are
/// used (ALB user guide, "Target group health": unhealthy state routing).
struct UnhealthyStateRouting {
  std::uint32_t minimum_healthy_count = 1;
  std::optional<std::uint32_t> minimum_healthy_percentage = std::nullopt;  ///< 1-100; empty: off.
  friend bool operator==(const UnhealthyStateRouting&, const UnhealthyStateRouting&) = default;
};

/// How a node picks among a group's eligible targets (ALB user guide, "Routing algorithms").
enum class Algorithm : std::uint8_t { round_robin, least_outstanding_requests, weighted_random };
/// AWS's spelling: "round_robin", …
std::string_view to_string(Algorithm algorithm);

/// Target stickiness (ALB user guide, "Sticky sessions for your Application Load Balancer").
struct Stickiness {
  /// Who decides that a session exists: the load balancer, or the application with its own cookie.
  enum class Type : std::uint8_t { lb_cookie, app_cookie };
  bool enabled = false;
  Type type = Type::lb_cookie;
  Duration lb_cookie_duration = std::chrono::seconds(86'400);   ///< 1-604,800 s.
  Duration app_cookie_duration = std::chrono::seconds(86'400);  ///< 1-604,800 s.
  /// Required for app_cookie; a cookie name that begins with none of ALB's own (AWSALB…).
  std::string app_cookie_name;
  friend bool operator==(const Stickiness&, const Stickiness&) = default;
};
/// AWS's spelling: "lb_cookie", "app_cookie".
std::string_view to_string(Stickiness::Type type);

/// Below these the group is unhealthy for DNS: the load balancer would be taken out of DNS (ALB
/// user guide, "Target group health"). Not below the thresholds of unhealthy state routing.
struct DnsFailover {
  std::optional<std::uint32_t> minimum_healthy_count = 1;                  ///< Empty: off.
  std::optional<std::uint32_t> minimum_healthy_percentage = std::nullopt;  ///< 1-100; empty: off.
  friend bool operator==(const DnsFailover&, const DnsFailover&) = default;
};

struct TargetGroupSpec {
  std::string name;         ///< 1-32 letters, digits, hyphens; no hyphen at either end.
  std::uint16_t port = 80;  ///< The default port of its targets, 1-65535.
  HealthCheck health_check;
  Duration deregistration_delay = std::chrono::seconds(300);  ///< 0-3,600 s.
  UnhealthyStateRouting unhealthy_state_routing;
  DnsFailover dns_failover;
  Algorithm algorithm = Algorithm::round_robin;
  /// Takes requests away from targets that fail more than the others; weighted_random only.
  bool anomaly_mitigation = false;
  /// How long a target that became healthy takes to reach its full share: 0 (off) or 30-900 s;
  /// round_robin only.
  Duration slow_start = Duration::zero();
  Stickiness stickiness;  ///< Not with weighted_random.
  friend bool operator==(const TargetGroupSpec&, const TargetGroupSpec&) = default;
};
/// Checks names and ranges (`ValidationError`) and which settings go together
/// (`InvalidConfigurationRequest`); the error's place is AWS's parameter
/// ("/HealthCheckTimeoutSeconds"), for an attribute "/Attributes/" and its key.
Result<void> validate(const TargetGroupSpec& spec);
Result<void> validate(const HealthCheck& health_check);

/// A target's identity within its group: the same id may be registered on several ports.
struct TargetId {
  std::string id;  ///< An IP address literal.
  std::uint16_t port = 0;
  friend auto operator<=>(const TargetId&, const TargetId&) = default;
};
/// "127.0.0.1:3000", "[::1]:3000".
std::string to_string(const TargetId& target);

enum class State { initial, healthy, unhealthy, unused, draining };
/// AWS's spelling: "initial", "healthy", …
std::string_view to_string(State state);

/// What DescribeTargetHealth says of one target. Reason and description are empty when healthy.
struct TargetHealth {
  State state = State::initial;
  std::string reason;       ///< "Elb.InitialHealthChecking", "Target.Timeout", …
  std::string description;  ///< AWS's text for it.
  friend bool operator==(const TargetHealth&, const TargetHealth&) = default;
};

/// What one health check saw.
struct CheckResult {
  enum class Kind { answered, timed_out, connection_failed, malformed, internal_error };
  Kind kind = Kind::answered;
  int status = 0;  ///< With `answered`.
};

}  // namespace cutover::lb::targets

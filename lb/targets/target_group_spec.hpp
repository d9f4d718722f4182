#pragma once

// What a target group and its targets are, as values: settings with ALB's defaults and ranges, a
// target's identity, the states and reasons that DescribeTargetHealth prints (alb.md §8, §9).

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lb/base/clock.hpp"
#include "lb/base/result.hpp"

namespace cutover::lb::targets {

/// Which HTTP status codes pass a health check: "200", "200,202", "200-299" (200-499 allowed).
struct CodeRange {
  int least = 200;
  int most = 200;
  friend bool operator==(const CodeRange&, const CodeRange&) = default;
};
struct CodeMatcher {
  std::vector<CodeRange> ranges{CodeRange{}};
  bool matches(int status) const;
  friend bool operator==(const CodeMatcher&, const CodeMatcher&) = default;
};
Result<CodeMatcher> parse_code_matcher(std::string_view text);
std::string to_string(const CodeMatcher& matcher);

/// Health check settings with ALB's defaults and ranges (alb.md §9).
struct HealthCheck {
  std::optional<std::uint16_t> port;             ///< Empty: `traffic-port`.
  std::string path = "/";                        ///< 1-1,024 characters, may hold a query.
  Duration interval = std::chrono::seconds(30);  ///< 5-300 s.
  Duration timeout = std::chrono::seconds(5);    ///< 2-120 s, below the interval.
  std::uint32_t healthy_threshold = 5;           ///< 2-10.
  std::uint32_t unhealthy_threshold = 2;         ///< 2-10.
  CodeMatcher matcher;
  friend bool operator==(const HealthCheck&, const HealthCheck&) = default;
};

/// Fail-open: below this many (or this percentage of) healthy targets, all registered ones are
/// used (alb.md §10).
struct UnhealthyStateRouting {
  std::uint32_t minimum_healthy_count = 1;
  std::optional<std::uint32_t> minimum_healthy_percentage;  ///< 1-100; empty: off.
  friend bool operator==(const UnhealthyStateRouting&, const UnhealthyStateRouting&) = default;
};

struct TargetGroupSpec {
  std::string name;         ///< 1-32 letters, digits, hyphens; no hyphen at either end.
  std::uint16_t port = 80;  ///< The default port of its targets, 1-65535.
  HealthCheck health_check;
  Duration deregistration_delay = std::chrono::seconds(300);  ///< 0-3,600 s.
  UnhealthyStateRouting unhealthy_state_routing;
  friend bool operator==(const TargetGroupSpec&, const TargetGroupSpec&) = default;
};
/// Checks names and ranges; the error's place is AWS's parameter ("/HealthCheckTimeoutSeconds").
Result<void> validate(const TargetGroupSpec& spec);

/// A target's identity within its group: the same id may be registered on several ports.
struct TargetId {
  std::string id;  ///< An IP address literal.
  std::uint16_t port = 0;
  friend auto operator<=>(const TargetId&, const TargetId&) = default;
};
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

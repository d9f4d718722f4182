#include "lb/targets/target_group_spec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <chrono>

namespace cutover::lb::targets {

namespace {

using std::chrono::seconds;

Error refusal(std::string place, std::string message) {
  return Error{"ValidationError", std::move(place), std::move(message)};
}

double in_seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

Result<void> check_range(std::string_view place, Duration value, seconds least, seconds most) {
  if (value >= least && value <= most) return {};
  return refusal(std::string(place), fmt::format("found {} s; allowed are {} to {} s",
                                                 in_seconds(value), least.count(), most.count()));
}

Result<void> check_range(std::string_view place, std::uint32_t value, std::uint32_t least,
                         std::uint32_t most) {
  if (value >= least && value <= most) return {};
  return refusal(std::string(place),
                 fmt::format("found {}; allowed are {} to {}", value, least, most));
}

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

Result<void> check_name(const std::string& name) {
  if (name.empty()) return refusal("/Name", "A target group name cannot be empty");
  if (name.size() > target_group_name_most) {
    return refusal("/Name",
                   fmt::format("Target group name '{}' cannot be longer than '{}' characters", name,
                               target_group_name_most));
  }
  const bool plain = std::all_of(name.begin(), name.end(),
                                 [](char c) { return is_letter_or_digit(c) || c == '-'; });
  if (!plain || name.front() == '-' || name.back() == '-') {
    return refusal("/Name", fmt::format("Target group name '{}' may hold letters, digits and "
                                        "hyphens only, with no hyphen at either end",
                                        name));
  }
  return {};
}

/// The path is written into a request line, so anything that could end that line is refused.
Result<void> check_path(const std::string& path) {
  constexpr std::string_view place = "/HealthCheckPath";
  if (path.empty() || path.size() > health_check_path_most) {
    return refusal(std::string(place), fmt::format("found {} characters; allowed are 1 to {}",
                                                   path.size(), health_check_path_most));
  }
  if (path.front() != '/') {
    return refusal(std::string(place),
                   fmt::format("Health check path '{}' must begin with a '/'", path));
  }
  const bool visible =
      std::all_of(path.begin(), path.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (!visible) {
    return refusal(
        std::string(place),
        "the path holds a space, a control character or a byte beyond ASCII; allowed are "
        "visible ASCII characters (percent-encode others)");
  }
  return {};
}

Result<void> check_matcher(const CodeMatcher& matcher) {
  constexpr std::string_view place = "/Matcher/HttpCode";
  if (matcher.ranges.empty()) {
    return refusal(std::string(place), "no status code is given; at least one is needed");
  }
  for (const CodeRange& range : matcher.ranges) {
    if (range.least >= matched_code_least && range.most <= matched_code_most &&
        range.least <= range.most) {
      continue;
    }
    return refusal(std::string(place),
                   fmt::format("found {}-{}; allowed are ascending ranges within {}-{}",
                               range.least, range.most, matched_code_least, matched_code_most));
  }
  return {};
}

Result<void> check_timing(const HealthCheck& check) {
  if (auto ok =
          check_range("/HealthCheckIntervalSeconds", check.interval, seconds(5), seconds(300));
      !ok) {
    return ok;
  }
  if (auto ok = check_range("/HealthCheckTimeoutSeconds", check.timeout, seconds(2), seconds(120));
      !ok) {
    return ok;
  }
  if (check.timeout >= check.interval) {
    return refusal("/HealthCheckTimeoutSeconds",
                   fmt::format("Health check timeout '{}' must be smaller than the interval '{}'",
                               in_seconds(check.timeout), in_seconds(check.interval)));
  }
  return {};
}

Error clash(std::string_view attribute, std::string message) {
  return Error{"InvalidConfigurationRequest", fmt::format("/Attributes/{}", attribute),
               std::move(message)};
}

constexpr std::string_view algorithm_key = "load_balancing.algorithm.type";
constexpr std::string_view slow_start_key = "slow_start.duration_seconds";
constexpr std::string_view cookie_name_key = "stickiness.app_cookie.cookie_name";

Result<void> check_slow_start(const TargetGroupSpec& spec) {
  if (spec.slow_start == Duration::zero()) return {};
  if (spec.slow_start < seconds(30) || spec.slow_start > seconds(900)) {
    return refusal(fmt::format("/Attributes/{}", slow_start_key),
                   fmt::format("found {} s; allowed are 0 (off) and 30 to 900 s",
                               in_seconds(spec.slow_start)));
  }
  if (spec.algorithm == Algorithm::round_robin) return {};
  return clash(slow_start_key,
               fmt::format("slow start of {} s can't go with {} '{}'; allowed is 'round_robin', or "
                           "slow start 0 (off)",
                           in_seconds(spec.slow_start), algorithm_key, to_string(spec.algorithm)));
}

/// A cookie's name is a token (RFC 6265 §4.1.1).
bool is_token(std::string_view text) {
  const std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [marks](char c) {
    return is_letter_or_digit(c) || marks.find(c) != std::string_view::npos;
  });
}

Result<void> check_cookie_name(const Stickiness& stickiness) {
  const std::string& name = stickiness.app_cookie_name;
  if (name.empty()) {
    const bool needed = stickiness.enabled && stickiness.type == Stickiness::Type::app_cookie;
    if (!needed) return {};
    return clash(cookie_name_key,
                 "found no name; stickiness of type 'app_cookie' needs the name of the "
                 "application's cookie");
  }
  // AWSALBAPP and AWSALBTG begin with it too.
  if (name.starts_with("AWSALB")) {
    return clash(cookie_name_key,
                 fmt::format("found '{}'; names that begin with 'AWSALB', 'AWSALBAPP' or "
                             "'AWSALBTG' are reserved for the load balancer",
                             name));
  }
  if (is_token(name)) return {};
  return refusal(fmt::format("/Attributes/{}", cookie_name_key),
                 fmt::format("found '{}'; a cookie's name may hold letters, digits and "
                             "!#$%&'*+-.^_`|~ only",
                             name));
}

Result<void> check_stickiness(const TargetGroupSpec& spec) {
  const Stickiness& stickiness = spec.stickiness;
  constexpr seconds most(604'800);
  if (auto ok = check_range("/Attributes/stickiness.lb_cookie.duration_seconds",
                            stickiness.lb_cookie_duration, seconds(1), most);
      !ok) {
    return ok;
  }
  if (auto ok = check_range("/Attributes/stickiness.app_cookie.duration_seconds",
                            stickiness.app_cookie_duration, seconds(1), most);
      !ok) {
    return ok;
  }
  if (auto ok = check_cookie_name(stickiness); !ok) return ok;
  if (!stickiness.enabled || spec.algorithm != Algorithm::weighted_random) return {};
  return clash("stickiness.enabled",
               fmt::format("stickiness can't go with {} 'weighted_random'; allowed are "
                           "'round_robin' and 'least_outstanding_requests'",
                           algorithm_key));
}

Result<void> check_mitigation(const TargetGroupSpec& spec) {
  if (!spec.anomaly_mitigation || spec.algorithm == Algorithm::weighted_random) return {};
  return clash("load_balancing.algorithm.anomaly_mitigation",
               fmt::format("'on' can't go with {} '{}'; allowed is 'weighted_random'",
                           algorithm_key, to_string(spec.algorithm)));
}

Result<void> check_dns_failover(const TargetGroupSpec& spec) {
  constexpr std::string_view key = "target_group_health.dns_failover.minimum_healthy_targets";
  const DnsFailover& dns = spec.dns_failover;
  const UnhealthyStateRouting& routing = spec.unhealthy_state_routing;
  if (dns.minimum_healthy_count) {
    if (*dns.minimum_healthy_count < 1) {
      return refusal(fmt::format("/Attributes/{}.count", key),
                     "found 0; allowed are 1 and more, or 'off'");
    }
    if (*dns.minimum_healthy_count < routing.minimum_healthy_count) {
      return clash(fmt::format("{}.count", key),
                   fmt::format("found {}, below the {} of unhealthy_state_routing; allowed are {} "
                               "and more, or 'off'",
                               *dns.minimum_healthy_count, routing.minimum_healthy_count,
                               routing.minimum_healthy_count));
    }
  }
  if (!dns.minimum_healthy_percentage) return {};
  const std::uint32_t percentage = *dns.minimum_healthy_percentage;
  if (auto ok = check_range(fmt::format("/Attributes/{}.percentage", key), percentage, 1, 100);
      !ok) {
    return ok;
  }
  const std::uint32_t least = routing.minimum_healthy_percentage.value_or(1);
  if (percentage >= least) return {};
  return clash(fmt::format("{}.percentage", key),
               fmt::format("found {}, below the {} of unhealthy_state_routing; allowed are {} to "
                           "100, or 'off'",
                           percentage, least, least));
}

Result<void> check_routing(const UnhealthyStateRouting& routing) {
  constexpr std::string_view place =
      "/Attributes/target_group_health.unhealthy_state_routing.minimum_healthy_targets";
  if (routing.minimum_healthy_count < 1) {
    return refusal(fmt::format("{}.count", place), "found 0; allowed are 1 and more");
  }
  if (!routing.minimum_healthy_percentage) return {};
  return check_range(fmt::format("{}.percentage", place), *routing.minimum_healthy_percentage, 1,
                     100);
}

}  // namespace

Result<void> validate(const HealthCheck& check) {
  if (check.port == 0) {
    return refusal("/HealthCheckPort", "found 0; allowed are 1 to 65535, or 'traffic-port'");
  }
  if (auto ok = check_path(check.path); !ok) return ok;
  if (auto ok = check_timing(check); !ok) return ok;
  if (auto ok = check_range("/HealthyThresholdCount", check.healthy_threshold, 2, 10); !ok)
    return ok;
  if (auto ok = check_range("/UnhealthyThresholdCount", check.unhealthy_threshold, 2, 10); !ok) {
    return ok;
  }
  return check_matcher(check.matcher);
}

Result<void> validate(const TargetGroupSpec& spec) {
  if (auto ok = check_name(spec.name); !ok) return ok;
  if (spec.port == 0) return refusal("/Port", "found 0; allowed are 1 to 65535");
  if (auto ok = validate(spec.health_check); !ok) return ok;
  if (auto ok = check_range("/Attributes/deregistration_delay.timeout_seconds",
                            spec.deregistration_delay, seconds(0), seconds(3600));
      !ok) {
    return ok;
  }
  if (auto ok = check_routing(spec.unhealthy_state_routing); !ok) return ok;
  if (auto ok = check_dns_failover(spec); !ok) return ok;
  if (auto ok = check_slow_start(spec); !ok) return ok;
  if (auto ok = check_mitigation(spec); !ok) return ok;
  return check_stickiness(spec);
}

std::string_view to_string(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::round_robin:
      return "round_robin";
    case Algorithm::least_outstanding_requests:
      return "least_outstanding_requests";
    case Algorithm::weighted_random:
      return "weighted_random";
  }
  assert(false);
  return "";
}

std::string_view to_string(Stickiness::Type type) {
  return type == Stickiness::Type::lb_cookie ? "lb_cookie" : "app_cookie";
}

std::string to_string(const TargetId& target) {
  const bool is_v6 = target.id.find(':') != std::string::npos;
  return is_v6 ? fmt::format("[{}]:{}", target.id, target.port)
               : fmt::format("{}:{}", target.id, target.port);
}

}  // namespace cutover::lb::targets

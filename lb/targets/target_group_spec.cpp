#include "lb/targets/target_group_spec.hpp"

#include <fmt/format.h>

#include <algorithm>
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
  return check_routing(spec.unhealthy_state_routing);
}

std::string to_string(const TargetId& target) {
  const bool is_v6 = target.id.find(':') != std::string::npos;
  return is_v6 ? fmt::format("[{}]:{}", target.id, target.port)
               : fmt::format("{}:{}", target.id, target.port);
}

}  // namespace cutover::lb::targets

#include "cutover/stack/attribute_lists.hpp"

#include <chrono>
#include <optional>

namespace cutover::stack {

namespace {

std::string seconds(Duration duration) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(duration).count());
}

std::string or_off(const std::optional<std::uint32_t>& value) {
  return value ? std::to_string(*value) : "off";
}

std::string flag(bool value) { return value ? "true" : "false"; }

}  // namespace

AttributeList attribute_list(const lb::targets::TargetGroupSpec& spec) {
  const auto& routing = spec.unhealthy_state_routing;
  const std::string health = "target_group_health.";
  const std::string least = ".minimum_healthy_targets.";
  return {
      {"deregistration_delay.timeout_seconds", seconds(spec.deregistration_delay)},
      {"stickiness.enabled", flag(spec.stickiness.enabled)},
      {"stickiness.type", std::string(to_string(spec.stickiness.type))},
      {"stickiness.lb_cookie.duration_seconds", seconds(spec.stickiness.lb_cookie_duration)},
      {"stickiness.app_cookie.cookie_name", spec.stickiness.app_cookie_name},
      {"stickiness.app_cookie.duration_seconds", seconds(spec.stickiness.app_cookie_duration)},
      {"slow_start.duration_seconds", seconds(spec.slow_start)},
      {"load_balancing.algorithm.type", std::string(to_string(spec.algorithm))},
      {"load_balancing.algorithm.anomaly_mitigation", spec.anomaly_mitigation ? "on" : "off"},
      {"load_balancing.cross_zone.enabled", "use_load_balancer_configuration"},
      {health + "dns_failover" + least + "count", or_off(spec.dns_failover.minimum_healthy_count)},
      {health + "dns_failover" + least + "percentage",
       or_off(spec.dns_failover.minimum_healthy_percentage)},
      {health + "unhealthy_state_routing" + least + "count",
       std::to_string(routing.minimum_healthy_count)},
      {health + "unhealthy_state_routing" + least + "percentage",
       or_off(routing.minimum_healthy_percentage)},
  };
}

}  // namespace cutover::stack

// ELBv2's operations on targets and their health.

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "cutover/api/elbv2/arns.hpp"
#include "cutover/api/elbv2/operations.hpp"
#include "cutover/stack/target_group_json.hpp"

namespace cutover::api::elbv2 {

namespace {

bool is_address(const std::string& id) {
  boost::system::error_code not_an_address;
  boost::asio::ip::make_address(id, not_an_address);
  return !not_an_address;
}

/// An ALB's `ip` targets are private addresses or, as here, loopback ones.
bool is_reachable(const std::string& id) {
  const auto address = boost::asio::ip::make_address(id);
  if (!address.is_v4()) return false;
  const std::uint32_t bits = address.to_v4().to_uint();
  const auto within = [bits](std::uint32_t network, unsigned prefix) {
    return bits >> (32 - prefix) == network >> (32 - prefix);
  };
  return address.is_loopback() || within(0x0a000000, 8) || within(0xac100000, 12) ||
         within(0xc0a80000, 16) || within(0x64400000, 10);
}

/// Whether such a target belongs in a group of that type.
Result<void> check_target(const stack::TargetGroupState& group, const std::string& id) {
  if (group.kind.target_type == "instance") {
    if (id.starts_with("i-")) return {};
    return validation_error(fmt::format("Instance ID '{}' is not valid", id));
  }
  if (!is_address(id)) {
    return validation_error(fmt::format("The IP address '{}' is not a valid IPv4 address", id));
  }
  if (is_reachable(id)) return {};
  return validation_error(
      fmt::format("The IP address '{}' is not within a private or loopback range: targets' "
                  "addresses are in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10 or "
                  "127.0.0.0/8",
                  id));
}

/// Registering and deregistering take the same. `check`: of each id, or nothing.
template <class Registration>
Outcome change_targets(const Place& place, const json& input,
                       Result<Registration> (*parse)(const json&, std::string),
                       Result<void> (*check)(const stack::TargetGroupState&, const std::string&)) {
  const auto name = target_group_of(place, input["TargetGroupArn"]);
  if (!name) return name.error();
  const stack::TargetGroupState& group = place.there().target_groups.at(*name);
  if (input["Targets"].empty()) return validation_error("At least one target must be specified");
  for (const json& target : input["Targets"]) {
    if (!check) break;
    const auto fits = check(group, target["Id"]);
    if (!fits) return fits.error();
  }
  json named = input;
  named["TargetGroupArn"] = *name;
  const auto operation = parse(named, "");
  if (!operation) return operation.error();
  const auto done = place.balancing.apply(*operation);
  if (!done) return done.error();
  return Json::object();
}

Outcome register_targets(const Place& place, const json& input) {
  return change_targets(place, input, stack::parse_register_targets, check_target);
}

/// Unknown targets are ignored, so what their ids look like doesn't matter.
Outcome deregister_targets(const Place& place, const json& input) {
  return change_targets<stack::DeregisterTargets>(place, input, stack::parse_deregister_targets,
                                                  nullptr);
}

std::string health_check_port(const stack::TargetGroupState& group,
                              const stack::TargetEntry& target) {
  return std::to_string(group.spec.health_check.port.value_or(target.port.value_or(0)));
}

Json health_json(const lb::targets::TargetHealth& health) {
  Json result{{"State", to_string(health.state)}};
  if (!health.reason.empty()) result["Reason"] = health.reason;
  if (!health.description.empty()) result["Description"] = health.description;
  return result;
}

Json description_json(const stack::TargetGroupState& group,
                      const stack::TargetDescription& description, bool with_anomaly) {
  const stack::TargetEntry& target = description.target;
  Json named{{"Id", target.id}, {"Port", *target.port}};
  if (!target.availability_zone.empty()) named["AvailabilityZone"] = target.availability_zone;
  Json result{{"Target", std::move(named)},
              {"HealthCheckPort", health_check_port(group, target)},
              {"TargetHealth", health_json(description.health)}};
  if (with_anomaly) {
    const lb::targets::AnomalyDetection& anomaly = description.anomaly;
    const bool normal = anomaly.result == lb::targets::AnomalyDetection::Result::normal;
    result["AnomalyDetection"] = {
        {"Result", normal ? "normal" : "anomalous"},
        {"MitigationInEffect", anomaly.mitigation_in_effect ? "yes" : "no"}};
  }
  return result;
}

Outcome describe_target_health(const Place& place, const json& input) {
  const auto name = target_group_of(place, input["TargetGroupArn"]);
  if (!name) return name.error();
  const stack::TargetGroupState& group = place.there().target_groups.at(*name);
  const bool with_anomaly = !input.value("Include", json::array()).empty();
  const auto all = place.balancing.targets().describe(*name);
  Json list = Json::array();
  if (!input.contains("Targets")) {
    for (const auto& each : all) list.push_back(description_json(group, each, with_anomaly));
    return Json{{"TargetHealthDescriptions", std::move(list)}};
  }
  for (const json& asked : input["Targets"]) {
    stack::TargetEntry target{asked["Id"], asked.value("Port", group.spec.port)};
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& each) {
      return each.target.id == target.id && each.target.port == target.port;
    });
    list.push_back(found != all.end()
                       ? description_json(group, *found, with_anomaly)
                       : description_json(group,
                                          {target, place.balancing.targets().health(*name, target)},
                                          with_anomaly));
  }
  return Json{{"TargetHealthDescriptions", std::move(list)}};
}

}  // namespace

void add_targets(Operations& operations) {
  operations["RegisterTargets"] = register_targets;
  operations["DeregisterTargets"] = deregister_targets;
  operations["DescribeTargetHealth"] = describe_target_health;
}

}  // namespace cutover::api::elbv2

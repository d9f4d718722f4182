#include "cutover/api/elbv2/render.hpp"

#include <chrono>

#include "cutover/api/elbv2/arns.hpp"
#include "cutover/api/iso_time.hpp"
#include "cutover/stack/condition_json.hpp"
#include "cutover/stack/rule_json.hpp"

namespace cutover::api::elbv2 {

namespace {

/// One of Route 53's for load balancers in us-east-1; nothing here depends on it.
constexpr std::string_view hosted_zone = "Z35SXDOTRQ7X7K";

Json strings(const std::vector<std::string>& values) {
  Json list = Json::array();
  for (const std::string& value : values) list.push_back(value);
  return list;
}

std::int64_t seconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

Json zones_json(const Place& place, const std::vector<std::string>& subnets) {
  Json zones = Json::array();
  for (const std::string& id : subnets) {
    Json zone = Json::object();
    if (const auto* subnet = place.network.subnet(id)) zone["ZoneName"] = subnet->zone;
    zone["SubnetId"] = id;
    zone["LoadBalancerAddresses"] = Json::array();
    zones.push_back(std::move(zone));
  }
  return zones;
}

void put_arn(const Place& place, json& holder) {
  const auto member = holder.find("TargetGroupArn");
  if (member == holder.end()) return;
  *member = place.balancing.arn_of(stack::TargetGroupName{member->get<std::string>()});
}

/// The list of the one action, ARNs in place of names.
Json actions_json(const Place& place, const rules::Action& action) {
  json written = stack::to_json(action);
  put_arn(place, written);
  if (written.contains("ForwardConfig")) {
    for (json& group : written["ForwardConfig"]["TargetGroups"]) put_arn(place, group);
  }
  Json list = Json::array();
  list.push_back(Json(std::move(written)));
  return list;
}

}  // namespace

Json load_balancer_json(const Place& place, const std::string& name, std::string_view state) {
  const stack::LoadBalancerState& there = place.there().load_balancers.at(name);
  const stack::Placement& placement = there.placement;
  Json result{
      {"LoadBalancerArn", place.balancing.arn_of(stack::LoadBalancerName{name})},
      {"DNSName", place.balancing.dns_name(name)},
      {"CanonicalHostedZoneId", hosted_zone},
      {"CreatedTime", iso_time(there.created)},
      {"LoadBalancerName", name},
      {"Scheme", placement.scheme},
  };
  const auto* subnet =
      placement.subnets.empty() ? nullptr : place.network.subnet(placement.subnets.front());
  if (subnet) result["VpcId"] = subnet->vpc;
  result["State"] = {{"Code", state}};
  result["Type"] = "application";
  result["AvailabilityZones"] = zones_json(place, placement.subnets);
  result["SecurityGroups"] = strings(placement.security_groups);
  result["IpAddressType"] = placement.ip_address_type;
  return result;
}

Json target_group_json(const Place& place, const std::string& name) {
  const stack::TargetGroupState& group = place.there().target_groups.at(name);
  const lb::targets::HealthCheck& check = group.spec.health_check;
  Json result{
      {"TargetGroupArn", place.balancing.arn_of(stack::TargetGroupName{name})},
      {"TargetGroupName", name},
      {"Protocol", "HTTP"},
      {"Port", group.spec.port},
  };
  if (!group.kind.vpc.empty()) result["VpcId"] = group.kind.vpc;
  result["HealthCheckProtocol"] = "HTTP";
  result["HealthCheckPort"] = check.port ? std::to_string(*check.port) : "traffic-port";
  result["HealthCheckEnabled"] = true;
  result["HealthCheckIntervalSeconds"] = seconds(check.interval);
  result["HealthCheckTimeoutSeconds"] = seconds(check.timeout);
  result["HealthyThresholdCount"] = check.healthy_threshold;
  result["UnhealthyThresholdCount"] = check.unhealthy_threshold;
  result["HealthCheckPath"] = check.path;
  result["Matcher"] = {{"HttpCode", to_string(check.matcher)}};
  result["LoadBalancerArns"] = Json::array();
  if (!group.used_by.empty()) {
    result["LoadBalancerArns"].push_back(
        place.balancing.arn_of(stack::LoadBalancerName{group.used_by}));
  }
  result["TargetType"] = group.kind.target_type;
  result["ProtocolVersion"] = "HTTP1";
  result["IpAddressType"] = group.kind.ip_address_type;
  return result;
}

Json listener_json(const Place& place, const stack::ListenerName& name) {
  const stack::ListenerState& listener = *place.there().listener(name);
  return {
      {"ListenerArn", place.balancing.arn_of(name)},
      {"LoadBalancerArn", place.balancing.arn_of(stack::LoadBalancerName{name.load_balancer})},
      {"Port", name.port},
      {"Protocol", "HTTP"},
      {"DefaultActions", actions_json(place, listener.rules.default_action)},
  };
}

Json rule_json(const Place& place, const stack::ListenerState& listener,
               const std::string& listener_arn, std::size_t index) {
  const rules::Rule& rule = listener.rules.rules[index];
  Json conditions = Json::array();
  for (const rules::Condition& condition : rule.conditions) {
    json written = stack::to_json(condition);
    conditions.push_back(Json(std::move(written)));
  }
  Json result{
      {"RuleArn", rule_arn(listener_arn, listener.each_rule[index].id)},
      {"Priority", std::to_string(rule.priority)},
      {"Conditions", std::move(conditions)},
      {"Actions", actions_json(place, rule.action)},
      {"IsDefault", false},
  };
  const json transforms =
      stack::to_json(stack::Transforms{rule.host_header_rewrite, rule.url_rewrite});
  if (!transforms.empty()) result["Transforms"] = Json(transforms);
  return result;
}

Json default_rule_json(const Place& place, const stack::ListenerState& listener,
                       const std::string& listener_arn) {
  return {
      {"RuleArn", rule_arn(listener_arn, listener.default_rule.id)},
      {"Priority", "default"},
      {"Conditions", Json::array()},
      {"Actions", actions_json(place, listener.rules.default_action)},
      {"IsDefault", true},
  };
}

Json attributes_json(const stack::AttributeList& attributes) {
  Json list = Json::array();
  for (const auto& [key, value] : attributes) list.push_back({{"Key", key}, {"Value", value}});
  return list;
}

Json tags_json(const stack::Tags& tags) {
  Json list = Json::array();
  for (const auto& [key, value] : tags) list.push_back({{"Key", key}, {"Value", value}});
  return list;
}

}  // namespace cutover::api::elbv2

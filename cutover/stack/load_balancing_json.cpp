#include "cutover/stack/load_balancing_json.hpp"

#include <chrono>

#include "cutover/stack/attribute_lists.hpp"
#include "cutover/stack/rule_json.hpp"
#include "cutover/stack/tags_json.hpp"

namespace cutover::stack {

namespace {

using nlohmann::json;

/// An attribute that has no value is left out: it stands for none.
json attributes_json(const AttributeList& attributes) {
  json list = json::array();
  for (const auto& [key, value] : attributes) {
    if (!value.empty()) list.push_back({{"Key", key}, {"Value", value}});
  }
  return list;
}

void add_tags(json& entry, const char* key, const Tags& tags) {
  if (!tags.empty()) entry[key] = to_json(tags);
}

std::int64_t seconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

json target_json(const TargetEntry& target) {
  json entry{{"Id", target.id}};
  if (target.port) entry["Port"] = *target.port;
  if (!target.availability_zone.empty()) entry["AvailabilityZone"] = target.availability_zone;
  return entry;
}

}  // namespace

json entry_json(const std::string& name, const LoadBalancerState& state) {
  json entry{
      {"Name", name},
      {"Id", state.described.id},
      {"Address", state.address},
      {"CreatedTime", state.created.time_since_epoch().count()},
      {"Scheme", state.placement.scheme},
      {"IpAddressType", state.placement.ip_address_type},
      {"Subnets", state.placement.subnets},
      {"SecurityGroups", state.placement.security_groups},
      {"Attributes", attributes_json(attribute_list(state.attributes))},
  };
  add_tags(entry, "Tags", state.described.tags);
  return entry;
}

json entry_json(const std::string& name, const TargetGroupState& state,
                const std::vector<TargetEntry>& targets) {
  const lb::targets::HealthCheck& check = state.spec.health_check;
  json entry{
      {"Name", name},
      {"Id", state.described.id},
      {"Protocol", "HTTP"},
      {"Port", state.spec.port},
      {"TargetType", state.kind.target_type},
      {"IpAddressType", state.kind.ip_address_type},
      {"HealthCheckPort", check.port ? std::to_string(*check.port) : "traffic-port"},
      {"HealthCheckPath", check.path},
      {"HealthCheckIntervalSeconds", seconds(check.interval)},
      {"HealthCheckTimeoutSeconds", seconds(check.timeout)},
      {"HealthyThresholdCount", check.healthy_threshold},
      {"UnhealthyThresholdCount", check.unhealthy_threshold},
      {"Matcher", {{"HttpCode", to_string(check.matcher)}}},
      {"Attributes", attributes_json(attribute_list(state.spec))},
  };
  if (!state.kind.vpc.empty()) entry["VpcId"] = state.kind.vpc;
  for (const TargetEntry& target : targets) entry["Targets"].push_back(target_json(target));
  add_tags(entry, "Tags", state.described.tags);
  return entry;
}

json entry_json(const ListenerName& name, const ListenerState& state) {
  json entry{
      {"LoadBalancerArn", name.load_balancer},
      {"Id", state.described.id},
      {"DefaultRuleId", state.default_rule.id},
      {"Protocol", "HTTP"},
      {"Port", name.port},
      {"DefaultActions", json::array({to_json(state.rules.default_action)})},
      {"Attributes", attributes_json(attribute_list(state.attributes))},
  };
  add_tags(entry, "Tags", state.described.tags);
  add_tags(entry, "DefaultRuleTags", state.default_rule.tags);
  return entry;
}

json entry_json(const ListenerName& listener, const rules::Rule& rule, const Described& described) {
  json conditions = json::array();
  for (const rules::Condition& condition : rule.conditions) {
    conditions.push_back(to_json(condition));
  }
  json entry{
      {"ListenerArn", to_string(listener)},
      {"Id", described.id},
      {"Priority", rule.priority},
      {"Conditions", std::move(conditions)},
      {"Actions", json::array({to_json(rule.action)})},
  };
  json transforms = to_json(Transforms{rule.host_header_rewrite, rule.url_rewrite});
  if (!transforms.empty()) entry["Transforms"] = std::move(transforms);
  add_tags(entry, "Tags", described.tags);
  return entry;
}

json quotas_json(const Quotas& quotas) {
  json set = json::object();
  const auto defaults = limits(Quotas{});
  const auto present = limits(quotas);
  for (std::size_t i = 0; i < present.size(); ++i) {
    if (present[i].most != defaults[i].most) set[std::string(present[i].name)] = present[i].most;
  }
  return set;
}

json to_json(const LoadBalancing& there, const TargetsOf& targets_of) {
  json sections{{"LoadBalancers", json::array()},
                {"TargetGroups", json::array()},
                {"Listeners", json::array()},
                {"Rules", json::array()}};
  json quotas = quotas_json(there.quotas);
  if (!quotas.empty()) sections["Quotas"] = std::move(quotas);
  for (const auto& [sequence, name] : there.target_group_order) {
    sections["TargetGroups"].push_back(
        entry_json(name, there.target_groups.at(name), targets_of(name)));
  }
  for (const auto& [sequence, name] : there.load_balancer_order) {
    const LoadBalancerState& balancer = there.load_balancers.at(name);
    sections["LoadBalancers"].push_back(entry_json(name, balancer));
    for (const auto& [order, port] : balancer.listener_order) {
      const ListenerName listener{name, port};
      const ListenerState& state = balancer.listeners.at(port);
      sections["Listeners"].push_back(entry_json(listener, state));
      std::map<std::uint32_t, json> by_priority;  // by priority, as DescribeRules has them
      for (std::size_t i = 0; i < state.each_rule.size(); ++i) {
        const rules::Rule& rule = state.rules.rules[i];
        by_priority.emplace(rule.priority, entry_json(listener, rule, state.each_rule[i]));
      }
      for (auto& [priority, entry] : by_priority) sections["Rules"].push_back(std::move(entry));
    }
  }
  return sections;
}

}  // namespace cutover::stack

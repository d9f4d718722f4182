// ELBv2's operations on load balancers.

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cutover/api/elbv2/arns.hpp"
#include "cutover/api/elbv2/operations.hpp"
#include "cutover/api/elbv2/paging.hpp"
#include "cutover/api/elbv2/refusals.hpp"
#include "cutover/api/elbv2/render.hpp"
#include "cutover/stack/listener_json.hpp"

namespace cutover::api::elbv2 {

namespace {

/// An ALB stands in at least so many zones.
constexpr std::size_t zones_least = 2;

/// Whether a load balancer may stand in these subnets: they are there, in one VPC, in two zones or
/// more, one in each.
Result<void> check_subnets(const Place& place, const std::vector<std::string>& subnets) {
  std::set<std::string> zones;
  std::string vpc;
  for (const std::string& id : subnets) {
    const auto* subnet = place.network.subnet(id);
    if (!subnet) {
      return Error{"SubnetNotFound", "", fmt::format("The subnet ID '{}' does not exist", id)};
    }
    if (!vpc.empty() && subnet->vpc != vpc) {
      return Error{"InvalidSubnet", "", "All subnets must belong to the same VPC"};
    }
    vpc = subnet->vpc;
    if (!zones.insert(subnet->zone).second) {
      return Error{"InvalidConfigurationRequest", "",
                   "A load balancer cannot be attached to multiple subnets in the same "
                   "Availability Zone"};
    }
  }
  if (zones.size() >= zones_least) return {};
  return Error{"InvalidConfigurationRequest", "",
               "At least two subnets in two different Availability Zones must be specified"};
}

Result<void> check_security_groups(const Place& place, const std::vector<std::string>& groups,
                                   const std::vector<std::string>& subnets) {
  const auto* subnet = subnets.empty() ? nullptr : place.network.subnet(subnets.front());
  for (const std::string& id : groups) {
    const auto* group = place.network.group(id);
    if (!group) {
      return Error{"InvalidSecurityGroup", "",
                   fmt::format("The security group '{}' does not exist", id)};
    }
    if (subnet && group->vpc != subnet->vpc) {
      return Error{
          "InvalidConfigurationRequest", "",
          fmt::format("The security group '{}' does not belong to VPC '{}'", id, subnet->vpc)};
    }
  }
  return {};
}

Result<void> check_kind(const json& input) {
  const std::string type = input.value("Type", "application");
  if (type != "application")
    return unsupported(fmt::format("Load balancers of type '{}' are", type));
  const std::string addresses = input.value("IpAddressType", "ipv4");
  if (addresses != "ipv4") return unsupported(fmt::format("IP address type '{}' is", addresses));
  return {};
}

/// The settings of an idempotent creation: the same in whatever order they were given.
bool same_settings(stack::Placement a, stack::Placement b) {
  for (auto* list : {&a.subnets, &a.security_groups, &b.subnets, &b.security_groups}) {
    std::sort(list->begin(), list->end());
  }
  return a == b;
}

Json one_load_balancer(const Place& place, const std::string& name, std::string_view state) {
  Json answer;
  answer["LoadBalancers"] = Json::array({load_balancer_json(place, name, state)});
  return answer;
}

Outcome create_load_balancer(const Place& place, const json& input) {
  if (const auto kind = check_kind(input); !kind) return kind.error();
  auto operation = stack::parse_create_load_balancer(input, "");
  if (!operation) return operation.error();
  stack::Placement& placement = operation->placement;
  const auto subnets = check_subnets(place, placement.subnets);
  if (!subnets) return subnets.error();
  if (placement.security_groups.empty()) {
    const auto* group =
        place.network.default_group(place.network.subnet(placement.subnets.front())->vpc);
    if (group) placement.security_groups.push_back(group->id);
  }
  const auto groups = check_security_groups(place, placement.security_groups, placement.subnets);
  if (!groups) return groups.error();
  const std::string name = operation->name;
  if (const auto* existing = place.there().load_balancer(name)) {
    if (same_settings(existing->placement, placement)) {
      return one_load_balancer(place, name, "active");
    }
    return Error{"DuplicateLoadBalancerName", "",
                 fmt::format("A load balancer with the same name '{}' exists, but with different "
                             "settings",
                             name)};
  }
  const auto done = place.balancing.apply(*std::move(operation));
  if (!done) return done.error();
  return one_load_balancer(place, name, "provisioning");
}

Outcome describe_load_balancers(const Place& place, const json& input) {
  const auto page = page_of(input);
  if (!page) return page.error();
  Json answer;
  if (!input.contains("LoadBalancerArns") && !input.contains("Names")) {
    fill_page(answer, "LoadBalancers", place.there().load_balancer_order, *page,
              [&](const auto& entry) { return load_balancer_json(place, entry.second); });
    return answer;
  }
  std::vector<std::string> named;
  for (const json& arn : input.value("LoadBalancerArns", json::array())) {
    const auto name = load_balancer_of(place, arn);
    if (!name) return name.error();
    named.push_back(*name);
  }
  for (const json& name : input.value("Names", json::array())) {
    if (!place.there().load_balancer(name)) {
      return Error{"LoadBalancerNotFound", "", "One or more load balancers not found"};
    }
    named.push_back(name);
  }
  fill_page(answer, "LoadBalancers", numbered(named), *page,
            [&](const auto& entry) { return load_balancer_json(place, entry.second); });
  return answer;
}

Outcome delete_load_balancer(const Place& place, const json& input) {
  const auto name = load_balancer_of(place, input["LoadBalancerArn"]);
  if (!name && name.error().code == "LoadBalancerNotFound") return Json::object();
  if (!name) return name.error();
  const auto done = place.balancing.apply(stack::DeleteLoadBalancer{*name});
  if (done) return Json::object();
  if (done.error().code != "OperationNotPermitted") return done.error();
  return Error{"OperationNotPermitted", "",
               fmt::format("Load balancer '{}' cannot be deleted because deletion protection is "
                           "enabled",
                           input["LoadBalancerArn"].get<std::string>())};
}

Json attributes_answer(const Place& place, const std::string& name) {
  return {{"Attributes", attributes_json(stack::attribute_list(
                             place.there().load_balancers.at(name).attributes))}};
}

Outcome describe_attributes(const Place& place, const json& input) {
  const auto name = load_balancer_of(place, input["LoadBalancerArn"]);
  if (!name) return name.error();
  return attributes_answer(place, *name);
}

Outcome modify_attributes(const Place& place, const json& input) {
  const auto name = load_balancer_of(place, input["LoadBalancerArn"]);
  if (!name) return name.error();
  json named = input;
  named["LoadBalancerArn"] = *name;
  const auto operation = stack::parse_modify_load_balancer_attributes(named, "");
  if (!operation) return attribute_refusal(operation.error(), "Load balancer", input);
  const auto done = place.balancing.apply(*operation);
  if (!done) return done.error();
  return attributes_answer(place, *name);
}

/// Nothing is ever reserved here. Asked by Terraform of every load balancer.
Outcome describe_capacity_reservation(const Place& place, const json& input) {
  constexpr int decreases_per_day = 2;
  const auto name = load_balancer_of(place, input["LoadBalancerArn"]);
  if (!name) return name.error();
  return Json{{"DecreaseRequestsRemaining", decreases_per_day},
              {"CapacityReservationState", Json::array()}};
}

Outcome set_subnets(const Place& place, const json& input) {
  const auto name = load_balancer_of(place, input["LoadBalancerArn"]);
  if (!name) return name.error();
  if (const auto kind = check_kind(input); !kind) return kind.error();
  json named = input;
  named["LoadBalancerArn"] = *name;
  const auto operation = stack::parse_set_subnets(named, "");
  if (!operation) return operation.error();
  const auto valid = check_subnets(place, operation->subnets);
  if (!valid) return valid.error();
  const auto done = place.balancing.apply(*operation);
  if (!done) return done.error();
  const Json there = load_balancer_json(place, *name);
  return Json{{"AvailabilityZones", there["AvailabilityZones"]},
              {"IpAddressType", there["IpAddressType"]}};
}

Outcome set_security_groups(const Place& place, const json& input) {
  const auto name = load_balancer_of(place, input["LoadBalancerArn"]);
  if (!name) return name.error();
  json named = input;
  named["LoadBalancerArn"] = *name;
  const auto operation = stack::parse_set_security_groups(named, "");
  if (!operation) return operation.error();
  if (operation->security_groups.empty()) {
    return Error{"InvalidConfigurationRequest", "",
                 "At least one security group must be specified"};
  }
  const auto valid = check_security_groups(
      place, operation->security_groups, place.there().load_balancers.at(*name).placement.subnets);
  if (!valid) return valid.error();
  const auto done = place.balancing.apply(*operation);
  if (!done) return done.error();
  return Json{{"SecurityGroupIds", operation->security_groups}};
}

Outcome set_ip_address_type(const Place& place, const json& input) {
  const auto name = load_balancer_of(place, input["LoadBalancerArn"]);
  if (!name) return name.error();
  if (const auto kind = check_kind(input); !kind) return kind.error();
  const auto done = place.balancing.apply(stack::SetIpAddressType{*name, input["IpAddressType"]});
  if (!done) return done.error();
  return Json{{"IpAddressType", input["IpAddressType"]}};
}

}  // namespace

void add_load_balancers(Operations& operations) {
  operations["CreateLoadBalancer"] = create_load_balancer;
  operations["DescribeLoadBalancers"] = describe_load_balancers;
  operations["DeleteLoadBalancer"] = delete_load_balancer;
  operations["DescribeLoadBalancerAttributes"] = describe_attributes;
  operations["ModifyLoadBalancerAttributes"] = modify_attributes;
  operations["DescribeCapacityReservation"] = describe_capacity_reservation;
  operations["SetSubnets"] = set_subnets;
  operations["SetSecurityGroups"] = set_security_groups;
  operations["SetIpAddressType"] = set_ip_address_type;
}

}  // namespace cutover::api::elbv2

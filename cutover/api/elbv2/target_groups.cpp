// ELBv2's operations on target groups.

#include <fmt/format.h>

#include "cutover/api/elbv2/arns.hpp"
#include "cutover/api/elbv2/operations.hpp"
#include "cutover/api/elbv2/paging.hpp"
#include "cutover/api/elbv2/refusals.hpp"
#include "cutover/api/elbv2/render.hpp"
#include "cutover/stack/target_group_json.hpp"

namespace cutover::api::elbv2 {

namespace {

/// Refuses by name what AWS's groups can be and these can't.
Result<void> check_kind(const json& input) {
  const std::string type = input.value("TargetType", "instance");
  if (type == "lambda" || type == "alb") {
    return unsupported(fmt::format("Target type '{}' is", type));
  }
  for (const char* key : {"Protocol", "HealthCheckProtocol"}) {
    const std::string protocol = input.value(key, "HTTP");
    if (protocol != "HTTP") {
      return unsupported(fmt::format("{} '{}' of target groups is", key, protocol));
    }
  }
  const std::string version = input.value("ProtocolVersion", "HTTP1");
  if (version != "HTTP1") return unsupported(fmt::format("Protocol version '{}' is", version));
  const std::string addresses = input.value("IpAddressType", "ipv4");
  if (addresses != "ipv4") return unsupported(fmt::format("IP address type '{}' is", addresses));
  if (input.contains("Matcher") && input["Matcher"].contains("GrpcCode")) {
    return Error{"InvalidConfigurationRequest", "",
                 "GrpcCode is for target groups of protocol version 'GRPC'"};
  }
  return {};
}

/// What AWS requires of a group of that type, though its model calls it optional.
Result<void> check_required(const Place& place, const json& input) {
  if (!input.contains("Protocol")) return validation_error("A protocol must be specified");
  if (!input.contains("Port")) return validation_error("A port must be specified");
  if (!input.contains("VpcId")) return validation_error("A VPC ID must be specified");
  const std::string vpc = input["VpcId"];
  if (place.network.vpc(vpc)) return {};
  return validation_error(fmt::format("The VPC ID '{}' is not found", vpc));
}

Json one_group(const Place& place, const std::string& name) {
  Json answer;
  answer["TargetGroups"] = Json::array({target_group_json(place, name)});
  return answer;
}

/// Attributes are no part of a creation: whether they were changed since doesn't count.
bool same_settings(const stack::TargetGroupState& existing,
                   const stack::CreateTargetGroup& operation) {
  return existing.kind == operation.kind && existing.spec.port == operation.spec.port &&
         existing.spec.health_check == operation.spec.health_check;
}

Outcome create_target_group(const Place& place, const json& input) {
  if (const auto kind = check_kind(input); !kind) return kind.error();
  if (const auto complete = check_required(place, input); !complete) return complete.error();
  auto operation = stack::parse_create_target_group(input, "");
  if (!operation) return operation.error();
  const std::string name = operation->spec.name;
  if (name.find("--") != std::string::npos) {
    return validation_error(
        fmt::format("Target group name '{}' cannot contain two hyphens in a row", name));
  }
  if (const auto* existing = place.there().target_group(name)) {
    if (same_settings(*existing, *operation)) return one_group(place, name);
    return Error{"DuplicateTargetGroupName", "",
                 fmt::format("A target group with the same name '{}' exists, but with different "
                             "settings",
                             name)};
  }
  const auto done = place.balancing.apply(*std::move(operation));
  if (!done) return done.error();
  return one_group(place, name);
}

Outcome describe_by_load_balancer(const Place& place, const json& input, const Page& page) {
  const auto balancer = load_balancer_of(place, input["LoadBalancerArn"]);
  if (!balancer) return balancer.error();
  std::map<std::uint64_t, std::string> used;
  for (const auto& [sequence, name] : place.there().target_group_order) {
    if (place.there().target_groups.at(name).used_by == *balancer) used.emplace(sequence, name);
  }
  Json answer;
  fill_page(answer, "TargetGroups", used, page,
            [&](const auto& entry) { return target_group_json(place, entry.second); });
  return answer;
}

Outcome describe_target_groups(const Place& place, const json& input) {
  const auto page = page_of(input);
  if (!page) return page.error();
  const int filters = int{input.contains("LoadBalancerArn")} +
                      int{input.contains("TargetGroupArns")} + int{input.contains("Names")};
  if (filters > 1) {
    return validation_error(
        "Only one of the parameters 'LoadBalancerArn', 'TargetGroupArns' and 'Names' may be "
        "specified");
  }
  if (input.contains("LoadBalancerArn")) return describe_by_load_balancer(place, input, *page);
  Json answer;
  if (filters == 0) {
    fill_page(answer, "TargetGroups", place.there().target_group_order, *page,
              [&](const auto& entry) { return target_group_json(place, entry.second); });
    return answer;
  }
  std::vector<std::string> named;
  for (const json& arn : input.value("TargetGroupArns", json::array())) {
    const auto name = target_group_of(place, arn);
    if (!name) return name.error();
    named.push_back(*name);
  }
  for (const json& name : input.value("Names", json::array())) {
    if (!place.there().target_group(name)) {
      return Error{"TargetGroupNotFound", "", "One or more target groups not found"};
    }
    named.push_back(name);
  }
  fill_page(answer, "TargetGroups", numbered(named), *page,
            [&](const auto& entry) { return target_group_json(place, entry.second); });
  return answer;
}

Outcome modify_target_group(const Place& place, const json& input) {
  const auto name = target_group_of(place, input["TargetGroupArn"]);
  if (!name) return name.error();
  if (const auto kind = check_kind(input); !kind) return kind.error();
  json named = input;
  named["TargetGroupArn"] = *name;
  const auto operation = stack::parse_modify_target_group(named, "");
  if (!operation) return operation.error();
  const auto done = place.balancing.apply(*operation);
  if (!done) return done.error();
  return one_group(place, *name);
}

Outcome delete_target_group(const Place& place, const json& input) {
  const std::string arn = input["TargetGroupArn"];
  const auto name = target_group_of(place, arn);
  // What AWS answers for a group that is not there is not documented; deletions are repeatable.
  if (!name && name.error().code == "TargetGroupNotFound") return Json::object();
  if (!name) return name.error();
  const auto done = place.balancing.apply(stack::DeleteTargetGroup{*name});
  if (done) return Json::object();
  if (done.error().code != "ResourceInUse") return done.error();
  return Error{"ResourceInUse", "",
               fmt::format("Target group '{}' is currently in use by a listener or a rule", arn)};
}

Json attributes_answer(const Place& place, const std::string& name) {
  return {{"Attributes",
           attributes_json(stack::attribute_list(place.there().target_groups.at(name).spec))}};
}

Outcome describe_attributes(const Place& place, const json& input) {
  const auto name = target_group_of(place, input["TargetGroupArn"]);
  if (!name) return name.error();
  return attributes_answer(place, *name);
}

Outcome modify_attributes(const Place& place, const json& input) {
  const auto name = target_group_of(place, input["TargetGroupArn"]);
  if (!name) return name.error();
  json named = input;
  named["TargetGroupArn"] = *name;
  const auto operation = stack::parse_modify_target_group_attributes(named, "");
  if (!operation) return attribute_refusal(operation.error(), "Target group", input);
  const auto done = place.balancing.apply(*operation);
  if (!done) return done.error();
  return attributes_answer(place, *name);
}

}  // namespace

void add_target_groups(Operations& operations) {
  operations["CreateTargetGroup"] = create_target_group;
  operations["DescribeTargetGroups"] = describe_target_groups;
  operations["ModifyTargetGroup"] = modify_target_group;
  operations["DeleteTargetGroup"] = delete_target_group;
  operations["DescribeTargetGroupAttributes"] = describe_attributes;
  operations["ModifyTargetGroupAttributes"] = modify_attributes;
}

}  // namespace cutover::api::elbv2

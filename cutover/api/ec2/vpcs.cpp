// VPCs, and what each of them has without being asked: a main route table, a network ACL, and the
// default one an internet gateway. Their ids are the VPC's with another prefix.

#include <fmt/format.h>

#include <algorithm>

#include "cutover/api/ec2/cidr.hpp"
#include "cutover/api/ec2/operations.hpp"

namespace cutover::api::ec2 {

namespace {

std::string word(bool value) { return value ? "true" : "false"; }

/// "vpc-0123…" -> "rtb-0123…"
std::string sibling(const std::string& vpc, std::string_view prefix) {
  return std::string(prefix) + vpc.substr(vpc.find('-') + 1);
}

Facts facts_of(const Vpc& vpc) {
  return {{"vpc-id", {vpc.id}},
          {"cidr", {vpc.cidr}},
          {"cidrBlock", {vpc.cidr}},
          {"cidr-block-association.cidr-block", {vpc.cidr}},
          {"is-default", {word(vpc.is_default)}},
          {"isDefault", {word(vpc.is_default)}},
          {"state", {"available"}}};
}

Json rendered(const Vpc& vpc, const Ec2State& state) {
  const Json association = {{"associationId", sibling(vpc.id, "vpc-cidr-assoc-")},
                            {"cidrBlock", vpc.cidr},
                            {"cidrBlockState", {{"state", "associated"}}}};
  return {{"vpcId", vpc.id},
          {"ownerId", state.account},
          {"state", "available"},
          {"cidrBlock", vpc.cidr},
          {"cidrBlockAssociationSet", Json::array({association})},
          {"dhcpOptionsId", "default"},
          {"tagSet", tag_set(vpc.tags)},
          {"instanceTenancy", "default"},
          {"isDefault", vpc.is_default}};
}

/// A thing that every VPC has one of: described through the same filters as the VPC.
struct Sibling {
  std::string id;
  Tags tags;
  const Vpc* vpc = nullptr;
};

Facts sibling_facts(const Sibling& sibling, const char* id_filter) {
  const std::string vpc = sibling.vpc != nullptr ? sibling.vpc->id : "";
  return {{id_filter, {sibling.id}},      {"vpc-id", {vpc}},
          {"attachment.vpc-id", {vpc}},   {"attachment.state", {"available"}},
          {"association.main", {"true"}}, {"default", {"true"}}};
}

std::vector<Sibling> siblings(const Ec2State& state, std::string_view prefix) {
  std::vector<Sibling> all;
  for (const Vpc& vpc : state.vpcs) all.push_back({sibling(vpc.id, prefix), {}, &vpc});
  return all;
}

/// One of the Describe operations of siblings.
template <class Render>
Outcome describe_siblings(Context& context, const std::vector<Sibling>& all, const char* ids,
                          const char* id_filter, const char* list_name, const char* error_code,
                          Render render) {
  Input input(context.call.parameters);
  const Query query = read_query(input, ids);
  if (const auto end = input.finish(); !end) return end.error();
  return describe(
      all, query, list_name, [&](const Sibling& one) { return sibling_facts(one, id_filter); },
      [&](const Sibling& one) { return render(one); },
      [&](const std::string& id) {
        return Error{error_code, "", fmt::format("The ID '{}' does not exist", id)};
      });
}

}  // namespace

Outcome describe_vpcs(Context& context) {
  Input input(context.call.parameters);
  const Query query = read_query(input, "VpcId");
  if (const auto end = input.finish(); !end) return end.error();
  return describe(
      context.state.vpcs, query, "vpcSet", facts_of,
      [&](const Vpc& vpc) { return rendered(vpc, context.state); }, vpc_not_found);
}

Outcome create_vpc(Context& context) {
  Input input(context.call.parameters);
  Vpc vpc;
  const std::string cidr = input.required("CidrBlock");
  vpc.tags = read_tag_specifications(input, "vpc");
  const std::string tenancy = input.text("InstanceTenancy").value_or("default");
  if (input.ok() && tenancy != "default") {
    input.fail({"InvalidParameterValue", "",
                fmt::format("Value ({}) for parameter InstanceTenancy is invalid. Only default "
                            "tenancy is supported here.",
                            tenancy)});
  }
  input.only_off("AmazonProvidedIpv6CidrBlock");
  if (const auto end = input.finish(); !end) return end.error();
  const auto block = parse_block(cidr);
  if (!block) {
    return Error{"InvalidParameterValue", "",
                 fmt::format("Value ({}) for parameter cidrBlock is invalid. This is not a valid "
                             "CIDR block.",
                             cidr)};
  }
  if (!is_allowed_size(*block)) {
    return Error{"InvalidVpc.Range", "", fmt::format("The CIDR '{}' is invalid.", cidr)};
  }
  vpc.cidr = block->to_string();
  vpc.id = new_id("vpc-", context.random);
  context.state.groups.push_back(
      new_group("default", "default VPC security group", vpc.id, context.random));
  context.state.vpcs.push_back(vpc);
  return Json{{"vpc", rendered(vpc, context.state)}};
}

Outcome delete_vpc(Context& context) {
  Input input(context.call.parameters);
  const std::string id = input.required("VpcId");
  if (const auto end = input.finish(); !end) return end.error();
  Ec2State& state = context.state;
  if (state.vpc(id) == nullptr) return vpc_not_found(id);
  const bool has_subnets = std::any_of(state.subnets.begin(), state.subnets.end(),
                                       [&](const Subnet& subnet) { return subnet.vpc == id; });
  const auto in_vpc = [&](const SecurityGroup& group) { return group.vpc == id; };
  if (has_subnets || std::count_if(state.groups.begin(), state.groups.end(), in_vpc) > 1) {
    return Error{"DependencyViolation", "",
                 fmt::format("The vpc '{}' has dependencies and cannot be deleted.", id)};
  }
  std::erase_if(state.groups, in_vpc);
  std::erase_if(state.vpcs, [&](const Vpc& vpc) { return vpc.id == id; });
  return done();
}

Outcome describe_vpc_attribute(Context& context) {
  Input input(context.call.parameters);
  const std::string id = input.required("VpcId");
  const std::string name = input.required("Attribute");
  if (const auto end = input.finish(); !end) return end.error();
  const Vpc* vpc = context.state.vpc(id);
  if (vpc == nullptr) return vpc_not_found(id);
  bool value = false;
  if (name == "enableDnsSupport") {
    value = vpc->dns_support;
  } else if (name == "enableDnsHostnames") {
    value = vpc->dns_hostnames;
  } else if (name == "enableNetworkAddressUsageMetrics") {
    value = vpc->address_usage_metrics;
  } else {
    return Error{
        "InvalidParameterValue", "",
        fmt::format("Value ({}) for parameter attribute is invalid. Unknown attribute.", name)};
  }
  return Json{{"vpcId", id}, {name, {{"value", value}}}};
}

Outcome modify_vpc_attribute(Context& context) {
  Input input(context.call.parameters);
  const std::string id = input.required("VpcId");
  const auto support = input.attribute("EnableDnsSupport");
  const auto hostnames = input.attribute("EnableDnsHostnames");
  const auto metrics = input.attribute("EnableNetworkAddressUsageMetrics");
  if (const auto end = input.finish(); !end) return end.error();
  if (context.state.vpc(id) == nullptr) return vpc_not_found(id);
  for (Vpc& vpc : context.state.vpcs) {
    if (vpc.id != id) continue;
    vpc.dns_support = support.value_or(vpc.dns_support);
    vpc.dns_hostnames = hostnames.value_or(vpc.dns_hostnames);
    vpc.address_usage_metrics = metrics.value_or(vpc.address_usage_metrics);
  }
  return done();
}

Outcome describe_route_tables(Context& context) {
  return describe_siblings(
      context, siblings(context.state, "rtb-"), "RouteTableId", "route-table-id", "routeTableSet",
      "InvalidRouteTableID.NotFound", [&](const Sibling& one) {
        Json routes = Json::array({{{"destinationCidrBlock", one.vpc->cidr},
                                    {"gatewayId", "local"},
                                    {"state", "active"},
                                    {"origin", "CreateRouteTable"}}});
        if (one.vpc->is_default) {
          routes.push_back({{"destinationCidrBlock", "0.0.0.0/0"},
                            {"gatewayId", sibling(one.vpc->id, "igw-")},
                            {"state", "active"},
                            {"origin", "CreateRoute"}});
        }
        const Json association = {{"routeTableAssociationId", sibling(one.vpc->id, "rtbassoc-")},
                                  {"routeTableId", one.id},
                                  {"main", true},
                                  {"associationState", {{"state", "associated"}}}};
        return Json{{"routeTableId", one.id},
                    {"vpcId", one.vpc->id},
                    {"ownerId", context.state.account},
                    {"routeSet", routes},
                    {"associationSet", Json::array({association})},
                    {"propagatingVgwSet", Json::array()},
                    {"tagSet", Json::array()}};
      });
}

Outcome describe_internet_gateways(Context& context) {
  auto all = siblings(context.state, "igw-");
  std::erase_if(all, [](const Sibling& one) { return !one.vpc->is_default; });
  return describe_siblings(
      context, all, "InternetGatewayId", "internet-gateway-id", "internetGatewaySet",
      "InvalidInternetGatewayID.NotFound", [&](const Sibling& one) {
        const Json attachment = {{"vpcId", one.vpc->id}, {"state", "available"}};
        return Json{{"internetGatewayId", one.id},
                    {"ownerId", context.state.account},
                    {"attachmentSet", Json::array({attachment})},
                    {"tagSet", Json::array()}};
      });
}

Outcome describe_network_acls(Context& context) {
  return describe_siblings(
      context, siblings(context.state, "acl-"), "NetworkAclId", "network-acl-id", "networkAclSet",
      "InvalidNetworkAclID.NotFound", [&](const Sibling& one) {
        Json entries = Json::array();
        for (const bool egress : {true, false}) {
          for (const auto& [number, action] : {std::pair(100, "allow"), {32767, "deny"}}) {
            entries.push_back({{"ruleNumber", number},
                               {"protocol", "-1"},
                               {"ruleAction", action},
                               {"egress", egress},
                               {"cidrBlock", "0.0.0.0/0"}});
          }
        }
        Json associations = Json::array();
        for (const Subnet& subnet : context.state.subnets) {
          if (subnet.vpc != one.vpc->id) continue;
          associations.push_back({{"networkAclAssociationId", sibling(subnet.id, "aclassoc-")},
                                  {"networkAclId", one.id},
                                  {"subnetId", subnet.id}});
        }
        return Json{{"networkAclId", one.id}, {"vpcId", one.vpc->id},
                    {"default", true},        {"ownerId", context.state.account},
                    {"entrySet", entries},    {"associationSet", associations},
                    {"tagSet", Json::array()}};
      });
}

}  // namespace cutover::api::ec2

#include <fmt/format.h>

#include <algorithm>

#include "cutover/api/ec2/cidr.hpp"
#include "cutover/api/ec2/operations.hpp"

namespace cutover::api::ec2 {

namespace {

std::string word(bool value) { return value ? "true" : "false"; }

Facts facts_of(const Subnet& subnet) {
  return {{"subnet-id", {subnet.id}},
          {"vpc-id", {subnet.vpc}},
          {"cidr-block", {subnet.cidr}},
          {"cidr", {subnet.cidr}},
          {"cidrBlock", {subnet.cidr}},
          {"availability-zone", {subnet.zone}},
          {"availabilityZone", {subnet.zone}},
          {"availability-zone-id", {subnet.zone.empty() ? "" : zone_id(subnet.zone)}},
          {"default-for-az", {word(subnet.default_for_zone)}},
          {"defaultForAz", {word(subnet.default_for_zone)}},
          {"map-public-ip-on-launch", {word(subnet.map_public_ip)}},
          {"state", {"available"}}};
}

Json rendered(const Subnet& subnet, const Ec2State& state) {
  // Five addresses of each subnet are AWS's own.
  constexpr std::int64_t reserved = 5;
  const auto block = parse_block(subnet.cidr);
  const std::int64_t addresses = block ? std::int64_t{1} << (32 - block->prefix_length()) : 0;
  const auto used =
      std::count_if(state.instances.begin(), state.instances.end(), [&](const Instance& instance) {
        return instance.subnet == subnet.id && instance.state != InstanceState::terminated;
      });
  return {{"subnetId", subnet.id},
          {"subnetArn",
           fmt::format("arn:aws:ec2:{}:{}:subnet/{}", state.region, state.account, subnet.id)},
          {"state", "available"},
          {"ownerId", state.account},
          {"vpcId", subnet.vpc},
          {"cidrBlock", subnet.cidr},
          {"ipv6CidrBlockAssociationSet", Json::array()},
          {"availableIpAddressCount", addresses - reserved - used},
          {"availabilityZone", subnet.zone},
          {"availabilityZoneId", zone_id(subnet.zone)},
          {"defaultForAz", subnet.default_for_zone},
          {"mapPublicIpOnLaunch", subnet.map_public_ip},
          {"mapCustomerOwnedIpOnLaunch", false},
          {"assignIpv6AddressOnCreation", false},
          {"enableDns64", false},
          {"ipv6Native", false},
          {"privateDnsNameOptionsOnLaunch",
           {{"hostnameType", "ip-name"},
            {"enableResourceNameDnsARecord", false},
            {"enableResourceNameDnsAAAARecord", false}}},
          {"tagSet", tag_set(subnet.tags)}};
}

/// The zone asked for, or the region's first.
Result<std::string> zone_for(const Ec2State& state, const std::optional<std::string>& name,
                             const std::optional<std::string>& id) {
  for (const std::string& zone : zones_of(state.region)) {
    if (name.value_or(zone) == zone && id.value_or(zone_id(zone)) == zone_id(zone)) return zone;
  }
  return Error{
      "InvalidParameterValue", "",
      fmt::format("Value ({}) for parameter availabilityZone is invalid. Subnets can "
                  "currently only be created in the following availability zones: {}.",
                  name ? *name : id.value_or(""), fmt::join(zones_of(state.region), ", "))};
}

Result<std::string> checked_cidr(const Ec2State& state, const Vpc& vpc, const std::string& text) {
  const auto block = parse_block(text);
  if (!block) {
    return Error{"InvalidParameterValue", "",
                 fmt::format("Value ({}) for parameter cidrBlock is invalid. This is not a valid "
                             "CIDR block.",
                             text)};
  }
  const auto outer = parse_block(vpc.cidr);
  if (!is_allowed_size(*block) || !outer || !contains(*outer, *block)) {
    return Error{"InvalidSubnet.Range", "", fmt::format("The CIDR '{}' is invalid.", text)};
  }
  for (const Subnet& other : state.subnets) {
    const auto taken = parse_block(other.cidr);
    if (other.vpc != vpc.id || !taken || !overlap(*taken, *block)) continue;
    return Error{"InvalidSubnet.Conflict", "",
                 fmt::format("The CIDR '{}' conflicts with another subnet", text)};
  }
  return block->to_string();
}

}  // namespace

Outcome describe_subnets(Context& context) {
  Input input(context.call.parameters);
  const Query query = read_query(input, "SubnetId");
  if (const auto end = input.finish(); !end) return end.error();
  return describe(
      context.state.subnets, query, "subnetSet", facts_of,
      [&](const Subnet& subnet) { return rendered(subnet, context.state); }, subnet_not_found);
}

Outcome create_subnet(Context& context) {
  Input input(context.call.parameters);
  Subnet subnet;
  subnet.vpc = input.required("VpcId");
  const std::string cidr = input.required("CidrBlock");
  const auto zone = input.text("AvailabilityZone");
  const auto id = input.text("AvailabilityZoneId");
  input.only_off("Ipv6Native");
  subnet.tags = read_tag_specifications(input, "subnet");
  if (const auto end = input.finish(); !end) return end.error();
  const Vpc* vpc = context.state.vpc(subnet.vpc);
  if (vpc == nullptr) return vpc_not_found(subnet.vpc);
  auto placed = zone_for(context.state, zone, id);
  if (!placed) return placed.error();
  auto checked = checked_cidr(context.state, *vpc, cidr);
  if (!checked) return checked.error();
  subnet.zone = *std::move(placed);
  subnet.cidr = *std::move(checked);
  subnet.id = new_id("subnet-", context.random);
  context.state.subnets.push_back(subnet);
  return Json{{"subnet", rendered(subnet, context.state)}};
}

Outcome delete_subnet(Context& context) {
  Input input(context.call.parameters);
  const std::string id = input.required("SubnetId");
  if (const auto end = input.finish(); !end) return end.error();
  Ec2State& state = context.state;
  if (state.subnet(id) == nullptr) return subnet_not_found(id);
  const bool used =
      std::any_of(state.instances.begin(), state.instances.end(), [&](const Instance& instance) {
        return instance.subnet == id && instance.state != InstanceState::terminated;
      });
  if (used || context.is_used_outside(id)) {
    return Error{"DependencyViolation", "",
                 fmt::format("The subnet '{}' has dependencies and cannot be deleted.", id)};
  }
  std::erase_if(state.subnets, [&](const Subnet& subnet) { return subnet.id == id; });
  return done();
}

Outcome modify_subnet_attribute(Context& context) {
  Input input(context.call.parameters);
  const std::string id = input.required("SubnetId");
  const auto map_public_ip = input.attribute("MapPublicIpOnLaunch");
  if (const auto end = input.finish(); !end) return end.error();
  if (context.state.subnet(id) == nullptr) return subnet_not_found(id);
  for (Subnet& subnet : context.state.subnets) {
    if (subnet.id == id) subnet.map_public_ip = map_public_ip.value_or(subnet.map_public_ip);
  }
  return done();
}

}  // namespace cutover::api::ec2

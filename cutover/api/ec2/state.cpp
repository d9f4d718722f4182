#include "cutover/api/ec2/state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cutover::api::ec2 {

namespace {

template <class Items>
auto find_id(Items& items, std::string_view id) -> decltype(items.data()) {
  const auto found =
      std::find_if(items.begin(), items.end(), [id](const auto& item) { return item.id == id; });
  return found == items.end() ? nullptr : &*found;
}

}  // namespace

bool GroupRule::same_as(const GroupRule& other) const {
  return egress == other.egress && protocol == other.protocol && from_port == other.from_port &&
         to_port == other.to_port && cidr_v4 == other.cidr_v4 && cidr_v6 == other.cidr_v6 &&
         prefix_list == other.prefix_list && group == other.group;
}

std::string_view to_string(InstanceState state) {
  switch (state) {
    case InstanceState::running:
      return "running";
    case InstanceState::stopped:
      return "stopped";
    case InstanceState::terminated:
      break;
  }
  return "terminated";
}

unsigned code_of(InstanceState state) {
  switch (state) {
    case InstanceState::running:
      return 16;
    case InstanceState::stopped:
      return 80;
    case InstanceState::terminated:
      break;
  }
  return 48;
}

const Vpc* Ec2State::vpc(std::string_view id) const { return find_id(vpcs, id); }
const Subnet* Ec2State::subnet(std::string_view id) const { return find_id(subnets, id); }
const SecurityGroup* Ec2State::group(std::string_view id) const { return find_id(groups, id); }
const Instance* Ec2State::instance(std::string_view id) const { return find_id(instances, id); }

const Vpc* Ec2State::default_vpc() const {
  const auto found =
      std::find_if(vpcs.begin(), vpcs.end(), [](const Vpc& vpc) { return vpc.is_default; });
  return found == vpcs.end() ? nullptr : &*found;
}

const SecurityGroup* Ec2State::default_group(std::string_view vpc) const {
  const auto found = std::find_if(groups.begin(), groups.end(), [vpc](const SecurityGroup& group) {
    return group.vpc == vpc && group.name == "default";
  });
  return found == groups.end() ? nullptr : &*found;
}

Tags* Ec2State::tags_of(std::string_view id) {
  if (auto* vpc = find_id(vpcs, id)) return &vpc->tags;
  if (auto* subnet = find_id(subnets, id)) return &subnet->tags;
  if (auto* group = find_id(groups, id)) return &group->tags;
  if (auto* instance = find_id(instances, id)) return &instance->tags;
  for (SecurityGroup& group : groups) {
    if (auto* rule = find_id(group.rules, id)) return &rule->tags;
  }
  return nullptr;
}

std::string new_id(std::string_view prefix, Random& random) {
  const auto high = random();
  return fmt::format("{}{:016x}{:x}", prefix, high, random() & 0xf);
}

std::vector<std::string> zones_of(std::string_view region) {
  std::vector<std::string> zones;
  for (const char letter : {'a', 'b', 'c'}) zones.push_back(std::string(region) + letter);
  return zones;
}

std::string zone_id(std::string_view zone) {
  // "us-east-1a" -> "use1-az1", "ap-southeast-2c" -> "apse2-az3"
  static constexpr std::array<std::string_view, 5> directions{"north", "south", "east", "west",
                                                              "central"};
  std::string id;
  std::string_view rest = zone.substr(0, zone.size() - 1);
  while (!rest.empty()) {
    const auto direction =
        std::find_if(directions.begin(), directions.end(),
                     [&](std::string_view word) { return rest.starts_with(word); });
    if (direction != directions.end()) {
      id += rest.front();
      rest.remove_prefix(direction->size());
    } else {
      if (rest.front() != '-') id += rest.front();
      rest.remove_prefix(1);
    }
  }
  return fmt::format("{}-az{}", id, zone.back() - 'a' + 1);
}

SecurityGroup new_group(std::string name, std::string description, std::string vpc,
                        Random& random) {
  SecurityGroup group;
  group.id = new_id("sg-", random);
  group.vpc = std::move(vpc);
  group.name = std::move(name);
  group.description = std::move(description);
  GroupRule out;
  out.id = new_id("sgr-", random);
  out.egress = true;
  out.protocol = "-1";
  out.cidr_v4 = "0.0.0.0/0";
  group.rules.push_back(std::move(out));
  if (group.name != "default") return group;
  GroupRule in;
  in.id = new_id("sgr-", random);
  in.protocol = "-1";
  in.group = group.id;
  group.rules.push_back(std::move(in));
  return group;
}

Ec2State default_state(std::string region, std::string account, Random& random) {
  Ec2State state;
  state.region = std::move(region);
  state.account = std::move(account);
  Vpc vpc;
  vpc.id = new_id("vpc-", random);
  vpc.cidr = "172.31.0.0/16";
  vpc.is_default = true;
  vpc.dns_hostnames = true;
  const auto zones = zones_of(state.region);
  for (unsigned i = 0; i < 2; ++i) {
    Subnet subnet;
    subnet.id = new_id("subnet-", random);
    subnet.vpc = vpc.id;
    subnet.cidr = fmt::format("172.31.{}.0/20", i * 16);
    subnet.zone = zones[i];
    subnet.default_for_zone = true;
    subnet.map_public_ip = true;
    state.subnets.push_back(std::move(subnet));
  }
  state.groups.push_back(new_group("default", "default VPC security group", vpc.id, random));
  state.vpcs.push_back(std::move(vpc));
  return state;
}

}  // namespace cutover::api::ec2

#pragma once

// The little of EC2 that an account holds in one region: VPCs, subnets, security groups, instances.
// Plain values; what is derived from them (route tables, interfaces) is not kept.

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lb/base/clock.hpp"
#include "lb/base/random.hpp"
#include "lb/base/result.hpp"

namespace cutover::api::ec2 {

using Tags = std::map<std::string, std::string>;

struct Vpc {
  std::string id;
  std::string cidr;
  bool is_default = false;
  bool dns_support = true;
  bool dns_hostnames = false;
  bool address_usage_metrics = false;
  Tags tags;
};

struct Subnet {
  std::string id;
  std::string vpc;
  std::string cidr;
  std::string zone;  ///< "us-east-1a"
  bool default_for_zone = false;
  bool map_public_ip = false;
  Tags tags;
};

/// One rule with one source or destination: exactly one of the last four is not empty.
struct GroupRule {
  std::string id;
  bool egress = false;
  std::string protocol;  ///< "tcp", "udp", "icmp", "-1" for all.
  std::optional<std::int64_t> from_port;
  std::optional<std::int64_t> to_port;
  std::string description;
  std::string cidr_v4;
  std::string cidr_v6;
  std::string prefix_list;
  std::string group;
  Tags tags;

  /// Whether both allow the same; id, description and tags aside.
  bool same_as(const GroupRule& other) const;
};

struct SecurityGroup {
  std::string id;
  std::string vpc;
  std::string name;
  std::string description;
  std::vector<GroupRule> rules;
  Tags tags;
};

enum class InstanceState { running, stopped, terminated };
std::string_view to_string(InstanceState state);
unsigned code_of(InstanceState state);  ///< 16, 80, 48

struct Instance {
  std::string id;
  std::string reservation;
  std::string address;  ///< A loopback address: that is where targets live here.
  std::string type;
  std::string image;
  std::string key_name;
  std::string profile;       ///< The instance profile, a name or an ARN; empty: none.
  std::string client_token;  ///< Of the call that ran it.
  std::string subnet;
  std::vector<std::string> groups;
  InstanceState state = InstanceState::running;
  WallTime launched_at{};
  std::optional<WallTime> stopped_at;  ///< Stopped or terminated.
  Tags tags;
};

struct Ec2State {
  std::string region;
  std::string account;
  std::vector<Vpc> vpcs;
  std::vector<Subnet> subnets;
  std::vector<SecurityGroup> groups;
  std::vector<Instance> instances;
  std::uint32_t addresses_given = 0;  ///< Of 127.0.2.0/23, to instances.

  /// nullptr when there is none.
  const Vpc* vpc(std::string_view id) const;
  const Subnet* subnet(std::string_view id) const;
  const SecurityGroup* group(std::string_view id) const;
  const Instance* instance(std::string_view id) const;
  const Vpc* default_vpc() const;
  const SecurityGroup* default_group(std::string_view vpc) const;
  /// The tags of whatever has that id; nullptr when nothing has.
  Tags* tags_of(std::string_view id);
};

/// What a region has from the start: a default VPC 172.31.0.0/16, a subnet in each of the first two
/// zones, a security group.
Ec2State default_state(std::string region, std::string account, Random& random);

/// "vpc-" and 17 hex digits.
std::string new_id(std::string_view prefix, Random& random);

/// The region's zones, "us-east-1a" to "…c", and their ids, "use1-az1".
std::vector<std::string> zones_of(std::string_view region);
std::string zone_id(std::string_view zone);

/// A security group as it is made: everything may leave; nothing comes in, but for a VPC's default
/// group, which lets its own members in.
SecurityGroup new_group(std::string name, std::string description, std::string vpc, Random& random);

nlohmann::json to_json(const Ec2State& state);
/// Reads what to_json() wrote.
Result<Ec2State> state_from_json(const nlohmann::json& json);

}  // namespace cutover::api::ec2

#include "cutover/api/ec2/ec2.hpp"

#include <utility>

#include "cutover/api/ec2/operations.hpp"

namespace cutover::api::ec2 {

namespace {

/// The same ids for a region whatever was used before it.
std::uint64_t seed_for(const std::string& region, std::uint64_t seed) {
  std::uint64_t hash = seed ^ 0xcbf29ce484222325ULL;
  for (const char c : region) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

}  // namespace

Ec2::Ec2(Account account, const Clock& clock, std::uint64_t seed)
    : clock_(clock),
      seed_(seed),
      random_(seed ^ 0xec2),
      regions_([this, account = std::move(account)](const std::string& region) {
        Random random(seed_for(region, seed_));
        return std::make_unique<Ec2State>(default_state(region, account.id, random));
      }) {}

Service Ec2::service() {
  Service service;
  service.name = "ec2";
  service.protocol = Protocol::ec2;
  service.version = "2016-11-15";
  service.name_space = "http://ec2.amazonaws.com/doc/2016-11-15/";
  const auto add = [&](const char* name, auto operation) {
    service.operations[name] = at_once([this, operation](const Call& call) -> Outcome {
      if (before_call_) before_call_(call.region);
      Context context{in(call.region), call, random_, clock_.wall_now(),
                      [&](const std::string& id) {
                        return is_used_outside_ && is_used_outside_(call.region, id);
                      }};
      return operation(context);
    });
  };
  const auto add_change = [&](const char* name, InstanceState to) {
    add(name, [this, to](Context& context) {
      return change_instances(context, to, [&](const Instance& instance) {
        if (on_instance_) on_instance_(context.call.region, instance);
      });
    });
  };
  add("DescribeRegions", describe_regions);
  add("DescribeAvailabilityZones", describe_availability_zones);
  add("DescribeAccountAttributes", describe_account_attributes);
  add("CreateTags", create_tags);
  add("DeleteTags", delete_tags);
  add("DescribeTags", describe_tags);
  add("DescribeVpcs", describe_vpcs);
  add("CreateVpc", create_vpc);
  add("DeleteVpc", delete_vpc);
  add("DescribeVpcAttribute", describe_vpc_attribute);
  add("ModifyVpcAttribute", modify_vpc_attribute);
  add("DescribeRouteTables", describe_route_tables);
  add("DescribeInternetGateways", describe_internet_gateways);
  add("DescribeNetworkAcls", describe_network_acls);
  add("DescribeSubnets", describe_subnets);
  add("CreateSubnet", create_subnet);
  add("DeleteSubnet", delete_subnet);
  add("ModifySubnetAttribute", modify_subnet_attribute);
  add("DescribeSecurityGroups", describe_security_groups);
  add("DescribeSecurityGroupRules", describe_security_group_rules);
  add("CreateSecurityGroup", create_security_group);
  add("DeleteSecurityGroup", delete_security_group);
  add("AuthorizeSecurityGroupIngress", authorize_ingress);
  add("AuthorizeSecurityGroupEgress", authorize_egress);
  add("RevokeSecurityGroupIngress", revoke_ingress);
  add("RevokeSecurityGroupEgress", revoke_egress);
  add("DescribeInstances", describe_instances);
  add("DescribeInstanceStatus", describe_instance_status);
  add("DescribeNetworkInterfaces", describe_network_interfaces);
  add("DescribeImages", describe_images);
  add("RunInstances", run_instances);
  add_change("StartInstances", InstanceState::running);
  add_change("StopInstances", InstanceState::stopped);
  add_change("TerminateInstances", InstanceState::terminated);
  return service;
}

void Ec2::adopt(const std::string& region, std::string_view id, std::string_view address,
                std::string_view type, std::string_view image, std::string_view zone) {
  Ec2State& state = in(region);
  if (state.instance(id) != nullptr) return;
  Instance instance;
  instance.id = id;
  instance.reservation = "r-" + std::string(id.substr(id.find('-') + 1));
  instance.address = address;
  instance.type = type;
  instance.image = image;
  instance.launched_at = clock_.wall_now();
  for (const Subnet& subnet : state.subnets) {
    if (!subnet.default_for_zone || subnet.zone != zone) continue;
    instance.subnet = subnet.id;
    const SecurityGroup* group = state.default_group(subnet.vpc);
    if (group != nullptr) instance.groups.push_back(group->id);
    break;
  }
  state.instances.push_back(std::move(instance));
}

}  // namespace cutover::api::ec2

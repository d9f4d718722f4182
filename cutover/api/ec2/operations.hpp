#pragma once

// EC2's operations, by the kind of thing they concern. Not for other folders.

#include "cutover/api/ec2/input.hpp"

namespace cutover::api::ec2 {

/// Throughout: the call's parameters in, the answer in the names of EC2's XML elements.
Outcome describe_regions(Context& context);
Outcome describe_availability_zones(Context& context);
Outcome describe_account_attributes(Context& context);
Outcome create_tags(Context& context);
Outcome delete_tags(Context& context);
Outcome describe_tags(Context& context);

Outcome describe_vpcs(Context& context);
Outcome create_vpc(Context& context);
Outcome delete_vpc(Context& context);
Outcome describe_vpc_attribute(Context& context);
Outcome modify_vpc_attribute(Context& context);
Outcome describe_route_tables(Context& context);
Outcome describe_internet_gateways(Context& context);
Outcome describe_network_acls(Context& context);

Outcome describe_subnets(Context& context);
Outcome create_subnet(Context& context);
Outcome delete_subnet(Context& context);
Outcome modify_subnet_attribute(Context& context);

Outcome describe_security_groups(Context& context);
Outcome describe_security_group_rules(Context& context);
Outcome create_security_group(Context& context);
Outcome delete_security_group(Context& context);
Outcome authorize_ingress(Context& context);
Outcome authorize_egress(Context& context);
Outcome revoke_ingress(Context& context);
Outcome revoke_egress(Context& context);

Outcome describe_instances(Context& context);
Outcome describe_instance_status(Context& context);
Outcome describe_network_interfaces(Context& context);
Outcome describe_images(Context& context);
Outcome run_instances(Context& context);
/// Start, stop, terminate; `changed` hears of each instance whose state is another now.
using OnInstance = std::function<void(const Instance&)>;
Outcome change_instances(Context& context, InstanceState to, const OnInstance& changed);

}  // namespace cutover::api::ec2

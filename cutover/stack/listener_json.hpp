#pragma once

// The inputs of ELBv2's load balancer, listener and rule actions, read from AWS's JSON shapes.
// Where a load balancer stands in a network (subnets, security groups, scheme) and tags are kept
// and have no effect: here it stands on one machine.

#include <nlohmann/json.hpp>
#include <string>

#include "cutover/stack/operation.hpp"
#include "lb/base/result.hpp"

namespace cutover::stack {

Result<CreateLoadBalancer> parse_create_load_balancer(const nlohmann::json& value,
                                                      std::string pointer);
Result<DeleteLoadBalancer> parse_delete_load_balancer(const nlohmann::json& value,
                                                      std::string pointer);
Result<SetSubnets> parse_set_subnets(const nlohmann::json& value, std::string pointer);
Result<SetSecurityGroups> parse_set_security_groups(const nlohmann::json& value,
                                                    std::string pointer);
Result<SetIpAddressType> parse_set_ip_address_type(const nlohmann::json& value,
                                                   std::string pointer);
/// An entry of a stack's LoadBalancers: the load balancer and its attributes in one object.
Result<CreateLoadBalancer> parse_load_balancer_entry(const nlohmann::json& value,
                                                     std::string pointer);

Result<CreateListener> parse_create_listener(const nlohmann::json& value, std::string pointer);
/// An entry of a stack's Listeners: the listener and its attributes in one object.
Result<CreateListener> parse_listener_entry(const nlohmann::json& value, std::string pointer);
Result<ModifyLoadBalancerAttributes> parse_modify_load_balancer_attributes(
    const nlohmann::json& value, std::string pointer);
Result<ModifyListenerAttributes> parse_modify_listener_attributes(const nlohmann::json& value,
                                                                  std::string pointer);
Result<ModifyListener> parse_modify_listener(const nlohmann::json& value, std::string pointer);
Result<DeleteListener> parse_delete_listener(const nlohmann::json& value, std::string pointer);
Result<CreateRule> parse_create_rule(const nlohmann::json& value, std::string pointer);
/// An entry of a stack's Rules: the rule, and its id if it is to have that one.
Result<CreateRule> parse_rule_entry(const nlohmann::json& value, std::string pointer);
Result<ModifyRule> parse_modify_rule(const nlohmann::json& value, std::string pointer);
Result<DeleteRule> parse_delete_rule(const nlohmann::json& value, std::string pointer);
Result<SetRulePriorities> parse_set_rule_priorities(const nlohmann::json& value,
                                                    std::string pointer);

}  // namespace cutover::stack

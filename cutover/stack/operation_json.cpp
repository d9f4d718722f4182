#include "cutover/stack/operation_json.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "cutover/stack/listener_json.hpp"
#include "cutover/stack/service_json.hpp"
#include "cutover/stack/target_group_json.hpp"

namespace cutover::stack {

namespace {

using nlohmann::json;
using Parse = Result<Operation> (*)(const json&, std::string);

struct Reader {
  std::string_view name;
  Parse parse;
};

template <class Input, Result<Input> (*parse)(const json&, std::string)>
constexpr Reader reads{Input::operation_name,
                       [](const json& value, std::string pointer) -> Result<Operation> {
                         auto input = parse(value, std::move(pointer));
                         if (!input) return input.error();
                         return Operation(*std::move(input));
                       }};

constexpr std::array readers{
    reads<CreateLoadBalancer, parse_create_load_balancer>,
    reads<DeleteLoadBalancer, parse_delete_load_balancer>,
    reads<SetSubnets, parse_set_subnets>,
    reads<SetSecurityGroups, parse_set_security_groups>,
    reads<SetIpAddressType, parse_set_ip_address_type>,
    reads<CreateTargetGroup, parse_create_target_group>,
    reads<ModifyTargetGroup, parse_modify_target_group>,
    reads<ModifyTargetGroupAttributes, parse_modify_target_group_attributes>,
    reads<DeleteTargetGroup, parse_delete_target_group>,
    reads<RegisterTargets, parse_register_targets>,
    reads<DeregisterTargets, parse_deregister_targets>,
    reads<CreateListener, parse_create_listener>,
    reads<ModifyListener, parse_modify_listener>,
    reads<DeleteListener, parse_delete_listener>,
    reads<CreateRule, parse_create_rule>,
    reads<ModifyRule, parse_modify_rule>,
    reads<DeleteRule, parse_delete_rule>,
    reads<SetRulePriorities, parse_set_rule_priorities>,
    reads<ModifyLoadBalancerAttributes, parse_modify_load_balancer_attributes>,
    reads<ModifyListenerAttributes, parse_modify_listener_attributes>,
    reads<RegisterTaskDefinition, parse_register_task_definition>,
    reads<CreateService, parse_create_service>,
    reads<UpdateService, parse_update_service>,
    reads<DeleteService, parse_delete_service>,
    reads<StopTask, parse_stop_task>,
};

}  // namespace

std::span<const std::string_view> operation_names() {
  static constexpr auto names = [] {
    std::array<std::string_view, readers.size()> all;
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = readers[i].name;
    return all;
  }();
  return names;
}

Result<Operation> parse_operation(std::string_view name, const json& value, std::string pointer) {
  const auto found = std::find_if(readers.begin(), readers.end(),
                                  [&](const Reader& reader) { return reader.name == name; });
  assert(found != readers.end());
  return found->parse(value, std::move(pointer));
}

}  // namespace cutover::stack

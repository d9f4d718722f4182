#include "cutover/stack/operation_json.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include "cutover/stack/listener_json.hpp"
#include "cutover/stack/service_json.hpp"
#include "cutover/stack/target_group_json.hpp"

namespace cutover::stack {

namespace {

using nlohmann::json;
using Parse = Result<Operation> (*)(const json&, std::string);

template <auto parse>
Result<Operation> as_operation(const json& value, std::string pointer) {
  auto input = parse(value, std::move(pointer));
  if (!input) return input.error();
  return Operation(*std::move(input));
}

constexpr std::array<std::string_view, 20> names{
    "CreateTargetGroup",
    "ModifyTargetGroup",
    "ModifyTargetGroupAttributes",
    "DeleteTargetGroup",
    "RegisterTargets",
    "DeregisterTargets",
    "CreateListener",
    "ModifyListener",
    "DeleteListener",
    "CreateRule",
    "ModifyRule",
    "DeleteRule",
    "SetRulePriorities",
    "ModifyLoadBalancerAttributes",
    "ModifyListenerAttributes",
    "RegisterTaskDefinition",
    "CreateService",
    "UpdateService",
    "DeleteService",
    "StopTask",
};

/// In the order of `names`.
constexpr std::array<Parse, names.size()> parsers{
    as_operation<parse_create_target_group>,
    as_operation<parse_modify_target_group>,
    as_operation<parse_modify_target_group_attributes>,
    as_operation<parse_delete_target_group>,
    as_operation<parse_register_targets>,
    as_operation<parse_deregister_targets>,
    as_operation<parse_create_listener>,
    as_operation<parse_modify_listener>,
    as_operation<parse_delete_listener>,
    as_operation<parse_create_rule>,
    as_operation<parse_modify_rule>,
    as_operation<parse_delete_rule>,
    as_operation<parse_set_rule_priorities>,
    as_operation<parse_modify_load_balancer_attributes>,
    as_operation<parse_modify_listener_attributes>,
    as_operation<parse_register_task_definition>,
    as_operation<parse_create_service>,
    as_operation<parse_update_service>,
    as_operation<parse_delete_service>,
    as_operation<parse_stop_task>,
};

}  // namespace

std::span<const std::string_view> operation_names() { return names; }

Result<Operation> parse_operation(std::string_view name, const json& value, std::string pointer) {
  const auto found = std::find(names.begin(), names.end(), name);
  assert(found != names.end());
  return parsers[static_cast<std::size_t>(found - names.begin())](value, std::move(pointer));
}

}  // namespace cutover::stack

#include "cutover/stack/rule_router.hpp"

#include <fmt/format.h>

#include <utility>
#include <variant>

#include "cutover/stack/shift_rules.hpp"

namespace cutover::stack {

Result<void> RuleRouter::check_rule(const std::string& rule, const std::string& target_group,
                                    const std::string& alternate_target_group) const {
  return check_shift_rule(balancing_.there(), rule, target_group, alternate_target_group);
}

Result<void> RuleRouter::split(const std::string& rule, const containers::TrafficSplit& split) {
  const auto name = find_shift_rule(balancing_.there(), rule);
  if (!name) return name.error();
  const rules::Action& present = action_of(balancing_.there(), *name);
  const auto* forward = std::get_if<rules::Forward>(&present);
  if (!forward) {
    return Error{"InvalidParameterException", "",
                 fmt::format("the rule {} does not forward any more: it does {}", to_string(*name),
                             rules::to_string(present))};
  }
  rules::Action after = with_split(*forward, split);
  if (after == present) return {};
  if (name->priority == 0) {
    return balancing_.apply(ModifyListener{name->listener, std::nullopt, std::move(after)});
  }
  ModifyRule change;
  change.rule = *name;
  change.action = std::move(after);
  return balancing_.apply(change);
}

}  // namespace cutover::stack

#include "lb/sticky_actions.hpp"

#include <fmt/format.h>

namespace cutover::lb {

Result<void> check_stickiness(const rules::Forward& forward, const FindSpec& find) {
  if (forward.target_groups.size() < 2) return {};
  for (const auto& each : forward.target_groups) {
    const auto& stickiness = find(each.target_group)->stickiness;
    if (!stickiness.enabled) continue;
    if (stickiness.type == targets::Stickiness::Type::app_cookie) {
      return Error{"InvalidConfigurationRequest", "/ForwardConfig",
                   fmt::format("target group '{}' has stickiness.type app_cookie, which can't be "
                               "used in a forward action with several target groups",
                               each.target_group)};
    }
    if (!forward.stickiness_seconds) {
      return Error{"InvalidConfigurationRequest", "/ForwardConfig",
                   fmt::format("a forward action with several target groups, one of which has "
                               "stickiness on ('{}'), needs TargetGroupStickinessConfig with "
                               "Enabled true",
                               each.target_group)};
    }
  }
  return {};
}

Result<void> check_stickiness(const rules::RuleSet& rules, const FindSpec& find) {
  const auto check = [&](const rules::Action& action) -> Result<void> {
    const auto* forward = std::get_if<rules::Forward>(&action);
    if (forward == nullptr) return {};
    const auto fits = check_stickiness(*forward, find);
    if (!fits) return Error{fits.error().code, "", fits.error().message};
    return {};
  };
  for (const auto& rule : rules.rules) {
    if (const auto fits = check(rule.action); !fits) return fits.error();
  }
  return check(rules.default_action);
}

}  // namespace cutover::lb

#include "rules/rule.hpp"

#include <array>
#include <set>
#include <string>

#include "rules/condition.hpp"
#include "rules/visible_text.hpp"

namespace cutover::rules {

namespace {

Error invalid(std::string where, std::string message) {
  return {"ValidationError", std::move(where), std::move(message)};
}

Result<void> validate_conditions(const Rule& rule) {
  if (rule.conditions.empty())
    return invalid("", "A rule needs at least one condition; found none");
  std::array<bool, std::variant_size_v<Condition>> met{};
  Tally total;
  for (std::size_t i = 0; i < rule.conditions.size(); ++i) {
    const Condition& condition = rule.conditions[i];
    const std::string place = std::string("/").append(std::to_string(i));
    if (met[condition.index()] && is_single(condition)) {
      return invalid(place, "The rule has a second '" + std::string(field_name(condition)) +
                                "' condition; one is allowed, with up to " +
                                std::to_string(values_most(condition)) + " values");
    }
    met[condition.index()] = true;
    if (auto checked = validate(condition); !checked) return at(place, checked.error());
    const Tally its = tally(condition);
    total.values += its.values;
    total.wildcards += its.wildcards;
  }
  if (total.values > condition_values_per_rule_most) {
    return invalid("", "The rule has " + std::to_string(total.values) +
                           " condition values; the limit per rule is '5'");
  }
  if (total.wildcards > wildcards_per_rule_most) {
    return invalid("", "The rule has " + std::to_string(total.wildcards) +
                           " wildcards (* and ?); the limit per rule is '5'");
  }
  return {};
}

Result<void> validate_transforms(const Rule& rule) {
  const auto place = [](std::size_t index, const char* config) {
    return "/Transforms/" + std::to_string(index) + "/" + config + "/Rewrites/0";
  };
  if (rule.host_header_rewrite) {
    const auto valid = validate(*rule.host_header_rewrite);
    if (!valid) return at(place(0, "HostHeaderRewriteConfig"), valid.error());
  }
  if (rule.url_rewrite) {
    const auto valid = validate(*rule.url_rewrite);
    const std::size_t index = rule.host_header_rewrite ? 1 : 0;
    if (!valid) return at(place(index, "UrlRewriteConfig"), valid.error());
  }
  return {};
}

}  // namespace

Result<void> validate(const Rule& rule) {
  if (rule.priority < priority_least || rule.priority > priority_most) {
    return invalid("/Priority",
                   "Priority '" + std::to_string(rule.priority) + "' is not in the range 1-50000");
  }
  if (auto conditions = validate_conditions(rule); !conditions) {
    return at("/Conditions", conditions.error());
  }
  if (auto action = validate(rule.action); !action) return at("/Actions/0", action.error());
  return validate_transforms(rule);
}

Result<void> validate(const RuleSet& rules) {
  std::set<std::uint32_t> taken;
  for (std::size_t i = 0; i < rules.rules.size(); ++i) {
    const Rule& rule = rules.rules[i];
    const std::string place = "/Rules/" + std::to_string(i);
    if (auto valid = validate(rule); !valid) return at(place, valid.error());
    if (!taken.insert(rule.priority).second) {
      return Error{"PriorityInUse", place + "/Priority",
                   "Priority '" + std::to_string(rule.priority) + "' is currently in use"};
    }
  }
  if (auto action = validate(rules.default_action); !action) {
    return at("/DefaultActions/0", action.error());
  }
  return {};
}

std::string to_string(const Rule& rule) {
  std::string text = std::to_string(rule.priority) + " ";
  for (std::size_t i = 0; i < rule.conditions.size(); ++i) {
    if (i > 0) text += " and ";
    text += to_string(rule.conditions[i]);
  }
  text += " -> ";
  const auto add = [&](const char* type, const std::optional<Rewrite>& rewrite) {
    if (!rewrite) return;
    text.append(type).append(" ").append(quoted(rewrite->regex));
    text.append(" to ").append(quoted(rewrite->replace)).append(", ");
  };
  add("host-header-rewrite", rule.host_header_rewrite);
  add("url-rewrite", rule.url_rewrite);
  return text + to_string(rule.action);
}

}  // namespace cutover::rules

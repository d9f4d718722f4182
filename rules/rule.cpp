#include "rules/rule.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "rules/host_header.hpp"
#include "rules/path_pattern.hpp"
#include "rules/visible_text.hpp"

namespace cutover::rules {

namespace {

std::string_view field_name(const PathPattern&) { return "path-pattern"; }
std::string_view field_name(const HostHeader&) { return "host-header"; }

Result<void> validate_characters(const PathPattern&, std::string_view value) {
  return validate_path_pattern(value);
}
Result<void> validate_characters(const HostHeader&, std::string_view value) {
  return validate_host_header(value);
}

Error invalid(std::string where, std::string message) {
  return {"ValidationError", std::move(where), std::move(message)};
}

template <class Kind>
Result<void> validate_value(const Kind& condition, const std::string& value) {
  if (value.empty()) {
    return invalid("", "A condition value cannot be empty; allowed are 1-128 characters");
  }
  const std::size_t characters = character_count(value);
  if (characters > pattern_length_most) {
    return invalid("", "The '" + std::string(field_name(condition)) +
                           "' value is too long; the limit is '128', found " +
                           std::to_string(characters) + " characters");
  }
  return validate_characters(condition, value);
}

template <class Kind>
Result<void> validate_values(const Kind& condition) {
  const std::size_t count = condition.values.size();
  if (count == 0) return invalid("/Values", "A condition value must be specified");
  if (count > values_per_condition_most) {
    return invalid("/Values", "The '" + std::string(field_name(condition)) + "' condition has " +
                                  std::to_string(count) +
                                  " values; the limit per condition is '3'");
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (auto value = validate_value(condition, condition.values[i]); !value) {
      return at("/Values/" + std::to_string(i), value.error());
    }
  }
  return {};
}

struct Tally {
  std::size_t values = 0;
  std::size_t wildcards = 0;
};

Tally tally(const Rule& rule) {
  Tally total;
  for (const Condition& condition : rule.conditions) {
    std::visit(
        [&](const auto& kind) {
          for (const std::string& value : kind.values) {
            ++total.values;
            total.wildcards += static_cast<std::size_t>(std::count_if(
                value.begin(), value.end(), [](char c) { return c == '*' || c == '?'; }));
          }
        },
        condition);
  }
  return total;
}

Result<void> validate_conditions(const Rule& rule) {
  if (rule.conditions.empty())
    return invalid("", "A rule needs at least one condition; found none");
  std::array<bool, std::variant_size_v<Condition>> met{};
  for (std::size_t i = 0; i < rule.conditions.size(); ++i) {
    const Condition& condition = rule.conditions[i];
    const std::string place = std::string("/").append(std::to_string(i));
    if (met[condition.index()]) {
      const auto name =
          std::visit([](const auto& kind) { return std::string(field_name(kind)); }, condition);
      return invalid(place, "The rule has a second '" + name +
                                "' condition; one is allowed, with up to 3 values");
    }
    met[condition.index()] = true;
    const auto checked =
        std::visit([](const auto& kind) { return validate_values(kind); }, condition);
    if (!checked) return at(place, checked.error());
  }
  const Tally total = tally(rule);
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
  return {};
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

std::string to_string(const Condition& condition) {
  return std::visit(
      [](const auto& kind) {
        std::string text(field_name(kind));
        for (std::size_t i = 0; i < kind.values.size(); ++i) {
          text += (i == 0 ? " is " : " or ") + escaped(kind.values[i]);
        }
        return text;
      },
      condition);
}

std::string to_string(const Rule& rule) {
  std::string text = std::to_string(rule.priority) + " ";
  for (std::size_t i = 0; i < rule.conditions.size(); ++i) {
    if (i > 0) text += " and ";
    text += to_string(rule.conditions[i]);
  }
  return text + " -> " + to_string(rule.action);
}

}  // namespace cutover::rules

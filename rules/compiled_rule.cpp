#include "rules/compiled_rule.hpp"

#include <algorithm>
#include <cassert>
#include <variant>

namespace cutover::rules {

Field field_of(const Condition& condition) {
  return std::holds_alternative<PathPattern>(condition) ? path_field : host_field;
}

std::string_view name_of(const Condition& condition) {
  return field_of(condition) == path_field ? "path-pattern" : "host-header";
}

const std::vector<std::string>& values_of(const Condition& condition) {
  return std::visit([](const auto& kind) -> const std::vector<std::string>& { return kind.values; },
                    condition);
}

CompiledCondition::CompiledCondition(const Condition& condition) : field(field_of(condition)) {
  any_of.reserve(values_of(condition).size());
  for (const std::string& value : values_of(condition)) {
    any_of.emplace_back(value, letter_case_of(field));
  }
}

bool CompiledCondition::holds(const Fields& fields) const {
  const std::optional<std::string_view>& text = fields[field];
  return text && std::any_of(any_of.begin(), any_of.end(),
                             [&](const WildcardPattern& value) { return value.matches(*text); });
}

CompiledRule::CompiledRule(const Rule& rule) {
  assert(!rule.conditions.empty());
  all_of.reserve(rule.conditions.size());
  for (const Condition& condition : rule.conditions) all_of.emplace_back(condition);
}

bool CompiledRule::matches(const Fields& fields) const {
  return std::all_of(all_of.begin(), all_of.end(),
                     [&](const CompiledCondition& condition) { return condition.holds(fields); });
}

}  // namespace cutover::rules

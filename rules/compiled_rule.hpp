#pragma once

// A rule's conditions, compiled: which field of the request each looks at, and its patterns. This
// is the last word on whether a rule matches; the indices only spare asking most rules.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/rule.hpp"
#include "rules/wildcard.hpp"

namespace cutover::rules {

/// The parts of a request that patterns are compared with; they serve as indices.
enum Field : std::uint8_t { path_field, host_field };
inline constexpr std::size_t field_count = 2;

constexpr LetterCase letter_case_of(Field field) {
  return field == path_field ? LetterCase::sensitive : LetterCase::insensitive;
}

Field field_of(const Condition& condition);
/// "path-pattern", …
std::string_view name_of(const Condition& condition);
const std::vector<std::string>& values_of(const Condition& condition);

/// A request's fields as rules see them; nothing where a field holds a byte that rules do not see.
using Fields = std::array<std::optional<std::string_view>, field_count>;

struct CompiledCondition {
  explicit CompiledCondition(const Condition& condition);
  bool holds(const Fields& fields) const;

  Field field;
  std::vector<WildcardPattern> any_of;
};

struct CompiledRule {
  explicit CompiledRule(const Rule& rule);
  bool matches(const Fields& fields) const;

  std::vector<CompiledCondition> all_of;
};

}  // namespace cutover::rules

#pragma once

// A rule's conditions, compiled: which field of the request each looks at, and its values. This is
// the last word on whether a rule matches; the indices only spare asking most rules.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/ip_address.hpp"
#include "rules/query_string.hpp"
#include "rules/regex.hpp"
#include "rules/request.hpp"
#include "rules/rule.hpp"
#include "rules/wildcard.hpp"

namespace cutover::rules {

/// The parts of a request that conditions look at. The first two are what rules are found by, and
/// serve as indices; all follow the order of Condition's alternatives.
enum Field : std::uint8_t {
  path_field,
  host_field,
  header_field,
  method_field,
  query_field,
  source_field
};
inline constexpr std::size_t indexed_field_count = 2;
inline constexpr std::size_t field_count = 6;

constexpr LetterCase letter_case_of(Field field) {
  return field == path_field || field == method_field ? LetterCase::sensitive
                                                      : LetterCase::insensitive;
}

inline Field field_of(const Condition& condition) { return static_cast<Field>(condition.index()); }

/// A request's fields as rules see them.
struct Fields {
  /// Path and host, worked out; nothing where one holds a byte that rules do not see.
  std::array<std::optional<std::string_view>, indexed_field_count> indexed;
  const Request* request = nullptr;  ///< For the others, looked at when a rule asks.
};

struct CompiledCondition {
  explicit CompiledCondition(const Condition& condition);
  bool holds(const Fields& fields) const;
  /// Its rule can be found by the beginnings, ends and insides of its values.
  bool is_indexed() const { return field < indexed_field_count && regexes.empty(); }

  Field field;
  std::vector<WildcardPattern> any_of;  ///< Of path, host, headers and method.
  std::vector<Regex> regexes;           ///< In place of `any_of`.
  std::string header_name;
  std::vector<PairPattern> pairs;
  std::vector<CidrBlock> blocks;

 private:
  bool text_matches(std::string_view text) const;
  bool header_matches(const HeaderSource& headers) const;
};

struct CompiledRule {
  explicit CompiledRule(const Rule& rule);
  bool matches(const Fields& fields) const;

  std::vector<CompiledCondition> all_of;
};

}  // namespace cutover::rules

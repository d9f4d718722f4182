#pragma once

// The pairs of a query, as the `query-string` condition compares them (ALB user guide: Condition
// types for listener rules, "Query string conditions").

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "rules/rule.hpp"
#include "rules/wildcard.hpp"

namespace cutover::rules {

/// Calls `visit(key, value)` for each pair of `query` (without its `?`), in order, until it gives
/// true; gives whether it did. Pairs are split at `&` and at their first `=`; one without `=` is a
/// key with an empty value, an empty one is none. Nothing is percent-decoded: ALB does not say that
/// it does, and a rule that wants `%20` can say so.
template <class Visit>
bool any_pair(std::string_view query, const Visit& visit) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (visit(pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size())))) return true;
  }
  return false;
}

/// One value of a `query-string` condition, compiled.
class PairPattern {
 public:
  explicit PairPattern(const QueryString::Pair& pair);
  bool matches(std::string_view key, std::string_view value) const;

 private:
  std::optional<WildcardPattern> key_;
  WildcardPattern value_;
};

/// Whether any pair of the query matches any of the patterns.
bool matches_any(std::string_view query, const std::vector<PairPattern>& any_of);

}  // namespace cutover::rules

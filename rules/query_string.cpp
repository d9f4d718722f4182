#include "rules/query_string.hpp"

#include "rules/visible_text.hpp"

namespace cutover::rules {

PairPattern::PairPattern(const QueryString::Pair& pair)
    : value_(pair.value, LetterCase::insensitive, Escapes::backslash) {
  if (pair.key) key_.emplace(*pair.key, LetterCase::insensitive, Escapes::backslash);
}

bool PairPattern::matches(std::string_view key, std::string_view value) const {
  return (!key_ || key_->matches(key)) && value_.matches(value);
}

bool matches_any(std::string_view query, const std::vector<PairPattern>& any_of) {
  return any_pair(query, [&](std::string_view key, std::string_view value) {
    return is_visible(key) && is_visible(value) &&
           std::any_of(any_of.begin(), any_of.end(),
                       [&](const PairPattern& pair) { return pair.matches(key, value); });
  });
}

}  // namespace cutover::rules

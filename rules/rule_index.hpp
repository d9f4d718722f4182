#pragma once

// All of a listener's rules, findable by path and by host. Each rule stands in the index under one
// of its conditions, the one that the fewest other rules share: a hundred rules for one host are
// found by their paths, a hundred hosts that all want `/*` by their hosts. Rules that have neither
// a path nor a host without regexes are tried one by one.

#include <array>
#include <cstdint>
#include <vector>

#include "rules/affix_index.hpp"
#include "rules/compiled_rule.hpp"
#include "rules/infix_index.hpp"

namespace cutover::rules {

/// Immutable; any number of threads may look up.
class RuleIndex {
 public:
  /// Rules are known by their place in `rules`.
  explicit RuleIndex(const std::vector<CompiledRule>& rules);

  /// The least rule below `best` that matches, or `best`. `verify(rule)` says whether all of a
  /// rule's conditions hold.
  template <class Verify>
  std::uint32_t least_match(const Fields& fields, std::uint32_t best, const Verify& verify) const {
    for (std::size_t field = 0; field < indexed_field_count; ++field) {
      const std::optional<std::string_view>& text = fields.indexed[field];
      if (!text) continue;
      const OneField& index = fields_[field];
      best = index.prefixes.least_match(*text, best, verify);
      best = index.suffixes.least_match(*text, best, verify);
      best = index.infixes.least_match(*text, best, verify);
    }
    // Last, when few are left that would come before what was found.
    for (const std::uint32_t rule : unindexed_) {
      if (rule >= best) break;
      if (verify(rule)) return rule;
    }
    return best;
  }

 private:
  struct OneField {
    explicit OneField(LetterCase letter_case)
        : prefixes(Affix::prefix, letter_case),
          suffixes(Affix::suffix, letter_case),
          infixes(letter_case) {}
    AffixIndex prefixes;
    AffixIndex suffixes;
    InfixIndex infixes;
  };
  std::array<OneField, indexed_field_count> fields_{OneField(letter_case_of(path_field)),
                                                    OneField(letter_case_of(host_field))};
  std::vector<std::uint32_t> unindexed_;  ///< Ascending.
};

}  // namespace cutover::rules

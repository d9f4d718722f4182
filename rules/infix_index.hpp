#pragma once

// Finds the rules whose pattern has wildcards at both ends, or ends that too many patterns share
// (`/t/*/orders/*`), by four characters from inside it: a pattern can match only a text that has
// its four characters somewhere. A look-up reads the text once and touches only rules whose four
// characters it met.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rules/wildcard.hpp"

namespace cutover::rules {

/// Immutable after build(); any number of threads may look up.
class InfixIndex {
 public:
  static constexpr std::size_t gram_size = 4;
  struct Entry {
    std::string gram;  ///< gram_size characters, lower case when insensitive.
    std::uint32_t rule = 0;
  };

  explicit InfixIndex(LetterCase letter_case) : letter_case_(letter_case) {}

  /// Once.
  void build(std::vector<Entry> entries);

  /// As AffixIndex::least_match().
  template <class Verify>
  std::uint32_t least_match(std::string_view text, std::uint32_t best, const Verify& verify) const {
    if (all_rules_.empty() || all_rules_.front() >= best) return best;
    // A text may repeat the same four characters: each bucket is looked at once. Texts that meet
    // more buckets than this try all rules instead, so that no text costs more than that.
    std::array<std::uint32_t, 16> met;
    std::size_t met_count = 0;
    std::uint32_t gram = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      gram = gram << 8U | byte(text[i]);
      if (i + 1 < gram_size) continue;
      const std::uint32_t slot = find(gram);
      const Bucket& bucket = table_[slot];
      if (bucket.least_rule >= best) continue;
      const auto met_end = met.begin() + static_cast<std::ptrdiff_t>(met_count);
      if (std::find(met.begin(), met_end, slot) != met_end) continue;
      if (met_count == met.size()) {
        return least_verified(all_rules_.data(), all_rules_.size(), best, verify);
      }
      met[met_count++] = slot;
      best = least_verified(rules_.data() + bucket.rules, bucket.rule_count, best, verify);
    }
    return best;
  }

 private:
  /// One gram's rules, ascending. The table has open addressing; an empty slot has no rules.
  struct Bucket {
    std::uint32_t gram = 0;
    std::uint32_t least_rule = 0xffff'ffff;
    std::uint32_t rules = 0;
    std::uint32_t rule_count = 0;
  };

  std::uint32_t byte(char character) const {
    return static_cast<unsigned char>(letter_case_ == LetterCase::sensitive ? character
                                                                            : lower(character));
  }
  /// The gram's slot, or the empty one where it would stand.
  std::uint32_t find(std::uint32_t gram) const {
    // Fibonacci hashing; 64 bits, or grams of digits would share too few high bits.
    auto slot = static_cast<std::uint32_t>(gram * 0x9e37'79b9'7f4a'7c15ULL >> slot_shift_);
    while (table_[slot].rule_count != 0 && table_[slot].gram != gram) {
      slot = (slot + 1) & static_cast<std::uint32_t>(table_.size() - 1);
    }
    return slot;
  }

  template <class Verify>
  static std::uint32_t least_verified(const std::uint32_t* rules, std::size_t count,
                                      std::uint32_t best, const Verify& verify) {
    for (std::size_t i = 0; i < count && rules[i] < best; ++i) {
      if (verify(rules[i])) return rules[i];
    }
    return best;
  }

  LetterCase letter_case_;
  unsigned slot_shift_ = 0;
  std::vector<Bucket> table_;  ///< A power of two, at most half full.
  std::vector<std::uint32_t> rules_;
  std::vector<std::uint32_t> all_rules_;  ///< Ascending, each once.
};

}  // namespace cutover::rules

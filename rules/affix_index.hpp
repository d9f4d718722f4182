#pragma once

// Finds, among thousands of rules, the few whose pattern can match a text: a compressed trie over
// what patterns literally begin with (prefixes, read forwards) or end with (suffixes, read
// backwards). A look-up walks down the text once; rules elsewhere in the trie are never touched,
// and neither is a branch that holds no rule better than the best one found so far.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rules/wildcard.hpp"

namespace cutover::rules {

/// Which end of the text the index reads from.
enum class Affix : std::uint8_t { prefix, suffix };

/// What must hold beside the affix for a rule to match.
enum class Remaining : std::uint8_t {
  nothing,       ///< The affix decides: one condition, a literal and one `*`.
  end_of_text,   ///< The affix must be the whole text: one condition, no wildcard.
  verification,  ///< All of the rule's conditions must be looked at.
};

/// Immutable after build(); any number of threads may look up.
class AffixIndex {
 public:
  struct Entry {
    std::string affix;  ///< As read by the index: lower case when insensitive.
    std::uint32_t rule = 0;
    Remaining remaining = Remaining::verification;
  };

  AffixIndex(Affix end, LetterCase letter_case) : end_(end), letter_case_(letter_case) {}

  /// Once. Affixes have at most pattern_length_most characters.
  void build(std::vector<Entry> entries);
  bool empty() const { return nodes_.empty(); }

  /// The least rule below `best` that matches `text`, or `best`. `verify(rule)` says whether all of
  /// a rule's conditions hold; it is called in ascending order for rules with one same affix.
  template <class Verify>
  std::uint32_t least_match(std::string_view text, std::uint32_t best, const Verify& verify) const {
    if (nodes_.empty()) return best;
    if (letter_case_ == LetterCase::sensitive) {
      return end_ == Affix::prefix ? walk<Affix::prefix, LetterCase::sensitive>(text, best, verify)
                                   : walk<Affix::suffix, LetterCase::sensitive>(text, best, verify);
    }
    return end_ == Affix::prefix ? walk<Affix::prefix, LetterCase::insensitive>(text, best, verify)
                                 : walk<Affix::suffix, LetterCase::insensitive>(text, best, verify);
  }

 private:
  /// What stands at a node, ascending by rule.
  struct Ending {
    std::uint32_t rule = 0;
    Remaining remaining = Remaining::verification;
  };
  /// 28 bytes: at 10,000 rules the walk is bound by the cache lines it touches.
  struct Node {
    std::uint32_t least_rule = 0;  ///< In this node and below.
    std::uint32_t label = 0;       ///< Offset in labels_ of what follows the branching character.
    std::uint32_t endings = 0;     ///< Offset in endings_.
    std::uint32_t ending_count = 0;
    std::uint32_t children = 0;  ///< Offset in children_: a table over a range of characters.
    std::uint8_t label_size = 0;
    unsigned char child_first = 0;  ///< The range's first character and its size.
    std::uint16_t child_range = 0;
  };
  static constexpr std::uint32_t no_child = 0;  // Node 0 is the root, nobody's child.

  std::uint32_t build_node(const Entry* begin, const Entry* end, std::size_t depth);

  template <Affix end, LetterCase letter_case>
  static char read(std::string_view text, std::size_t at) {
    const char character = end == Affix::prefix ? text[at] : text[text.size() - 1 - at];
    return letter_case == LetterCase::sensitive ? character : lower(character);
  }

  template <Affix end, LetterCase letter_case, class Verify>
  std::uint32_t walk(std::string_view text, std::uint32_t best, const Verify& verify) const {
    std::size_t depth = 0;
    for (std::uint32_t at = 0;;) {
      const Node& node = nodes_[at];
      if (node.least_rule >= best || text.size() - depth < node.label_size) return best;
      const char* const label = labels_.data() + node.label;
      for (std::size_t i = 0; i < node.label_size; ++i, ++depth) {
        if (label[i] != read<end, letter_case>(text, depth)) return best;
      }
      best = least_ending(node, depth == text.size(), best, verify);
      if (depth == text.size()) return best;
      const auto next = static_cast<unsigned char>(read<end, letter_case>(text, depth));
      const unsigned slot = static_cast<unsigned>(next) - node.child_first;
      if (slot >= node.child_range) return best;
      at = children_[node.children + slot];
      if (at == no_child) return best;
      ++depth;
    }
  }

  template <class Verify>
  std::uint32_t least_ending(const Node& node, bool at_end, std::uint32_t best,
                             const Verify& verify) const {
    const Ending* ending = endings_.data() + node.endings;
    for (const Ending* last = ending + node.ending_count; ending != last; ++ending) {
      if (ending->rule >= best) return best;
      if (ending->remaining == Remaining::nothing) return ending->rule;
      if (ending->remaining == Remaining::end_of_text ? at_end : verify(ending->rule)) {
        return ending->rule;
      }
    }
    return best;
  }

  Affix end_;
  LetterCase letter_case_;
  std::vector<Node> nodes_;
  std::vector<Ending> endings_;
  std::vector<std::uint32_t> children_;
  std::string labels_;
};

}  // namespace cutover::rules

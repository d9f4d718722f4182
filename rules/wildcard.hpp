#pragma once

// One wildcard pattern, compiled: `*` is any run of characters (none too), `?` exactly one, every
// other character itself, and the pattern covers the whole text (Elastic Load Balancing API:
// PathPatternConditionConfig). Matching takes time proportional to the text whatever the pattern:
// an attacker chooses the text, so `*a*a*a*b` must not be a way to burn a core.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cutover::rules {

enum class LetterCase : std::uint8_t { sensitive, insensitive };

/// Whether `\*` and `\?` in a pattern stand for the characters themselves. Any other backslash is
/// one.
enum class Escapes : std::uint8_t { none, backslash };

/// How many wildcards `pattern` has.
std::size_t wildcard_count(std::string_view pattern, Escapes escapes);

/// A-Z to a-z, all else as it is. Never asks the locale.
constexpr char lower(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character + ('a' - 'A'))
                                              : character;
}

/// What the compiled forms have in place of `*` and `?`: characters that no valid pattern holds, so
/// that an escaped wildcard is a character like others.
inline constexpr char any_run = '\x01';
inline constexpr char any_one = '\x02';

/// Finds a piece of a pattern, any_one allowed, anywhere in a text: the shift-and algorithm, one
/// bit per character of the piece, so that no input makes it look twice at a character.
class PieceSearch {
 public:
  /// `piece` has 1-128 characters and no any_run; lower case when `letter_case` is insensitive.
  PieceSearch(std::string_view piece, LetterCase letter_case);

  static constexpr std::size_t not_found = static_cast<std::size_t>(-1);
  /// Where the first occurrence at or after `from` ends, or not_found.
  std::size_t end_of_first(std::string_view text, std::size_t from) const;

 private:
  /// Bit i: the piece's character i may be this one.
  struct Positions {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
  };
  void allow(char character, std::size_t position);

  /// Characters that the piece treats alike share an entry of `positions_`: a full table would take
  /// 4 KiB per piece.
  std::array<std::uint8_t, 256> class_of_{};
  std::vector<Positions> positions_;
  Positions last_;
};

/// Immutable; any number of threads may match with one.
class WildcardPattern {
 public:
  /// `pattern` has at most pattern_length_most characters, all visible ASCII.
  WildcardPattern(std::string_view pattern, LetterCase letter_case,
                  Escapes escapes = Escapes::none);

  bool matches(std::string_view text) const;

  /// The pattern with any_run and any_one as wildcards; lower case when insensitive.
  std::string_view text() const { return text_; }
  /// What every matching text begins and ends with, up to the first and from the last wildcard;
  /// lower case when insensitive. The whole pattern when it has no wildcard.
  std::string_view literal_prefix() const;
  std::string_view literal_suffix() const;
  /// No wildcard: equal to its literal prefix, nothing else matches.
  bool is_literal() const;
  /// A literal and `*`: whatever begins with the literal prefix matches.
  bool is_prefix() const;
  /// `*` and a literal: whatever ends with the literal suffix matches.
  bool is_suffix() const;

 private:
  std::string_view head() const { return std::string_view(text_).substr(0, head_size_); }
  std::string_view tail() const {
    return std::string_view(text_).substr(text_.size() - tail_size_);
  }
  bool equal(std::string_view piece, const char* text) const;

  std::string text_;
  std::vector<PieceSearch> middle_;  ///< Between stars, in order; empty pieces left out.
  std::uint8_t head_size_ = 0;       ///< Before the first `*`; all of it when there is none.
  std::uint8_t tail_size_ = 0;       ///< After the last `*`.
  bool has_star_ = false;
  LetterCase letter_case_;
};

}  // namespace cutover::rules

#pragma once

// Regular expressions in rules: RE2, whose time is proportional to the text whatever the expression
// and whose memory is bounded. ALB documents a dialect of that kind (ALB user guide: Condition
// types for listener rules, "Regular expressions").

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "rules/result.hpp"
#include "rules/wildcard.hpp"

namespace re2 {
class RE2;
}

namespace cutover::rules {

/// What one compiled expression and its automaton may take, in bytes. An expression that needs more
/// is refused.
inline constexpr std::int64_t regex_memory_most = 1 << 20;

/// Refuses what is no expression of ALB's dialect, naming the construct: look-around,
/// back-references, atomic groups, possessive quantifiers, subroutines, recursion, `\p{…}`; and
/// what does not compile or needs too much memory. `what` begins the message ("The 'path-pattern'
/// regex value"). Gives the number of capture groups. The error has no place.
Result<int> validate_regex(std::string_view expression, std::string_view what);

/// Immutable; any number of threads may match with one.
class Regex {
 public:
  /// `expression` is valid (validate_regex()).
  Regex(std::string_view expression, LetterCase letter_case);
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();

  /// Whether it matches anywhere in `text`.
  bool found_in(std::string_view text) const;

  /// The whole match and groups 1-9; a group that took no part has no data (nullptr).
  using Groups = std::array<std::string_view, 10>;
  bool find(std::string_view text, Groups& groups) const;

 private:
  std::unique_ptr<const re2::RE2> compiled_;
};

}  // namespace cutover::rules

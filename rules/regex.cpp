#include "rules/regex.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <cassert>
#include <optional>
#include <string>

#include "rules/visible_text.hpp"

namespace cutover::rules {

namespace {

re2::RE2::Options options(LetterCase letter_case) {
  re2::RE2::Options options;
  options.set_encoding(re2::RE2::Options::EncodingLatin1);  // Rules see visible ASCII only.
  options.set_case_sensitive(letter_case == LetterCase::sensitive);
  options.set_max_mem(regex_memory_most);
  options.set_log_errors(false);
  return options;
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Looks for constructs outside ALB's dialect. RE2 would refuse most of them by words of its own,
/// and would take `\p{…}`.
class DialectScan {
 public:
  explicit DialectScan(std::string_view expression) : rest_(expression) {}

  /// "a look-ahead '(?='", or empty.
  std::string first_unsupported() {
    while (!rest_.empty() && found_.empty()) step();
    return found_;
  }

 private:
  void step() {
    const char character = rest_.front();
    if (character == '\\') return escape();
    if (character == '[') return character_class();
    if (rest_.starts_with("(?")) return group();
    const std::size_t repetition = repetition_length();
    if (repetition > 0 && rest_.substr(repetition).starts_with('+')) {
      return found("a possessive quantifier", repetition + 1);
    }
    rest_.remove_prefix(std::max<std::size_t>(repetition, 1));
  }

  void found(std::string what, std::size_t length) {
    found_ = std::move(what) + " " + quoted(rest_.substr(0, length));
  }

  void escape() {
    const char character = rest_.size() > 1 ? rest_[1] : '\0';
    if (character == 'p' || character == 'P') return found("a Unicode class", 2);
    if (character == 'Q') {
      // Literal up to `\E`, or to the end.
      const std::size_t end = rest_.find("\\E");
      return rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 2);
    }
    if (character == 'k' || (character >= '1' && character <= '9')) {
      return found("a back-reference", 2);
    }
    if (character == 'g') return found("a subroutine or back-reference", 2);
    rest_.remove_prefix(std::min<std::size_t>(rest_.size(), 2));
  }

  void character_class() {
    rest_.remove_prefix(rest_.starts_with("[^") ? 2 : 1);
    // A `]` right at the beginning is a character.
    for (bool first = true; !rest_.empty(); first = false) {
      if (rest_.front() == ']' && !first) return rest_.remove_prefix(1);
      if (rest_.starts_with("\\p") || rest_.starts_with("\\P")) return found("a Unicode class", 2);
      const std::size_t posix_end = rest_.starts_with("[:") ? rest_.find(":]") : rest_.npos;
      const std::size_t length = posix_end != rest_.npos ? posix_end + 2 : rest_[0] == '\\' ? 2 : 1;
      rest_.remove_prefix(std::min(rest_.size(), length));
    }
  }

  void group() {
    struct Kind {
      std::string_view opening;
      const char* name;
    };
    constexpr std::array<Kind, 10> kinds = {
        Kind{"(?=", "a look-ahead"}, {"(?!", "a look-ahead"},    {"(?<=", "a look-behind"},
        {"(?<!", "a look-behind"},   {"(?>", "an atomic group"}, {"(?P=", "a back-reference"},
        {"(?P>", "a subroutine"},    {"(?&", "a subroutine"},    {"(?R", "recursion"},
        {"(?0", "recursion"}};
    for (const Kind& kind : kinds) {
      if (rest_.starts_with(kind.opening)) return found(kind.name, kind.opening.size());
    }
    const std::string_view inside = rest_.substr(2);
    const bool has_sign = inside.starts_with('+') || inside.starts_with('-');
    const std::string_view number = inside.substr(has_sign ? 1 : 0);
    if (!number.empty() && is_digit(number.front())) return found("a subroutine", 3);
    if (inside.starts_with('(')) return found("a conditional", 3);
    rest_.remove_prefix(2);
  }

  /// The length of the `*`, `+`, `?`, `{n}`, `{n,}` or `{n,m}` that `rest_` begins with, or 0.
  std::size_t repetition_length() const {
    if (rest_.front() == '*' || rest_.front() == '+' || rest_.front() == '?') return 1;
    if (rest_.front() != '{') return 0;
    const std::size_t end = rest_.find('}');
    if (end == std::string_view::npos || end == 1 || !is_digit(rest_[1])) return 0;
    const std::string_view inside = rest_.substr(1, end - 1);
    const bool numbers =
        std::all_of(inside.begin(), inside.end(), [](char c) { return is_digit(c) || c == ','; });
    return numbers && std::count(inside.begin(), inside.end(), ',') <= 1 ? end + 1 : 0;
  }

  std::string_view rest_;
  std::string found_;
};

}  // namespace

Result<int> validate_regex(std::string_view expression, std::string_view what) {
  const auto refused = [&](std::string why) {
    return Error{"ValidationError", "",
                 std::string(what) + " " + quoted(expression) + " " + std::move(why)};
  };
  if (!is_visible(expression)) return refused("has characters other than visible ASCII");
  if (const auto construct = DialectScan(expression).first_unsupported(); !construct.empty()) {
    return refused("has " + construct +
                   "; look-around, back-references, atomic groups, possessive quantifiers, "
                   "subroutines, recursion and \\p{...} are not supported");
  }
  const re2::RE2 compiled(piece(expression), options(LetterCase::insensitive));
  if (compiled.error_code() == re2::RE2::ErrorPatternTooLarge) {
    return refused("is too large when compiled; use smaller repetition counts");
  }
  if (!compiled.ok()) return refused("is no regular expression: " + escaped(compiled.error()));
  return compiled.NumberOfCapturingGroups();
}

Regex::Regex(std::string_view expression, LetterCase letter_case)
    : compiled_(std::make_unique<re2::RE2>(piece(expression), options(letter_case))) {
  assert(compiled_->ok());
}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

bool Regex::found_in(std::string_view text) const {
  return compiled_->Match(piece(text), 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

bool Regex::find(std::string_view text, Groups& groups) const {
  std::array<re2::StringPiece, std::tuple_size_v<Groups>> pieces;
  if (!compiled_->Match(piece(text), 0, text.size(), re2::RE2::UNANCHORED, pieces.data(),
                        static_cast<int>(pieces.size()))) {
    return false;
  }
  for (std::size_t i = 0; i < pieces.size(); ++i) groups[i] = {pieces[i].data(), pieces[i].size()};
  return true;
}

}  // namespace cutover::rules

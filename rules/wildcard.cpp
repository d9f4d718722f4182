#include "rules/wildcard.hpp"

#include <algorithm>
#include <cassert>

#include "rules/rule.hpp"
#include "rules/visible_text.hpp"

namespace cutover::rules {

namespace {

/// The wildcard that stands at the beginning of `rest`, or the character; drops it from `rest`.
char read_one(std::string_view& rest, Escapes escapes) {
  char character = rest.front();
  rest.remove_prefix(1);
  const bool escaped = escapes == Escapes::backslash && character == '\\' && !rest.empty() &&
                       (rest.front() == '*' || rest.front() == '?');
  if (escaped) {
    character = rest.front();
    rest.remove_prefix(1);
    return character;
  }
  return character == '*' ? any_run : character == '?' ? any_one : character;
}

std::string compiled(std::string_view pattern, LetterCase letter_case, Escapes escapes) {
  std::string text;
  while (!pattern.empty()) {
    const char character = read_one(pattern, escapes);
    text += letter_case == LetterCase::insensitive ? lower(character) : character;
  }
  return text;
}

}  // namespace

std::size_t wildcard_count(std::string_view pattern, Escapes escapes) {
  std::size_t count = 0;
  while (!pattern.empty()) {
    const char character = read_one(pattern, escapes);
    if (character == any_run || character == any_one) ++count;
  }
  return count;
}

PieceSearch::PieceSearch(std::string_view piece, LetterCase letter_case) {
  assert(!piece.empty());
  assert(piece.size() <= 128);
  positions_.emplace_back();  // Class 0: characters that the piece does not name.
  for (std::size_t i = 0; i < piece.size(); ++i) {
    if (piece[i] == any_one) continue;
    allow(piece[i], i);
    if (letter_case == LetterCase::insensitive && piece[i] >= 'a' && piece[i] <= 'z') {
      class_of_[static_cast<unsigned char>(piece[i] - ('a' - 'A'))] =
          class_of_[static_cast<unsigned char>(piece[i])];
    }
  }
  for (std::size_t i = 0; i < piece.size(); ++i) {
    if (piece[i] != any_one) continue;
    for (Positions& positions : positions_) {
      (i < 64 ? positions.low : positions.high) |= std::uint64_t{1} << (i % 64);
    }
  }
  const std::size_t last = piece.size() - 1;
  (last < 64 ? last_.low : last_.high) = std::uint64_t{1} << (last % 64);
}

void PieceSearch::allow(char character, std::size_t position) {
  std::uint8_t& its_class = class_of_[static_cast<unsigned char>(character)];
  if (its_class == 0) {
    its_class = static_cast<std::uint8_t>(positions_.size());
    positions_.emplace_back();
  }
  Positions& positions = positions_[its_class];
  (position < 64 ? positions.low : positions.high) |= std::uint64_t{1} << (position % 64);
}

std::size_t PieceSearch::end_of_first(std::string_view text, std::size_t from) const {
  Positions alive;  // Bit i: the piece's first i + 1 characters end at the current one.
  for (std::size_t i = from; i < text.size(); ++i) {
    const Positions& allowed = positions_[class_of_[static_cast<unsigned char>(text[i])]];
    alive.high = (alive.high << 1U | alive.low >> 63U) & allowed.high;
    alive.low = (alive.low << 1U | 1U) & allowed.low;
    if (((alive.low & last_.low) | (alive.high & last_.high)) != 0) return i + 1;
  }
  return not_found;
}

WildcardPattern::WildcardPattern(std::string_view pattern, LetterCase letter_case, Escapes escapes)
    : text_(compiled(pattern, letter_case, escapes)), letter_case_(letter_case) {
  assert(pattern.size() <= pattern_length_most && is_visible(pattern));
  const std::size_t first = std::min(text_.find(any_run), text_.size());
  head_size_ = static_cast<std::uint8_t>(first);
  has_star_ = first < text_.size();
  if (!has_star_) return;
  const std::size_t last = text_.rfind(any_run);
  tail_size_ = static_cast<std::uint8_t>(text_.size() - last - 1);
  for (std::size_t begin = first + 1; begin <= last;) {
    const std::size_t end = text_.find(any_run, begin);
    if (end > begin) {
      middle_.emplace_back(std::string_view(text_).substr(begin, end - begin), letter_case);
    }
    begin = end + 1;
  }
}

bool WildcardPattern::equal(std::string_view piece, const char* text) const {
  const bool insensitive = letter_case_ == LetterCase::insensitive;
  for (std::size_t i = 0; i < piece.size(); ++i) {
    const char character = insensitive ? lower(text[i]) : text[i];
    if (piece[i] != character && piece[i] != any_one) return false;
  }
  return true;
}

bool WildcardPattern::matches(std::string_view text) const {
  if (!has_star_) return text.size() == text_.size() && equal(text_, text.data());
  if (text.size() < std::size_t{head_size_} + tail_size_) return false;
  const std::size_t tail_begin = text.size() - tail_size_;
  if (!equal(head(), text.data()) || !equal(tail(), text.data() + tail_begin)) return false;
  // The leftmost place for each piece leaves the most room for those after it: no going back.
  const std::string_view between = text.substr(0, tail_begin);
  std::size_t at = head_size_;
  for (const PieceSearch& piece : middle_) {
    at = piece.end_of_first(between, at);
    if (at == PieceSearch::not_found) return false;
  }
  return true;
}

std::string_view WildcardPattern::literal_prefix() const {
  return head().substr(0, head().find(any_one));
}

std::string_view WildcardPattern::literal_suffix() const {
  const std::string_view end = has_star_ ? tail() : head();
  const std::size_t last = end.rfind(any_one);
  return last == std::string_view::npos ? end : end.substr(last + 1);
}

bool WildcardPattern::is_literal() const {
  return !has_star_ && literal_prefix().size() == text_.size();
}

bool WildcardPattern::is_prefix() const {
  return has_star_ && tail_size_ == 0 && middle_.empty() && literal_prefix().size() == head_size_;
}

bool WildcardPattern::is_suffix() const {
  return has_star_ && head_size_ == 0 && middle_.empty() && literal_suffix().size() == tail_size_;
}

}  // namespace cutover::rules

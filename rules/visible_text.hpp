#pragma once

// Rules compare visible ASCII only (ALB user guide: Condition types for listener rules). What
// counts as visible, and how text that may hold other bytes is shown to people.

#include <cstddef>
#include <string>
#include <string_view>

namespace cutover::rules {

/// Neither a control character (0x00-0x1f, 0x7f) nor outside ASCII. The space counts: ALB's list of
/// excluded characters leaves it in.
constexpr bool is_visible(char character) { return character >= 0x20 && character < 0x7f; }

/// No byte of `text` is invisible. A field that holds one matches no pattern, not even `*`.
bool is_visible(std::string_view text);

/// `text` with every invisible byte and every backslash written as an escape (`\x0a`, `\\`): safe
/// to print, always one line.
std::string escaped(std::string_view text);

/// `escaped(text)` between single quotes.
std::string quoted(std::string_view text);

/// How many characters a person would count: UTF-8 continuation bytes are not counted.
std::size_t character_count(std::string_view text);

}  // namespace cutover::rules

#pragma once

// The pieces that lines of ALB's logs are made of. Not for other folders.

#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include "lb/base/clock.hpp"

namespace cutover::lb {

/// Bytes outside printable ASCII, quotes and backslashes become \xHH.
void append_escaped(std::string_view text, std::string& out);
/// As it is; "-" for an empty one.
void append_or_dash(std::string_view text, std::string& out);
/// Escaped, between quotes; "-" for an empty one.
void append_quoted(std::string_view text, std::string& out);
/// "2018-07-02T22:23:00.186641Z"
void append_time(WallTime time, std::string& out);
/// Seconds with three decimals; "-1" for a time that was not taken.
void append_seconds(Duration duration, std::string& out);

template <class Integer>
void append_number(Integer number, std::string& out) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

}  // namespace cutover::lb

#include "rules/visible_text.hpp"

#include <algorithm>

namespace cutover::rules {

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return is_visible(c); });
}

std::string escaped(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const char character : text) {
    if (character == '\\') {
      out += "\\\\";
    } else if (is_visible(character)) {
      out += character;
    } else {
      const auto byte = static_cast<unsigned char>(character);
      out += "\\x";
      out += digits[byte >> 4U];
      out += digits[byte & 0xfU];
    }
  }
  return out;
}

std::string quoted(std::string_view text) {
  return std::string("'").append(escaped(text)).append("'");
}

std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char character) {
    return (static_cast<unsigned char>(character) & 0xc0U) != 0x80U;
  }));
}

}  // namespace cutover::rules

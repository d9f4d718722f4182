#include "cutover/api/wire/text.hpp"

#include <cstdint>

namespace cutover::api::wire {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

struct Character {
  std::uint32_t point = 0;
  std::size_t bytes = 0;  ///< 0: the text does not begin with valid UTF-8.
};

/// RFC 3629: shortest forms only, no surrogates, nothing above U+10FFFF.
Character first_of(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return {};
  std::uint32_t point = lead & (0xffU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0) != 0x80) return {};
    point = point << 6 | (next & 0x3fU);
  }
  constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = point >= 0xd800 && point <= 0xdfff;
  if (point < least[bytes] || point > 0x10ffff || surrogate) return {};
  return {point, bytes};
}

/// XML 1.0, production Char. A carriage return is one, but every parser turns it into a line feed.
bool is_xml_character(std::uint32_t point) {
  if (point < 0x20) return point == '\t' || point == '\n' || point == '\r';
  return point != 0xfffe && point != 0xffff;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const Character next = first_of(text);
    if (next.bytes == 0) return false;
    text.remove_prefix(next.bytes);
  }
  return true;
}

std::string clean_text(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const Character next = first_of(text);
    const std::size_t taken = next.bytes == 0 ? 1 : next.bytes;
    const bool keep = next.bytes != 0 && is_xml_character(next.point);
    result += keep ? text.substr(0, taken) : replacement;
    text.remove_prefix(taken);
  }
  return result;
}

}  // namespace cutover::api::wire

#include "lb/http/field_name.hpp"

#include "lb/http/grammar.hpp"

namespace cutover::lb::http {
namespace {

/// The next letter of `name` in lower case, look-alikes folded, other characters skipped; 0 at the
/// end.
char next_letter(std::string_view& name) {
  while (!name.empty()) {
    const char c = lower(name.front());
    const std::string_view two = name.substr(0, 2);
    name.remove_prefix(1);
    if (c >= 'a' && c <= 'z') return c;
    if (two == "\xc4\xb1" || two == "\xc4\xb0") return 'i';  // dotless i, capital I with dot
    if (two == "\xc5\xbf") return 's';                       // long s
  }
  return 0;
}

bool has_letters(std::string_view name, std::string_view letters) {
  for (const char letter : letters) {
    if (next_letter(name) != letter) return false;
  }
  return next_letter(name) == 0;
}

}  // namespace

bool reads_as_framing(std::string_view name) {
  constexpr std::string_view content_length = "contentlength";
  if (name.size() < content_length.size()) return false;
  return has_letters(name, "transferencoding") || has_letters(name, content_length);
}

}  // namespace cutover::lb::http

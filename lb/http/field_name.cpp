#include "lb/http/field_name.hpp"

#include "lb/http/grammar.hpp"

namespace cutover::lb::http {
namespace {

template <class Word>
bool same_word(const char* text, const char* lower_case) {
  constexpr auto case_bits = static_cast<Word>(0x2020202020202020ULL);
  Word a{};
  Word b{};
  std::memcpy(&a, text, sizeof a);
  std::memcpy(&b, lower_case, sizeof b);
  return (a | case_bits) == (b | case_bits);
}

/// Compares N characters by words. Setting bit 0x20 folds letters' case; besides it only maps a CR
/// to '-', and a head with a CR in a name is refused whatever it was taken for.
template <std::size_t N>
bool is(std::string_view name, const char (&lower_case)[N]) {
  constexpr std::size_t size = N - 1;
  const char* text = name.data();
  if constexpr (size >= 16) {
    return same_word<std::uint64_t>(text, lower_case) &&
           same_word<std::uint64_t>(text + 8, lower_case + 8) &&
           same_word<std::uint64_t>(text + size - 8, lower_case + size - 8);
  } else if constexpr (size >= 8) {
    return same_word<std::uint64_t>(text, lower_case) &&
           same_word<std::uint64_t>(text + size - 8, lower_case + size - 8);
  } else if constexpr (size >= 4) {
    return same_word<std::uint32_t>(text, lower_case) &&
           same_word<std::uint32_t>(text + size - 4, lower_case + size - 4);
  } else {
    static_assert(size == 2);
    return same_word<std::uint16_t>(text, lower_case);
  }
}

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

Known recognise_by_length(std::string_view name) {
  switch (name.size()) {
    case 2:
      if (is(name, "te")) return Known::te;
      break;
    case 4:
      if (is(name, "host")) return Known::host;
      if (is(name, "date")) return Known::date;
      break;
    case 6:
      if (is(name, "expect")) return Known::expect;
      if (is(name, "server")) return Known::server;
      break;
    case 7:
      if (is(name, "upgrade")) return Known::upgrade;
      if (is(name, "trailer")) return Known::trailer;
      break;
    case 10:
      if (is(name, "user-agent")) return Known::user_agent;
      if (is(name, "connection")) return Known::connection;
      if (is(name, "keep-alive")) return Known::keep_alive;
      break;
    case 14:
      if (is(name, "content-length")) return Known::content_length;
      break;
    case 15:
      if (is(name, "x-forwarded-for")) return Known::x_forwarded_for;
      if (is(name, "x-amzn-trace-id")) return Known::x_amzn_trace_id;
      break;
    case 16:
      if (is(name, "x-forwarded-port")) return Known::x_forwarded_port;
      break;
    case 17:
      if (is(name, "transfer-encoding")) return Known::transfer_encoding;
      if (is(name, "x-forwarded-proto")) return Known::x_forwarded_proto;
      break;
    default:
      break;
  }
  return Known::other;
}

}  // namespace

Known recognise(std::string_view name) {
  const Known known = recognise_by_length(name);
  if (known == Known::other && name.size() > 6 && lower(name[0]) == 'p' &&
      equals_ignore_case(name.substr(0, 6), "proxy-")) {
    return Known::proxy_connection;
  }
  return known;
}

bool reads_as_framing(std::string_view name) {
  constexpr std::string_view content_length = "contentlength";
  if (name.size() < content_length.size()) return false;
  return has_letters(name, "transferencoding") || has_letters(name, content_length);
}

}  // namespace cutover::lb::http

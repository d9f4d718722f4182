#pragma once

// Header names: which of them the proxy treats specially, and which only look like the two that
// decide where a message ends.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "lb/http/grammar.hpp"
#include "lb/http/request_head.hpp"

namespace cutover::lb::http {
namespace detail {

/// A text in lower case that is known when compiling.
template <std::size_t N>
struct Word {
  // NOLINTNEXTLINE(google-explicit-constructor): so that a literal can be a template argument
  consteval Word(const char (&literal)[N]) {
    for (std::size_t i = 0; i < N; ++i) text[i] = literal[i];
  }
  static constexpr std::size_t size = N - 1;
  std::array<char, N> text{};
};

/// How a name is compared with a word. Setting bit 0x20 of each character folds letters' case, and
/// takes a CR for a hyphen besides.
enum class Fold : std::uint8_t { case_only, case_and_cr };

/// Compares as many characters as Number has bytes, from `at` on.
template <Word word, class Number, std::size_t at, Fold fold>
bool same_part(const char* text) {
  constexpr auto parts = [] {
    struct {
      std::array<char, sizeof(Number)> characters{};
      std::array<char, sizeof(Number)> case_bits{};
    } made;
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
      const char c = word.text[at + i];
      made.characters[i] = c;
      const bool folds = fold == Fold::case_and_cr || (c >= 'a' && c <= 'z');
      made.case_bits[i] = folds ? 0x20 : 0;
    }
    return made;
  }();
  Number number{};
  std::memcpy(&number, text + at, sizeof number);
  return static_cast<Number>(number | std::bit_cast<Number>(parts.case_bits)) ==
         std::bit_cast<Number>(parts.characters);
}

}  // namespace detail

/// Whether `text`, which must be as long as `word`, is that word in any case.
template <detail::Word word, detail::Fold fold = detail::Fold::case_only>
bool is(std::string_view text) {
  constexpr std::size_t size = word.size;
  const char* const at = text.data();
  if constexpr (size > 16) {
    return detail::same_part<word, std::uint64_t, 0, fold>(at) &&
           detail::same_part<word, std::uint64_t, 8, fold>(at) &&
           detail::same_part<word, std::uint64_t, size - 8, fold>(at);
  } else if constexpr (size >= 8) {
    return detail::same_part<word, std::uint64_t, 0, fold>(at) &&
           detail::same_part<word, std::uint64_t, size - 8, fold>(at);
  } else if constexpr (size >= 4) {
    return detail::same_part<word, std::uint32_t, 0, fold>(at) &&
           detail::same_part<word, std::uint32_t, size - 4, fold>(at);
  } else {
    static_assert(size == 2);
    return detail::same_part<word, std::uint16_t, 0, fold>(at);
  }
}

/// Always inlined, like the two below: the scanners' loops are the faster for it.
template <detail::Fold fold>
[[gnu::always_inline]] inline Known recognise_folded(std::string_view name) {
  switch (name.size()) {
    case 2:
      if (is<"te", fold>(name)) return Known::te;
      break;
    case 4:
      if (is<"host", fold>(name)) return Known::host;
      if (is<"date", fold>(name)) return Known::date;
      break;
    case 6:
      if (is<"expect", fold>(name)) return Known::expect;
      if (is<"server", fold>(name)) return Known::server;
      break;
    case 7:
      if (is<"upgrade", fold>(name)) return Known::upgrade;
      if (is<"trailer", fold>(name)) return Known::trailer;
      break;
    case 10:
      if (is<"user-agent", fold>(name)) return Known::user_agent;
      if (is<"connection", fold>(name)) return Known::connection;
      if (is<"keep-alive", fold>(name)) return Known::keep_alive;
      break;
    case 14:
      if (is<"content-length", fold>(name)) return Known::content_length;
      break;
    case 15:
      if (is<"x-forwarded-for", fold>(name)) return Known::x_forwarded_for;
      if (is<"x-amzn-trace-id", fold>(name)) return Known::x_amzn_trace_id;
      break;
    case 16:
      if (is<"x-forwarded-port", fold>(name)) return Known::x_forwarded_port;
      break;
    case 17:
      if (is<"transfer-encoding", fold>(name)) return Known::transfer_encoding;
      if (is<"x-forwarded-proto", fold>(name)) return Known::x_forwarded_proto;
      break;
    default:
      break;
  }
  const bool proxy = name.size() > 6 && is<"proxy-">(name.substr(0, 6));
  return proxy ? Known::proxy_connection : Known::other;
}

/// The header by its name, in any case. All of `Proxy-*` counts as Known::proxy_connection: these
/// speak to the next proxy only.
[[gnu::always_inline]] inline Known recognise_exactly(std::string_view name) {
  return recognise_folded<detail::Fold::case_only>(name);
}

/// The same for requests, where a CR passes for a hyphen: what is left out there as an unknown
/// header with a CR would have one meaning here and another one for who takes it for that header,
/// so that it has to be seen (see admit()).
[[gnu::always_inline]] inline Known recognise(std::string_view name) {
  return recognise_folded<detail::Fold::case_and_cr>(name);
}

/// No shorter name reads as framing.
inline constexpr std::size_t look_alike_bytes_least = sizeof "ContentLength" - 1;

/// Whether `name` differs from Transfer-Encoding or Content-Length at most in case, in characters
/// that aren't letters, and in letters that some software folds to ASCII (dotless i, long s). True
/// for the two themselves too.
bool reads_as_framing(std::string_view name);

}  // namespace cutover::lb::http

#pragma once

// Finds where the name and the value of a header line stop being plain, sixteen bytes at a time
// where the processor can (SSE2). Most of the time of scanning a head is spent here.

#include <bit>
#include <cstdint>
#include <cstring>

#include "lb/http/grammar.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace cutover::lb::http {

#if defined(__SSE2__)
// A range test is one signed comparison once the range begins at the lowest signed number.
inline __m128i in_range(__m128i block, char first, int count) {
  const __m128i moved = _mm_add_epi8(block, _mm_set1_epi8(static_cast<char>(-128 - first)));
  return _mm_cmplt_epi8(moved, _mm_set1_epi8(static_cast<char>(-128 + count)));
}

/// All bits set in those of the sixteen bytes that are letters.
inline __m128i letters(__m128i block) {
  return in_range(_mm_or_si128(block, _mm_set1_epi8(0x20)), 'a', 26);
}

/// Bit by bit, which of the sixteen bytes are [-A-Za-z0-9].
inline std::uint32_t valid_name_chars(__m128i block) {
  const __m128i hyphens = _mm_cmpeq_epi8(block, _mm_set1_epi8('-'));
  const __m128i digits = in_range(block, '0', 10);
  return static_cast<std::uint32_t>(
      _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(letters(block), digits), hyphens)));
}

/// All bits set in those of the sixteen bytes that are printable ASCII (space too).
inline __m128i printables(__m128i block) {
  // One up, DEL becomes the lowest signed number, where control characters and the rest are too.
  return _mm_cmpgt_epi8(_mm_add_epi8(block, _mm_set1_epi8(1)), _mm_set1_epi8(' '));
}
#endif

/// First byte of [from, end) that can't stand in a token; `end` when there is none.
inline const char* find_token_end(const char* from, const char* end) {
#if defined(__SSE2__)
  for (; end - from >= 16; from += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    const std::uint32_t mask = valid_name_chars(block) ^ 0xffffU;
    if (mask == 0) continue;
    from += std::countr_zero(mask);
    break;
  }
#endif
  while (from != end && is_token_char(*from)) ++from;
  return from;
}

/// First byte of [from, end) that is a colon, a control character (tab too) or not ASCII; `end`
/// when there is none. `odd` becomes true when a byte before it is none of [-A-Za-z0-9]: found on
/// the way, and not waited for.
inline const char* find_name_stop(const char* from, const char* end, bool& odd) {
#if defined(__SSE2__)
  const __m128i colon = _mm_set1_epi8(':');
  for (; end - from >= 16; from += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    const __m128i goes_on = _mm_andnot_si128(_mm_cmpeq_epi8(block, colon), printables(block));
    const auto mask = static_cast<std::uint32_t>(_mm_movemask_epi8(goes_on)) ^ 0xffffU;
    const std::uint32_t before_stop = ~mask & (mask - 1);  // all of them when there is none
    odd |= (~valid_name_chars(block) & before_stop & 0xffffU) != 0;
    if (mask != 0) return from + std::countr_zero(mask);
  }
#endif
  for (; from != end; ++from) {
    const auto c = static_cast<unsigned char>(*from);
    if (c < ' ' || c >= 0x7f || c == ':') break;
    odd |= !is_valid_name_char(*from);
  }
  return from;
}

/// First byte of [from, end) that is a control character other than tab, or not ASCII; `end` when
/// there is none.
inline const char* find_value_stop(const char* from, const char* end) {
#if defined(__SSE2__)
  const __m128i tab = _mm_set1_epi8('\t');
  for (; end - from >= 16; from += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    const __m128i goes_on = _mm_or_si128(_mm_cmpeq_epi8(block, tab), printables(block));
    const auto mask = static_cast<std::uint32_t>(_mm_movemask_epi8(goes_on)) ^ 0xffffU;
    if (mask != 0) return from + std::countr_zero(mask);
  }
#endif
  for (; from != end; ++from) {
    const auto c = static_cast<unsigned char>(*from);
    if ((c < ' ' && c != '\t') || c >= 0x7f) break;
  }
  return from;
}

#if defined(__SSE2__)
inline std::uint32_t unprintable_mask(const char* from) {
  const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  return static_cast<std::uint32_t>(_mm_movemask_epi8(printables(block))) ^ 0xffffU;
}
#endif

/// The first colon among the sixteen bytes at `from`, when more than 32 can be read there; or null.
inline const char* find_near_colon([[maybe_unused]] const char* from,
                                   [[maybe_unused]] const char* end) {
#if defined(__SSE2__)
  if (end - from <= 32) return nullptr;
  const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  const __m128i colons = _mm_cmpeq_epi8(block, _mm_set1_epi8(':'));
  const auto mask = static_cast<std::uint32_t>(_mm_movemask_epi8(colons));
  if (mask != 0) return from + static_cast<unsigned>(std::countr_zero(mask));
#endif
  return nullptr;
}

/// Whether a name that ends at a near colon is all [-A-Za-z]. (Names with other characters are for
/// the slower find_token_end().)
inline bool is_usual_name([[maybe_unused]] const char* from,
                          [[maybe_unused]] const char* near_colon) {
#if defined(__SSE2__)
  const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  const __m128i hyphens = _mm_cmpeq_epi8(block, _mm_set1_epi8('-'));
  const auto mask =
      static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_or_si128(letters(block), hyphens)));
  const auto before_colon = (1U << static_cast<unsigned>(near_colon - from)) - 1;
  return near_colon != from && (~mask & before_colon) == 0;
#else
  return false;
#endif
}

/// The CR of the CR LF behind the value that follows a near colon, when a single space and
/// printable ASCII without spaces around it are all that lies between; else null.
inline const char* find_usual_end([[maybe_unused]] const char* near_colon,
                                  [[maybe_unused]] const char* end) {
#if defined(__SSE2__)
  const char* stop = near_colon + 1;  // with seventeen bytes from there on
  std::uint32_t mask = unprintable_mask(stop);
  while (mask == 0) {
    stop += 16;
    if (end - stop < 17) return nullptr;
    mask = unprintable_mask(stop);
  }
  stop += static_cast<unsigned>(std::countr_zero(mask));
  const bool spaced = near_colon[1] == ' ' && near_colon[2] > ' ' && stop[-1] > ' ';
  if (spaced && std::memcmp(stop, "\r\n", 2) == 0) return stop;
#endif
  return nullptr;
}

}  // namespace cutover::lb::http

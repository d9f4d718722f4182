#pragma once

// Finds where the name and the value of a header line stop being plain, sixteen bytes at a time
// where the processor can (SSE2). Most of the time of scanning a head is spent here.

#include <bit>
#include <cstdint>

#include "lb/http/grammar.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace cutover::lb::http {

#if defined(__SSE2__)
/// Bit by bit, which of the sixteen bytes are [-A-Za-z0-9].
inline std::uint32_t valid_name_chars(__m128i block) {
  // A range test is one signed comparison once the range begins at the lowest signed number.
  const auto shift = [](char first) { return _mm_set1_epi8(static_cast<char>(-128 - first)); };
  const auto limit = [](int count) { return _mm_set1_epi8(static_cast<char>(-128 + count)); };
  const __m128i folded = _mm_or_si128(block, _mm_set1_epi8(0x20));
  const __m128i letters = _mm_cmplt_epi8(_mm_add_epi8(folded, shift('a')), limit(26));
  const __m128i digits = _mm_cmplt_epi8(_mm_add_epi8(block, shift('0')), limit(10));
  const __m128i hyphens = _mm_cmpeq_epi8(block, _mm_set1_epi8('-'));
  return static_cast<std::uint32_t>(
      _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(letters, digits), hyphens)));
}
#endif

/// First byte of [from, end) that is a colon, a control character (tab too) or not ASCII; `end`
/// when there is none. `odd` becomes true when a byte before it is none of [-A-Za-z0-9]: found on
/// the way, and not waited for.
inline const char* find_name_stop(const char* from, const char* end, bool& odd) {
#if defined(__SSE2__)
  const __m128i space = _mm_set1_epi8(' ');
  const __m128i colon = _mm_set1_epi8(':');
  const __m128i del = _mm_set1_epi8(0x7f);
  for (; end - from >= 16; from += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    // Signed comparison: bytes from 0x80 up are negative, so they count as below space.
    const __m128i stops =
        _mm_or_si128(_mm_cmplt_epi8(block, space),
                     _mm_or_si128(_mm_cmpeq_epi8(block, colon), _mm_cmpeq_epi8(block, del)));
    const auto mask = static_cast<std::uint32_t>(_mm_movemask_epi8(stops));
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
  const __m128i space = _mm_set1_epi8(' ');
  const __m128i tab = _mm_set1_epi8('\t');
  const __m128i del = _mm_set1_epi8(0x7f);
  for (; end - from >= 16; from += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    const __m128i stops =
        _mm_or_si128(_mm_andnot_si128(_mm_cmpeq_epi8(block, tab), _mm_cmplt_epi8(block, space)),
                     _mm_cmpeq_epi8(block, del));
    const auto mask = static_cast<std::uint32_t>(_mm_movemask_epi8(stops));
    if (mask != 0) return from + std::countr_zero(mask);
  }
#endif
  for (; from != end; ++from) {
    const auto c = static_cast<unsigned char>(*from);
    if ((c < ' ' && c != '\t') || c >= 0x7f) break;
  }
  return from;
}

}  // namespace cutover::lb::http

#pragma once

// Finds where the name and the value of a header line stop being plain, sixteen bytes at a time
// where the processor can (SSE2). Most of the time of scanning a head is spent here.

#include <bit>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace cutover::lb::http {

/// First byte of [from, end) that is a colon, a control character (tab too) or not ASCII; `end`
/// when there is none.
inline const char* find_name_stop(const char* from, const char* end) {
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
    if (mask != 0) return from + std::countr_zero(mask);
  }
#endif
  for (; from != end; ++from) {
    const auto c = static_cast<unsigned char>(*from);
    if (c < ' ' || c >= 0x7f || c == ':') break;
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

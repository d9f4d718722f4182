#pragma once

// The small words of HTTP's grammar (RFC 9110 §5.6): tokens, lists, numbers, case-blind comparison.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace cutover::lb::http {

inline constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

inline constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
inline constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
/// A control character, tab and DEL included.
inline constexpr bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

namespace detail {
constexpr std::array<bool, 256> token_chars() {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("!#$%&'*+-.^_`|~"))
    table[static_cast<unsigned char>(c)] = true;
  for (unsigned c = '0'; c <= '9'; ++c) table[c] = true;
  for (unsigned c = 'A'; c <= 'Z'; ++c) table[c] = table[c | 0x20] = true;
  return table;
}
inline constexpr std::array<bool, 256> token_char_table = token_chars();
}  // namespace detail

inline constexpr bool is_token_char(char c) {
  return detail::token_char_table[static_cast<unsigned char>(c)];
}

/// One or more token characters: what a method or a header name has to be.
inline constexpr bool is_token(std::string_view text) {
  for (const char c : text) {
    if (!is_token_char(c)) return false;
  }
  return !text.empty();
}

/// Of the names that ALB takes for valid: [-A-Za-z0-9]+ (ALB user guide: Load balancer attributes,
/// routing.http.drop_invalid_header_fields.enabled).
inline constexpr bool is_valid_name_char(char c) {
  return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-';
}
inline constexpr bool is_valid_name(std::string_view name) {
  for (const char c : name) {
    if (!is_valid_name_char(c)) return false;
  }
  return !name.empty();
}

inline constexpr bool equals_ignore_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

/// Without spaces and tabs on either side.
inline constexpr std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// 1*DIGIT that fits 64 bits; no sign, no spaces, no list.
inline constexpr std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (UINT64_MAX - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  return value;
}

/// Calls `visit` with each element of a comma-separated list, trimmed; empty ones are skipped
/// (RFC 9110 §5.6.1).
template <class Visit>
constexpr void for_each_element(std::string_view list, Visit visit) {
  for (;;) {
    const std::size_t comma = list.find(',');
    const std::string_view element = trim(list.substr(0, comma));
    if (!element.empty()) visit(element);
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace cutover::lb::http

#include "lb/observe/log_text.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace cutover::lb {

namespace {

/// Which bytes stand for themselves between quotes.
constexpr std::array<bool, 256> plain_bytes = [] {
  std::array<bool, 256> plain{};
  for (unsigned c = ' '; c <= '~'; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

bool is_plain(char c) { return plain_bytes[static_cast<unsigned char>(c)]; }

/// `digits` decimal digits of `number`, with leading zeros.
void append_padded(std::uint64_t number, int digits, std::string& out) {
  const std::size_t end = out.size() + static_cast<std::size_t>(digits);
  out.resize(end);
  for (std::size_t i = 1; i <= static_cast<std::size_t>(digits); ++i, number /= 10) {
    out[end - i] = static_cast<char>('0' + number % 10);
  }
}

}  // namespace

void append_escaped(std::string_view text, std::string& out) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  for (auto it = text.begin(); it != text.end();) {
    const auto stop = std::find_if_not(it, text.end(), is_plain);
    out.append(it, stop);
    it = stop;
    for (; it != text.end() && !is_plain(*it); ++it) {
      const auto byte = static_cast<unsigned char>(*it);
      const char escape[] = {'\\', 'x', hex[byte >> 4], hex[byte & 15]};
      out.append(escape, sizeof escape);
    }
  }
}

void append_or_dash(std::string_view text, std::string& out) {
  out.append(text.empty() ? "-" : text);
}

void append_quoted(std::string_view text, std::string& out) {
  out += '"';
  append_escaped(text.empty() ? "-" : text, out);
  out += '"';
}

void append_time(WallTime time, std::string& out) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const auto micros = static_cast<std::uint64_t>((time - day).count());
  const std::uint64_t seconds = micros / 1'000'000;
  append_padded(static_cast<std::uint64_t>(static_cast<int>(date.year())), 4, out);
  out += '-';
  append_padded(static_cast<unsigned>(date.month()), 2, out);
  out += '-';
  append_padded(static_cast<unsigned>(date.day()), 2, out);
  out += 'T';
  append_padded(seconds / 3600, 2, out);
  out += ':';
  append_padded(seconds / 60 % 60, 2, out);
  out += ':';
  append_padded(seconds % 60, 2, out);
  out += '.';
  append_padded(micros % 1'000'000, 6, out);
  out += 'Z';
}

void append_seconds(Duration duration, std::string& out) {
  if (duration < Duration::zero()) {
    out += "-1";
    return;
  }
  const auto millis = static_cast<std::uint64_t>((duration.count() + 500'000) / 1'000'000);
  append_number(millis / 1000, out);
  out += '.';
  append_padded(millis % 1000, 3, out);
}

}  // namespace cutover::lb

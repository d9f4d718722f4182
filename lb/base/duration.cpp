#include "lb/base/duration.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <optional>

namespace cutover {

namespace {

struct Unit {
  std::string_view name;
  std::int64_t ns;
};

constexpr std::array<Unit, 6> units{{{"h", 3'600'000'000'000},
                                     {"m", 60'000'000'000},
                                     {"s", 1'000'000'000},
                                     {"ms", 1'000'000},
                                     {"us", 1'000},
                                     {"ns", 1}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Error refusal(std::string_view text) {
  constexpr std::size_t shown_most = 40;
  const auto found = text.size() <= shown_most ? fmt::format("\"{}\"", text)
                                               : fmt::format("a text of {} bytes", text.size());
  return {
      "InvalidDuration", "",
      fmt::format("found {}; allowed is a number with its unit, such as 250us, 5ms, 1.5s, 2m or "
                  "1h, up to {}h and no finer than 1ns",
                  found, std::chrono::duration_cast<std::chrono::hours>(duration_most).count())};
}

std::string_view take_digits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  const auto digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

std::optional<std::int64_t> unit_ns(std::string_view name) {
  for (const auto& unit : units) {
    if (unit.name == name) return unit.ns;
  }
  return std::nullopt;
}

/// "25" of a second -> 250'000'000; nothing when it is finer than a nanosecond.
std::optional<std::int64_t> fraction_ns(std::string_view digits, std::int64_t unit) {
  // Minutes and hours are not powers of ten: multiply first, then shift the decimal point. 15
  // digits of an hour would overflow; 12 say more than a nanosecond of it.
  while (!digits.empty() && digits.back() == '0') digits.remove_suffix(1);
  if (digits.size() > 12) return std::nullopt;
  __extension__ using Wide = __int128;
  Wide value = 0;
  Wide scale = 1;
  for (const char digit : digits) {
    value = value * 10 + (digit - '0');
    scale *= 10;
  }
  value *= unit;
  if (value % scale != 0) return std::nullopt;
  return static_cast<std::int64_t>(value / scale);
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  auto rest = text;
  const auto whole = take_digits(rest);
  std::string_view fraction;
  if (!rest.empty() && rest.front() == '.') {
    rest.remove_prefix(1);
    fraction = take_digits(rest);
    if (fraction.empty()) return refusal(text);
  }
  const auto unit = unit_ns(rest);
  if (whole.empty() || !unit) return refusal(text);

  const std::int64_t most = duration_most.count() / *unit;
  std::int64_t count = 0;
  for (const char digit : whole) {
    count = count * 10 + (digit - '0');
    if (count > most) return refusal(text);
  }
  const auto below_one = fraction_ns(fraction, *unit);
  if (!below_one) return refusal(text);
  const Duration duration(count * *unit + *below_one);
  if (duration > duration_most) return refusal(text);
  return duration;
}

std::string format_duration(Duration duration) {
  if (duration == Duration::zero()) return "0s";
  if (duration < Duration::zero()) return fmt::format("-{}", format_duration(-duration));
  const std::int64_t ns = duration.count();
  for (const auto& unit : units) {
    if (ns % unit.ns == 0) return fmt::format("{}{}", ns / unit.ns, unit.name);
    // From seconds down the units are powers of ten, so a decimal fraction is exact.
    if (unit.ns > 1'000'000'000 || ns < unit.ns) continue;
    auto fraction = fmt::format("{:09}", (ns % unit.ns) * (1'000'000'000 / unit.ns));
    fraction.erase(fraction.find_last_not_of('0') + 1);
    return fmt::format("{}.{}{}", ns / unit.ns, fraction, unit.name);
  }
  return fmt::format("{}ns", ns);
}

}  // namespace cutover

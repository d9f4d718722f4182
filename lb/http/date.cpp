#include "lb/http/date.hpp"

#include <cstring>
#include <string_view>

namespace cutover::lb::http {
namespace {

constexpr std::string_view days = "SunMonTueWedThuFriSat";
constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";

void put_two(char* at, long number) {
  at[0] = static_cast<char>('0' + number / 10 % 10);
  at[1] = static_cast<char>('0' + number % 10);
}

}  // namespace

void write_http_date(WallTime now, char (&out)[29]) {
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(now - day));
  const unsigned weekday = std::chrono::weekday(day).c_encoding();
  const unsigned month = static_cast<unsigned>(date.month()) - 1;
  const int year = static_cast<int>(date.year());

  std::memcpy(out, "Sun, 06 Nov 1994 08:49:37 GMT", sizeof out);
  std::memcpy(out, days.data() + std::size_t{3} * weekday, 3);
  put_two(out + 5, static_cast<long>(static_cast<unsigned>(date.day())));
  std::memcpy(out + 8, months.data() + std::size_t{3} * month, 3);
  put_two(out + 12, year / 100);
  put_two(out + 14, year % 100);
  put_two(out + 17, time.hours().count());
  put_two(out + 20, time.minutes().count());
  put_two(out + 23, time.seconds().count());
}

}  // namespace cutover::lb::http

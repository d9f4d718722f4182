#include "containers/apps/answer_text.hpp"

#include <fmt/format.h>

#include <array>

namespace cutover::containers::apps {

void append_answer(std::string& out, const AppAnswer& answer, bool head_only, bool keep_alive,
                   std::string_view date) {
  const fmt::format_int status(answer.status);
  out.append("HTTP/1.1 ").append(status.data(), status.size());
  out.append(" ").append(answer.reason).append("\r\n").append(answer.headers);
  // RFC 9110 section 8.6: neither 1xx nor 204 has a Content-Length; a 304 has no body of its own.
  const bool bodiless = answer.status < 200 || answer.status == 204 || answer.status == 304;
  if (!bodiless) {
    const fmt::format_int length(answer.body.size());
    out.append("Content-Length: ").append(length.data(), length.size()).append("\r\n");
  }
  out.append("Date: ").append(date);
  out.append(keep_alive ? "\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\n"
                        : "\r\nConnection: close\r\n\r\n");
  if (!bodiless && !head_only) out.append(answer.body);
}

std::string_view HttpDate::at(TimePoint now) {
  if (now >= valid_until_) {
    const WallTime wall = clock_.wall_now();
    const auto second = std::chrono::floor<std::chrono::seconds>(wall);
    text_ = http_date(wall);
    valid_until_ = now + (second + std::chrono::seconds(1) - wall);
  }
  return text_;
}

std::string http_date(WallTime time) {
  constexpr std::array<std::string_view, 7> weekdays{"Sun", "Mon", "Tue", "Wed",
                                                     "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     weekdays[std::chrono::weekday(day).c_encoding()],
                     static_cast<unsigned>(date.day()),
                     months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace cutover::containers::apps

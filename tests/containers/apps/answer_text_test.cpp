#include "containers/apps/answer_text.hpp"

#include <gtest/gtest.h>

namespace cutover::containers::apps {
namespace {

using namespace std::chrono_literals;

const AppAnswer page{200, "OK", "Content-Type: text/plain\r\n", "hello"};

std::string render(const AppAnswer& answer, bool head_only, bool keep_alive) {
  std::string out;
  append_answer(out, answer, head_only, keep_alive, "DATE");
  return out;
}

TEST(AnswerText, IsTheHeadersOfTheAppThenThoseOfTheServerThenTheBody) {
  EXPECT_EQ(render(page, false, true),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nDate: DATE\r\n"
            "Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\nhello");
}

TEST(AnswerText, KeepsTheLengthButNotTheBodyForHead) {
  EXPECT_EQ(render(page, true, false),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nDate: DATE\r\n"
            "Connection: close\r\n\r\n");
}

TEST(AnswerText, Has204NeitherLengthNorBody) {
  EXPECT_EQ(render({204, "No Content", "", "never"}, false, true),
            "HTTP/1.1 204 No Content\r\nDate: DATE\r\nConnection: keep-alive\r\n"
            "Keep-Alive: timeout=5\r\n\r\n");
}

TEST(AnswerText, SaysThatAnEmptyBodyIsEmpty) {
  EXPECT_EQ(render({200, "OK", "", ""}, false, false),
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: DATE\r\nConnection: close\r\n\r\n");
}

TEST(HttpDate, FollowsTheCalendar) {
  using namespace std::chrono;
  const auto date = [](int y, unsigned m, unsigned d) {
    return WallTime(sys_days(year(y) / month(m) / day(d)));
  };
  EXPECT_EQ(http_date(date(1970, 1, 1)), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(http_date(date(2024, 2, 29) + 23h + 59min + 59s + 999'999us),
            "Thu, 29 Feb 2024 23:59:59 GMT");
  EXPECT_EQ(http_date(date(2026, 12, 31) + 9h + 5min + 7s), "Thu, 31 Dec 2026 09:05:07 GMT");
}

TEST(HttpDate, ChangesWithTheSecondAndNotBefore) {
  SimulatedClock clock;
  HttpDate date(clock);
  EXPECT_EQ(date.at(clock.now()), "Thu, 01 Jan 2026 00:00:00 GMT");
  clock.advance(999ms);
  EXPECT_EQ(date.at(clock.now()), "Thu, 01 Jan 2026 00:00:00 GMT");
  clock.advance(1ms);
  EXPECT_EQ(date.at(clock.now()), "Thu, 01 Jan 2026 00:00:01 GMT");
  clock.advance(1h);
  EXPECT_EQ(date.at(clock.now()), "Thu, 01 Jan 2026 01:00:01 GMT");
}

}  // namespace
}  // namespace cutover::containers::apps

#include "lb/http/date.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cutover::lb::http {
namespace {

std::string written(std::int64_t seconds, std::int64_t microseconds = 0) {
  char out[29];
  write_http_date(WallTime(std::chrono::seconds(seconds) + std::chrono::microseconds(microseconds)),
                  out);
  return {out, sizeof out};
}

TEST(HttpDate, IsImfFixdate) {
  EXPECT_EQ(written(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(written(784111777, 999'999), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(written(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(written(951782399), "Mon, 28 Feb 2000 23:59:59 GMT");
  EXPECT_EQ(written(951782400), "Tue, 29 Feb 2000 00:00:00 GMT");
  EXPECT_EQ(written(1777135516), "Sat, 25 Apr 2026 16:45:16 GMT");
  EXPECT_EQ(written(4102444799), "Thu, 31 Dec 2099 23:59:59 GMT");
}

}  // namespace
}  // namespace cutover::lb::http

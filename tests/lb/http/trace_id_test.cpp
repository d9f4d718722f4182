#include "lb/http/trace_id.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cutover::lb::http {
namespace {

std::string written(std::int64_t seconds, Random& random) {
  char out[35];
  write_trace_id(WallTime(std::chrono::seconds(seconds)), random, out);
  return {out, sizeof out};
}

TEST(TraceId, HoldsTheTimeAndRandomDigits) {
  Random random(7);
  const std::string id = written(0x5759e988, random);
  EXPECT_EQ(id.substr(0, 11), "1-5759e988-");
  EXPECT_EQ(id.size(), 35U);
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef", 11), std::string::npos);
}

TEST(TraceId, IsFreshEachTimeAndRepeatsFromTheSeed) {
  Random random(7);
  Random again(7);
  const std::string first = written(1, random);
  EXPECT_EQ(written(1, again), first);
  EXPECT_NE(written(1, random), first);
}

}  // namespace
}  // namespace cutover::lb::http

// The deployment circuit breaker's table: when it trips, and what it does not count.

#include "containers/circuit_breaker.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cutover::containers {
namespace {

TEST(CircuitBreaker, TripsAtHalfTheDesiredCountWithinBounds) {
  struct Row {
    std::uint32_t desired, threshold;
  };
  for (const Row& row : {Row{0, 3}, Row{1, 3}, Row{6, 3}, Row{7, 4}, Row{25, 13}, Row{399, 200},
                         Row{400, 200}, Row{5000, 200}}) {
    EXPECT_EQ(CircuitBreaker::threshold(row.desired), row.threshold) << row.desired;
  }
}

struct Row {
  std::string story;  ///< f: fails to start, r: reaches RUNNING, u: fails checks, w: runs well.
  std::uint32_t failed;
  bool tripped;
};

TEST(CircuitBreaker, CountsByItsStages) {
  for (const Row& row : {
           Row{"ff", 2, false},
           Row{"fff", 3, true},
           // The second stage counts failed checks instead.
           Row{"rfff", 0, false},
           Row{"ruu", 2, false},
           Row{"ruuu", 3, true},
           Row{"ffru", 3, true},
           Row{"ffrf", 2, false},
           // Nothing counts before a task has run, and nothing after one has run well.
           Row{"uuu", 0, false},
           Row{"ffrw", 0, false},
           Row{"rwuuuu", 0, false},
           Row{"rwffff", 0, false},
           Row{"ruuwuuu", 0, false},
           // A program that runs and crashes is never counted.
           Row{"rrrrrr", 0, false},
       }) {
    CircuitBreaker breaker;
    for (const char event : row.story) {
      if (event == 'f') breaker.failed_to_start();
      if (event == 'r') breaker.reached_running();
      if (event == 'u') breaker.failed_health_checks();
      if (event == 'w') breaker.runs_well();
    }
    EXPECT_EQ(breaker.failed_tasks(), row.failed) << row.story;
    EXPECT_EQ(breaker.is_tripped(4), row.tripped) << row.story;
  }
}

TEST(CircuitBreaker, FollowsTheDesiredCount) {
  CircuitBreaker breaker;
  for (int i = 0; i < 4; ++i) breaker.failed_to_start();
  EXPECT_TRUE(breaker.is_tripped(8));
  EXPECT_FALSE(breaker.is_tripped(9));
}

}  // namespace
}  // namespace cutover::containers

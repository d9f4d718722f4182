#include "bench/load/report.hpp"

#include <gtest/gtest.h>

namespace cutover::load {
namespace {

using std::chrono::milliseconds;

std::vector<PhaseAccount> two_phases() {
  PhaseAccount before;
  before.phase = "before the switch";
  before.scheduled = 1000;
  before.length = std::chrono::seconds(10);
  before.fates[{200, Fate::Error::none, "api"}] = 1000;
  before.by_path["/api/users"] = 1000;
  for (int i = 0; i < 1000; ++i) before.latency.record(1'500'000);
  PhaseAccount after;
  after.phase = "after";
  after.scheduled = 12;
  after.length = milliseconds(500);
  after.fates[{200, Fate::Error::none, "users"}] = 5;
  after.fates[{503, Fate::Error::none, "-"}] = 1;
  after.fates[{0, Fate::Error::reset, "users"}] = 2;
  after.fates[{0, Fate::Error::unsent, "-"}] = 3;
  after.by_path["/api/users"] = 12;
  after.failed_by_path["/api/users"] = 6;
  for (int i = 0; i < 6; ++i) after.latency.record(20'000'000);
  return {before, after};
}

TEST(Report, TableShowsEveryPhaseAndEveryFate) {
  EXPECT_EQ("\n" + to_table(two_phases()),
            R"(
phase              seconds  scheduled  answered  failed  unsent  in flight  answers/s  p50 ms  p90 ms  p99 ms  p99.9 ms  max ms
before the switch     10.0       1000      1000       0       0          0      100.0   1.500   1.500   1.500     1.500   1.500
after                  0.5         12         6       6       3          1       12.0   20.00   20.00   20.00     20.00   20.00

phase              status  target group  error   requests
before the switch  200     api           -           1000
after              -       -             unsent         3
after              -       users         reset          2
after              200     users         -              5
after              503     -             -              1
)");
}

TEST(Report, InFlightHasAColumnOnlyWhileSomethingIs) {
  auto phases = two_phases();
  phases[1].scheduled = 11;
  EXPECT_EQ(to_table(phases).find("in flight"), std::string::npos);
  EXPECT_EQ(to_table({}), "");
}

TEST(Report, PhaseWithoutAnswersHasNoLatencies) {
  PhaseAccount account;
  account.phase = "dark";
  account.scheduled = 1;
  account.fates[{0, Fate::Error::connect, "-"}] = 1;
  EXPECT_EQ("\n" + to_table({account}),
            R"(
phase  seconds  scheduled  answered  failed  unsent  answers/s  p50 ms  p90 ms  p99 ms  p99.9 ms  max ms
dark       0.0          1         0       1       0        0.0       -       -       -         -       -

phase  status  target group  error    requests
dark   -       -             connect         1
)");
}

TEST(Report, JsonHasTheSameNumbers) {
  const auto json = to_json(two_phases());
  ASSERT_EQ(json.size(), 2U);
  EXPECT_EQ(json[1], nlohmann::json::parse(R"({
    "phase": "after", "seconds": 0.5, "scheduled": 12, "answered": 6, "failed": 6, "unsent": 3,
    "in_flight": 1, "answers_per_second": 12.0,
    "latency_ns": {"count": 6, "mean": 20000000.0, "p50": 20000000, "p90": 20000000,
                   "p99": 20000000, "p99_9": 20000000, "max": 20000000},
    "fates": [
      {"status": 0, "target_group": "-", "error": "unsent", "count": 3},
      {"status": 0, "target_group": "users", "error": "reset", "count": 2},
      {"status": 200, "target_group": "users", "error": "none", "count": 5},
      {"status": 503, "target_group": "-", "error": "none", "count": 1}],
    "paths": {"/api/users": {"scheduled": 12, "failed": 6}}})"));
}

}  // namespace
}  // namespace cutover::load

#include "cutover/rehearsal/report.hpp"

#include <gtest/gtest.h>

#include "cutover/rehearsal/progress.hpp"
#include "tests/cutover/sample_run.hpp"

namespace cutover::rehearsal {
namespace {

TEST(Report, ShowsPhasesFindingsSumsRequirementsAndTheVerdict) {
  const RunRecord run = sample_run();
  EXPECT_EQ(to_text(run, make_report(sample_plan(), run)),
            R"(before  (2.00 s, 100 requests scheduled, 0 failed)
    step       took
    hold 2s  2.00 s
    requests  answered by  status
         100  api             200
    latency  p50 2.00 ms  p90 2.00 ms  p99 2.00 ms  p99.9 2.00 ms  max 2.00 ms

after  (2.00 s, 200 requests scheduled, 0 failed)
    step                      took
    DeleteRule demo:80/1  0.412 ms
    hold 2s                 2.00 s
    requests  answered by  status
         200  users           200
    latency  p50 2.00 ms  p90 2.00 ms  p99 2.00 ms  p99.9 2.00 ms  max 2.00 ms

Findings
    after: / answered 503; after "before" it answered 200 (expected)

Accounts
    answered by        load  probes  at the load balancer
    the load balancer     0       1                     1
    api                 100       2                   102
    users               200       1                   201
    all                 300       4                   304
    the load balancer itself: 503 no_target x1
    sums
      holds  every scheduled request is in exactly one account: 300 scheduled = 300 answered + 0 unsent + 0 ended otherwise
      holds  every request at the load balancer is in exactly one account: 304 requests = 304 accounted for + 0 in flight
      holds  the load balancer counts what its clients count: 304 at the load balancer = 300 of the load + 4 probes
      holds  and the same for each target group: the same

Requirements
    before
      holds  failed requests: at most 0: 0 of 100
    after
      holds  failed requests: at most 0: 0 of 200
      holds  p99: at most 50ms: 2.00 ms
      holds  same responses as after "before": 1 of 1 paths, byte for byte
      holds  / answers 503: answered 503
    the whole run
      holds  failed requests: at most 1 %: 0 %, 0 of 300
      holds  every step is done: done

The cutover is safe: all 11 requirements hold. (4.50 s at speed 20)
)");
}

TEST(Report, SaysThatTheCutoverIsNotSafeWhenARequirementFails) {
  RunRecord run = sample_run();
  run.phases[1].answers["/"].status = 200;
  const Report report = make_report(sample_plan(), run);
  EXPECT_FALSE(report.safe());
  const std::string text = to_text(run, report);
  const std::string last =
      "The cutover is not safe: 1 of 11 requirements failed. (4.50 s at speed "
      "20)\n";
  EXPECT_EQ(text.substr(text.size() - last.size()), last);
  EXPECT_FALSE(to_json(run, report).at("safe").get<bool>());
}

TEST(Report, ShowsAFailedStepWithItsReason) {
  RunRecord run = sample_run();
  run.phases[1].steps[1].error = Error{"WaitTimedOut", "", "not reached within 10m"};
  const std::string text = to_text(run, make_report(sample_plan(), run));
  EXPECT_NE(text.find("    hold 2s               failed\n"), std::string::npos) << text;
  EXPECT_NE(text.find("    error  not reached within 10m (WaitTimedOut)\n"), std::string::npos);
}

TEST(Report, GivesProgramsTheSameNumbers) {
  const RunRecord run = sample_run();
  const auto document = to_json(run, make_report(sample_plan(), run));
  EXPECT_TRUE(document.at("safe").get<bool>());
  EXPECT_EQ(document.at("phases").size(), 2u);
  const auto& after = document.at("phases").at(1);
  EXPECT_EQ(after.at("phase"), "after");
  EXPECT_EQ(after.at("scheduled"), 200);
  EXPECT_EQ(after.at("steps").at(0).at("step"), "DeleteRule demo:80/1");
  EXPECT_EQ(after.at("answers").at("/").at("status"), 503);
  EXPECT_EQ(document.at("load_balancer").at("requests"), 304);
  std::uint64_t sum = 0;
  for (const auto& fate : document.at("load_balancer").at("fates")) {
    sum += fate.at("count").get<std::uint64_t>();
  }
  EXPECT_EQ(sum, 304u);
  EXPECT_EQ(document.at("findings").at(0).at("path"), "/");
  EXPECT_EQ(document.at("requirements").size(), 7u);
  EXPECT_EQ(document.at("sums").size(), 4u);
}

TEST(Progress, ShowsPhaseStepTimeLeftRatesAndFailures) {
  Rates rates;
  auto account = sample_phase("before", "api", 100).account;
  const TimePoint start{};
  rates.look({account}, start);
  account.fates[{200, load::Fate::Error::none, "api"}] = 160;
  account.fates[{503, load::Fate::Error::none, "-"}] = 20;
  account.scheduled = 180;
  rates.look({account}, start + std::chrono::seconds(2));

  Moment moment;
  EXPECT_EQ(progress_line(moment, rates), "starting the stack");
  moment = {2, 3, "the switch", "hold", std::chrono::milliseconds(1240), false};
  EXPECT_EQ(progress_line(moment, rates),
            "[2/3] the switch | hold, 1.2 s left | 20 of 180 failed | the load balancer 10/s, api "
            "30/s");
  moment.step = "wait services-stable api";
  moment.at_most = true;
  EXPECT_EQ(progress_line(moment, Rates{}),
            "[2/3] the switch | wait services-stable api, at most 1.2 s left | 0 of 0 failed | no "
            "answers yet");
}

}  // namespace
}  // namespace cutover::rehearsal

#include "cutover/rehearsal/verdict.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cutover/sample_run.hpp"

namespace cutover::rehearsal {
namespace {

using std::chrono::milliseconds;

/// "holds|FAILS scope: requirement: found", one a line.
std::string lines(const std::vector<Verdict>& verdicts) {
  std::string text;
  for (const Verdict& verdict : verdicts) {
    text += std::string(verdict.held ? "holds " : "FAILS ") + verdict.scope + ": " +
            verdict.requirement + ": " + verdict.found + "\n";
  }
  return text;
}

TEST(Verdict, HoldsWhenNothingIsLost) {
  EXPECT_EQ(lines(judge(sample_plan(), sample_run())),
            "holds before: failed requests: at most 0: 0 of 100\n"
            "holds after: failed requests: at most 0: 0 of 200\n"
            "holds after: p99: at most 50ms: 2.00 ms\n"
            "holds after: same responses as after \"before\": 1 of 1 paths, byte for byte\n"
            "holds after: / answers 503: answered 503\n"
            "holds the whole run: failed requests: at most 1 %: 0 %, 0 of 300\n"
            "holds the whole run: every step is done: done\n");
}

TEST(Verdict, SaysByHowMuchTooManyRequestsFailedAndWhy) {
  RunRecord run = sample_run();
  auto& fates = run.phases[1].account.fates;
  fates = {{{200, load::Fate::Error::none, "users"}, 180},
           {{502, load::Fate::Error::none, "-"}, 12},
           {{500, load::Fate::Error::none, "users"}, 3},
           {{0, load::Fate::Error::reset, "-"}, 5}};
  Plan plan = sample_plan();
  plan.phases[1].require.failed_requests = 2;
  const auto text = lines(judge(plan, run));
  EXPECT_THAT(text,
              testing::HasSubstr("FAILS after: failed requests: at most 2: 20 of 200, 18 too many: "
                                 "502 by the load balancer x12, reset x5, 500 by users x3\n"));
  EXPECT_THAT(text, testing::HasSubstr("FAILS the whole run: failed requests: at most 1 %: "
                                       "6.667 %, 20 of 300, 5.667 % too many"));
}

TEST(Verdict, SaysByHowMuchThePercentileIsTooLong) {
  RunRecord run = sample_run();
  for (int i = 0; i < 10; ++i) run.phases[1].account.latency.record(80'000'000);
  EXPECT_THAT(lines(judge(sample_plan(), run)),
              testing::HasSubstr("FAILS after: p99: at most 50ms: 80.0 ms, 30.0 ms too long\n"));
}

TEST(Verdict, FailsAPercentileOfNoAnswersAtAll) {
  RunRecord run = sample_run();
  run.phases[1].account.latency = {};
  EXPECT_THAT(lines(judge(sample_plan(), run)),
              testing::HasSubstr("FAILS after: p99: at most 50ms: no request was answered\n"));
}

TEST(Verdict, NamesWhatDiffersInAnAnswer) {
  RunRecord run = sample_run();
  run.phases[1].answers["/api/users"].body = "[1,3]";
  EXPECT_THAT(lines(judge(sample_plan(), run)),
              testing::HasSubstr("FAILS after: same responses as after \"before\": 1 of 1 paths "
                                 "differ; /api/users: body of 5 bytes, then 5; first different at "
                                 "byte 3\n"));
}

TEST(Verdict, HoldsNothingOfAPhaseThatWasNotReached) {
  RunRecord run = sample_run();
  run.phases.pop_back();
  run.stopped = Error{"WaitTimedOut", "phase \"before\", wait services-stable api", "not reached"};
  EXPECT_EQ(lines(judge(sample_plan(), run)),
            "holds before: failed requests: at most 0: 0 of 100\n"
            "FAILS after: failed requests: at most 0: not reached\n"
            "FAILS after: p99: at most 50ms: not reached\n"
            "FAILS after: same responses as after \"before\": not reached\n"
            "FAILS after: / answers 503: not reached\n"
            "holds the whole run: failed requests: at most 1 %: 0 %, 0 of 100\n"
            "FAILS the whole run: every step is done: phase \"before\", wait services-stable api: "
            "not reached (WaitTimedOut)\n");
}

TEST(Findings, NameEachPathWhoseStatusChanged) {
  RunRecord run = sample_run();
  const std::vector<Finding> expected{
      {"after", "/", "answered 503; after \"before\" it answered 200", true}};
  EXPECT_EQ(find_changes(sample_plan(), run), expected);

  run.phases.push_back(sample_phase("back", "api", 1));
  run.phases[2].answers["/"] = run.phases[0].answers["/"];
  Plan plan = sample_plan();
  plan.phases.resize(3);
  EXPECT_EQ(find_changes(plan, run).at(1).text,
            "answered 200 again; after \"after\" it answered 503");
  run.phases.pop_back();

  run.phases[1].answers["/api/users"] = {0, {}, "", "Connection refused"};
  const auto found = find_changes(sample_plan(), run);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[1].text, "got no answer: Connection refused; after \"before\" it answered 200");
  EXPECT_FALSE(found[1].expected);
}

TEST(Sums, HoldWhenBothSidesCountTheSame) {
  EXPECT_EQ(lines(check_sums(sample_run())),
            "holds sums: every scheduled request is in exactly one account: 300 scheduled = 300 "
            "answered + 0 unsent + 0 ended otherwise\n"
            "holds sums: every request at the load balancer is in exactly one account: 304 "
            "requests = 304 accounted for + 0 in flight\n"
            "holds sums: the load balancer counts what its clients count: 304 at the load balancer "
            "= 300 of the load + 4 probes\n"
            "holds sums: and the same for each target group: the same\n");
}

TEST(Sums, FailWhenARequestIsInNoAccount) {
  RunRecord run = sample_run();
  run.phases[0].account.scheduled = 101;
  EXPECT_THAT(lines(check_sums(run)), testing::StartsWith("FAILS sums: every scheduled"));
}

TEST(Sums, FailWhenTheLoadBalancerCountsOneMoreOrOneLess) {
  for (const int change : {-1, 1}) {
    RunRecord run = sample_run();
    run.load_balancer.requests += static_cast<std::uint64_t>(change);
    run.load_balancer.fates.begin()->second += static_cast<std::uint64_t>(change);
    const auto verdicts = check_sums(run);
    EXPECT_TRUE(verdicts[1].held);
    EXPECT_FALSE(verdicts[2].held) << change;
    EXPECT_FALSE(verdicts[3].held) << change;
  }
}

TEST(Sums, FailWhenARequestWentToAnotherGroupThanItsClientWasTold) {
  RunRecord run = sample_run();
  for (auto& [fate, count] : run.load_balancer.fates) {
    if (fate.target_group == "api") ++count;
    if (fate.target_group == "users") --count;
  }
  const auto verdicts = check_sums(run);
  EXPECT_TRUE(verdicts[2].held);
  EXPECT_FALSE(verdicts[3].held);
  EXPECT_EQ(verdicts[3].found,
            "api: 103 at the load balancer, 102 at the clients; users: 200 at the load balancer, "
            "201 at the clients");
}

TEST(Sums, AllowForRequestsThatWereCutShort) {
  RunRecord run = sample_run();
  auto& account = run.phases[1].account;
  account.fates = {{{200, load::Fate::Error::none, "users"}, 198},
                   {{0, load::Fate::Error::timeout, "-"}, 1},
                   {{0, load::Fate::Error::unsent, "-"}, 1}};
  EXPECT_FALSE(check_sums(run)[2].held) << "the unsent one can't have reached the load balancer";
  account.fates = {{{200, load::Fate::Error::none, "users"}, 199},
                   {{0, load::Fate::Error::timeout, "-"}, 1}};
  EXPECT_TRUE(check_sums(run)[2].held);
  EXPECT_TRUE(check_sums(run)[3].held);
}

TEST(Answer, DiffersInStatusThenHeadersThenBody) {
  const Answer answer{200, {{"Content-Type", "text/plain"}, {"Date", "now"}}, "abc", ""};
  Answer other = answer;
  other.headers[1].second = "later";
  other.headers.emplace_back("X-Cutover-Target-Group", "users");
  EXPECT_EQ(difference(answer, other), std::nullopt);

  other.body = "abd";
  EXPECT_EQ(difference(answer, other), "body of 3 bytes, then 3; first different at byte 2");
  other.headers[0].second = "text/html";
  EXPECT_EQ(difference(answer, other),
            "header 1 is \"Content-Type: text/plain\", then \"Content-Type: text/html\"");
  other.headers.clear();
  EXPECT_EQ(difference(answer, other), "header 1 is \"Content-Type: text/plain\", then none");
  other.status = 404;
  EXPECT_EQ(difference(answer, other), "status 200, then 404");
  EXPECT_EQ(difference(answer, Answer{0, {}, "", "timed out"}),
            "answered 200, then got no answer: timed out");
}

}  // namespace
}  // namespace cutover::rehearsal

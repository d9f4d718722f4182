#include "lb/observe/why_trace.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace cutover::lb {
namespace {

using std::chrono::microseconds;

WhyTrace forwarded() {
  WhyTrace trace;
  trace.trace_id = "Root=1-58337262-36d228ad5d99923122bbe354";
  trace.time = WallTime(std::chrono::seconds(1'530'570'180));
  trace.client = "127.0.0.1:50000";
  trace.node = "us-east-1a";
  trace.listener = 80;
  trace.request_line = "GET /api/threads HTTP/1.1";
  trace.host = "demo";
  trace.rules = {{1,
                  false,
                  "path-pattern /api/users* does not match /api/threads",
                  {{"path-pattern /api/users*", false, "/api/threads"}}},
                 {0, true, "", {}}};
  trace.action = "forward users:1 threads:3";
  trace.groups = {{"users", 1, false}, {"threads", 3, true}};
  trace.group_reason = "by weight, 3 of 4";
  trace.targets = {
      {"127.0.0.1:3001", false, false, "draining", "Target.DeregistrationInProgress", 1, 2},
      {"127.0.0.1:3002", true, true, "healthy", "slow start", 0.25, 0}};
  trace.target_reason = "round robin, turn 7";
  trace.phases = {{"head read", microseconds(40), ""},
                  {"connect", microseconds(0), "reused connection"},
                  {"first byte", microseconds(1500), ""}};
  trace.status = 200;
  trace.fate = "answered by the target";
  return trace;
}

TEST(WhyTraceText, TellsTheWholeDecision) {
  EXPECT_EQ(to_text(forwarded()),
            R"(2018-07-02T22:23:00.000000Z  Root=1-58337262-36d228ad5d99923122bbe354
127.0.0.1:50000 -> :80 (us-east-1a)
GET /api/threads HTTP/1.1
Host: demo
rules
        1  no match
           - path-pattern /api/users* (/api/threads)
  default  matched
action   forward users:1 threads:3
group      users, weight 1
group    > threads, weight 3
         by weight, 3 of 4
target     127.0.0.1:3001  draining, not eligible (Target.DeregistrationInProgress), 2 outstanding
target   > 127.0.0.1:3002  healthy (slow start), share 25 %, 0 outstanding
         round robin, turn 7
    0.040 ms  head read
    0.000 ms  connect (reused connection)
    1.500 ms  first byte
    1.540 ms  in all
200, answered by the target
)");
}

TEST(WhyTraceText, FitsOneScreenAndShowsWhatDecided) {
  WhyTrace trace = forwarded();
  trace.rules.clear();
  trace.targets.clear();
  for (std::uint32_t i = 1; i <= 100; ++i) trace.rules.push_back({i, i == 60, "no", {}});
  for (int i = 0; i < 100; ++i) {
    WhyTrace::Target target;
    target.address = "127.0.0.1:" + std::to_string(3000 + i);
    target.chosen = i == 50;
    trace.targets.push_back(target);
  }
  const std::string text = to_text(trace);
  EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 50);
  EXPECT_NE(text.find("     60  matched"), std::string::npos) << text;
  EXPECT_NE(text.find("> 127.0.0.1:3050"), std::string::npos) << text;
  EXPECT_NE(text.find("… 55 more that did not match"), std::string::npos) << text;
}

TEST(WhyTraceText, LetsNoControlCharactersOfAClientsThrough) {
  WhyTrace trace = forwarded();
  trace.request_line = "GET /\x1b[2J HTTP/1.1";
  trace.host = "a\r\nb";
  const std::string text = to_text(trace);
  EXPECT_NE(text.find("\nGET /\\x1B[2J HTTP/1.1\nHost: a\\x0D\\x0Ab\n"), std::string::npos) << text;
}

TEST(WhyTraceJson, HasTheSameWords) {
  const auto json = nlohmann::json::parse(to_json(forwarded()));
  EXPECT_EQ(json, nlohmann::json::parse(R"({
    "trace_id": "Root=1-58337262-36d228ad5d99923122bbe354",
    "time": "2018-07-02T22:23:00.000000Z", "client": "127.0.0.1:50000", "node": "us-east-1a",
    "listener": 80, "request_line": "GET /api/threads HTTP/1.1", "host": "demo",
    "rules": [
      {"priority": 1, "matched": false,
       "reason": "path-pattern /api/users* does not match /api/threads",
       "conditions": [{"condition": "path-pattern /api/users*", "held": false,
                       "reason": "/api/threads"}]},
      {"priority": "default", "matched": true}],
    "action": "forward users:1 threads:3",
    "groups": [{"group": "users", "weight": 1, "chosen": false},
               {"group": "threads", "weight": 3, "chosen": true}],
    "group_reason": "by weight, 3 of 4",
    "targets": [
      {"target": "127.0.0.1:3001", "eligible": false, "state": "draining",
       "reason": "Target.DeregistrationInProgress", "outstanding": 2},
      {"target": "127.0.0.1:3002", "eligible": true, "state": "healthy", "reason": "slow start",
       "share": 0.25, "outstanding": 0, "chosen": true}],
    "target_reason": "round robin, turn 7",
    "phases": [{"phase": "head read", "ms": 0.04},
               {"phase": "connect", "ms": 0.0, "note": "reused connection"},
               {"phase": "first byte", "ms": 1.5}],
    "total_ms": 1.54, "status": 200, "fate": "answered by the target"})"));
}

TEST(WhyTraceJson, TakesBytesThatAreNoText) {
  WhyTrace trace = forwarded();
  trace.request_line = "GET /\xff\xfe HTTP/1.1";
  EXPECT_TRUE(nlohmann::json::accept(to_json(trace)));
}

WhyTrace with_id(std::string id, int status = 200) {
  WhyTrace trace;
  trace.trace_id = std::move(id);
  trace.status = status;
  return trace;
}

TEST(TraceStore, KeepsTheLastOnes) {
  TraceStore store(3);
  for (int i = 0; i < 5; ++i) store.add(with_id("Root=1-0-" + std::to_string(i)));
  EXPECT_EQ(store.size(), 3u);
  EXPECT_EQ(store.added(), 5u);
  EXPECT_EQ(store.find("1-0-1"), nullptr);
  ASSERT_NE(store.find("1-0-2"), nullptr);
  EXPECT_EQ(store.all().front().trace_id, "Root=1-0-2");
  TraceStore none(0);
  none.add(with_id("Root=1-0-0"));
  EXPECT_TRUE(none.empty());
}

TEST(TraceStore, FindsTheNewestByItsRootHoweverItIsWritten) {
  TraceStore store;
  store.add(with_id("Self=1-9-9;Root=1-0-1;CalledFrom=app", 500));
  store.add(with_id("Root=1-0-1", 200));
  store.add(with_id("Root=1-0-2", 404));
  for (const auto* id : {"1-0-1", "Root=1-0-1", "Self=1-7-7;Root=1-0-1;X=y"}) {
    const WhyTrace* found = store.find(id);
    ASSERT_NE(found, nullptr) << id;
    EXPECT_EQ(found->status, 200);
  }
  EXPECT_EQ(store.find("1-0"), nullptr);
  EXPECT_EQ(store.find(""), nullptr);
}

}  // namespace
}  // namespace cutover::lb

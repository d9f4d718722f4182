#pragma once

// A plan of two phases and a run of it in which everything holds: 300 requests and 4 probes, the
// second phase on another target group, where `/` has no rule any more.

#include "cutover/rehearsal/plan.hpp"
#include "cutover/rehearsal/record.hpp"

namespace cutover::rehearsal {

inline Plan sample_plan() {
  Plan plan;
  plan.probe = {"/", "/api/users"};
  plan.phases.resize(2);
  plan.phases[0].name = "before";
  plan.phases[0].require.failed_requests = 0;
  plan.phases[1].name = "after";
  plan.phases[1].require.failed_requests = 0;
  plan.phases[1].require.p99 = std::chrono::milliseconds(50);
  plan.phases[1].require.same_responses = SameResponses{"before", {"/api/users"}};
  plan.phases[1].require.findings = {{"/", 503}};
  plan.require.failed_ratio = 0.01;
  return plan;
}

inline PhaseRecord sample_phase(const char* name, const char* group, std::uint64_t count) {
  PhaseRecord phase;
  phase.name = name;
  phase.account.phase = name;
  phase.account.scheduled = count;
  phase.account.fates[{200, load::Fate::Error::none, group}] = count;
  phase.account.length = std::chrono::seconds(2);
  for (std::uint64_t i = 0; i < count; ++i) phase.account.latency.record(2'000'000);
  phase.answers["/api/users"] = {200, {{"X-Cutover-Target-Group", group}}, "[1,2]", ""};
  return phase;
}

inline RunRecord sample_run() {
  RunRecord run;
  run.speed = 20;
  run.seed = 1;
  run.runtime = "in_process";
  run.took = std::chrono::milliseconds(4500);
  run.phases = {sample_phase("before", "api", 100), sample_phase("after", "users", 200)};
  run.phases[0].steps = {{"hold 2s", std::chrono::seconds(2), std::nullopt}};
  run.phases[0].answers["/"] = {200, {{"X-Cutover-Target-Group", "api"}}, "ready", ""};
  run.phases[1].steps = {{"DeleteRule demo:80/1", std::chrono::microseconds(412), std::nullopt},
                         {"hold 2s", std::chrono::seconds(2), std::nullopt}};
  run.phases[1].answers["/"] = {503, {{"X-Cutover-Target-Group", "-"}}, "no", ""};

  lb::Accounts& accounts = run.load_balancer;
  accounts.requests = 304;
  lb::Fate fate;
  fate.status = 200;
  fate.listener = 80;
  fate.target_group = "api";
  accounts.fates[fate] = 102;
  fate.target_group = "users";
  accounts.fates[fate] = 201;
  fate = {};
  fate.kind = lb::Fate::Kind::load_balancer;
  fate.status = 503;
  fate.cause = lb::Cause::no_target;
  fate.target_group = "drop-traffic";
  accounts.fates[fate] = 1;
  return run;
}

}  // namespace cutover::rehearsal

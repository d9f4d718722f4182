#pragma once

// A rehearsal's plan: which stack, which load, and phase by phase what is done, what is waited for
// and what must hold. Read whole and played through on the stack's model before anything starts.
//
//   {"stack": "stack.json",                       relative to the plan's own folder
//    "speed": 10, "seed": 1,                      what --speed and --seed default to
//    "load": {"listener": "demo:80", "rate": 200, "schedule": "poisson", "connections": 64,
//             "timeout": "10s", "host": "forum.example",
//             "mix": [{"method": "GET", "path": "/api/users", "headers": {…}, "weight": 3}, …]},
//    "probe": ["/", "/api/users", …],             asked after the steps of each phase
//    "phases": [
//      {"name": "the switch",
//       "steps": [{"DeleteRule": {"RuleArn": "demo:80/10"}},        as AWS's action takes it
//                 {"wait": "services-stable", "services": ["api"], "timeout": "10m"},
//                 {"wait": "deployments-completed", "services": ["api"], "timeout": "1h"},
//                 {"wait": "target-healthy", "targetGroups": ["api"], "timeout": "2m"},
//                 {"wait": "tasks-stopped", "services": ["api"], "timeout": "10m"},
//                 {"fault": "kill", "task": "api/0"},      cutover/stack/fault.hpp
//                 {"hold": "3s"}],
//       "require": {"failedRequests": 0, "failedRatio": 0.001, "p99": "50ms",
//                   "sameResponses": {"as": "<an earlier phase>", "paths": ["/api/users"]},
//                   "findings": [{"path": "/", "status": 503}]}}, …],
//    "require": {"failedRequests": 0, …}}         of the whole run
//
// Holds and the load run in real time; time-outs of waits are modelled time, as what they wait for.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "bench/load/generator.hpp"
#include "cutover/stack/fault.hpp"
#include "cutover/stack/stack.hpp"
#include "lb/base/clock.hpp"
#include "lb/base/result.hpp"

namespace cutover::rehearsal {

/// The conditions of the AWS CLI's waiters, without their polling every 15 seconds, and one more.
struct Wait {
  enum class For {
    services_stable,  ///< One deployment left, as many tasks running as desired.
    target_healthy,   ///< At least one target is registered, and all are healthy.
    tasks_stopped,    ///< No task is left beyond those desired.
    /// The one that is left is COMPLETED, be it new or the one that was rolled back to: bake times
    /// and alarms are over.
    deployments_completed,
  };
  For what = For::services_stable;
  std::vector<std::string> names;  ///< Services, or target groups; at least one.
  Duration timeout = std::chrono::minutes(10);
};
std::string_view to_string(Wait::For what);

/// Lets the load run on.
struct Hold {
  Duration length = Duration::zero();
};

using Step = std::variant<stack::Operation, Wait, Hold, stack::Fault>;
/// "DeleteRule demo:80/10", "wait services-stable api", "hold 3s".
std::string to_string(const Step& step);

struct SameResponses {
  std::string as;  ///< An earlier phase's name.
  std::vector<std::string> paths;
};

struct ExpectedFinding {
  std::string path;
  int status = 0;
};

/// What must hold; empty members ask nothing.
struct Requirements {
  std::optional<std::uint64_t> failed_requests;  ///< At most.
  std::optional<double> failed_ratio;            ///< At most, of the requests scheduled.
  std::optional<Duration> p99;                   ///< At most.
  std::optional<SameResponses> same_responses;   ///< Of a phase only.
  std::vector<ExpectedFinding> findings;         ///< Of a phase only.
};

struct Phase {
  std::string name;
  std::vector<Step> steps;
  Requirements require;
};

struct Load {
  stack::ListenerName listener;
  double rate = 100;
  load::Options::Schedule schedule = load::Options::Schedule::constant;
  std::uint32_t connections = 64;
  Duration timeout = std::chrono::seconds(10);
  std::string host;  ///< Empty: the address and port that is dialled.
  std::vector<load::RequestKind> mix;
};

struct Plan {
  stack::Stack stack;
  std::optional<double> speed;
  std::optional<std::uint64_t> seed;
  Load load;
  std::vector<std::string> probe;
  std::vector<Phase> phases;
  Requirements require;
};

/// Reads a plan for `stack`. The error's place is a JSON pointer into the document.
Result<Plan> parse_plan(const nlohmann::json& document, stack::Stack stack);

/// Reads the plan's file and its stack's. The error's place begins with the file that is wrong.
Result<Plan> read_plan(const std::string& path);

}  // namespace cutover::rehearsal

#pragma once

// Why one request ended as it did: every decision the load balancer took about it, in order. Made
// for sampled or asked-for requests only; a request that is not traced pays nothing.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "lb/base/clock.hpp"

namespace cutover::lb {

/// A value, filled while the request is served and handed to the TraceStore when it is over.
/// Everything that was not reached stays empty.
struct WhyTrace {
  std::string trace_id;  ///< "Root=1-58337262-36d228ad5d99923122bbe354"
  WallTime time;         ///< When the request's first byte arrived.
  std::string client;    ///< "127.0.0.1:50000"
  std::string node;      ///< "us-east-1a"
  std::uint16_t listener = 80;
  std::string request_line;  ///< "GET /api/users?id=1 HTTP/1.1"
  std::string host;

  struct Condition {
    std::string text;  ///< "path-pattern /api/users*"
    bool held = false;
    std::string reason;  ///< "/api/threads"; may be empty.
  };
  struct Rule {
    std::uint32_t priority = 0;  ///< 0: the default rule.
    bool matched = false;
    std::string reason;
    std::vector<Condition> conditions;
  };
  std::vector<Rule> rules;  ///< Those that were looked at, by priority.
  std::string action;       ///< "forward users:1", "redirect 301 https://…", "fixed-response 503"

  struct Group {
    std::string name;
    std::uint32_t weight = 0;
    bool chosen = false;
  };
  std::vector<Group> groups;
  std::string group_reason;  ///< "the only group", "by weight 3 of 10", "AWSALBTG cookie"

  struct Target {
    std::string address;  ///< "127.0.0.1:34567"
    bool eligible = false;
    bool chosen = false;
    std::string state;   ///< "healthy", "draining", …
    std::string reason;  ///< Why not, or under what reserve: "Target.Timeout", "fail-open"
    double share = 1;    ///< Of a full target's, below 1 in slow start or mitigation.
    std::uint64_t outstanding = 0;  ///< Requests in progress when the choice was made.
  };
  std::vector<Target> targets;
  std::string target_reason;  ///< "round robin, turn 4", "fewest outstanding: 2", "AWSALB cookie"

  struct Phase {
    std::string name;  ///< "head read", "rules", "connect", "request sent", "first byte", "relayed"
    Duration took{0};
    std::string note;  ///< "reused connection"; may be empty.
  };
  std::vector<Phase> phases;  ///< In order; together they are the whole time.

  int status = 0;     ///< Sent to the client; 460: it left first.
  std::string fate;   ///< "answered by the target", "answered by the load balancer", …
  std::string cause;  ///< to_string(Cause), when it is not "none".
  Duration total() const;
};

/// An object of the same words as the members, durations in milliseconds; absent what is empty.
std::string to_json(const WhyTrace& trace);

/// The same for a person, on one screen: a long list is cut in its middle and says so.
std::string to_text(const WhyTrace& trace);

/// The last traces, the oldest leaving first. Control thread.
class TraceStore {
 public:
  /// Keeps at most `most` traces; 0 keeps none.
  explicit TraceStore(std::size_t most = 256) : most_(most) {}

  void add(WhyTrace trace);
  std::size_t size() const { return traces_.size(); }
  bool empty() const { return traces_.empty(); }
  std::size_t most() const { return most_; }
  /// How many were ever added.
  std::uint64_t added() const { return added_; }
  /// The newest trace with this id, given with or without "Root=" and what follows the root;
  /// nullptr: none. Valid until the next add().
  const WhyTrace* find(std::string_view trace_id) const;
  /// Oldest first.
  const std::deque<WhyTrace>& all() const { return traces_; }

 private:
  std::size_t most_;
  std::uint64_t added_ = 0;
  std::deque<WhyTrace> traces_;
};

}  // namespace cutover::lb

#pragma once

// Listener rules as people write and read them: conditions, priorities, actions, in AWS's words
// (ALB user guide, "Listener rules"). This symbolic form is validated and printed;
// rules/matcher.hpp compiles it into the form that matches requests.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "rules/result.hpp"

namespace cutover::rules {

/// ALB's quotas that concern rules.
inline constexpr std::uint32_t priority_least = 1;
inline constexpr std::uint32_t priority_most = 50'000;
inline constexpr std::size_t condition_values_per_rule_most = 5;
inline constexpr std::size_t values_per_condition_most = 3;
inline constexpr std::size_t wildcards_per_rule_most = 5;
inline constexpr std::size_t pattern_length_most = 128;
inline constexpr std::size_t target_groups_per_action_most = 5;
inline constexpr std::uint32_t weight_most = 999;

/// `path-pattern`: any of the values, compared with the URL's path (never the query), case
/// sensitive; `*` is any run of characters, `?` exactly one.
struct PathPattern {
  std::vector<std::string> values;
  friend bool operator==(const PathPattern&, const PathPattern&) = default;
};

/// `host-header`: any of the values, compared with the request's host without its port, case
/// insensitive; wildcards as in PathPattern.
struct HostHeader {
  std::vector<std::string> values;
  friend bool operator==(const HostHeader&, const HostHeader&) = default;
};

using Condition = std::variant<PathPattern, HostHeader>;

/// One target group of a forward action and its share of the action's requests.
struct WeightedTargetGroup {
  std::string target_group;  ///< By name; whoever compiles the rules knows what it stands for.
  std::uint32_t weight = 1;  ///< 0-999; the share is weight / sum of weights.
  friend bool operator==(const WeightedTargetGroup&, const WeightedTargetGroup&) = default;
};

/// `forward`: to one group, or to several by weight. No failover between groups: an empty one keeps
/// its share.
struct Forward {
  std::vector<WeightedTargetGroup> target_groups;
  friend bool operator==(const Forward&, const Forward&) = default;
};

/// `fixed-response`: the load balancer answers by itself.
struct FixedResponse {
  int status_code = 200;                    ///< 200-299, 400-599.
  std::string content_type = "text/plain";  ///< One of five, see validate().
  std::string message_body;                 ///< At most 1,024 characters.
  friend bool operator==(const FixedResponse&, const FixedResponse&) = default;
};

/// `redirect`: 301 or 302 with a Location built from these parts. `#{protocol}`, `#{host}`,
/// `#{port}`, `#{path}` (without its leading slash) and `#{query}` stand for the request's own.
struct Redirect {
  int status_code = 302;
  std::string protocol = "#{protocol}";
  std::string host = "#{host}";
  std::string port = "#{port}";
  std::string path = "/#{path}";
  std::string query = "#{query}";
  friend bool operator==(const Redirect&, const Redirect&) = default;
};

using Action = std::variant<Forward, FixedResponse, Redirect>;

/// A non-default rule: all conditions must hold (any value of each).
struct Rule {
  std::uint32_t priority = priority_least;
  std::vector<Condition> conditions;
  Action action;
  friend bool operator==(const Rule&, const Rule&) = default;
};

/// The rules of one listener. `rules` may stand in any order; evaluation is by ascending priority,
/// the default action last.
struct RuleSet {
  std::vector<Rule> rules;
  Action default_action;
  friend bool operator==(const RuleSet&, const RuleSet&) = default;
};

/// Checks everything ALB would refuse (ALB user guide: Listener rules, Quotas), for an HTTP
/// listener. The error's place is a pointer relative to the argument, in AWS's spelling, its code
/// AWS's. Places: "/Priority", "/Conditions/0/Values/1", "/Actions/0" and the action's own.
Result<void> validate(const Rule& rule);
/// Places: "/ForwardConfig/TargetGroups/1/Weight", "/FixedResponseConfig/…", "/RedirectConfig/…".
Result<void> validate(const Action& action);
/// Also that no priority is used twice (`PriorityInUse`). Places: "/Rules/3/…", by position in
/// `rules`, and "/DefaultActions/0/…".
Result<void> validate(const RuleSet& rules);

/// One line for people: `10 path-pattern is /api/users* -> forward to users`.
std::string to_string(const Condition& condition);
std::string to_string(const Action& action);
std::string to_string(const Rule& rule);

}  // namespace cutover::rules

#pragma once

// Listener rules as people write and read them: conditions, priorities, actions, in AWS's words
// (ALB user guide, "Listener rules"). This symbolic form is validated and printed;
// rules/matcher.hpp compiles it into the form that matches requests.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "rules/result.hpp"

namespace cutover::rules {

/// ALB's fixed limits of one rule and its parts (ALB user guide: Quotas). Those that are counted
/// over a whole load balancer are in rules/quotas.hpp.
inline constexpr std::uint32_t priority_least = 1;
inline constexpr std::uint32_t priority_most = 50'000;
inline constexpr std::size_t condition_values_per_rule_most = 5;
inline constexpr std::size_t values_per_condition_most = 3;
/// `source-ip` alone may use up the whole rule's values: its own documentation says five, the
/// general limit of three per condition speaks of comparison strings, which CIDR blocks are not.
inline constexpr std::size_t source_ip_values_most = 5;
/// The conditions page says 5, the quota table 6: the stricter one, so that what is rehearsed works
/// under either.
inline constexpr std::size_t wildcards_per_rule_most = 5;
inline constexpr std::size_t pattern_length_most = 128;
inline constexpr std::size_t header_name_length_most = 40;
inline constexpr std::size_t method_length_most = 40;
inline constexpr std::size_t rewrite_length_most = 1024;
inline constexpr std::size_t target_groups_per_action_most = 5;
inline constexpr std::uint32_t weight_most = 999;
inline constexpr std::uint32_t stickiness_seconds_most = 604'800;

// A condition holds when any of its values does. Where there are both, a condition has either
// `values`, which cover the whole text (`*` is any run of characters, `?` exactly one), or
// `regex_values`, which match anywhere in it unless they are anchored.

/// `path-pattern`: compared with the URL's path (never the query), case sensitive.
struct PathPattern {
  std::vector<std::string> values;
  std::vector<std::string> regex_values = {};
  friend bool operator==(const PathPattern&, const PathPattern&) = default;
};

/// `host-header`: compared with the request's host without its port, case insensitive.
struct HostHeader {
  std::vector<std::string> values;
  std::vector<std::string> regex_values = {};
  friend bool operator==(const HostHeader&, const HostHeader&) = default;
};

/// `http-header`: compared with each field of that name until one matches; name and value case
/// insensitive.
struct HttpHeader {
  std::string name;  ///< 1-40 characters of a token (RFC 9110 section 5.6.2), not `Host`.
  std::vector<std::string> values;
  std::vector<std::string> regex_values = {};
  friend bool operator==(const HttpHeader&, const HttpHeader&) = default;
};

/// `http-request-method`: exactly equal, case sensitive, no wildcards.
struct HttpRequestMethod {
  std::vector<std::string> values;  ///< 1-40 of `A-Z`, `-`, `_`.
  friend bool operator==(const HttpRequestMethod&, const HttpRequestMethod&) = default;
};

/// `query-string`: compared with each `key=value` of the query, case insensitive; `*` and `?` in
/// key and value, written `\*` and `\?` where they stand for themselves.
struct QueryString {
  struct Pair {
    std::optional<std::string> key;  ///< Without one, the value of any key is looked at.
    std::string value;
    friend bool operator==(const Pair&, const Pair&) = default;
  };
  std::vector<Pair> values;
  friend bool operator==(const QueryString&, const QueryString&) = default;
};

/// `source-ip`: the TCP peer's address lies in one of the blocks.
struct SourceIp {
  std::vector<std::string> values;  ///< "10.0.0.0/8", "2001:db8::/32"
  friend bool operator==(const SourceIp&, const SourceIp&) = default;
};

using Condition =
    std::variant<PathPattern, HostHeader, HttpHeader, HttpRequestMethod, QueryString, SourceIp>;

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
  /// Group stickiness: for how many seconds, 1-604,800, a client keeps the group it was given.
  /// Empty: off.
  std::optional<std::uint32_t> stickiness_seconds = std::nullopt;
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

/// How a transform changes a text: what `regex` matches becomes `replace`, in which `$1` to `$9`
/// stand for the regex's groups.
struct Rewrite {
  std::string regex;    ///< 1-1,024 characters.
  std::string replace;  ///< At most 1,024 characters.
  friend bool operator==(const Rewrite&, const Rewrite&) = default;
};

/// A non-default rule: all conditions must hold (any value of each).
struct Rule {
  std::uint32_t priority = priority_least;
  std::vector<Condition> conditions;
  Action action;
  std::optional<Rewrite> host_header_rewrite = std::nullopt;  ///< rules/transform.hpp
  std::optional<Rewrite> url_rewrite = std::nullopt;          ///< Of path and query together.
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
/// AWS's. Places: "/Priority", "/Conditions/0/Values/1" (or RegexValues, HttpHeaderName,
/// QueryStringConfig/Values/1/Key), "/Actions/0" and the action's own,
/// "/Transforms/0/UrlRewriteConfig/Rewrites/0/Regex" (the host header's rewrite counts first).
Result<void> validate(const Rule& rule);
/// Places: "/ForwardConfig/TargetGroups/1/Weight", "/FixedResponseConfig/…", "/RedirectConfig/…".
Result<void> validate(const Action& action);
/// Places: "/Regex", "/Replace".
Result<void> validate(const Rewrite& rewrite);
/// Also that no priority is used twice (`PriorityInUse`). Places: "/Rules/3/…", by position in
/// `rules`, and "/DefaultActions/0/…".
Result<void> validate(const RuleSet& rules);

/// One line for people: `10 path-pattern is /api/users* -> forward to users`.
std::string to_string(const Condition& condition);
/// "path-pattern", "http-header", …
std::string_view field_name(const Condition& condition);
std::string to_string(const Action& action);
std::string to_string(const Rule& rule);

}  // namespace cutover::rules

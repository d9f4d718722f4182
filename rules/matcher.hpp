#pragma once

// The compiled form of a listener's rules: it only matches. Finds the first rule by priority whose
// conditions hold without trying every rule. Immutable after construction, so any number of threads
// may share one.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rules/request.hpp"
#include "rules/rule.hpp"
#include "rules/transform.hpp"

namespace cutover::rules {

class Matcher {
 public:
  /// What first_match() gives when no rule matched: the default action applies.
  static constexpr std::uint32_t default_rule = 0xffff'ffff;

  /// `rules` must be valid (validate()).
  explicit Matcher(RuleSet rules);
  Matcher(Matcher&&) noexcept;
  Matcher& operator=(Matcher&&) noexcept;
  ~Matcher();

  /// The index, in rules() order, of the rule that applies, or default_rule. Allocates
  /// nothing, except that a regex may meet a text that takes its automaton where it never was:
  /// bounded by regex_memory_most per regex.
  std::uint32_t first_match(const Request& request) const;

  /// The rules by ascending priority: what indices refer to.
  const std::vector<Rule>& rules() const;
  const Action& default_action() const;
  const Action& action(std::uint32_t index) const;
  /// The rule's transforms, or nullptr when it has none, as the default rule. Lives as long as the
  /// matcher.
  const CompiledTransforms* transforms(std::uint32_t index) const;
  /// How many rules ALB counts as evaluated (RuleEvaluations) when first_match() gave `match`: all
  /// non-default rules by priority, up to and with the one that matched.
  std::uint32_t evaluated(std::uint32_t match) const;

  /// Whether any rule looks at these: where none does, the request's member may stay empty.
  bool needs_headers() const;
  bool needs_query() const;
  bool needs_source() const;

  /// One condition of a rule, as it turned out.
  struct ConditionVerdict {
    std::string text;  ///< "path-pattern /api/users* does not match /api/threads"
    bool holds = false;
  };
  /// What happened to one rule during an evaluation.
  struct Verdict {
    std::uint32_t priority = 0;  ///< 0 for the default rule.
    bool matched = false;
    std::string reason;  ///< The first condition that failed, or all that held.
    std::vector<ConditionVerdict> conditions = {};  ///< All of the rule's, in its order.
  };
  /// Every rule that was looked at, by priority, the last one matched. Slow; for people.
  std::vector<Verdict> explain(const Request& request) const;

 private:
  struct Compiled;
  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace cutover::rules

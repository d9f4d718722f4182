#pragma once

// The compiled form of a listener's rules: it only matches. Finds the first rule by priority whose
// conditions hold without trying every rule. Immutable after construction, so any number of threads
// may share one.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rules/rule.hpp"

namespace cutover::rules {

/// What rules look at. Views must live as long as the call.
struct Request {
  std::string_view host;  ///< The first Host header's value, port allowed; or the absolute-form's.
  std::string_view path;  ///< The path as received, without the query.
};

class Matcher {
 public:
  /// What first_match() gives when no rule matched: the default action applies.
  static constexpr std::uint32_t default_rule = 0xffff'ffff;

  /// `rules` must be valid (validate()).
  explicit Matcher(RuleSet rules);
  Matcher(Matcher&&) noexcept;
  Matcher& operator=(Matcher&&) noexcept;
  ~Matcher();

  /// The index, in rules() order, of the rule that applies, or default_rule. Allocates nothing.
  std::uint32_t first_match(const Request& request) const;

  /// The rules by ascending priority: what indices refer to.
  const std::vector<Rule>& rules() const;
  const Action& default_action() const;
  const Action& action(std::uint32_t index) const;

  /// What happened to one rule during an evaluation.
  struct Verdict {
    std::uint32_t priority = 0;  ///< 0 for the default rule.
    bool matched = false;
    std::string reason;  ///< "path-pattern /api/users* does not match /api/threads"
  };
  /// Every rule that was looked at, by priority, the last one matched. Slow; for people.
  std::vector<Verdict> explain(const Request& request) const;

 private:
  struct Compiled;
  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace cutover::rules

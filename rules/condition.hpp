#pragma once

// One condition of a rule: what each field allows (ALB user guide: Condition types for listener
// rules), and its words.

#include <cstddef>
#include <string>
#include <string_view>

#include "rules/rule.hpp"

namespace cutover::rules {

/// Checks one condition by itself. Places are relative to it, see validate(const Rule&).
Result<void> validate(const Condition& condition);

/// A rule may have only one of this field.
bool is_single(const Condition& condition);

/// What counts against a rule's limits. A key with its value is one comparison.
struct Tally {
  std::size_t values = 0;
  std::size_t wildcards = 0;
};
Tally tally(const Condition& condition);

/// How many values the condition may have.
std::size_t values_most(const Condition& condition);

/// "*Chrome* or version=v1": the values as they are printed.
std::string values_text(const Condition& condition);

}  // namespace cutover::rules

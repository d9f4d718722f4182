// Input: a pattern, a line break, a subject. Whatever the bytes: the compiled pattern agrees with
// the backtracking one, validation ends with an answer, and rules made of a valid pattern find the
// subject as path and as host exactly when the naive matcher does.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "rules/matcher.hpp"
#include "rules/wildcard.hpp"
#include "tests/rules/naive_matcher.hpp"

namespace {

using namespace cutover::rules;

void demand(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", law);
  std::abort();
}

/// The rule beside others, so that it lies somewhere inside the index.
void check_rules(Condition condition, const Request& request) {
  RuleSet set;
  set.default_action = Forward{{{"default"}}};
  set.rules = {{3, {std::move(condition)}, Forward{{{"fuzzed"}}}},
               {4, {PathPattern{{"/a*", "*/b", "/a/b"}}}, Forward{{{"paths"}}}},
               {5, {HostHeader{{"*.a.b", "a?b.c"}}}, Forward{{{"hosts"}}}}};
  const cutover::Result<void> valid = validate(set);
  demand(to_string(set.rules.front()).find('\n') == std::string::npos, "one line per rule");
  if (!valid) return demand(!valid.error().message.empty(), "an error says what is wrong");
  const Matcher matcher(set);
  const std::uint32_t index = matcher.first_match(request);
  const std::uint32_t priority =
      index == Matcher::default_rule ? 0 : matcher.rules()[index].priority;
  demand(priority == naive::first_match(set, request), "the same rule as the naive matcher's");
  demand(priority == matcher.explain(request).back().priority, "explained as matched");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line_break = std::min(input.find('\n'), input.size());
  const std::string pattern(input.substr(0, line_break));
  const std::string subject(input.substr(std::min(line_break + 1, input.size())));

  if (pattern.size() <= pattern_length_most) {
    demand(WildcardPattern(pattern, LetterCase::sensitive).matches(subject) ==
               naive::Backtracking::matches(pattern, subject),
           "the compiled pattern agrees with the backtracking one");
    demand(WildcardPattern(pattern, LetterCase::insensitive).matches(subject) ==
               naive::Backtracking::matches(naive::lower_case(pattern), naive::lower_case(subject)),
           "so it does without letter case");
  }
  check_rules(PathPattern{{pattern}}, {.host = "x.a.b:80", .path = subject});
  check_rules(HostHeader{{pattern}}, {.host = subject, .path = "/a/b"});
  return 0;
}

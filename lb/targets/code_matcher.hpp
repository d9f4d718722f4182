#pragma once

// Which HTTP status codes pass a health check, in AWS's notation (ALB user guide, "Health checks":
// Matcher.HttpCode).

#include <string>
#include <string_view>
#include <vector>

#include "lb/base/result.hpp"

namespace cutover::lb::targets {

inline constexpr int matched_code_least = 200;
inline constexpr int matched_code_most = 499;

/// An inclusive range; one code is a range of one.
struct CodeRange {
  int least = 200;
  int most = 200;
  friend bool operator==(const CodeRange&, const CodeRange&) = default;
};

struct CodeMatcher {
  std::vector<CodeRange> ranges = std::vector<CodeRange>(1);  ///< At least one, each in 200-499.
  bool matches(int status) const;
  friend bool operator==(const CodeMatcher&, const CodeMatcher&) = default;
};

/// Reads "200", "200,202" or "200-299", and lists of both, without spaces. The error has no place:
/// the caller knows where the text stood.
Result<CodeMatcher> parse_code_matcher(std::string_view text);

/// The text that parse_code_matcher() reads as the same matcher.
std::string to_string(const CodeMatcher& matcher);

}  // namespace cutover::lb::targets

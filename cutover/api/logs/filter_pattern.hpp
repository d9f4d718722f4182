#pragma once

// Filter patterns for text that is not structured (CloudWatch Logs user guide: filter pattern
// syntax): terms that all must be there, -terms that must not, ?terms of which one must be.

#include <string>
#include <string_view>
#include <vector>

#include "lb/base/result.hpp"

namespace cutover::api::logs {

class FilterPattern {
 public:
  /// Patterns for JSON ("{…}"), columns ("[…]") and regular expressions ("%…%") are refused.
  static Result<FilterPattern> parse(std::string_view text);

  bool matches(std::string_view line) const;

 private:
  std::vector<std::string> all_;
  std::vector<std::string> any_;
  std::vector<std::string> none_;
};

}  // namespace cutover::api::logs

#include "lb/targets/code_matcher.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace cutover::lb::targets {

namespace {

/// Exactly three digits, in the range AWS allows.
std::optional<int> parse_code(std::string_view text) {
  int code = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, code);
  const bool whole = error == std::errc{} && stopped == end && text.size() == 3;
  if (!whole || code < matched_code_least || code > matched_code_most) return std::nullopt;
  return code;
}

std::optional<CodeRange> parse_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto least = parse_code(text.substr(0, dash));
  const auto most = dash == std::string_view::npos ? least : parse_code(text.substr(dash + 1));
  if (!least || !most || *most < *least) return std::nullopt;
  return CodeRange{*least, *most};
}

}  // namespace

bool CodeMatcher::matches(int status) const {
  return std::any_of(ranges.begin(), ranges.end(), [status](const CodeRange& range) {
    return status >= range.least && status <= range.most;
  });
}

Result<CodeMatcher> parse_code_matcher(std::string_view text) {
  CodeMatcher matcher;
  matcher.ranges.clear();
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t comma = std::min(text.find(',', start), text.size());
    const std::string_view part = text.substr(start, comma - start);
    const auto range = parse_range(part);
    if (!range) {
      return Error{"ValidationError", "",
                   fmt::format("'{}' is not a status code or a range of them; allowed are codes "
                               "from {} to {}, as in '200', '200,202' or '200-299'",
                               part, matched_code_least, matched_code_most)};
    }
    matcher.ranges.push_back(*range);
    start = comma + 1;
  }
  return matcher;
}

std::string to_string(const CodeMatcher& matcher) {
  std::string text;
  for (const CodeRange& range : matcher.ranges) {
    if (!text.empty()) text += ',';
    text += std::to_string(range.least);
    if (range.most != range.least) text += '-' + std::to_string(range.most);
  }
  return text;
}

}  // namespace cutover::lb::targets

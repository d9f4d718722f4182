#include "cutover/api/logs/filter_pattern.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cutover::api::logs {

namespace {

Error invalid(std::string_view text, std::string_view why) {
  return {"InvalidParameterException", "", fmt::format("Invalid filter pattern {}: {}", text, why)};
}

}  // namespace

Result<FilterPattern> FilterPattern::parse(std::string_view text) {
  FilterPattern pattern;
  std::string_view rest = text;
  for (;;) {
    const std::size_t begin = rest.find_first_not_of(' ');
    if (begin == std::string_view::npos) return pattern;
    rest.remove_prefix(begin);
    if (std::string_view("{[%").find(rest.front()) != std::string_view::npos) {
      return invalid(text, "only terms are supported here, such as error -debug \"two words\"");
    }
    auto* terms = &pattern.all_;
    if (rest.front() == '-') terms = &pattern.none_;
    if (rest.front() == '?') terms = &pattern.any_;
    if (terms != &pattern.all_) rest.remove_prefix(1);
    const bool quoted = rest.starts_with('"');
    if (quoted) rest.remove_prefix(1);
    const std::size_t end = rest.find(quoted ? '"' : ' ');
    if (quoted && end == std::string_view::npos) return invalid(text, "a quote is not closed");
    const std::string_view term = rest.substr(0, end);
    if (term.empty()) return invalid(text, "a term is empty");
    terms->emplace_back(term);
    rest.remove_prefix(std::min(rest.size(), term.size() + (quoted ? 1 : 0)));
  }
}

bool FilterPattern::matches(std::string_view line) const {
  const auto holds = [line](const std::string& term) {
    return line.find(term) != std::string_view::npos;
  };
  return std::all_of(all_.begin(), all_.end(), holds) &&
         std::none_of(none_.begin(), none_.end(), holds) &&
         (any_.empty() || std::any_of(any_.begin(), any_.end(), holds));
}

}  // namespace cutover::api::logs

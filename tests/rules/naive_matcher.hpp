#pragma once

// The rules' oracle: reads each rule in turn and each pattern character by character, as the ALB
// user guide tells it, with no index, no compiling and nothing shared with the code under test.
// Slow and meant to be obviously right.

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "rules/matcher.hpp"

namespace cutover::rules::naive {

/// Whether `pattern` covers all of `text`. Remembers which pairs of suffixes failed: without that,
/// many stars would take exponential time.
class Backtracking {
 public:
  static bool matches(std::string_view pattern, std::string_view text) {
    return Backtracking(pattern, text).from(0, 0);
  }

 private:
  Backtracking(std::string_view pattern, std::string_view text)
      : pattern_(pattern), text_(text), failed_((pattern.size() + 1) * (text.size() + 1), false) {}

  bool from(std::size_t p, std::size_t t) {
    if (p == pattern_.size()) return t == text_.size();
    const std::size_t here = p * (text_.size() + 1) + t;
    if (failed_[here]) return false;
    bool matched = false;
    if (pattern_[p] == '*') {
      matched = from(p + 1, t) || (t < text_.size() && from(p, t + 1));
    } else if (t < text_.size() && (pattern_[p] == '?' || pattern_[p] == text_[t])) {
      matched = from(p + 1, t + 1);
    }
    failed_[here] = !matched;
    return matched;
  }

  std::string_view pattern_;
  std::string_view text_;
  std::vector<bool> failed_;
};

inline std::string lower_case(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

inline bool all_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

/// Percent-encoded letters, digits, `-`, `.`, `_` and `~` decoded.
inline std::string decoded(std::string_view path) {
  static const std::map<std::string, char> meanings = [] {
    constexpr std::string_view unreserved =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
    std::map<std::string, char> table;
    for (const char c : unreserved) {
      constexpr std::string_view digits = "0123456789abcdef";
      table[std::string("%") + digits[static_cast<std::size_t>(c) / 16] +
            digits[static_cast<std::size_t>(c) % 16]] = c;
    }
    return table;
  }();
  std::string out;
  while (!path.empty()) {
    const auto meaning = meanings.find(lower_case(std::string(path.substr(0, 3))));
    out += meaning == meanings.end() ? path.front() : meaning->second;
    path.remove_prefix(meaning == meanings.end() ? 1 : 3);
  }
  return out;
}

/// Splits at slashes, drops `.`, lets `..` take away its parent, joins again.
inline std::string without_dot_segments(const std::string& path) {
  if (!path.starts_with('/')) return path;
  std::vector<std::string> segments;
  for (std::size_t begin = 1; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    segments.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  std::vector<std::string> kept;
  for (const std::string& segment : segments) {
    if (segment == ".." && !kept.empty()) kept.pop_back();
    if (segment != "." && segment != "..") kept.push_back(segment);
  }
  if (segments.back() == "." || segments.back() == "..") kept.emplace_back();
  std::string out;
  for (const std::string& segment : kept) out += "/" + segment;
  return out.empty() ? "/" : out;
}

inline std::string path_seen(std::string_view path) {
  if (path.empty()) return "/";
  if (path.size() > 16 * 1024) return std::string(path);
  return without_dot_segments(decoded(path));
}

inline std::string host_seen(std::string_view host) {
  if (host.starts_with('[')) {
    const std::size_t bracket = host.find(']');
    return std::string(bracket == std::string_view::npos ? host : host.substr(0, bracket + 1));
  }
  return std::string(host.substr(0, host.find(':')));
}

/// A request as rules see it.
struct Seen {
  explicit Seen(const Request& request)
      : path(path_seen(request.path)), host(lower_case(host_seen(request.host))) {}
  std::string path;
  std::string host;  ///< In lower case.
};

inline bool holds(const Condition& condition, const Seen& seen) {
  if (const auto* path = std::get_if<PathPattern>(&condition)) {
    return all_visible(seen.path) &&
           std::any_of(path->values.begin(), path->values.end(), [&](const std::string& value) {
             return Backtracking::matches(value, seen.path);
           });
  }
  const auto& values = std::get<HostHeader>(condition).values;
  return all_visible(seen.host) &&
         std::any_of(values.begin(), values.end(), [&](const std::string& value) {
           return Backtracking::matches(lower_case(value), seen.host);
         });
}

inline bool matches(const Rule& rule, const Seen& seen) {
  return std::all_of(rule.conditions.begin(), rule.conditions.end(),
                     [&](const Condition& condition) { return holds(condition, seen); });
}

/// The priority of the rule that applies, 0 for the default.
inline std::uint32_t first_match(const RuleSet& set, const Request& request) {
  const Seen seen(request);
  std::uint32_t best = 0;
  for (const Rule& rule : set.rules) {
    if ((best == 0 || rule.priority < best) && matches(rule, seen)) best = rule.priority;
  }
  return best;
}

}  // namespace cutover::rules::naive

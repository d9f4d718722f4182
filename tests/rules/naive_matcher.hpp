#pragma once

// The rules' oracle: reads each rule in turn and each pattern character by character, as the ALB
// user guide tells it, with no index, no compiling and nothing shared with the code under test.
// Slow and meant to be obviously right.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <regex>
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
  /// With `escapes`, `\*` and `\?` are characters.
  static bool matches(std::string_view pattern, std::string_view text, bool escapes = false) {
    return Backtracking(pattern, text, escapes).from(0, 0);
  }

 private:
  struct Symbol {
    enum class Kind { character, any_run, any_one } kind;
    char character;
  };

  Backtracking(std::string_view pattern, std::string_view text, bool escapes) : text_(text) {
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      const char next = i + 1 < pattern.size() ? pattern[i + 1] : '\0';
      if (escapes && pattern[i] == '\\' && (next == '*' || next == '?')) {
        pattern_.push_back({Symbol::Kind::character, next});
        ++i;
      } else if (pattern[i] == '*') {
        pattern_.push_back({Symbol::Kind::any_run, '*'});
      } else if (pattern[i] == '?') {
        pattern_.push_back({Symbol::Kind::any_one, '?'});
      } else {
        pattern_.push_back({Symbol::Kind::character, pattern[i]});
      }
    }
    failed_.resize((pattern_.size() + 1) * (text_.size() + 1), false);
  }

  bool from(std::size_t p, std::size_t t) {
    if (p == pattern_.size()) return t == text_.size();
    const std::size_t here = p * (text_.size() + 1) + t;
    if (failed_[here]) return false;
    bool matched = false;
    if (pattern_[p].kind == Symbol::Kind::any_run) {
      matched = from(p + 1, t) || (t < text_.size() && from(p, t + 1));
    } else if (t < text_.size() &&
               (pattern_[p].kind == Symbol::Kind::any_one || pattern_[p].character == text_[t])) {
      matched = from(p + 1, t + 1);
    }
    failed_[here] = !matched;
    return matched;
  }

  std::vector<Symbol> pattern_;
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
  explicit Seen(const Request& given)
      : request(given), path(path_seen(given.path)), host(lower_case(host_seen(given.host))) {}
  const Request& request;
  std::string path;
  std::string host;  ///< In lower case.
};

/// By the standard library's regular expressions, which share nothing with RE2.
inline bool regex_found(const std::string& expression, const std::string& text, bool sensitive) {
  const auto flags = std::regex::ECMAScript;
  return std::regex_search(text,
                           std::regex(expression, sensitive ? flags : flags | std::regex::icase));
}

/// `values` or `regex_values` of path, host and headers; host and headers without letter case.
template <class Kind>
bool text_holds(const Kind& kind, const std::string& text, bool sensitive) {
  if (!all_visible(text)) return false;
  for (const std::string& value : kind.values) {
    if (sensitive ? Backtracking::matches(value, text)
                  : Backtracking::matches(lower_case(value), lower_case(text))) {
      return true;
    }
  }
  return std::any_of(kind.regex_values.begin(), kind.regex_values.end(),
                     [&](const std::string& value) { return regex_found(value, text, sensitive); });
}

inline bool holds(const PathPattern& path, const Seen& seen) {
  return text_holds(path, seen.path, true);
}
inline bool holds(const HostHeader& host, const Seen& seen) {
  return text_holds(host, seen.host, false);
}

inline bool holds(const HttpHeader& header, const Seen& seen) {
  if (seen.request.headers == nullptr) return false;
  std::size_t from = 0;
  std::string_view value;
  while (seen.request.headers->next(header.name, from, value)) {
    if (text_holds(header, std::string(value), false)) return true;
  }
  return false;
}

inline bool holds(const HttpRequestMethod& method, const Seen& seen) {
  return std::count(method.values.begin(), method.values.end(), seen.request.method) > 0;
}

inline bool holds(const QueryString& query, const Seen& seen) {
  std::string rest(seen.request.query);
  while (!rest.empty()) {
    const std::string pair = rest.substr(0, rest.find('&'));
    rest.erase(0, pair.size() + 1);
    if (pair.empty() || !all_visible(pair)) continue;
    const bool has_value = pair.find('=') != std::string::npos;
    const std::string key = lower_case(pair.substr(0, pair.find('=')));
    const std::string value = has_value ? lower_case(pair.substr(pair.find('=') + 1)) : "";
    for (const QueryString::Pair& wanted : query.values) {
      const bool key_matches =
          !wanted.key || Backtracking::matches(lower_case(*wanted.key), key, true);
      if (key_matches && Backtracking::matches(lower_case(wanted.value), value, true)) return true;
    }
  }
  return false;
}

/// The address's bits as a text of zeros and ones.
template <std::size_t size>
std::string bits_of(const std::array<unsigned, size>& parts, unsigned bits_per_part) {
  std::string bits;
  for (const unsigned part : parts) {
    for (unsigned bit = bits_per_part; bit-- > 0;) bits += (part >> bit & 1U) != 0 ? '1' : '0';
  }
  return bits;
}

/// Only IPv4 blocks, and IPv6 blocks with all eight groups written out.
inline bool holds(const SourceIp& source, const Seen& seen) {
  std::array<unsigned, 16> bytes{};
  std::copy(seen.request.source.bytes.begin(), seen.request.source.bytes.end(), bytes.begin());
  const std::string address = bits_of(bytes, 8);
  for (const std::string& value : source.values) {
    std::array<unsigned, 4> v4{};
    std::array<unsigned, 8> v6{};
    unsigned prefix = 0;
    std::string block;
    const bool is_v4 =
        std::sscanf(value.c_str(), "%u.%u.%u.%u/%u", &v4[0], &v4[1], &v4[2], &v4[3], &prefix) == 5;
    if (is_v4) {
      block = bits_of(v4, 8);
    } else if (std::sscanf(value.c_str(), "%x:%x:%x:%x:%x:%x:%x:%x/%u", &v6[0], &v6[1], &v6[2],
                           &v6[3], &v6[4], &v6[5], &v6[6], &v6[7], &prefix) == 9) {
      block = bits_of(v6, 16);
    } else {
      std::abort();
    }
    const bool same_kind = is_v4 != seen.request.source.v6;
    if (same_kind && address.substr(0, prefix) == block.substr(0, prefix)) return true;
  }
  return false;
}

inline bool holds(const Condition& condition, const Seen& seen) {
  return std::visit([&](const auto& kind) { return holds(kind, seen); }, condition);
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

#include "tests/layering/laws.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <initializer_list>
#include <optional>
#include <regex>

namespace cutover::layering {
namespace {

struct Arrow {
  std::string_view from;
  std::vector<std::string_view> to;
};

/// The first entry that a path starts with applies: narrower folders stand before wider ones.
const std::vector<Arrow>& arrows() {
  static const std::vector<Arrow> table{
      {"rules/", {"rules/"}},
      {"lb/base/", {"lb/base/", "rules/result.hpp"}},
      {"lb/observe/", {"lb/observe/", "lb/base/", "rules/"}},
      {"lb/http/", {"lb/http/", "lb/observe/", "lb/base/", "rules/"}},
      {"lb/targets/", {"lb/targets/", "lb/observe/", "lb/base/", "rules/"}},
      {"lb/", {"lb/", "rules/"}},
      {"containers/apps/", {"containers/apps/", "lb/base/"}},
      {"containers/", {"containers/", "lb/base/"}},
      {"bench/load/", {"bench/load/", "lb/base/"}},
      {"bench/", {"bench/", "containers/", "lb/", "rules/"}},
      {"cutover/", {"cutover/", "bench/load/", "containers/", "lb/", "rules/"}},
      {"examples/", {"containers/", "lb/", "rules/"}},
      {"tests/", {"tests/", "cutover/", "bench/", "containers/", "lb/", "rules/"}},
  };
  return table;
}

constexpr std::array<std::string_view, 8> folders{"rules/",   "lb/",       "containers/", "bench/",
                                                  "cutover/", "examples/", "tests/",      ".ci/"};

bool starts_with_any(std::string_view text, const auto& prefixes) {
  return std::ranges::any_of(prefixes, [&](auto prefix) { return text.starts_with(prefix); });
}

std::string listed(const std::vector<std::string_view>& words) {
  std::string text;
  for (const auto word : words) text += (text.empty() ? "" : ", ") + std::string(word);
  return text;
}

std::string finding(const SourceFile& file, std::size_t index, const std::string& message) {
  return file.path + ":" + std::to_string(index + 1) + ": " + message;
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Whether `word` stands in `line` and is not part of a longer word.
bool holds(std::string_view line, std::string_view word) {
  for (auto at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
    const auto end = at + word.size();
    const bool begins = at == 0 || !is_word(line[at - 1]);
    const bool ends = !is_word(word.back()) || end == line.size() || !is_word(line[end]);
    if (begins && ends) return true;
  }
  return false;
}

/// A finding for each of `lines` that holds one of `words`; `advice` follows the word found.
Findings where_found(const SourceFile& file, const std::vector<std::string>& lines,
                     const auto& words, const std::string& advice) {
  Findings findings;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto word = std::ranges::find_if(
        words, [&](std::string_view candidate) { return holds(lines[i], candidate); });
    if (word == words.end()) continue;
    findings.push_back(finding(file, i, std::string(*word) + advice));
  }
  return findings;
}

std::size_t columns(std::string_view line) {
  // UTF-8: every byte but the continuation bytes begins a character.
  return static_cast<std::size_t>(
      std::ranges::count_if(line, [](char c) { return (c & '\xc0') != '\x80'; }));
}

std::optional<std::string> include_problem(const SourceFile& file, std::string_view target,
                                           bool quoted) {
  const bool ours = starts_with_any(target, folders);
  if (!ours && !quoted) return std::nullopt;
  const std::string name(target);
  if (!ours) return "\"" + name + "\" is not named from the root of the project";
  const auto arrow = std::ranges::find_if(
      arrows(), [&](const Arrow& candidate) { return file.path.starts_with(candidate.from); });
  if (arrow == arrows().end() || starts_with_any(target, arrow->to)) return std::nullopt;
  return std::string(arrow->from) + " may not include " + name + "; it may include " +
         listed(arrow->to);
}

}  // namespace

Findings includes_point_down(const SourceFile& file) {
  Findings findings;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const auto target = included(file.lines[i]);
    if (target.empty()) continue;
    const bool quoted = file.lines[i].find('"') != std::string::npos;
    const auto problem = include_problem(file, target, quoted);
    if (problem) findings.push_back(finding(file, i, *problem));
  }
  return findings;
}

Findings pure_folders_stay_pure(const SourceFile& file) {
  constexpr std::array<std::string_view, 3> pure{"rules/", "lb/http/", "lb/targets/"};
  constexpr std::array<std::string_view, 13> impure{"boost/asio",
                                                    "sys/",
                                                    "netinet/",
                                                    "arpa/",
                                                    "unistd.h",
                                                    "poll.h",
                                                    "thread",
                                                    "shared_mutex",
                                                    "mutex",
                                                    "future",
                                                    "condition_variable",
                                                    "fstream",
                                                    "lb/base/timers.hpp"};
  Findings findings;
  if (!starts_with_any(file.path, pure)) return findings;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const auto target = included(file.lines[i]);
    if (target.empty() || !starts_with_any(target, impure)) continue;
    findings.push_back(finding(file, i, std::string(target) + " does not belong in a pure folder"));
  }
  return findings;
}

Findings time_and_chance_are_given(const SourceFile& file) {
  static constexpr std::array<std::string_view, 12> clock{"steady_clock::now",
                                                          "system_clock::now",
                                                          "high_resolution_clock::now",
                                                          "clock_gettime",
                                                          "gettimeofday",
                                                          "time(nullptr)",
                                                          "time(NULL)",
                                                          "sleep_for",
                                                          "sleep_until",
                                                          "nanosleep",
                                                          "usleep",
                                                          "sleep("};
  static constexpr std::array<std::string_view, 5> chance{"random_device", "rand(", "srand(",
                                                          "mt19937", "mt19937_64"};
  Findings findings;
  if (!file.is_cpp() || starts_with_any(file.path, std::array{"lb/base/", "bench/"})) {
    return findings;
  }
  if (!file.path.starts_with("tests/")) {
    findings = where_found(file, file.code, clock, ": time comes as an argument or from a Clock");
  }
  const auto unseeded =
      where_found(file, file.code, chance, ": chance comes from a seeded cutover::Random");
  findings.insert(findings.end(), unseeded.begin(), unseeded.end());
  return findings;
}

Findings headers_say_their_purpose(const SourceFile& file) {
  if (!file.is_header()) return {};
  if (file.lines.empty() || file.lines[0] != "#pragma once") {
    return {finding(file, 0, "a header opens with #pragma once")};
  }
  const auto next = std::find_if(file.lines.begin() + 1, file.lines.end(),
                                 [](const std::string& line) { return !line.empty(); });
  if (next != file.lines.end() && next->starts_with("// ")) return {};
  return {finding(file, 1, "after #pragma once comes a comment that says what the header is for")};
}

Findings own_header_comes_first(const SourceFile& file, bool sibling_header) {
  if (!sibling_header || !file.path.ends_with(".cpp")) return {};
  const auto own = file.path.substr(0, file.path.size() - 4) + ".hpp";
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const auto target = included(file.lines[i]);
    if (target.empty()) continue;
    if (target == own) return {};
    return {finding(file, i, "the first include is " + std::string(target) + ", not " + own)};
  }
  return {finding(file, 0, "does not include " + own)};
}

Findings headers_open_no_namespace(const SourceFile& file) {
  if (!file.is_header()) return {};
  Findings findings;
  for (std::size_t i = 0; i < file.code.size(); ++i) {
    const auto& line = file.code[i];
    if (!holds(line, "using namespace") || line.ends_with("_literals;")) continue;
    findings.push_back(finding(file, i, "using namespace stands in a header"));
  }
  return findings;
}

Findings lines_are_short(const SourceFile& file) {
  constexpr std::size_t most = 100;
  Findings findings;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const auto width = columns(file.lines[i]);
    if (width <= most || file.quoted[i]) continue;
    findings.push_back(
        finding(file, i, std::to_string(width) + " columns; at most " + std::to_string(most)));
  }
  return findings;
}

Findings files_are_short(const SourceFile& file) {
  constexpr std::size_t most = 600;
  if (file.lines.size() <= most) return {};
  return {finding(file, most,
                  std::to_string(file.lines.size()) + " lines; at most " + std::to_string(most))};
}

Findings nothing_is_left_over(const SourceFile& file) {
  // Written apart, so that this file keeps its own law.
  constexpr std::array<std::string_view, 4> words{
      "TO"
      "DO",
      "FIX"
      "ME",
      "XX"
      "X",
      "HA"
      "CK"};
  return where_found(file, file.lines, words, ": do it, or describe the limit in a sentence");
}

Findings names_say_something(const SourceFile& file) {
  static const std::regex snake_case(R"([a-z][a-z0-9_]*\.(hpp|cpp))");
  static const std::regex empty_word(R"((^|_)(utils?|helpers?|misc|common|manager|impl)(_|\.|$))");
  if (!file.is_cpp()) return {};
  const auto name = file.path.substr(file.path.rfind('/') + 1);
  Findings findings;
  if (!std::regex_match(name, snake_case)) {
    findings.push_back(finding(file, 0, name + " is not snake_case"));
  }
  if (std::regex_search(name, empty_word)) {
    findings.push_back(finding(file, 0, name + " does not name what it holds"));
  }
  return findings;
}

Findings top_level_is_fixed(std::string_view entry) {
  static const std::vector<std::string_view> layout{
      "CMakeLists.txt", "lb",      "containers", "rules",
      "bench",          "tests",   "examples",   "cutover",
      "README.md",      "LICENSE", ".ci",        ".clang-format",
      ".clang-tidy",    ".git",    ".gitignore", "CMakePresets.json"};
  // What .gitignore names: made by builds, never committed.
  static const std::vector<std::string_view> ignored{"build", "compile_commands.json"};
  if (std::ranges::find(layout, entry) != layout.end()) return {};
  if (std::ranges::find(ignored, entry) != ignored.end() || entry.ends_with(".log")) return {};
  return {std::string(entry) + " has no place at the top; there stand " + listed(layout)};
}

}  // namespace cutover::layering

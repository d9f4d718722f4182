#include "tests/conformance/message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace cutover::conformance {

namespace {

constexpr std::string_view others = "...";
constexpr std::string_view without = "without:";

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::string name_of(std::string_view line) { return lower(line.substr(0, line.find(':'))); }

std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + separator.size());
  }
}

std::string joined(const Lines& lines, std::size_t from) {
  std::string text;
  for (std::size_t i = from; i < lines.size(); ++i) {
    if (i > from) text += "\r\n";
    text += lines[i];
  }
  return text;
}

std::size_t head_lines(const Lines& lines) {
  return static_cast<std::size_t>(std::ranges::find(lines, "") - lines.begin());
}

/// The head that a case describes, against the one that came.
class HeadComparison {
 public:
  HeadComparison(const Lines& expected, std::size_t count, std::string_view head, Words& words)
      : words_(words) {
    received_ = split(head, "\r\n");
    if (!matches(expected.front(), received_.front(), words)) {
      problem_ = fmt::format("the first line is not \"{}\"", expected.front());
    }
    received_.erase(received_.begin());
    for (std::size_t i = 1; i < count && problem_.empty(); ++i) compare(expected[i]);
    if (problem_.empty() && !others_allowed_ && !received_.empty()) {
      problem_ = fmt::format("\"{}\" is one header line too many", received_.front());
    }
  }
  const std::string& problem() const { return problem_; }
  bool others_allowed() const { return others_allowed_; }

 private:
  void compare(const std::string& line) {
    if (line == others) {
      others_allowed_ = true;
    } else if (line.starts_with(without)) {
      for (const auto name : split(std::string_view(line).substr(without.size()), ",")) {
        const auto there = std::ranges::find(received_, lower(trimmed(name)), name_of);
        if (there != received_.end()) problem_ = fmt::format("there is a \"{}\"", *there);
      }
    } else {
      const auto found = std::ranges::find_if(
          received_, [&](std::string_view other) { return matches(line, other, words_); });
      if (found == received_.end()) {
        problem_ = fmt::format("no header line is \"{}\"", line);
      } else {
        received_.erase(found);
      }
    }
  }

  Words& words_;
  std::vector<std::string_view> received_;
  bool others_allowed_ = false;
  std::string problem_;
};

std::optional<std::uint64_t> number(std::string_view text, int base) {
  std::uint64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (read.ec != std::errc() || read.ptr == text.data()) return std::nullopt;
  return value;
}

std::string header(std::string_view head, std::string_view name) {
  for (const auto line : split(head, "\r\n")) {
    if (name_of(line) == name) return lower(trimmed(line.substr(line.find(':') + 1)));
  }
  return {};
}

/// Where a chunked body ends.
std::optional<std::size_t> chunked_size(std::string_view bytes) {
  std::size_t at = 0;
  for (;;) {
    const auto line_end = bytes.find("\r\n", at);
    if (line_end == std::string_view::npos) return std::nullopt;
    const auto size = number(bytes.substr(at, line_end - at), 16);
    if (!size) return bytes.size();
    at = line_end + 2;
    if (*size == 0) {
      if (bytes.substr(at).starts_with("\r\n")) return at + 2;
      const auto end = bytes.find("\r\n\r\n", at);
      if (end == std::string_view::npos) return std::nullopt;
      return end + 4;
    }
    at += *size + 2;
    if (at > bytes.size()) return std::nullopt;
  }
}

/// How long the body is by the head's own account.
std::optional<std::size_t> framed_size(std::string_view head, std::string_view rest, bool to_head,
                                       bool ended) {
  const bool response = head.starts_with("HTTP/");
  const auto status = response ? head.substr(std::min<std::size_t>(9, head.size()), 3) : "";
  if (to_head || status.starts_with('1') || status == "204" || status == "304") return 0;
  if (header(head, "transfer-encoding") == "chunked") return chunked_size(rest);
  if (const auto length = number(header(head, "content-length"), 10)) {
    if (*length <= rest.size()) return static_cast<std::size_t>(*length);
    return ended ? std::optional(rest.size()) : std::nullopt;
  }
  if (!response) return 0;
  return ended ? std::optional(rest.size()) : std::nullopt;
}

std::string shown(const Lines& expected, std::string_view bytes, std::string_view problem) {
  return fmt::format("{}\nexpected:\n{}\nreceived:\n{}", problem, visible(joined(expected, 0)),
                     bytes.empty() ? "(nothing)" : visible(bytes));
}

}  // namespace

std::string message_bytes(const Lines& lines, const Words& words) {
  const std::size_t count = head_lines(lines);
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) bytes += filled(lines[i], words) + "\r\n";
  bytes += "\r\n";
  return count == lines.size() ? bytes : bytes + filled(joined(lines, count + 1), words);
}

Taken take_message(const Lines& expected, std::string_view bytes, bool to_head, bool ended,
                   Words& words) {
  const auto head_end = bytes.find("\r\n\r\n");
  if (head_end == std::string_view::npos) {
    return {std::nullopt, shown(expected, bytes, "no whole head has come")};
  }
  const auto head = bytes.substr(0, head_end);
  const auto rest = bytes.substr(head_end + 4);
  const std::size_t count = head_lines(expected);
  const HeadComparison comparison(expected, count, head, words);
  if (!comparison.problem().empty()) return {0, shown(expected, bytes, comparison.problem())};

  const bool any_body = count == expected.size() && comparison.others_allowed();
  const std::string body = count == expected.size() ? "" : joined(expected, count + 1);
  std::optional<std::size_t> size;
  if (count < expected.size() && is_literal(body, words)) {
    size = filled(body, words).size();
    if (*size > rest.size()) size.reset();
  } else {
    size = framed_size(head, rest, to_head, ended);
  }
  if (!size) return {std::nullopt, shown(expected, bytes, "the body is not complete")};
  if (!any_body && !matches(body, rest.substr(0, *size), words)) {
    return {0, shown(expected, bytes, "the body differs")};
  }
  return {head_end + 4 + *size, {}};
}

}  // namespace cutover::conformance

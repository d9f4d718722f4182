#include "lb/base/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

namespace cutover {

namespace {

constexpr std::size_t shown_string_most = 40;
constexpr std::size_t compared_name_most = 128;

std::string lower(std::string_view text) {
  std::string folded(text);
  for (char& c : folded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return folded;
}

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(before_last, last);
    std::swap(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

std::string listed(std::span<const std::string_view> names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

/// "; did you mean "Port"?" or nothing.
std::string suggestion(std::string_view word, std::span<const std::string_view> names) {
  const auto close = closest_name(word, names);
  return close ? fmt::format("; did you mean \"{}\"?", *close) : std::string{};
}

/// At most shown_string_most bytes of it, cut between characters.
std::string shortened(std::string_view text) {
  if (text.size() <= shown_string_most) return std::string(text);
  std::size_t end = shown_string_most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return fmt::format("{}…", text.substr(0, end));
}

}  // namespace

std::optional<std::string_view> closest_name(std::string_view word,
                                             std::span<const std::string_view> candidates) {
  if (word.size() > compared_name_most) return std::nullopt;
  const std::string folded = lower(word);
  std::optional<std::string_view> closest;
  std::size_t least = 0;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > compared_name_most) continue;
    const std::size_t distance = edit_distance(folded, lower(candidate));
    // One slip for each three letters: "Prot" means "Port", but "a" does not mean "b".
    if (distance > (std::max(word.size(), candidate.size()) + 1) / 3) continue;
    if (closest && distance >= least) continue;
    closest = candidate;
    least = distance;
  }
  return closest;
}

std::string describe(const nlohmann::json& value) {
  switch (value.type()) {
    case nlohmann::json::value_t::null:
      return "null";
    case nlohmann::json::value_t::boolean:
      return value.get<bool>() ? "true" : "false";
    case nlohmann::json::value_t::string:
      return fmt::format("the string \"{}\"", shortened(value.get_ref<const std::string&>()));
    case nlohmann::json::value_t::array:
      return value.empty() ? "an empty list" : "a list";
    case nlohmann::json::value_t::object:
      return "an object";
    default:
      return fmt::format("the number {}", value.dump());
  }
}

JsonReader::JsonReader(const nlohmann::json& value, std::string pointer, Numbers numbers)
    : value_(value), pointer_(std::move(pointer)), numbers_(numbers) {
  if (value_.is_object()) return;
  problem_ = Error{"ValidationError", pointer_,
                   fmt::format("found {}; an object is required", describe(value_))};
}

const nlohmann::json* JsonReader::find(std::string_view key, bool required) {
  asked_.emplace_back(key);
  if (!value_.is_object()) return nullptr;
  const auto found = value_.find(key);
  // As in AWS's APIs, a null member is an absent one.
  if (found != value_.end() && !found->is_null()) return &*found;
  if (required) {
    fail(Error{"ValidationError", pointer_, fmt::format("the member \"{}\" is missing", key)});
  }
  return nullptr;
}

std::string JsonReader::pointer_to(std::string_view key) const {
  std::string pointer = pointer_ + "/";
  for (const char c : key) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

void JsonReader::fail(std::string_view key, std::string message) {
  fail(Error{"ValidationError", pointer_to(key), std::move(message)});
}

void JsonReader::fail(Error error) {
  if (!problem_) problem_ = std::move(error);
}

std::optional<std::string> JsonReader::optional_string(std::string_view key) {
  const nlohmann::json* value = find(key, false);
  if (!value) return std::nullopt;
  if (value->is_string()) return value->get<std::string>();
  fail(key, fmt::format("found {}; a string is required", describe(*value)));
  return std::nullopt;
}

std::string JsonReader::string(std::string_view key) {
  if (!find(key, true)) return {};
  return optional_string(key).value_or(std::string{});
}

std::optional<std::string> JsonReader::optional_one_of(std::string_view key,
                                                       std::span<const std::string_view> allowed) {
  std::optional<std::string> value = optional_string(key);
  if (!value || std::find(allowed.begin(), allowed.end(), *value) != allowed.end()) return value;
  fail(key, fmt::format("found {}; allowed are {}{}", describe(*value), listed(allowed),
                        suggestion(*value, allowed)));
  return std::nullopt;
}

std::string JsonReader::one_of(std::string_view key, std::span<const std::string_view> allowed) {
  if (!find(key, true)) return {};
  return optional_one_of(key, allowed).value_or(std::string{});
}

std::optional<std::int64_t> JsonReader::as_integer(std::string_view key,
                                                   const nlohmann::json& value) {
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  // What does not fit stands for itself: every range of a caller is narrower.
  if (value.is_number_unsigned()) {
    return static_cast<std::int64_t>(std::min(value.get<std::uint64_t>(), most));
  }
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (numbers_ == Numbers::strings_allowed && value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc{} && end == text.data() + text.size()) return number;
  }
  fail(key, fmt::format("found {}; a whole number is required", describe(value)));
  return std::nullopt;
}

std::optional<std::int64_t> JsonReader::optional_integer(std::string_view key, std::int64_t least,
                                                         std::int64_t most) {
  const nlohmann::json* value = find(key, false);
  if (!value) return std::nullopt;
  const auto number = as_integer(key, *value);
  if (!number || (*number >= least && *number <= most)) return number;
  fail(key, fmt::format("found {}; allowed are {} to {}", describe(*value), least, most));
  return std::nullopt;
}

std::int64_t JsonReader::integer(std::string_view key, std::int64_t least, std::int64_t most) {
  if (!find(key, true)) return least;
  return optional_integer(key, least, most).value_or(least);
}

std::optional<double> JsonReader::optional_number(std::string_view key, double least, double most) {
  const nlohmann::json* value = find(key, false);
  if (!value) return std::nullopt;
  if (!value->is_number()) {
    fail(key, fmt::format("found {}; a number is required", describe(*value)));
    return std::nullopt;
  }
  const double number = value->get<double>();
  if (number >= least && number <= most) return number;
  fail(key, fmt::format("found {}; allowed are {} to {}", describe(*value), least, most));
  return std::nullopt;
}

std::optional<bool> JsonReader::optional_boolean(std::string_view key) {
  const nlohmann::json* value = find(key, false);
  if (!value) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  if (numbers_ == Numbers::strings_allowed && (*value == "true" || *value == "false")) {
    return *value == "true";
  }
  fail(key, fmt::format("found {}; true or false is required", describe(*value)));
  return std::nullopt;
}

std::vector<std::string> JsonReader::strings(std::string_view key) {
  std::vector<std::string> list;
  const nlohmann::json* value = array(key);
  if (!value) return list;
  for (const auto& entry : *value) {
    if (!entry.is_string()) {
      fail(Error{"ValidationError", fmt::format("{}/{}", pointer_to(key), list.size()),
                 fmt::format("found {}; a string is required", describe(entry))});
      return {};
    }
    list.push_back(entry.get<std::string>());
  }
  return list;
}

const nlohmann::json* JsonReader::member(std::string_view key) { return find(key, false); }

const nlohmann::json* JsonReader::object(std::string_view key) {
  const nlohmann::json* value = find(key, false);
  if (!value || value->is_object()) return value;
  fail(key, fmt::format("found {}; an object is required", describe(*value)));
  return nullptr;
}

const nlohmann::json* JsonReader::array(std::string_view key) {
  const nlohmann::json* value = find(key, false);
  if (!value || value->is_array()) return value;
  fail(key, fmt::format("found {}; a list is required", describe(*value)));
  return nullptr;
}

bool JsonReader::has(std::string_view key) const {
  if (!value_.is_object()) return false;
  const auto found = value_.find(key);
  return found != value_.end() && !found->is_null();
}

Result<void> JsonReader::finish() {
  if (problem_) return *problem_;
  std::sort(asked_.begin(), asked_.end());
  asked_.erase(std::unique(asked_.begin(), asked_.end()), asked_.end());
  for (const auto& [key, value] : value_.items()) {
    if (std::binary_search(asked_.begin(), asked_.end(), key)) continue;
    const std::vector<std::string_view> allowed(asked_.begin(), asked_.end());
    return Error{"UnknownMember", pointer_to(key),
                 fmt::format("unknown member \"{}\"; allowed are {}{}", shortened(key),
                             listed(allowed), suggestion(key, allowed))};
  }
  return {};
}

}  // namespace cutover

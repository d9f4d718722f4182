#include "cutover/stack/attributes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

namespace cutover::stack {

namespace {

std::optional<std::uint32_t> parse_within(std::string_view text, std::uint32_t least,
                                          std::uint32_t most) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (!whole || value < least || value > most) return std::nullopt;
  return value;
}

void read_attribute(JsonReader& entry, std::span<const Attribute> known,
                    std::set<std::string>& seen) {
  const std::string key = entry.string("Key");
  const std::string value = entry.string("Value");
  if (!entry.ok()) return;
  const auto found = std::find_if(known.begin(), known.end(),
                                  [&](const Attribute& attribute) { return attribute.key == key; });
  if (found == known.end()) {
    std::vector<std::string_view> names;
    for (const auto& attribute : known) names.push_back(attribute.key);
    const auto meant = closest_name(key, names);
    entry.fail(Error{"InvalidConfigurationRequest", entry.pointer_to("Key"),
                     fmt::format("there is no attribute \"{}\" here{}", key,
                                 meant ? fmt::format("; did you mean \"{}\"?", *meant) : "")});
  } else if (!seen.insert(key).second) {
    entry.fail("Key", fmt::format("\"{}\" stands twice in the list", key));
  } else if (!found->take(value)) {
    entry.fail("Value",
               fmt::format("found \"{}\" for {}; allowed is {}", value, key, found->allowed));
  }
}

}  // namespace

Attribute only(std::string_view key, std::string_view value) {
  return {key, fmt::format("\"{}\", nothing else is supported", value),
          [value](std::string_view found) { return found == value; }};
}

Attribute number(std::string_view key, std::uint32_t least, std::uint32_t most,
                 std::function<void(std::uint32_t)> set) {
  return {key, fmt::format("\"{}\" to \"{}\"", least, most),
          [=, set = std::move(set)](std::string_view found) {
            const auto value = parse_within(found, least, most);
            if (value) set(*value);
            return value.has_value();
          }};
}

Attribute number_or_off(std::string_view key, std::uint32_t least, std::uint32_t most,
                        std::function<void(std::optional<std::uint32_t>)> set) {
  return {key, fmt::format("\"off\" or \"{}\" to \"{}\"", least, most),
          [=, set = std::move(set)](std::string_view found) {
            const auto value = parse_within(found, least, most);
            if (!value && found != "off") return false;
            set(value);
            return true;
          }};
}

Attribute number_or_zero(std::string_view key, std::uint32_t least, std::uint32_t most,
                         std::function<void(std::uint32_t)> set) {
  return {key, fmt::format("\"0\" or \"{}\" to \"{}\"", least, most),
          [=, set = std::move(set)](std::string_view found) {
            const auto value = found == "0" ? 0 : parse_within(found, least, most);
            if (value) set(*value);
            return value.has_value();
          }};
}

Attribute flag(std::string_view key, std::function<void(bool)> set, std::string_view yes,
               std::string_view no) {
  return word<bool>(key, {{yes, true}, {no, false}}, std::move(set));
}

Attribute text(std::string_view key, std::function<void(std::string)> set) {
  return {key, "any text", [set = std::move(set)](std::string_view found) {
            set(std::string(found));
            return true;
          }};
}

std::string quoted_choice(const std::vector<std::string_view>& words) {
  std::string choice;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool last = i + 1 == words.size();
    if (i > 0) choice += last ? " or " : ", ";
    choice += fmt::format("\"{}\"", words[i]);
  }
  return choice;
}

void read_attributes(JsonReader& reader, std::string_view key, std::span<const Attribute> known) {
  const nlohmann::json* list = reader.array(key);
  if (!list) return;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < list->size() && reader.ok(); ++i) {
    JsonReader entry((*list)[i], fmt::format("{}/{}", reader.pointer_to(key), i));
    read_attribute(entry, known, seen);
    if (const auto end = entry.finish(); !end) reader.fail(end.error());
  }
}

}  // namespace cutover::stack

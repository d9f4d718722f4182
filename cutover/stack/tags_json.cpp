#include "cutover/stack/tags_json.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cutover/stack/json_entries.hpp"
#include "cutover/stack/load_balancing.hpp"

namespace cutover::stack {

namespace {

using nlohmann::json;

constexpr std::size_t key_length_most = 128;
constexpr std::size_t value_length_most = 256;
constexpr std::string_view reserved_prefix = "aws:";

Result<Tag> parse_tag(const json& value, std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  Tag tag;
  tag.key = reader.string("Key");
  tag.value = reader.optional_string("Value").value_or("");
  if (reader.ok() && (tag.key.empty() || tag.key.size() > key_length_most)) {
    reader.fail("Key", fmt::format("found {} characters; allowed are 1 to {}", tag.key.size(),
                                   key_length_most));
  }
  if (tag.key.starts_with(reserved_prefix)) {
    reader.fail("Key", fmt::format("found \"{}\"; the prefix \"{}\" is reserved for AWS", tag.key,
                                   reserved_prefix));
  }
  if (tag.value.size() > value_length_most) {
    reader.fail("Value", fmt::format("found {} characters; allowed are 0 to {}", tag.value.size(),
                                     value_length_most));
  }
  if (const auto end = reader.finish(); !end) return end.error();
  return tag;
}

}  // namespace

Tags read_tags(JsonReader& reader, std::string_view key) {
  Tags tags = read_entries<Tag>(reader, key, parse_tag);
  for (std::size_t i = 0; i < tags.size(); ++i) {
    const auto before = std::find_if(tags.begin(), tags.begin() + static_cast<std::ptrdiff_t>(i),
                                     [&](const Tag& tag) { return tag.key == tags[i].key; });
    if (before == tags.begin() + static_cast<std::ptrdiff_t>(i)) continue;
    reader.fail(Error{"DuplicateTagKeys", fmt::format("{}/{}/Key", reader.pointer_to(key), i),
                      fmt::format("the tag key \"{}\" stands twice", tags[i].key)});
  }
  if (tags.size() > tags_most) {
    reader.fail(Error{
        "TooManyTags", reader.pointer_to(key),
        fmt::format("found {} tags; the limit per resource is '{}'", tags.size(), tags_most)});
  }
  return tags;
}

json to_json(const Tags& tags) {
  json list = json::array();
  for (const Tag& tag : tags) list.push_back({{"Key", tag.key}, {"Value", tag.value}});
  return list;
}

}  // namespace cutover::stack

#include "containers/json_members.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cutover::containers {

namespace {

constexpr std::size_t name_length_max = 255;

bool says_nothing(const nlohmann::json& value) {
  if (value.is_string()) return value.get_ref<const std::string&>().empty();
  if (value.is_boolean()) return !value.get<bool>();
  return value.is_structured() && value.empty();
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

}  // namespace

void refuse_unsupported(JsonReader& reader, const nlohmann::json& value,
                        std::initializer_list<std::string_view> keys) {
  if (!value.is_object()) return;
  for (const std::string_view key : keys) {
    if (!value.contains(key)) continue;
    // Only now, so that the list of allowed members in an error does not name what is refused.
    const nlohmann::json* member = reader.member(key);
    if (!member || says_nothing(*member)) continue;
    reader.fail(key, fmt::format("found {}; \"{}\" is not supported yet and has to be left out",
                                 describe(*member), key));
  }
}

std::string read_name(JsonReader& reader, std::string_view key) {
  std::string name = reader.string(key);
  if (!reader.ok()) return name;
  if (name.empty() || name.size() > name_length_max) {
    reader.fail(key, fmt::format("found a name of {} characters; allowed are 1 to {}", name.size(),
                                 name_length_max));
  } else if (!std::all_of(name.begin(), name.end(), is_name_character)) {
    reader.fail(key, fmt::format("found {}; allowed are letters, digits, - and _",
                                 describe(nlohmann::json(name))));
  }
  return name;
}

std::vector<NamedValue> read_pairs(JsonReader& reader, std::string_view key,
                                   std::string_view name_key, std::string_view value_key) {
  std::vector<NamedValue> pairs;
  const nlohmann::json* list = reader.array(key);
  if (!list) return pairs;
  for (std::size_t i = 0; i < list->size() && reader.ok(); ++i) {
    JsonReader pair((*list)[i], fmt::format("{}/{}", reader.pointer_to(key), i));
    std::string name = pair.string(name_key);
    std::string value = pair.string(value_key);
    if (pair.ok() && name.empty()) pair.fail(name_key, "found an empty name; a name is required");
    if (const auto end = pair.finish(); !end) reader.fail(end.error());
    pairs.emplace_back(std::move(name), std::move(value));
  }
  return pairs;
}

}  // namespace cutover::containers

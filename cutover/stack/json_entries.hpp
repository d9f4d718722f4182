#pragma once

// Reading lists of objects with JsonReader, and telling where in a written document an error stands
// whose place was worked out from typed values.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lb/base/json.hpp"
#include "lb/base/result.hpp"

namespace cutover::stack {

/// Records an error unless `key` is there.
void require(JsonReader& reader, std::string_view key);

/// Reads each entry of a list by `read(entry, pointer) -> Result<T>`, up to the first that fails.
template <class T, class Read>
Result<std::vector<T>> parse_entries(const nlohmann::json& list, const std::string& pointer,
                                     Read read) {
  if (!list.is_array()) {
    return Error{"ValidationError", pointer, "found " + describe(list) + "; a list is required"};
  }
  std::vector<T> entries;
  for (const auto& value : list) {
    Result<T> entry = read(value, pointer + "/" + std::to_string(entries.size()));
    if (!entry) return entry.error();
    entries.push_back(*std::move(entry));
  }
  return entries;
}

/// The same for the list `key`; an absent list is empty.
template <class T, class Read>
std::vector<T> read_entries(JsonReader& reader, std::string_view key, Read read) {
  const nlohmann::json* list = reader.member(key);
  if (!list) return {};
  auto entries = parse_entries<T>(*list, reader.pointer_to(key), read);
  if (entries) return *std::move(entries);
  reader.fail(entries.error());
  return {};
}

/// Records the errors of `parse(text) -> Result<T>` for the string `key`, which must be there.
template <class T, class Parse>
T read_name(JsonReader& reader, std::string_view key, Parse parse) {
  const std::string text = reader.string(key);
  if (!reader.ok()) return {};
  Result<T> name = parse(text);
  if (name) return *std::move(name);
  reader.fail(at(reader.pointer_to(key), name.error()));
  return {};
}

/// The id that ends a thing's ARN, 16 hex digits, when the entry gives one; else empty.
std::string read_id(JsonReader& reader, std::string_view key);

/// `place`, a pointer into `document` in the long form of AWS's shapes, as it was really written:
/// "/Actions/0/ForwardConfig/TargetGroups/0/TargetGroupArn" may stand for
/// "/Actions/0/TargetGroupArn". What stands nowhere gives its nearest parent.
std::string written_place(const nlohmann::json& document, std::string place);

}  // namespace cutover::stack

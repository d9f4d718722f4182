#pragma once

// Strict reading of JSON documents that people write (stack, plan, task definition): every value is
// asked for by name and type, what nobody asked for is an error, and each error carries the JSON
// pointer of the value, what was found, what is allowed, and the closest valid name.

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lb/base/result.hpp"

namespace cutover {

/// Parses text; a syntax error names line and column. Duplicate keys are an error.
Result<nlohmann::json> parse_json(std::string_view text);

/// Reads and parses a file; the error's place is the file, and for a syntax error line and column.
Result<nlohmann::json> read_json_file(const std::string& path);

/// The candidate nearest to `word` by edit distance, if one is near enough to be meant.
std::optional<std::string_view> closest_name(std::string_view word,
                                             std::span<const std::string_view> candidates);

/// Whether integers and booleans may also be written as strings ("256", "true"), as in the
/// workshop's task definition.
enum class Numbers { strict, strings_allowed };

/// Reads one JSON object. The first problem is kept and later reads give neutral values, so callers
/// read everything straight down and look once at the end. Borrows the document.
class JsonReader {
 public:
  /// `pointer` is where `value` stands in its document ("" for the root).
  JsonReader(const nlohmann::json& value, std::string pointer, Numbers numbers = Numbers::strict);

  /// Required and optional members. Ranges are inclusive.
  std::string string(std::string_view key);
  std::optional<std::string> optional_string(std::string_view key);
  /// A string out of a fixed list; an error names the list and the closest entry.
  std::string one_of(std::string_view key, std::span<const std::string_view> allowed);
  std::optional<std::string> optional_one_of(std::string_view key,
                                             std::span<const std::string_view> allowed);
  std::int64_t integer(std::string_view key, std::int64_t least, std::int64_t most);
  std::optional<std::int64_t> optional_integer(std::string_view key, std::int64_t least,
                                               std::int64_t most);
  std::optional<double> optional_number(std::string_view key, double least, double most);
  std::optional<bool> optional_boolean(std::string_view key);
  std::vector<std::string> strings(std::string_view key);

  /// The raw member, or nullptr when absent; counts as read. For nested objects and lists, together
  /// with pointer_to().
  const nlohmann::json* member(std::string_view key);
  /// The raw member as an object or list; wrong type is an error. nullptr when absent.
  const nlohmann::json* object(std::string_view key);
  const nlohmann::json* array(std::string_view key);
  bool has(std::string_view key) const;

  /// "/Listeners/0" + "Port" -> "/Listeners/0/Port", with RFC 6901 escapes.
  std::string pointer_to(std::string_view key) const;
  const std::string& pointer() const { return pointer_; }

  /// Records a problem of the caller's own, at `key`.
  void fail(std::string_view key, std::string message);
  /// Records an error found deeper down (its place is already absolute).
  void fail(Error error);

  bool ok() const { return !problem_; }
  /// Ends the reading: the first problem, else an error for a member that was never asked for.
  Result<void> finish();

 private:
  const nlohmann::json* find(std::string_view key, bool required);
  std::optional<std::int64_t> as_integer(std::string_view key, const nlohmann::json& value);

  const nlohmann::json& value_;
  std::string pointer_;
  Numbers numbers_;
  std::vector<std::string> asked_;
  std::optional<Error> problem_;
};

/// "a string", "the number 5", "an object", … : what an error message says it found.
std::string describe(const nlohmann::json& value);

}  // namespace cutover

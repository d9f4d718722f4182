#pragma once

// What an operation's parameters may look like, as AWS's front end checks them before the service
// sees them: types, required members, ranges, lengths, words. Through the Query protocols all
// leaves arrive as text; here they get their types.

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "lb/base/result.hpp"

namespace cutover::api::elbv2 {

struct Member;

/// A value; build one with the functions below.
struct Shape {
  enum class Kind { text, number, flag, list, structure, unread, refused };
  Kind kind = Kind::text;
  /// Of a number's value, a text's length (in bytes), a list's size.
  std::int64_t least = 0;
  std::int64_t most = 0;
  std::vector<std::string_view> words;   ///< Text: these alone; empty: any.
  std::shared_ptr<const Shape> element;  ///< List.
  std::vector<Member> members;           ///< Structure.
};

struct Member {
  std::string_view name;
  Shape shape;
  bool required = false;
};

Shape text(std::int64_t least = 0, std::int64_t most = INT32_MAX);
Shape word(std::vector<std::string_view> words);
Shape number(std::int64_t least = INT32_MIN, std::int64_t most = INT32_MAX);
Shape flag();
Shape list(Shape element, std::int64_t least = 0, std::int64_t most = INT32_MAX);
Shape structure(std::vector<Member> members);
/// Anything: whoever comes to use it refuses the whole.
Shape unread();
/// What AWS has and this has not: its presence is refused by name (`UnsupportedOperation`).
Shape refused();
Member required(std::string_view name, Shape shape);
Member optional(std::string_view name, Shape shape);

/// `given` with every leaf of its type; leaves may have it already. An error is a `ValidationError`
/// in AWS's words: "1 validation error detected: Value '70000' at 'port' failed to satisfy
/// constraint: Member must have value less than or equal to 65535". A member that is not known is
/// refused: nothing is read and ignored.
Result<nlohmann::json> typed(const Shape& shape, const nlohmann::json& given);

}  // namespace cutover::api::elbv2

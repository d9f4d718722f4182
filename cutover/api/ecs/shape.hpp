#pragma once

// The shapes of requests: which parameters an operation takes, of which type, which of them are
// required and what their values may be. Written as short texts, one for each operation
// (inputs.cpp), and checked before an operation looks at its parameters. Pure.

#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lb/base/result.hpp"

namespace cutover::api::ecs {

/// What is required of one value. The text form:
///
///   s i l d b t      string, integer, long, double, boolean, timestamp
///   s(A|B)           one of these words
///   s(..64)          at most 64 characters; i(1..10): from 1 to 10
///   [s] [s](1..10)   a list, a list of 1 to 10
///   <s>              a map of strings to strings
///   {a:s, b!:[i]}    a structure whose `b` is required
///   {a:s, *}         further members are left to whoever reads it
///   i~               an integer (or boolean: b~) that may be written as a string
///   @tags            a shape named before
class Shape {
 public:
  using Named = std::map<std::string, Shape, std::less<>>;

  /// `text` is a constant of this program: a mistake in it is an exception.
  static Shape parse(std::string_view text, const Named& named = {});

  /// Whether integers and booleans marked with "~" may be written as strings.
  enum class Strings { refused, converted };

  /// Checks types first, throughout, as AWS does when it reads the body (SerializationException),
  /// then all the rest (InvalidParameterException). Converts what may be converted in place. The
  /// errors' place is a JSON pointer, unless AWS's own words say enough.
  Result<void> check(nlohmann::json& value, Strings strings) const;

 private:
  enum class Type {
    string,
    integer,
    long_integer,
    number,
    boolean,
    timestamp,
    list,
    map,
    structure
  };
  struct Member;
  class Parser;

  Result<void> check_type(nlohmann::json& value, Strings strings) const;
  Result<void> check_scalar(nlohmann::json& value, Strings strings) const;
  bool convert(nlohmann::json& value) const;
  Result<void> check_value(const nlohmann::json& value, const std::string& pointer) const;
  Result<void> check_members(const nlohmann::json& value, const std::string& pointer) const;
  Result<void> check_range(std::int64_t found, std::string_view of_what,
                           const std::string& pointer) const;

  Type type_ = Type::string;
  bool convertible_ = false;
  bool open_ = false;                  ///< structure: members beyond `members_` may stand there.
  std::optional<std::int64_t> least_;  ///< Of a number's value, else of a length.
  std::optional<std::int64_t> most_;
  std::vector<std::string> words_;        ///< string: empty: any.
  std::shared_ptr<const Shape> element_;  ///< list and map.
  std::vector<Member> members_;           ///< structure.
};

struct Shape::Member {
  std::string name;
  bool required = false;
  Shape shape;
};

}  // namespace cutover::api::ecs

#pragma once

// What a fallible operation gives back: a value, or an Error that says what was wrong, where, and
// what would be right. Used by every folder (lb/base re-exports it); expected failures are values,
// never exceptions.

#include <boost/system/result.hpp>
#include <string>
#include <utility>

namespace cutover {

/// An expected failure.
struct Error {
  Error() = default;
  /// Never from one string alone: a Result<std::string> must know its value from its error.
  Error(std::string named, std::string place, std::string sentence)
      : code(std::move(named)), where(std::move(place)), message(std::move(sentence)) {}

  /// AWS's error code where AWS has one ("PriorityInUse", "ValidationError"), else a short
  /// CamelCase word of ours. Never empty.
  std::string code;
  /// The place: a JSON pointer ("/Listeners/0/Port"), a flag ("--workers"), a file, or empty.
  std::string where;
  /// What was found and what is allowed, as one sentence without a trailing full stop.
  std::string message;

  friend bool operator==(const Error&, const Error&) = default;
};

/// "where: message (code)", or without the place when there is none.
inline std::string to_string(const Error& error) {
  std::string text = error.where.empty() ? std::string{} : error.where + ": ";
  return text + error.message + " (" + error.code + ")";
}

/// A T or an Error. Look before you dereference: `if (!result) return result.error();`
template <class T>
class [[nodiscard]] Result : public boost::system::result<T, Error> {
 public:
  using boost::system::result<T, Error>::result;
};

/// Puts `prefix` before the error's place: an inner validator names the place relative to its own
/// argument, its caller knows where that argument stood.
inline Error at(std::string prefix, Error error) {
  error.where = std::move(prefix) + error.where;
  return error;
}

}  // namespace cutover

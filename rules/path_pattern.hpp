#pragma once

// The `path-pattern` condition: what a value may be, and which text it is compared with (ALB user
// guide: Condition types for listener rules, "Path conditions").

#include <cstddef>
#include <span>
#include <string_view>

#include "rules/result.hpp"

namespace cutover::rules {

/// Checks one value. The error has no place: the caller knows where the value stood.
Result<void> validate_path_pattern(std::string_view value);

/// The longest path that is normalised: ALB's limit for a whole request line. A longer one, which
/// ALB would have answered with 414 before looking at rules, is compared as it was received.
inline constexpr std::size_t normalised_path_most = 16 * 1024;

/// Rules may compare `path` as it is: it is visible ASCII, not empty, and normalising it would
/// change nothing. May say no to a path that would turn out unchanged.
bool is_plain_path(std::string_view path);

/// The path that rules see. ALB evaluates path rules after URI normalisation without saying which;
/// here it is RFC 3986 section 6.2.2: percent-encoded unreserved characters are decoded, then dot
/// segments removed; and an empty path is `/` (section 6.2.3). Reserved characters stay encoded,
/// and repeated slashes stay. Gives a view of `buffer`, or `path` itself when it exceeds
/// normalised_path_most. `buffer` has at least min(path.size(), normalised_path_most) bytes.
std::string_view normalised_path(std::string_view path, std::span<char> buffer);

}  // namespace cutover::rules

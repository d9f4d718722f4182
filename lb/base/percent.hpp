#pragma once

// Percent-encoding, as paths and form fields use it (RFC 3986 section 2.1).

#include <optional>
#include <string>
#include <string_view>

namespace cutover {

/// In a form "+" stands for a space (application/x-www-form-urlencoded); in a path for itself.
enum class Plus { itself, space };

/// The bytes meant, or nullopt when an escape is broken.
std::optional<std::string> percent_decoded(std::string_view text, Plus plus);

/// As part of a path: all but RFC 3986's unreserved characters and "/" is escaped.
std::string percent_encoded(std::string_view text);

}  // namespace cutover

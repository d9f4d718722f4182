#pragma once

// What text may leave and enter the program: UTF-8, and on its way into XML only characters that
// XML 1.0 can hold.

#include <string>
#include <string_view>

namespace cutover::api::wire {

bool is_utf8(std::string_view text);

/// The same text; each byte that is not part of valid UTF-8, and each character that XML 1.0 can't
/// hold, becomes U+FFFD.
std::string clean_text(std::string_view text);

}  // namespace cutover::api::wire

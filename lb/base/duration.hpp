#pragma once

// Durations as people write them in plans and flags: "250us", "5ms", "1.5s", "2m", "1h".

#include <string>
#include <string_view>

#include "lb/base/clock.hpp"
#include "lb/base/result.hpp"

namespace cutover {

/// The longest duration that may be written: a year of 365 days.
inline constexpr Duration duration_most = std::chrono::hours(24 * 365);

/// A decimal number directly followed by ns, us, ms, s, m or h; exact to the nanosecond. Neither
/// signs nor spaces nor several units. The error has no place: the caller knows where it stood.
Result<Duration> parse_duration(std::string_view text);

/// The shortest exact spelling that parse_duration() reads back: 90 s is "90s", 120 s is "2m",
/// 1500 us is "1.5ms", zero is "0s". A negative duration gets a minus sign.
std::string format_duration(Duration duration);

}  // namespace cutover

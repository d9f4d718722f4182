#pragma once

// Moments as AWS's XML protocols write and read them.

#include <optional>
#include <string>
#include <string_view>

#include "lb/base/clock.hpp"

namespace cutover::api {

/// "2016-03-25T21:26:12.920Z"
std::string iso_time(WallTime time);

/// "2026-11-25T18:32:31Z", with a fraction or an offset ("+01:00") if need be; nullopt for anything
/// else.
std::optional<WallTime> parse_iso_time(std::string_view text);

}  // namespace cutover::api

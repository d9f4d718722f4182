#pragma once

// Dates as HTTP writes them (RFC 9110 §5.6.7, IMF-fixdate): "Sun, 06 Nov 1994 08:49:37 GMT".

#include "lb/base/clock.hpp"

namespace cutover::lb::http {

/// Writes all 29 bytes, without a terminating zero. `now` in the years 0 to 9999.
void write_http_date(WallTime now, char (&out)[29]);

}  // namespace cutover::lb::http

#pragma once

// Fresh roots for X-Amzn-Trace-Id (ALB user guide: Request tracing): "1-<epoch seconds, 8 hex
// digits>-<24 random hex digits>".

#include "lb/base/clock.hpp"
#include "lb/base/random.hpp"

namespace cutover::lb::http {

/// Writes all 35 bytes, without a terminating zero.
void write_trace_id(WallTime now, Random& random, char (&out)[35]);

}  // namespace cutover::lb::http

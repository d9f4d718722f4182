#pragma once

// What the control endpoint shows of a running load balancer: its metrics and its why-traces.

#include <functional>

#include "cutover/console/router.hpp"
#include "lb/observe/metrics.hpp"
#include "lb/observe/why_trace.hpp"

namespace cutover::console {

/// Where it is read from, each time it is asked for; on the router's thread.
struct Observed {
  std::function<lb::MetricsSnapshot()> metrics;
  std::function<const lb::TraceStore&()> traces;
};

/// GET /health         {"status": "running"}
/// GET /metrics        Prometheus text
/// GET /metrics.json   CloudWatch's names and dimensions
/// GET /traces         the kept why-traces in short, the newest first
/// GET /traces/ID      one, as JSON; as text for ?format=text or an Accept of text/plain
void add_observation(Router& router, Observed observed);

}  // namespace cutover::console

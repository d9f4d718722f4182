#pragma once

// What the control endpoint shows of the running load balancers: their metrics and why-traces.

#include <functional>
#include <vector>

#include "cutover/console/router.hpp"
#include "lb/observe/metrics.hpp"
#include "lb/observe/why_trace.hpp"

namespace cutover::console {

/// Where it is read from, each time it is asked for; on the router's thread.
struct Observed {
  std::function<std::vector<lb::MetricsSnapshot>()> metrics;  ///< One per load balancer.
  std::function<std::vector<const lb::TraceStore*>()> traces;
};

/// GET /health         {"status": "running"}
/// GET /metrics        Prometheus text
/// GET /metrics.json   CloudWatch's names and dimensions
/// GET /traces         the kept why-traces in short, the newest first
/// GET /traces/ID      one, as JSON; as text for ?format=text or an Accept of text/plain
void add_observation(Router& router, Observed observed);

}  // namespace cutover::console

#pragma once

// CloudWatch's operations. Not for other folders.

#include "cutover/api/cloudwatch/history.hpp"
#include "cutover/api/service.hpp"

namespace cutover::api::cloudwatch {

/// Everything an operation works on; borrowed.
struct Context {
  const Call& call;
  Protocol protocol;  ///< Query or JSON, which write times and maps differently.
  const History& history;
  const Snapshots& present;
  WallTime now;
};

Outcome get_metric_data(const Context& context);
Outcome get_metric_statistics(const Context& context);
Outcome list_metrics(const Context& context);

}  // namespace cutover::api::cloudwatch

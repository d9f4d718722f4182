#pragma once

// Does a fault to running clusters, and finds the task that a person means.

#include <string>
#include <string_view>

#include "containers/clusters.hpp"
#include "cutover/stack/fault.hpp"
#include "lb/base/result.hpp"

namespace cutover::stack {

struct FoundTask {
  containers::Cluster* cluster = nullptr;
  std::string id;
};

/// "service/number" (among its running tasks, the oldest is 0), a task's id or ARN, or the
/// beginning of an id that no other task's has. Control thread, as all of this.
Result<FoundTask> find_task(const containers::Clusters& clusters, std::string_view name);

/// Container instances are counted through all clusters, in the order of the clusters' names.
Result<void> inject(containers::Clusters& clusters, const Fault& fault);

}  // namespace cutover::stack

#pragma once

// Does a fault to a running cluster, and finds the task that a person means.

#include <string>
#include <string_view>

#include "containers/cluster.hpp"
#include "cutover/stack/fault.hpp"
#include "lb/base/result.hpp"

namespace cutover::stack {

/// "service/number" (among its running tasks, the oldest is 0), a task's id or ARN, or the
/// beginning of an id that no other task's has. Control thread, as all of this.
Result<std::string> find_task(const containers::Cluster& cluster, std::string_view name);

Result<void> inject(containers::Cluster& cluster, const Fault& fault);

}  // namespace cutover::stack

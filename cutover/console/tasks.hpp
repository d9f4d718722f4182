#pragma once

// Tasks over the control endpoint: what runs, what it wrote, and faults on demand.
//
//   GET  /_cutover/tasks                 every task, oldest first
//   GET  /_cutover/logs/TASK             what its containers wrote; ?container=NAME for one
//   POST /_cutover/faults                a fault as in a plan (cutover/stack/fault.hpp)

#include <functional>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "containers/task.hpp"
#include "containers/task_log.hpp"
#include "cutover/console/router.hpp"
#include "lb/base/result.hpp"

namespace cutover::console {

/// What the routes ask for; called on the server's thread.
struct TaskSource {
  std::function<std::vector<containers::TaskDescription>()> tasks;
  std::function<Result<std::vector<containers::TaskLog>>(std::string_view task)> logs;
  std::function<Result<void>(const nlohmann::json& fault)> inject;
};

void add_tasks(Router& router, TaskSource source);

}  // namespace cutover::console

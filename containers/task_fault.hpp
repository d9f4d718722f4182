#pragma once

// Faults on demand: what may be done to the containers of a running task from outside.

#include <variant>

#include "containers/apps/behaviour.hpp"

namespace cutover::containers {

namespace task_fault {

/// SIGKILL, as if from outside: the container exits with 137, and its task learns it from that.
struct Kill {};
/// It holds its connections and answers nothing, until Resume.
struct Pause {};
struct Resume {};
/// It behaves otherwise from now on: slow, failing, … A built-in app of this process does so
/// itself. Any other program is made to by the load balancer, on the way to the task's targets;
/// direct calls of its port do not meet that. It ends with the next change (of the usual behaviour:
/// without one) or with the task; Resume does not end it.
struct Change {
  apps::AppBehaviour behaviour;
};

}  // namespace task_fault

using TaskFault =
    std::variant<task_fault::Kill, task_fault::Pause, task_fault::Resume, task_fault::Change>;

}  // namespace cutover::containers

#pragma once

// What must hold among the containers of a task definition and between them and their task. Follows
// the ECS developer guide: task definition parameters.

#include <string_view>

#include "containers/task_definition.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

/// The error's place is relative to the definition: "/containerDefinitions/1/name". Host ports are
/// checked as they are written, before apply_network_mode().
Result<void> check_task_definition(const TaskDefinition& definition);

/// Fills in the host ports that the network mode decides.
void apply_network_mode(TaskDefinition& definition);

}  // namespace cutover::containers

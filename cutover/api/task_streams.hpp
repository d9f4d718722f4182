#pragma once

// What the tasks of a region write, as the log streams that CloudWatch Logs would have of it.

#include <vector>

#include "cutover/api/logs/logs.hpp"
#include "cutover/stack/running_stack.hpp"

namespace cutover::api {

/// Group and prefix are those of the definition's awslogs options, else "/ecs/<family>" and "ecs".
std::vector<logs::Stream> task_streams(stack::RunningStack& stack);

}  // namespace cutover::api

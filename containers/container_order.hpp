#pragma once

// In which order the containers of a task start and stop (ECS developer guide: Container
// dependency). Pure questions about a task's state.

#include <cstddef>
#include <optional>
#include <string>

#include "containers/task_state.hpp"

namespace cutover::containers {

/// Whether everything that this container waits for has come about.
bool may_start(const TaskState& state, std::size_t container);

/// Why this container can never start, or nothing: it waits for what can no longer happen, or (at
/// `now`) has waited for too long.
std::optional<std::string> never_starts(const TaskState& state, std::size_t container,
                                        TimePoint now);

/// Whether no living container depends on this one: it may be told to stop.
bool may_stop(const TaskState& state, std::size_t container);

/// When others stop waiting for something to become of this container, if some wait for it.
std::optional<TimePoint> wait_ends(const TaskState& state, std::size_t container);

}  // namespace cutover::containers

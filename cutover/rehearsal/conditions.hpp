#pragma once

// What a wait waits for, looked up in a running stack.

#include <optional>
#include <string>

#include "cutover/rehearsal/plan.hpp"
#include "cutover/stack/running_stack.hpp"

namespace cutover::rehearsal {

/// What is still missing, for people ("api: 1 of 2 tasks running"), or nothing when all is reached.
std::optional<std::string> missing(const Wait& wait, stack::RunningStack& stack);

}  // namespace cutover::rehearsal

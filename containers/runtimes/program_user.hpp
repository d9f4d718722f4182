#pragma once

// Whom a program runs as, from a container definition's `user`.

#include <optional>
#include <string>

#include "containers/runtimes/supervisor.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

/// "user", "user:group", "uid" or "uid:gid", by this machine's own names; nothing for "". Another
/// user than the present one can only be had by root.
Result<std::optional<SupervisedCommand::User>> program_user(const std::string& text);

}  // namespace cutover::containers

#pragma once

// The processes of this system, as /proc tells of them.

#include <sys/types.h>

#include <vector>

namespace cutover::containers {

/// All that descend from `ancestor` now, without itself.
std::vector<pid_t> descendants(pid_t ancestor);

}  // namespace cutover::containers

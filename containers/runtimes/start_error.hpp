#pragma once

// How the runtimes word a container that never ran, after ECS' stopped-task errors.

#include <string>
#include <string_view>

namespace cutover::containers {

inline std::string cannot_start(std::string_view why) {
  return std::string("CannotStartContainerError: ").append(why);
}

/// What a shell makes of a signal, and so Docker's exit codes: 128 + its number.
inline constexpr int exit_after_sigkill = 137;
inline constexpr int exit_after_sigterm = 143;

}  // namespace cutover::containers

#pragma once

// How the runtimes word why a container did not run or ended, after ECS' stopped-task errors.

#include <string>
#include <string_view>

namespace cutover::containers {

inline std::string cannot_start(std::string_view why) {
  return std::string("CannotStartContainerError: ").append(why);
}

inline std::string cannot_create(std::string_view why) {
  return std::string("CannotCreateContainerError: ").append(why);
}
inline std::string cannot_pull(std::string_view why) {
  return std::string("CannotPullContainerError: ").append(why);
}
/// Of a container that the agent can no longer see.
inline std::string cannot_inspect(std::string_view why) {
  return std::string("CannotInspectContainerError: ").append(why);
}
inline std::string out_of_memory() {
  return "OutOfMemoryError: Container killed due to memory usage";
}

/// What a shell makes of a signal, and so Docker's exit codes: 128 + its number.
inline constexpr int exit_after_sigkill = 137;
inline constexpr int exit_after_sigterm = 143;

}  // namespace cutover::containers

#pragma once

// Whose a container of the engine is: the process that started it, named so that a later run can
// tell whether that process is gone, and never mistakes another one with the same pid for it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cutover::containers {

struct DockerOwner {
  int pid = 0;
  std::uint64_t start = 0;    ///< When it began, in the kernel's ticks since boot.
  std::string pid_namespace;  ///< "pid:[4026531836]": what pids mean depends on it.
  std::string boot;           ///< Changes each time the machine starts.
  std::string machine;        ///< Its name.

  friend bool operator==(const DockerOwner&, const DockerOwner&) = default;
};

DockerOwner this_process();

/// In one line, as a label's value, and back.
std::string to_string(const DockerOwner& owner);
std::optional<DockerOwner> parse_docker_owner(std::string_view text);

/// Whether `owner` has ended for certain, as seen by `observer`, this process: another machine's
/// processes, or those of another pid namespace, cannot be looked for and count as alive.
bool is_gone(const DockerOwner& owner, const DockerOwner& observer);

/// The start time in a line of /proc/PID/stat; nothing for a process that has ended and is only
/// remembered until its parent has asked for it.
std::optional<std::uint64_t> start_of_stat(std::string_view stat);

}  // namespace cutover::containers

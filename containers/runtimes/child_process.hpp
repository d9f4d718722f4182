#pragma once

// Starts one program as a child of this process, with its standard output and error on pipes.

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "lb/base/descriptor.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

/// A child that has been started and is waited for by whoever holds this.
struct SpawnedChild {
  pid_t pid = -1;
  Descriptor pidfd;   ///< Readable once the child has ended.
  Descriptor output;  ///< What it prints, not blocking. None when it is discarded.
  Descriptor errors;
};

/// Where a program of that name is: as it is when it has a slash, else in PATH. The name itself
/// when it isn't found.
std::string find_program(const std::string& name);

enum class Output { piped, discarded };

/// The child leads a process group of its own, has no other descriptor of this process, default
/// signal handling, and is killed when the calling thread ends. `environment` is added to this
/// process' own. When the program cannot be run, the child says so on its standard error and ends
/// with 126 or 127, as a shell's does.
Result<SpawnedChild> spawn(const std::string& program, const std::vector<std::string>& arguments,
                           const std::vector<std::pair<std::string, std::string>>& environment,
                           Output output = Output::piped);

/// Whether the child of this pidfd has ended; does not wait.
bool has_ended(int pidfd);

/// Waits for a child to end and frees its pid. Gives its own exit code, or 128 + the signal that
/// ended it.
int reap(pid_t pid);

}  // namespace cutover::containers

#pragma once

// Starts one program as a child of this process, with its standard output and error on pipes, and
// if wanted in namespaces of its own.

#include <sys/types.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "containers/runtimes/isolation.hpp"
#include "lb/base/descriptor.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

/// What a shell gives for a program that it can't run, or can't find.
inline constexpr int exit_not_executable = 126;
inline constexpr int exit_not_found = 127;

/// Where a program of that name is: as it is when it has a slash, else in `path`, directories with
/// colons between them. The name itself when it isn't found.
std::string find_program(const std::string& name, std::string_view path);
/// In this process' own PATH.
std::string find_program(const std::string& name);

/// "NAME=value" for each of `added`, and what this process' own environment has besides.
std::vector<std::string> merged_environment(
    const std::vector<std::pair<std::string, std::string>>& added);

/// Pointers into `texts`, ended by a null pointer, as exec wants them.
std::vector<char*> pointers(std::vector<std::string>& texts);

struct ChildLaunch {
  std::string program;                 ///< A path.
  std::vector<std::string> arguments;  ///< The program's name first.
  std::vector<std::string> environment;
  std::string directory;  ///< Where it runs, and a relative `program` is; empty: as this process.
  int input = -1;         ///< A descriptor that it has as its standard input; -1: nothing.
  bool keeps_output = true;  ///< Else it is thrown away.
  Isolation isolation{};
  /// Descriptors of this process that the child has as 3, 4, …; five at most.
  std::vector<int> passed{};
};

/// A child that has been started and is waited for by whoever holds this.
struct SpawnedChild {
  pid_t pid = -1;
  Descriptor pidfd;   ///< Readable once the child has ended.
  Descriptor output;  ///< What it prints, not blocking. None when it is thrown away.
  Descriptor errors;
};

/// The child leads a process group of its own, has no other descriptor of this process, default
/// signal handling, and is killed when the calling thread ends. When the program cannot be run, the
/// child says so on its standard error and ends with 126 or 127, as a shell's does.
Result<SpawnedChild> spawn(const ChildLaunch& launch);

/// Whether the child of this pidfd has ended; does not wait.
bool has_ended(int pidfd);

/// Waits for a child to end and frees its pid. Gives its own exit code, or 128 + the signal that
/// ended it.
int reap(pid_t pid);

/// The same of what waitpid() gave.
int exit_code_of(int status);

}  // namespace cutover::containers

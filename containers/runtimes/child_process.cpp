#include "containers/runtimes/child_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <string_view>

namespace cutover::containers {

namespace {

constexpr int exit_not_executable = 126;
constexpr int exit_not_found = 127;

Error system_error(std::string_view what) {
  return {"CannotStartProcess", "", fmt::format("{} failed: {}", what, std::strerror(errno))};
}

/// A close-on-exec copy above the standard descriptors, which the child replaces: this process may
/// itself have been started without them.
Descriptor lifted(Descriptor descriptor) {
  if (descriptor.get() > STDERR_FILENO) return descriptor;
  return Descriptor(fcntl(descriptor.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

struct Pipe {
  Descriptor reader;
  Descriptor writer;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("pipe");
  Pipe pipe{lifted(Descriptor(ends[0])), lifted(Descriptor(ends[1]))};
  if (fcntl(pipe.reader.get(), F_SETFL, O_NONBLOCK) != 0 || pipe.writer.get() < 0)
    return system_error("pipe");
  return pipe;
}

/// Pointers into `texts`, ended by a null pointer, as exec wants them.
std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  list.reserve(texts.size() + 1);
  for (auto& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

std::vector<std::string> merged_environment(
    const std::vector<std::pair<std::string, std::string>>& added) {
  std::vector<std::string> merged;
  for (char** entry = environ; entry && *entry; ++entry) {
    const std::string_view text(*entry);
    const auto name = text.substr(0, text.find('='));
    const bool replaced = std::any_of(added.begin(), added.end(),
                                      [name](const auto& own) { return own.first == name; });
    if (!replaced) merged.emplace_back(text);
  }
  for (const auto& [name, value] : added) merged.push_back(fmt::format("{}={}", name, value));
  return merged;
}

/// Everything the child needs, made before the fork: between fork and exec nothing may allocate,
/// because another thread may have held the allocator's lock.
struct Launch {
  const char* program;
  char* const* arguments;
  char* const* environment;
  int output;
  int errors;
  pid_t parent;
  std::string_view complaint;
};

[[noreturn]] void run_child(const Launch& launch) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // Without this look the child of a parent that had died before the line above would stay.
  if (getppid() != launch.parent) _exit(128 + SIGKILL);
  setpgid(0, 0);

  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGCHLD}) ::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);

  const int null = open("/dev/null", O_RDWR);
  dup2(null, STDIN_FILENO);
  dup2(launch.output < 0 ? null : launch.output, STDOUT_FILENO);
  dup2(launch.errors < 0 ? null : launch.errors, STDERR_FILENO);
  // Asio's sockets are not marked close-on-exec: listeners would live on in the child.
  close_range(STDERR_FILENO + 1, ~0U, 0);

  execve(launch.program, launch.arguments, launch.environment);
  const int status = errno == ENOENT ? exit_not_found : exit_not_executable;
  [[maybe_unused]] const auto written =
      write(STDERR_FILENO, launch.complaint.data(), launch.complaint.size());
  _exit(status);
}

}  // namespace

std::string find_program(const std::string& name) {
  const char* const path = std::getenv("PATH");
  if (name.empty() || name.find('/') != name.npos || path == nullptr) return name;
  std::string_view rest(path);
  while (!rest.empty()) {
    const auto end = std::min(rest.find(':'), rest.size());
    const std::string candidate = fmt::format("{}/{}", rest.substr(0, end), name);
    if (end > 0 && access(candidate.c_str(), X_OK) == 0) return candidate;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return name;
}

Result<SpawnedChild> spawn(const std::string& program, const std::vector<std::string>& arguments,
                           const std::vector<std::pair<std::string, std::string>>& environment,
                           Output wanted) {
  Pipe output;
  Pipe errors;
  for (Pipe* const pipe : {&output, &errors}) {
    if (wanted == Output::discarded) continue;
    auto made = make_pipe();
    if (!made) return made.error();
    *pipe = std::move(*made);
  }

  auto argument_texts = arguments;
  auto environment_texts = merged_environment(environment);
  const auto argument_list = pointers(argument_texts);
  const auto environment_list = pointers(environment_texts);
  const std::string complaint = fmt::format("cannot execute {}\n", program);
  const Launch launch{program.c_str(),
                      argument_list.data(),
                      environment_list.data(),
                      output.writer.get(),
                      errors.writer.get(),
                      getpid(),
                      complaint};
  SpawnedChild child;
  child.pid = fork();
  if (child.pid < 0) return system_error("fork");
  if (child.pid == 0) run_child(launch);
  // Both sides do it, so that the group exists whichever comes first.
  setpgid(child.pid, child.pid);

  child.pidfd = Descriptor(static_cast<int>(syscall(SYS_pidfd_open, child.pid, 0)));
  if (child.pidfd.get() < 0) {
    auto error = system_error("pidfd_open");
    ::kill(child.pid, SIGKILL);
    reap(child.pid);
    return error;
  }
  child.output = std::move(output.reader);
  child.errors = std::move(errors.reader);
  return child;
}

bool has_ended(int pidfd) {
  pollfd state{pidfd, POLLIN, 0};
  return ::poll(&state, 1, 0) == 1;
}

int reap(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return 0;  // Someone set SIGCHLD to be ignored: the status is lost.
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace cutover::containers

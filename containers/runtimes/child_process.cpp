#include "containers/runtimes/child_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

namespace cutover::containers {

namespace {

/// The child's own descriptors are below this: standard ones, and those that are passed on.
constexpr int child_descriptors_most = 8;

Error system_error(std::string_view what) {
  return {"CannotStartProcess", "", fmt::format("{} failed: {}", what, std::strerror(errno))};
}

/// A close-on-exec copy above the numbers that the child replaces.
Descriptor lifted(int descriptor) {
  return Descriptor(fcntl(descriptor, F_DUPFD_CLOEXEC, child_descriptors_most));
}

struct Pipe {
  Descriptor reader;
  Descriptor writer;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("pipe");
  const Descriptor writer(ends[1]);
  Pipe pipe{Descriptor(ends[0]), lifted(writer.get())};
  if (fcntl(pipe.reader.get(), F_SETFL, O_NONBLOCK) != 0 || !pipe.writer)
    return system_error("pipe");
  return pipe;
}

/// Everything the child needs, made before the fork: between fork and exec nothing may allocate,
/// because another thread may have held the allocator's lock.
struct Prepared {
  const char* program;
  char* const* arguments;
  char* const* environment;
  const char* directory;
  int input;
  int output;
  int errors;
  const std::vector<Descriptor>& passed;
  pid_t parent;  ///< As the child sees it: outside its namespace it sees 0.
  std::string_view complaint;
};

[[noreturn]] void run_child(const Prepared& prepared) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // Without this look the child of a parent that had died before the line above would stay.
  if (getppid() != prepared.parent) _exit(128 + SIGKILL);
  setpgid(0, 0);

  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGCHLD}) ::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);

  const int null = open("/dev/null", O_RDWR);
  dup2(prepared.input < 0 ? null : prepared.input, STDIN_FILENO);
  dup2(prepared.output < 0 ? null : prepared.output, STDOUT_FILENO);
  dup2(prepared.errors < 0 ? null : prepared.errors, STDERR_FILENO);
  int next = STDERR_FILENO + 1;
  for (const Descriptor& descriptor : prepared.passed) dup2(descriptor.get(), next++);
  // Asio's sockets are not marked close-on-exec: listeners would live on in the child.
  close_range(static_cast<unsigned>(next), ~0U, 0);

  const bool there = *prepared.directory == '\0' || chdir(prepared.directory) == 0;
  if (there) execve(prepared.program, prepared.arguments, prepared.environment);
  const int status = there && errno == ENOENT ? exit_not_found : exit_not_executable;
  [[maybe_unused]] const auto written =
      write(STDERR_FILENO, prepared.complaint.data(), prepared.complaint.size());
  _exit(status);
}

}  // namespace

std::string find_program(const std::string& name, std::string_view path) {
  if (name.empty() || name.find('/') != name.npos) return name;
  while (!path.empty()) {
    const auto end = std::min(path.find(':'), path.size());
    std::string candidate = fmt::format("{}/{}", path.substr(0, end), name);
    if (end > 0 && access(candidate.c_str(), X_OK) == 0) return candidate;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return name;
}

std::string find_program(const std::string& name) {
  const char* const path = std::getenv("PATH");
  return find_program(name, path ? path : "");
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

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  list.reserve(texts.size() + 1);
  for (auto& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

Result<SpawnedChild> spawn(const ChildLaunch& launch) {
  Pipe output;
  Pipe errors;
  for (Pipe* const pipe : {&output, &errors}) {
    if (!launch.keeps_output) continue;
    auto made = make_pipe();
    if (!made) return made.error();
    *pipe = std::move(*made);
  }
  const Descriptor input = launch.input < 0 ? Descriptor() : lifted(launch.input);
  if (launch.input >= 0 && !input) return system_error("dup");
  std::vector<Descriptor> passed;
  for (const int descriptor : launch.passed) {
    passed.push_back(lifted(descriptor));
    if (!passed.back()) return system_error("dup");
  }

  auto argument_texts = launch.arguments;
  auto environment_texts = launch.environment;
  const auto argument_list = pointers(argument_texts);
  const auto environment_list = pointers(environment_texts);
  const std::string complaint =
      launch.directory.empty()
          ? fmt::format("cannot execute {}\n", launch.program)
          : fmt::format("cannot execute {} in {}\n", launch.program, launch.directory);
  const Prepared prepared{launch.program.c_str(),
                          argument_list.data(),
                          environment_list.data(),
                          launch.directory.c_str(),
                          input.get(),
                          output.writer.get(),
                          errors.writer.get(),
                          passed,
                          launch.isolation.processes ? 0 : getpid(),
                          complaint};
  SpawnedChild child;
  int pidfd = -1;
  child.pid = fork_isolated(launch.isolation, pidfd);
  if (child.pid < 0) return system_error("fork");
  if (child.pid == 0) run_child(prepared);
  child.pidfd = Descriptor(pidfd);
  // Both sides do it, so that the group exists whichever comes first.
  setpgid(child.pid, child.pid);
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
  return exit_code_of(status);
}

int exit_code_of(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace cutover::containers

#include "containers/runtimes/supervisor.hpp"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <map>

#include "containers/runtimes/child_process.hpp"
#include "containers/runtimes/inner_sockets.hpp"
#include "containers/runtimes/processes.hpp"
#include "lb/base/descriptor.hpp"

namespace cutover::containers {

namespace {

using nlohmann::json;

constexpr int exit_when_killed = 128 + SIGKILL;

/// What a child that is to execute something could not do.
struct Failure {
  enum class Step { none, cgroup, user, directory, execution } step = Step::none;
  int number = 0;
};

std::string_view name_of(Failure::Step step) {
  if (step == Failure::Step::cgroup) return "cgroup";
  if (step == Failure::Step::user) return "user";
  if (step == Failure::Step::directory) return "directory";
  return "exec";
}

class Supervisor {
 public:
  /// Until the command and all that it has left behind are gone; its exit code.
  int run() {
    // Whatever loses its parent becomes a child of this process. A namespace does that by itself.
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    // Without a namespace, those processes have to be killed one by one when the other end is gone.
    if (!is_first_) prctl(PR_SET_PDEATHSIG, 0);
    const json first = first_message();
    if (!first.contains("command") || !start(first)) return exit_code_;
    while (command_ > 0) wait();
    return exit_code_;
  }

  explicit Supervisor(Descriptor signals) : signals_(std::move(signals)) {}

 private:
  json first_message() {
    for (;;) {
      pollfd readable{supervisor_control, POLLIN, 0};
      poll(&readable, 1, -1);
      bool closed = false;
      const auto message = supervision::receive(supervisor_control, closed);
      if (message) return *message;
      if (closed) return {};
    }
  }

  bool start(const json& message) {
    environment_ = message["environment"].get<std::vector<std::string>>();
    directory_ = message["directory"];
    in_cgroup_ = message["inCgroup"];
    if (message.contains("user")) user_ = {message["user"][0], message["user"][1]};
    Failure failure;
    command_ = launch(message["command"], true, failure);
    if (command_ > 0) {
      tell(supervision::running());  // Should nobody hear it, the loop ends what was started.
      return true;
    }
    exit_code_ = failure.number == ENOENT ? exit_not_found : exit_not_executable;
    tell(supervision::failed(std::string(name_of(failure.step)), failure.number));
    return false;
  }

  /// The pid, once the program has been executed.
  pid_t launch(const std::vector<std::string>& command, bool is_main, Failure& failure) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
      failure = {Failure::Step::execution, errno};
      return -1;
    }
    Descriptor reader(ends[0]);
    Descriptor writer(ends[1]);
    const pid_t supervisor = getpid();
    const pid_t pid = fork();
    if (pid == 0) become(command, is_main, writer.get(), supervisor);
    writer.reset();
    if (pid < 0) failure = {Failure::Step::execution, errno};
    // The pipe closes when the program is executed: then nothing can be read.
    if (pid < 0 || read(reader.get(), &failure, sizeof(failure)) != sizeof(failure)) return pid;
    waitpid(pid, nullptr, 0);
    return -1;
  }

  [[noreturn]] void become(std::vector<std::string> command, bool is_main, int failures,
                           pid_t supervisor) {
    const auto give_up = [failures](Failure::Step step) {
      const Failure failure{step, errno};
      [[maybe_unused]] const auto written = write(failures, &failure, sizeof(failure));
      _exit(exit_not_executable);
    };
    setsid();
    if (is_main) tell(supervision::begun());
    if (!is_main) discard_output();
    if (in_cgroup_ && write(supervisor_cgroup, "0", 1) != 1) give_up(Failure::Step::cgroup);
    if (!directory_.empty() && chdir(directory_.c_str()) != 0) give_up(Failure::Step::directory);
    if (user_ && !become_user()) give_up(Failure::Step::user);
    // Changes of user take this back, so it comes last.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != supervisor) _exit(exit_when_killed);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    const std::string program = find_program(command.front(), path());
    execve(program.c_str(), pointers(command).data(), pointers(environment_).data());
    give_up(Failure::Step::execution);
    _exit(exit_not_executable);
  }

  static void discard_output() {
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
  }

  bool become_user() const {
    return setgroups(0, nullptr) == 0 && setresgid(user_->group, user_->group, user_->group) == 0 &&
           setresuid(user_->user, user_->user, user_->user) == 0;
  }

  std::string_view path() const {
    const std::string_view name = "PATH=";
    for (const std::string_view variable : environment_) {
      if (variable.starts_with(name)) return variable.substr(name.size());
    }
    return {};
  }

  void wait() {
    std::array<pollfd, 3> ready{pollfd{supervisor_control, POLLIN, 0},
                                pollfd{signals_.get(), POLLIN, 0}, pollfd{sockets_, POLLIN, 0}};
    if (poll(ready.data(), ready.size(), -1) < 0) return;
    if (ready[0].revents != 0) take_message();
    if (ready[1].revents != 0) {
      signalfd_siginfo ignored{};
      [[maybe_unused]] const auto size = read(signals_.get(), &ignored, sizeof(ignored));
      collect(WNOHANG);
    }
    if (ready[2].revents != 0 && !hand_over_sockets(sockets_)) sockets_ = -1;
  }

  void take_message() {
    bool closed = false;
    const auto message = supervision::receive(supervisor_control, closed);
    if (closed) return kill_everyone();
    if (!message) return;
    if (message->contains("kill")) return kill_everyone();
    if (message->contains("signal")) return send_signal((*message)["signal"], *message);
    if (message->contains("execute")) return execute((*message)["execute"], (*message)["command"]);
    if (message->contains("endExecution")) end_execution((*message)["endExecution"]);
  }

  void send_signal(int number, const json& message) const {
    if (!message["everyone"]) {
      ::kill(command_, number);
    } else {
      signal_everyone(number);
    }
  }

  void signal_everyone(int number) const {
    if (is_first_) {
      ::kill(-1, number);
    } else {
      for (const pid_t each : descendants(getpid())) ::kill(each, number);
    }
  }

  void execute(std::uint64_t id, const std::vector<std::string>& command) {
    Failure failure;
    const pid_t pid = launch(command, false, failure);
    if (pid > 0) {
      executions_[pid] = id;
    } else {
      tell(supervision::executed(id,
                                 failure.number == ENOENT ? exit_not_found : exit_not_executable));
    }
  }

  void end_execution(std::uint64_t id) const {
    for (const auto& [pid, its] : executions_) {
      if (its == id) ::kill(-pid, SIGKILL);
    }
  }

  /// Takes the ends of children, until none has ended or (without WNOHANG) none is left.
  void collect(int options) {
    int status = 0;
    for (;;) {
      const pid_t pid = waitpid(-1, &status, options);
      if (pid < 0 && errno == EINTR) continue;
      if (pid <= 0) return;
      if (pid == command_) {
        command_ = 0;
        exit_code_ = exit_code_of(status);
        return kill_everyone();
      }
      const auto execution = executions_.find(pid);
      if (execution == executions_.end()) continue;
      tell(supervision::executed(execution->second, exit_code_of(status)));
      executions_.erase(execution);
    }
  }

  /// Also what is started while this goes on. Ends when no child is left.
  void kill_everyone() {
    while (waitid(P_ALL, 0, nullptr, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD) {
      signal_everyone(SIGKILL);
      int status = 0;
      for (pid_t pid = waitpid(-1, &status, 0); pid > 0; pid = waitpid(-1, &status, WNOHANG)) {
        if (pid != command_) continue;
        exit_code_ = exit_code_of(status);
        command_ = 0;
      }
    }
  }

  /// When the other end is gone, reading from it shows it.
  static void tell(const json& message) { (void)supervision::send(supervisor_control, message); }

  const bool is_first_ = getpid() == 1;
  const Descriptor signals_;
  int sockets_ = supervisor_sockets;
  pid_t command_ = 0;
  int exit_code_ = exit_when_killed;
  std::vector<std::string> environment_;
  std::string directory_;
  std::optional<SupervisedCommand::User> user_;
  bool in_cgroup_ = false;
  std::map<pid_t, std::uint64_t> executions_;
};

}  // namespace

int supervise() {
  prctl(PR_SET_NAME, "supervise");
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE}) {
    // The defaults are what the command gets; here they must not end anything.
    struct sigaction ignore {};
    ignore.sa_handler = [](int) {};
    ignore.sa_flags = SA_RESTART;
    sigaction(number, &ignore, nullptr);
  }
  for (const int given : {supervisor_control, supervisor_sockets, supervisor_cgroup}) {
    fcntl(given, F_SETFD, FD_CLOEXEC);
  }
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGCHLD);
  sigprocmask(SIG_BLOCK, &ends, nullptr);
  return Supervisor(Descriptor(signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK))).run();
}

}  // namespace cutover::containers

#include "containers/runtimes/docker_guardian.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "containers/runtimes/child_process.hpp"
#include "containers/runtimes/docker_engine.hpp"
#include "lb/base/timers.hpp"

namespace cutover::containers {

namespace {

namespace asio = boost::asio;

constexpr char nothing_left = '.';

/// A request to create a container may have been under way when its caller ended: the guardian
/// looks until it has found nothing this many times in a row.
constexpr int empty_looks_wanted = 4;
constexpr Duration look_interval = std::chrono::milliseconds(500);
/// After that the containers are left to the next run.
constexpr Duration work_most = std::chrono::minutes(2);

Error system_error(std::string_view what, int number) {
  return {"CannotStartGuardian", "", fmt::format("{} failed: {}", what, std::strerror(number))};
}

/// What the guardian is started with. Everything a child would inherit is replaced.
class SpawnSettings {
 public:
  explicit SpawnSettings(int connection) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, connection, STDIN_FILENO);
    posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    posix_spawnattr_init(&attributes_);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGCHLD}) {
      sigaddset(&signals, signal);
    }
    posix_spawnattr_setsigdefault(&attributes_, &signals);
    posix_spawnattr_setflags(
        &attributes_,
        static_cast<short>(POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    posix_spawnattr_destroy(&attributes_);
    posix_spawn_file_actions_destroy(&actions_);
  }

  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

/// Looks for the run's containers until there are none, then stops its io_context.
class Removal {
 public:
  Removal(asio::io_context& io, Timers& timers, const std::string& docker_host, std::string run)
      : engine_(std::make_shared<DockerEngine>(io, timers, docker_host)), run_(std::move(run)) {}

  void look() {
    engine_->connect([this](const Result<void>& connected) {
      if (!connected) return later();
      engine_->sweep(
          fmt::format("{}={}", DockerLabels::run_label, run_),
          [](const DockerListed&) { return true; },
          [this](const Result<std::size_t>& found) {
            empty_looks_ = found && *found == 0 ? empty_looks_ + 1 : 0;
            later();
          });
    });
  }
  bool done() const { return empty_looks_ == empty_looks_wanted; }

 private:
  void later() {
    if (done()) return engine_->io().stop();
    engine_->timers().after(look_interval, [this] { look(); });
  }

  const std::shared_ptr<DockerEngine> engine_;
  const std::string run_;
  int empty_looks_ = 0;
};

/// Waits until the other end closes; whether it said before that nothing is left.
bool was_released(int connection) {
  char last = 0;
  for (;;) {
    const auto got = read(connection, &last, 1);
    if (got == 0 || (got < 0 && errno != EINTR)) return last == nothing_left;
  }
}

}  // namespace

/// The process that was started; it ends at once, and leaves the guardian as its child.
struct DockerGuardian::Forebear {
  Forebear(asio::io_context& io, pid_t started)
      : pid(started), end(io, static_cast<int>(syscall(SYS_pidfd_open, started, 0))) {}
  Forebear(const Forebear&) = delete;
  Forebear& operator=(const Forebear&) = delete;
  ~Forebear() {
    if (!reaped) reap(pid);
  }

  void reap_at_end(const std::shared_ptr<Forebear>& self) {
    end.async_wait(asio::posix::stream_descriptor::wait_read,
                   [self](const boost::system::error_code& error) {
                     if (error || self->reaped) return;
                     if (!has_ended(self->end.native_handle())) return self->reap_at_end(self);
                     self->reaped = true;
                     reap(self->pid);
                   });
  }

  const pid_t pid;
  asio::posix::stream_descriptor end;
  bool reaped = false;
};

Result<std::unique_ptr<DockerGuardian>> DockerGuardian::start(asio::io_context& io,
                                                              const std::string& program,
                                                              const std::string& docker_host,
                                                              const std::string& run) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return system_error("socketpair", errno);
  Descriptor ours(ends[0]);
  const Descriptor theirs(ends[1]);

  std::array<std::string, 4> texts{"cutover", guard_argument, docker_host, run};
  std::array<char*, 5> arguments{};
  for (std::size_t i = 0; i < texts.size(); ++i) arguments[i] = texts[i].data();
  const SpawnSettings settings(theirs.get());
  pid_t pid = -1;
  const int failed = posix_spawn(&pid, program.c_str(), settings.actions(), settings.attributes(),
                                 arguments.data(), environ);
  if (failed != 0) return system_error("starting " + program, failed);
  auto forebear = std::make_shared<Forebear>(io, pid);
  forebear->reap_at_end(forebear);
  return std::unique_ptr<DockerGuardian>(new DockerGuardian(std::move(ours), std::move(forebear)));
}

DockerGuardian::~DockerGuardian() = default;

void DockerGuardian::release() {
  // Without a signal should it be gone.
  [[maybe_unused]] const auto sent = send(connection_.get(), &nothing_left, 1, MSG_NOSIGNAL);
}

int guard_containers(const std::string& docker_host, const std::string& run) {
  constexpr int failed = 1;
  if (chdir("/") != 0) return failed;
  const pid_t child = fork();
  if (child != 0) return child < 0 ? failed : 0;
  if (was_released(STDIN_FILENO)) return 0;

  const RealClock clock;
  asio::io_context io{1};
  AsioTimers timers(io, clock);
  Removal removal(io, timers, docker_host, run);
  removal.look();
  io.run_for(work_most);
  return removal.done() ? 0 : failed;
}

}  // namespace cutover::containers

#include "containers/runtimes/process.hpp"

#include <fmt/format.h>

#include <charconv>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "containers/apps/behaviour_json.hpp"
#include "containers/runtimes/child_end.hpp"
#include "containers/runtimes/child_process.hpp"
#include "containers/runtimes/executed_commands.hpp"
#include "containers/runtimes/failed_container.hpp"
#include "containers/runtimes/program_container.hpp"
#include "containers/runtimes/start_error.hpp"

namespace cutover::containers {

namespace {

namespace asio = boost::asio;

/// The port in "NAME listening on ADDRESS:PORT".
std::optional<std::uint16_t> port_of_ready_line(std::string_view line) {
  const auto colon = line.rfind(':');
  if (line.find(" listening on ") == line.npos || colon == line.npos) return std::nullopt;
  const auto digits = line.substr(colon + 1);
  std::uint16_t port = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size()) return std::nullopt;
  return port;
}

/// One child. Lives until it has been reaped, also when its container is gone before: the wait for
/// its end holds it.
class Instance final : public std::enable_shared_from_this<Instance> {
 public:
  Instance(asio::io_context& control, const Clock& clock, const FloodCount& floods,
           const ContainerLaunch& launch, SpawnedChild child, Runtime::OnRunning on_running,
           Runtime::OnExit on_exit)
      : reports_port_(!launch.ports.empty()),
        environment_(launch.environment),
        commands_(control),
        pid_(child.pid),
        end_(control, std::move(child.pidfd)),
        log_(launch.log),
        output_(control, std::move(child.output), log_, LogStream::output, clock, floods),
        errors_(control, std::move(child.errors), log_, LogStream::errors, clock, floods),
        on_running_(std::move(on_running)),
        on_exit_(std::move(on_exit)) {}
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  ~Instance() {
    // Only when the io_context went away before the child did.
    if (!reaped_) end();
  }

  void watch() {
    const auto self = shared_from_this();
    end_.wait([self] { self->on_end(); });
    output_.follow(self, [this] { look_for_ready_line(); });
    errors_.follow(self);
  }

  void terminate() {
    if (reaped_) return;
    asked_to_end_ = true;
    ::kill(pid_, SIGTERM);
  }

  void kill() {
    if (reaped_) return;
    asked_to_end_ = true;
    ::kill(-pid_, SIGKILL);
  }

  Result<void> pause() { return signal_all(SIGSTOP); }
  Result<void> resume() { return signal_all(SIGCONT); }

  void execute(const std::vector<std::string>& command, Duration timeout,
               Container::OnExecuted done) {
    commands_.run(command, environment_, timeout, std::move(done));
  }

  /// Ends the child without a word.
  void abandon() {
    abandoned_ = true;
    commands_.abandon();
    output_.close();
    errors_.close();
    kill();
  }

 private:
  Result<void> signal_all(int number) {
    if (!reaped_) ::kill(-pid_, number);
    return {};
  }

  /// What the leader has left behind in its group goes with it, as a container's processes do with
  /// its first one.
  int end() {
    ::kill(-pid_, SIGKILL);
    reaped_ = true;
    return reap(pid_);
  }

  void look_for_ready_line() {
    if (ran_ || abandoned_ || asked_to_end_) return;
    for (const LogLine& line : log_->lines()) {
      if (line.number < lines_seen_ || line.stream != LogStream::output) continue;
      lines_seen_ = line.number + 1;
      if (const auto port = port_of_ready_line(line.text)) return on_ready(*port);
    }
  }

  void on_ready(std::uint16_t port) {
    ran_ = true;
    ContainerRunning running;
    if (reports_port_) running.host_ports.push_back(port);
    running.pid = pid_;
    environment_.emplace_back("PORT", fmt::to_string(port));
    on_running_(running);
  }

  void on_end() {
    if (!abandoned_) {
      // Its last words may still be in the pipes: that it was ready, or why it was not.
      output_.drain();
      errors_.drain();
      look_for_ready_line();
    }
    const int code = end();
    if (abandoned_) return;
    if (ran_ || asked_to_end_) return on_exit_({code, "", true});
    const std::string words = log_->last_line(LogStream::errors);
    const auto why =
        words.empty() ? fmt::format("the process ended with {} before it listened", code) : words;
    on_exit_({code, cannot_start(why), false});
  }

  const bool reports_port_;
  std::vector<std::pair<std::string, std::string>> environment_;
  ExecutedCommands commands_;
  const pid_t pid_;
  ChildEnd end_;
  const std::shared_ptr<ContainerLog> log_;
  LogPipe output_;
  LogPipe errors_;
  const Runtime::OnRunning on_running_;
  const Runtime::OnExit on_exit_;
  std::uint64_t lines_seen_ = 0;
  bool ran_ = false;
  bool asked_to_end_ = false;
  bool reaped_ = false;
  bool abandoned_ = false;
};

std::vector<std::string> arguments(const ContainerLaunch& launch, const AppImage& image,
                                   const Clock& control_clock) {
  auto behaviour = image.behaviour;
  behaviour.start_up = control_clock.real_wait(behaviour.start_up);
  return {"cutover",
          "app",
          image.app,
          "--address",
          launch.address,
          "--port",
          fmt::to_string(launch.ports.empty() ? 0 : launch.ports.front().host_port),
          "--seed",
          fmt::to_string(launch.seed),
          "--behaviour",
          apps::behaviour_to_json(behaviour),
          "--exit-with-parent"};
}

/// This process' cgroup, made ready for those of containers.
Result<Cgroups> find_cgroups() {
  const auto text_of = [](const char* path) {
    std::ifstream file(path);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  return Cgroups::delegated(
      own_cgroup(text_of("/proc/self/cgroup"), text_of("/proc/self/mountinfo")));
}

}  // namespace

ProcessRuntime::ProcessRuntime(asio::io_context& control, const Clock& control_clock,
                               ProcessOptions options)
    : control_(control), control_clock_(control_clock), options_(std::move(options)) {}

const CommandSurroundings& ProcessRuntime::surroundings() {
  if (surroundings_) return *surroundings_;
  cgroups_.emplace(find_cgroups());
  surroundings_.emplace(
      CommandSurroundings{control_, control_clock_, options_.program,
                          options_.isolation ? *options_.isolation : probe_isolation(),
                          std::make_shared<HostPorts>(control_), floods_,
                          [this] {
                            auto thread = relay_thread_.lock();
                            if (!thread) relay_thread_ = thread = std::make_shared<RelayThread>();
                            return thread;
                          },
                          *cgroups_ ? &**cgroups_ : nullptr});
  return *surroundings_;
}

void ProcessRuntime::note(ContainerLog& log, const std::string& text) {
  log.write(LogStream::errors, "cutover: " + text + "\n", control_clock_.wall_now());
  if (told_.insert(text).second && options_.on_note) options_.on_note(text);
}

void ProcessRuntime::note_what_is_missing(const CommandImage& image,
                                          const ContainerLaunch& launch) {
  const CommandSurroundings& all = surroundings();
  if (!all.cgroups) {
    note(*launch.log,
         fmt::format("limits of memory and shares of CPU are not enforced on commands: {}; to have "
                     "them, start cutover by `systemd-run --user --scope -p Delegate=yes`",
                     cgroups_->error().message));
  }
  const bool wants_network =
      image.network == CommandImage::Network::automatic && !launch.ports.empty();
  if (wants_network && !all.isolation.available) {
    note(*launch.log,
         fmt::format("commands get no network of their own, this system allows no namespaces ({}): "
                     "each has to listen on the port in its environment's PORT; one that can't "
                     "needs a container engine",
                     std::strerror(all.isolation.error)));
  }
}

std::unique_ptr<Container> ProcessRuntime::start(const ContainerLaunch& launch,
                                                 OnRunning on_running, OnExit on_exit) {
  const auto fail = [&](std::string_view why) {
    return std::make_unique<FailedContainer>(control_, cannot_start(why), std::move(on_exit));
  };
  if (const auto* const image = std::get_if<CommandImage>(&launch.source)) {
    note_what_is_missing(*image, launch);
    auto container = start_command(surroundings(), *image, launch, on_running, on_exit);
    if (!container) return fail(container.error().message);
    return *std::move(container);
  }
  const auto* const image = std::get_if<AppImage>(&launch.source);
  if (!image) return fail("this runtime runs built-in apps and commands");
  if (launch.ports.size() > 1) return fail("a built-in app in a process of its own has one port");
  ChildLaunch app;
  app.program = options_.program;
  app.arguments = arguments(launch, *image, control_clock_);
  app.environment = merged_environment(launch.environment);
  auto child = spawn(app);
  if (!child) return fail(child.error().message);
  auto instance =
      std::make_shared<Instance>(control_, control_clock_, floods_, launch, std::move(*child),
                                 std::move(on_running), std::move(on_exit));
  instance->watch();
  return std::make_unique<ProgramContainer<Instance>>(std::move(instance));
}

}  // namespace cutover::containers

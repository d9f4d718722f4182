#include "containers/runtimes/command_container.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <map>
#include <optional>
#include <utility>

#include "containers/runtimes/executed_commands.hpp"
#include "containers/runtimes/program_user.hpp"
#include "containers/runtimes/start_error.hpp"

namespace cutover::containers {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Environment = std::vector<std::pair<std::string, std::string>>;

constexpr const char* path_default = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

struct SocketPair {
  Descriptor ours;
  Descriptor theirs;
};

Result<SocketPair> packet_sockets() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return Error{"CannotStartProcess", "",
                 fmt::format("socketpair failed: {}", std::strerror(errno))};
  }
  return SocketPair{Descriptor(ends[0]), Descriptor(ends[1])};
}

/// "No such file or directory" as it stands after a colon.
std::string error_text(int number) {
  std::string text = std::strerror(number);
  text.front() = static_cast<char>(std::tolower(text.front()));
  return text;
}

/// Why the command was not executed, after Docker's words.
std::string failure_text(const std::string& step, int number, const SupervisedCommand& command) {
  const std::string& program = command.command.front();
  if (step == "directory") {
    return fmt::format("chdir to \"{}\" failed: {}", command.directory, error_text(number));
  }
  if (step == "user") return fmt::format("the user could not be changed: {}", error_text(number));
  if (step == "cgroup") return fmt::format("its cgroup can't be entered: {}", error_text(number));
  if (number == ENOENT && program.find('/') == program.npos) {
    return fmt::format("exec: \"{}\": executable file not found in $PATH", program);
  }
  return fmt::format("exec: \"{}\": {}", program, error_text(number));
}

/// What makes the container's ports reachable; given back with it.
struct Reachability {
  std::vector<std::uint16_t> host_ports;
  std::vector<HostPorts::Promise> promises{};
  std::vector<std::unique_ptr<Relay>> relays{};
};

/// Everything that a container's process brings along.
struct Started {
  SpawnedChild child;
  Descriptor control;
  SupervisedCommand command;
  Reachability reachability;
  std::unique_ptr<Cgroup> cgroup;
  bool isolated = false;
};

/// One supervisor with its program. Lives until it has been reaped, also when its container is gone
/// before: the wait for its end holds it.
class Instance final : public std::enable_shared_from_this<Instance> {
 public:
  Instance(const CommandSurroundings& surroundings, const std::shared_ptr<ContainerLog>& log,
           Started started, Runtime::OnRunning on_running, Runtime::OnExit on_exit)
      : io_(surroundings.control),
        pid_(started.child.pid),
        isolated_(started.isolated),
        command_(std::move(started.command)),
        reachability_(std::move(started.reachability)),
        cgroup_(std::move(started.cgroup)),
        end_(io_, started.child.pidfd.release()),
        control_(io_, started.control.release()),
        output_(io_, std::move(started.child.output), log, LogStream::output, surroundings.clock,
                surroundings.floods),
        errors_(io_, std::move(started.child.errors), log, LogStream::errors, surroundings.clock,
                surroundings.floods),
        log_(log),
        on_running_(std::move(on_running)),
        on_exit_(std::move(on_exit)) {}
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  ~Instance() {
    // Only when the io_context went away before the program did.
    if (reaped_) return;
    force_end();
    reap(pid_);
  }

  void watch() {
    wait_for_end();
    wait_for_message();
    output_.follow(shared_from_this());
    errors_.follow(shared_from_this());
  }

  void terminate() {
    asked_to_end_ = true;
    (void)send(supervision::signal(SIGTERM, false));  // What has stopped needs no signal.
  }

  void kill() {
    asked_to_end_ = true;
    if (!reaped_) force_end();
  }

  Result<void> signal_all(int number) { return send(supervision::signal(number, true)); }

  void execute(const std::vector<std::string>& command, Duration timeout,
               Container::OnExecuted done) {
    const std::uint64_t id = ++last_execution_;
    auto& execution = executions_.try_emplace(id, io_).first->second;
    execution.done = std::move(done);
    if (!send(supervision::execute(id, command))) {
      return asio::post(io_, [weak = weak_from_this(), id] {
        if (const auto self = weak.lock()) self->on_executed(id, exit_not_executable);
      });
    }
    execution.timer.expires_after(timeout);
    execution.timer.async_wait([weak = weak_from_this(), id](const error_code& error) {
      const auto self = weak.lock();
      if (!error && self) self->time_out(id);
    });
  }

  /// Ends the program without a word.
  void abandon() {
    abandoned_ = true;
    executions_.clear();
    output_.close();
    errors_.close();
    kill();
  }

 private:
  struct Execution {
    explicit Execution(asio::io_context& io) : timer(io) {}
    asio::steady_timer timer;
    Container::OnExecuted done;
    bool timed_out = false;
  };

  Result<void> send(const nlohmann::json& message) {
    if (reaped_) return Error{"NotRunning", "", "the container has stopped"};
    return supervision::send(control_.native_handle(), message);
  }

  /// In a namespace of processes, all of them end with the first one. Otherwise the supervisor has
  /// to see to it.
  void force_end() {
    if (isolated_ || !supervision::send(control_.native_handle(), supervision::kill())) {
      ::kill(pid_, SIGKILL);
    }
  }

  void wait_for_end() {
    end_.async_wait(asio::posix::stream_descriptor::wait_read,
                    [self = shared_from_this()](const error_code& error) {
                      if (error) return;
                      // Asio can end a wait early: see ProcessRuntime.
                      if (has_ended(self->end_.native_handle())) return self->on_end();
                      self->wait_for_end();
                    });
  }

  void wait_for_message() {
    control_.async_wait(asio::posix::stream_descriptor::wait_read,
                        [self = shared_from_this()](const error_code& error) {
                          if (error || self->reaped_) return;
                          if (self->take_messages()) self->wait_for_message();
                        });
  }

  /// False when none can follow.
  bool take_messages() {
    bool closed = false;
    int sender = 0;
    while (const auto message = supervision::receive(control_.native_handle(), closed, &sender)) {
      take(*message, sender);
    }
    return !closed;
  }

  void take(const nlohmann::json& message, int sender) {
    if (abandoned_) return;
    if (message.contains("begun")) program_ = sender;
    if (message.contains("failed")) {
      failure_ = failure_text(message["failed"], message["number"], command_);
    }
    if (message.contains("executed")) on_executed(message["executed"], message["exitCode"]);
    if (!message.contains("running") || std::exchange(ran_, true) || asked_to_end_) return;
    ContainerRunning running;
    running.host_ports = reachability_.host_ports;
    running.pid = program_;
    on_running_(running);
  }

  void on_executed(std::uint64_t id, int exit_code) {
    const auto found = executions_.find(id);
    if (found == executions_.end()) return;
    const auto done = std::move(found->second.done);
    const bool timed_out = found->second.timed_out;
    executions_.erase(found);
    done(timed_out ? exit_after_timeout : exit_code);
  }

  void time_out(std::uint64_t id) {
    const auto found = executions_.find(id);
    if (found == executions_.end()) return;
    found->second.timed_out = true;
    (void)send(supervision::end_execution(id));  // With the container, it has ended as well.
  }

  void on_end() {
    const auto self = shared_from_this();
    take_messages();
    if (!abandoned_) {
      output_.drain();
      errors_.drain();
    }
    reaped_ = true;
    const int code = reap(pid_);
    const bool out_of_memory = cgroup_ && cgroup_->ran_out_of_memory();
    error_code ignored;
    control_.close(ignored);
    reachability_ = {};
    executions_.clear();
    cgroup_.reset();
    if (!abandoned_) on_exit_(describe_end(code, out_of_memory));
  }

  ContainerExit describe_end(int code, bool out_of_memory) const {
    if (!failure_.empty()) return {code, cannot_start(failure_), false};
    if (out_of_memory && code == exit_after_sigkill) {
      return {code, "OutOfMemoryError: Container killed due to memory usage", true};
    }
    if (ran_ || asked_to_end_) return {code, "", true};
    const std::string words = log_->last_line(LogStream::errors);
    return {code,
            cannot_start(words.empty() ? fmt::format("its supervisor ended with {}", code) : words),
            false};
  }

  asio::io_context& io_;
  const pid_t pid_;
  const bool isolated_;
  const SupervisedCommand command_;
  Reachability reachability_;
  std::unique_ptr<Cgroup> cgroup_;
  asio::posix::stream_descriptor end_;
  asio::posix::stream_descriptor control_;
  LogPipe output_;
  LogPipe errors_;
  const std::shared_ptr<ContainerLog> log_;
  const Runtime::OnRunning on_running_;
  const Runtime::OnExit on_exit_;
  std::map<std::uint64_t, Execution> executions_;
  std::uint64_t last_execution_ = 0;
  int program_ = 0;
  std::string failure_;
  bool ran_ = false;
  bool asked_to_end_ = false;
  bool reaped_ = false;
  bool abandoned_ = false;
};

class CommandContainer final : public Container {
 public:
  explicit CommandContainer(std::shared_ptr<Instance> instance) : instance_(std::move(instance)) {}
  ~CommandContainer() override { instance_->abandon(); }
  void terminate() override { instance_->terminate(); }
  void kill() override { instance_->kill(); }
  Result<void> pause() override { return instance_->signal_all(SIGSTOP); }
  Result<void> resume() override { return instance_->signal_all(SIGCONT); }
  Result<void> change_behaviour(const apps::AppBehaviour&) override {
    return Error{"UnsupportedFeatureException", "",
                 "a program's behaviour can't be changed; allowed is a built-in app"};
  }
  void execute(const std::vector<std::string>& command, Duration timeout,
               OnExecuted done) override {
    instance_->execute(command, timeout, std::move(done));
  }

 private:
  const std::shared_ptr<Instance> instance_;
};

void set(Environment& environment, const std::string& name, const std::string& value) {
  const auto found = std::find_if(environment.begin(), environment.end(),
                                  [&name](const auto& each) { return each.first == name; });
  if (found == environment.end()) {
    environment.emplace_back(name, value);
  } else {
    found->second = value;
  }
}

/// What a container would have: nothing of this process' own but where programs and a home are.
Environment environment_of(const CommandImage& image, const ContainerLaunch& launch,
                           bool own_network, const Reachability& reachability) {
  const char* const path = std::getenv("PATH");
  const char* const home = std::getenv("HOME");
  Environment environment{{"PATH", path ? path : path_default}, {"HOME", home ? home : "/"}};
  // In its own network, where it listens is for it to decide: the definition may say PORT itself.
  if (own_network && !launch.ports.empty()) {
    set(environment, "PORT", std::to_string(launch.ports.front().container_port));
  }
  for (const auto& [name, value] : image.environment) set(environment, name, value);
  for (const auto& [name, value] : launch.environment) set(environment, name, value);
  if (!own_network && !launch.ports.empty()) {
    set(environment, "PORT", std::to_string(reachability.host_ports.front()));
  }
  return environment;
}

/// `sockets` are none when the container has the host's network.
Result<Reachability> make_reachable(const CommandSurroundings& surroundings,
                                    const ContainerLaunch& launch, Descriptor sockets) {
  Reachability reachability;
  std::shared_ptr<RelayThread> thread;
  std::shared_ptr<InnerSockets> inner;
  if (sockets) {
    thread = surroundings.relay_thread();
    inner = std::make_shared<InnerSockets>(thread->io(), std::move(sockets));
  }
  for (const PortBinding& port : launch.ports) {
    if (inner) {
      auto relay =
          Relay::listen(thread, launch.address, port.host_port, port.container_port, inner);
      if (!relay) return relay.error();
      reachability.host_ports.push_back((*relay)->port());
      reachability.relays.push_back(*std::move(relay));
    } else {
      auto promise = surroundings.host_ports->promise(launch.address, port.host_port);
      if (!promise) return promise.error();
      reachability.host_ports.push_back(promise->number());
      reachability.promises.push_back(*std::move(promise));
    }
  }
  return reachability;
}

/// Starts the supervisor and tells it what to do.
Result<void> spawn_supervisor(const CommandSurroundings& surroundings, bool own_network,
                              const Descriptor& sockets, Started& started) {
  auto control = packet_sockets();
  if (!control) return control.error();
  // The command's pid comes with the first message of the command itself.
  const int on = 1;
  setsockopt(control->ours.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
  ChildLaunch child;
  child.program = surroundings.program;
  child.arguments = {"cutover", std::string(supervise_argument)};
  child.environment = merged_environment({});
  child.isolation.processes = surroundings.isolation.available;
  child.isolation.network = own_network;
  child.isolation.user = surroundings.isolation.available && surroundings.isolation.user;
  child.passed = {control->theirs.get(), sockets.get()};
  Descriptor processes;
  if (started.cgroup) {
    processes = started.cgroup->open_processes();
    child.passed.push_back(processes.get());
  }
  auto spawned = spawn(child);
  if (!spawned) return spawned.error();
  started.child = *std::move(spawned);
  started.control = std::move(control->ours);
  started.isolated = child.isolation.processes;
  const auto told = supervision::send(started.control.get(), supervision::start(started.command));
  if (told) return {};
  ::kill(started.child.pid, SIGKILL);
  reap(started.child.pid);
  return told.error();
}

}  // namespace

Result<bool> has_own_network(const CommandImage& image, const ContainerLaunch& launch,
                             const IsolationOffer& offer) {
  using Network = CommandImage::Network;
  if (image.network == Network::own && !offer.available) {
    return Error{
        "NoNetworkNamespace", "",
        fmt::format("no network namespace of its own is allowed here ({}); let the program listen "
                    "on PORT and give its image \"network\": \"host\", or run it in a container "
                    "engine",
                    error_text(offer.error))};
  }
  // What serves nobody keeps the host's network, so that it can reach others.
  const bool wanted = image.network == Network::automatic && !launch.ports.empty();
  return image.network == Network::own || (wanted && offer.available);
}

std::vector<std::string> command_of(const CommandImage& image, const ContainerLaunch& launch) {
  if (launch.entry_point.empty() && launch.command.empty()) return image.command;
  std::vector<std::string> command = launch.entry_point;
  command.insert(command.end(), launch.command.begin(), launch.command.end());
  return command;
}

Result<std::unique_ptr<Container>> start_command(const CommandSurroundings& surroundings,
                                                 const CommandImage& image,
                                                 const ContainerLaunch& launch,
                                                 Runtime::OnRunning on_running,
                                                 Runtime::OnExit on_exit) {
  const auto own_network = has_own_network(image, launch, surroundings.isolation);
  if (!own_network) return own_network.error();
  auto user = program_user(launch.user);
  if (!user) return user.error();
  auto sockets = packet_sockets();
  if (!sockets) return sockets.error();
  if (!*own_network) sockets->ours.reset();
  auto reachability = make_reachable(surroundings, launch, std::move(sockets->ours));
  if (!reachability) return reachability.error();

  Started started;
  started.command.command = command_of(image, launch);
  started.command.environment = environment_of(image, launch, *own_network, *reachability);
  started.command.directory =
      launch.working_directory.empty() ? image.working_directory : launch.working_directory;
  started.command.user = *user;
  if (surroundings.cgroups) {
    auto cgroup = surroundings.cgroups->make(
        launch.task_id + "-" + launch.name, {launch.cpu, launch.memory, launch.memory_reservation});
    if (!cgroup) return cgroup.error();
    started.cgroup = *std::move(cgroup);
    started.command.in_cgroup = true;
  }
  started.reachability = *std::move(reachability);
  const auto spawned = spawn_supervisor(surroundings, *own_network, sockets->theirs, started);
  if (!spawned) return spawned.error();
  const auto instance = std::make_shared<Instance>(surroundings, launch.log, std::move(started),
                                                   std::move(on_running), std::move(on_exit));
  instance->watch();
  return std::unique_ptr<Container>(std::make_unique<CommandContainer>(instance));
}

}  // namespace cutover::containers

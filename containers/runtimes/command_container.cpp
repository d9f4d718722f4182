#include "containers/runtimes/command_container.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "containers/runtimes/program_container.hpp"
#include "containers/runtimes/program_user.hpp"
#include "containers/runtimes/supervised_program.hpp"

namespace cutover::containers {

namespace {

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
                              const Descriptor& sockets, StartedProgram& started) {
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
                    system_error_text(offer.error))};
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

  StartedProgram started;
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
  const auto program = std::make_shared<SupervisedProgram>(
      surroundings.control, surroundings.clock, surroundings.floods, launch.log, std::move(started),
      std::move(on_running), std::move(on_exit));
  program->watch();
  return std::unique_ptr<Container>(std::make_unique<ProgramContainer<SupervisedProgram>>(program));
}

}  // namespace cutover::containers

#pragma once

// A container that runs a command of this machine, below a supervisor (supervisor.hpp).

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "containers/runtime.hpp"
#include "containers/runtimes/cgroups.hpp"
#include "containers/runtimes/child_process.hpp"
#include "containers/runtimes/host_ports.hpp"
#include "containers/runtimes/log_pipe.hpp"
#include "containers/runtimes/relay.hpp"
#include "containers/runtimes/supervisor.hpp"
#include "lb/base/clock.hpp"

namespace cutover::containers {

/// What the containers of one runtime share.
struct CommandSurroundings {
  boost::asio::io_context& control;
  const Clock& clock;
  std::string program;  ///< Understands `supervise`.
  IsolationOffer isolation;
  std::shared_ptr<HostPorts> host_ports;
  FloodCount floods;
  /// Made when the first container needs it.
  std::function<std::shared_ptr<RelayThread>()> relay_thread;
  const Cgroups* cgroups = nullptr;  ///< Null: no limits.
};

/// Whether a container of that image gets a network of its own: then its ports are what its
/// definition says, and relays make them reachable from outside.
Result<bool> has_own_network(const CommandImage& image, const ContainerLaunch& launch,
                             const IsolationOffer& offer);

/// The image's command with what the definition puts in its place: an entry point replaces all of
/// it, a command without an entry point as well.
std::vector<std::string> command_of(const CommandImage& image, const ContainerLaunch& launch);

/// Starts it; on_running is called once the program has been executed, whether or not it listens.
/// An error when not even that can be tried.
Result<std::unique_ptr<Container>> start_command(const CommandSurroundings& surroundings,
                                                 const CommandImage& image,
                                                 const ContainerLaunch& launch,
                                                 Runtime::OnRunning on_running,
                                                 Runtime::OnExit on_exit);

}  // namespace cutover::containers

#pragma once

// Containers that run as child processes of this one: built-in apps, `PROGRAM app NAME --port N …`,
// and commands of this machine. Each has a pid and a process group of its own. What is killed here
// really dies.

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "containers/runtime.hpp"
#include "containers/runtimes/command_container.hpp"
#include "containers/runtimes/isolation.hpp"
#include "lb/base/clock.hpp"

namespace cutover::containers {

struct ProcessOptions {
  /// Understands the verb `app` as `cutover` does, and `supervise`; the default is this program
  /// itself.
  std::string program = "/proc/self/exe";
  /// Hears what this system does not allow, each once, when a container would need it. May be
  /// empty.
  std::function<void(const std::string&)> on_note{};
  /// Instead of what probe_isolation() finds out.
  std::optional<IsolationOffer> isolation{};
};

/// An app is running once it has printed "NAME listening on ADDRESS:PORT"; with host port 0 it
/// binds a free port itself and that line says which. A command is running once it has been
/// executed, as in a container engine: whether it listens, a health check finds out. It has to
/// listen on the port in its environment's PORT or, in a network of its own, on its container
/// ports; there nothing but its own loopback interface can be reached, and each container of a task
/// has its own.
///
/// The end of a child is learnt from the kernel: nothing is polled, no zombie is left. Exit codes
/// are its own, or 128 + the signal that ended it. A child that ends before it runs without having
/// been asked to gives started = false and why.
///
/// terminate() signals the program alone; once it ends, and with kill(), every process that it has
/// started goes with it, whatever it did to get away: a command is run below a supervisor
/// (supervisor.hpp). No child outlives this process: the kernel kills them when the thread that
/// starts them, the control thread, ends.
class ProcessRuntime final : public Runtime {
 public:
  /// Both outlive the runtime and its containers. An app waits for its start-up time in real time,
  /// so what passes there is `control_clock`'s real_wait().
  ProcessRuntime(boost::asio::io_context& control, const Clock& control_clock,
                 ProcessOptions options = {});

  std::string_view name() const override { return "process"; }
  std::unique_ptr<Container> start(const ContainerLaunch& launch, OnRunning on_running,
                                   OnExit on_exit) override;

 private:
  const CommandSurroundings& surroundings();
  void note(ContainerLog& log, const std::string& text);
  void note_what_is_missing(const CommandImage& image, const ContainerLaunch& launch);

  boost::asio::io_context& control_;
  const Clock& control_clock_;
  const ProcessOptions options_;
  const FloodCount floods_ = std::make_shared<std::size_t>(0);
  std::optional<Result<Cgroups>> cgroups_;  ///< Looked for when the first command is started.
  std::optional<CommandSurroundings> surroundings_;
  std::weak_ptr<RelayThread> relay_thread_;
  std::set<std::string> told_;
};

}  // namespace cutover::containers

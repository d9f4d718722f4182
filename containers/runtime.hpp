#pragma once

// What runs containers: in this process, as a child process, in a container engine. The agent of a
// task asks a Runtime to start and signal containers and is told when they run and end.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "containers/apps/app.hpp"
#include "containers/container_log.hpp"
#include "containers/image.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

/// A port to be reached from outside the container, at ContainerLaunch::address.
struct PortBinding {
  std::uint16_t container_port = 0;
  std::uint16_t host_port = 0;  ///< 0: a free dynamic port.

  friend bool operator==(const PortBinding&, const PortBinding&) = default;
};

/// A container to start: its definition with everything resolved.
struct ContainerLaunch {
  std::string task_id;
  std::string name;    ///< The container's name in the task definition.
  std::string image;   ///< As written in the task definition.
  ImageSource source;  ///< What the image map gives for it.
  std::uint64_t seed = 0;
  /// A loopback address: the container instance's, or in network mode awsvpc the task's own.
  std::string address = "127.0.0.1";
  std::vector<PortBinding> ports;
  /// The definition's; empty: the image's own.
  std::vector<std::string> entry_point;
  std::vector<std::string> command;
  std::string working_directory;
  std::string user;
  std::vector<std::pair<std::string, std::string>> environment;
  std::uint32_t cpu = 0;                            ///< CPU units.
  std::optional<std::uint32_t> memory;              ///< Hard limit, MiB.
  std::optional<std::uint32_t> memory_reservation;  ///< Soft limit, MiB.
  std::vector<std::pair<std::string, std::string>> labels;
  /// Where its output goes; kept by the agent as well. Never null.
  std::shared_ptr<ContainerLog> log = std::make_shared<ContainerLog>();
};

struct ContainerRunning {
  /// As many as ContainerLaunch::ports, in their order.
  std::vector<std::uint16_t> host_ports;
  std::optional<int> pid;          ///< Of a child process.
  std::shared_ptr<apps::App> app;  ///< When it runs in this process.
  std::string runtime_id;          ///< A container engine's id; else empty.
};

struct ContainerExit {
  int exit_code = 0;    ///< 137 after SIGKILL, 143 after an unhandled SIGTERM.
  std::string reason;   ///< Empty, or "CannotStartContainerError: …".
  bool started = true;  ///< False when it never ran.
};

/// One container. Destroying it kills what still runs.
class Container {
 public:
  virtual ~Container() = default;
  /// SIGTERM and SIGKILL, as the agent sends them; anything may follow later through on_exit.
  virtual void terminate() = 0;
  virtual void kill() = 0;

  /// Stops it from running, and lets it go on: faults on demand. While paused it holds its
  /// connections and answers nothing. Errors say what this runtime can't do.
  virtual Result<void> pause() = 0;
  virtual Result<void> resume() = 0;
  /// From now on: a built-in app of this process only; others are refused
  /// (`UnsupportedFeatureException`). A load balancer can make those behave otherwise, see
  /// TargetRegistry::set_fault().
  virtual Result<void> change_behaviour(const apps::AppBehaviour& behaviour) = 0;

  /// Runs a health check's command beside the container's program ("CMD" and "CMD-SHELL" are
  /// resolved already: a program and its arguments). `done` hears its exit code once, or nothing
  /// when the container is destroyed before; a command that outlives `timeout` (real time) is
  /// killed and counts as 124.
  using OnExecuted = std::function<void(int exit_code)>;
  virtual void execute(const std::vector<std::string>& command, Duration timeout,
                       OnExecuted done) = 0;
};

/// All calls and callbacks on the control thread; callbacks never come from within start().
class Runtime {
 public:
  using OnRunning = std::function<void(const ContainerRunning&)>;
  using OnExit = std::function<void(const ContainerExit&)>;

  virtual ~Runtime() = default;
  virtual std::string_view name() const = 0;  ///< "in_process", "process", "docker".
  /// Calls on_running once the container runs (a built-in app: accepts connections), then on_exit
  /// once; or on_exit alone when it can't be started. Neither is called after the Container is
  /// destroyed.
  virtual std::unique_ptr<Container> start(const ContainerLaunch& launch, OnRunning on_running,
                                           OnExit on_exit) = 0;
};

}  // namespace cutover::containers

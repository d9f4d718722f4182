#pragma once

// What runs containers: in this process, as a child process, later as a real container. The agent
// asks a Runtime to start and signal containers and is told when they run and end.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "containers/apps/app.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

/// A container to start: its definition with everything resolved.
struct ContainerLaunch {
  std::string task_id;
  std::string name;   ///< The container's name in the task definition.
  std::string image;  ///< As written in the task definition.
  std::string app;    ///< Which built-in app the image map gives for it.
  apps::AppBehaviour behaviour;
  std::uint64_t seed = 0;
  std::uint16_t container_port = 0;  ///< 0: the container maps no port.
  std::uint16_t host_port = 0;       ///< 0: a free dynamic port.
  std::vector<std::pair<std::string, std::string>> environment;
};

struct ContainerRunning {
  std::uint16_t host_port = 0;
  std::optional<int> pid;          ///< Of a child process.
  std::shared_ptr<apps::App> app;  ///< When it runs in this process.
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
};

/// All calls and callbacks on the control thread; callbacks never come from within start().
class Runtime {
 public:
  using OnRunning = std::function<void(const ContainerRunning&)>;
  using OnExit = std::function<void(const ContainerExit&)>;

  virtual ~Runtime() = default;
  virtual std::string_view name() const = 0;  ///< "in_process", "process".
  /// Calls on_running once the container accepts connections, then on_exit once; or on_exit alone
  /// when it can't be started. Neither is called after the Container is destroyed.
  virtual std::unique_ptr<Container> start(const ContainerLaunch& launch, OnRunning on_running,
                                           OnExit on_exit) = 0;
};

}  // namespace cutover::containers

#pragma once

// Containers of a container engine: Docker's, or one that speaks its API, such as Podman.

#include <boost/asio/io_context.hpp>
#include <memory>

#include "containers/runtime.hpp"
#include "containers/runtimes/docker_run.hpp"
#include "lb/base/timers.hpp"

namespace cutover::containers {

/// Runs DockerImage sources. The engine is first spoken to when the first container starts.
///
/// Ports are published at the launch's address, dynamic ones on ports of the engine's choice. A
/// container is running once the engine has started it; whether it listens yet is a matter of
/// health checks. terminate() sends the image's stop signal. What the container is still left with
/// when its Container is destroyed, or when this process ends, is removed.
class DockerRuntime final : public Runtime {
 public:
  /// Both outlive the runtime and its containers. `real_timers` runs over real time, which the
  /// engine lives in, and belongs to `control`'s thread.
  DockerRuntime(boost::asio::io_context& control, Timers& real_timers, DockerOptions options);
  ~DockerRuntime() override;

  std::string_view name() const override { return "docker"; }
  std::unique_ptr<Container> start(const ContainerLaunch& launch, OnRunning on_running,
                                   OnExit on_exit) override;

 private:
  const std::shared_ptr<DockerRun> run_;
};

}  // namespace cutover::containers

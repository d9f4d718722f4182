#pragma once

// The life of one container in an engine: image, creation, start, output, signals, end, removal.

#include <memory>

#include "containers/runtime.hpp"
#include "containers/runtimes/docker_run.hpp"

namespace cutover::containers {

/// As Runtime::start(). While the engine itself is gone the container counts as running; when it
/// stays away, the container ends with exit code 255, as Docker says of those it lost sight of.
std::unique_ptr<Container> start_docker_container(std::shared_ptr<DockerRun> run,
                                                  const ContainerLaunch& launch,
                                                  const DockerImage& image,
                                                  Runtime::OnRunning on_running,
                                                  Runtime::OnExit on_exit);

}  // namespace cutover::containers

#include "containers/runtimes/docker_runtime.hpp"

#include <utility>
#include <variant>

#include "containers/runtimes/docker_container.hpp"

namespace cutover::containers {

DockerRuntime::DockerRuntime(boost::asio::io_context& control, Timers& real_timers,
                             DockerOptions options)
    : run_(std::make_shared<DockerRun>(control, real_timers, std::move(options))) {}

DockerRuntime::~DockerRuntime() = default;

std::unique_ptr<Container> DockerRuntime::start(const ContainerLaunch& launch, OnRunning on_running,
                                                OnExit on_exit) {
  return start_docker_container(run_, launch, std::get<DockerImage>(launch.source),
                                std::move(on_running), std::move(on_exit));
}

}  // namespace cutover::containers

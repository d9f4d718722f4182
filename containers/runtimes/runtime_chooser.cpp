#include "containers/runtimes/runtime_chooser.hpp"

#include <utility>
#include <variant>

namespace cutover::containers {

std::unique_ptr<Container> RuntimeChooser::start(const ContainerLaunch& launch,
                                                 OnRunning on_running, OnExit on_exit) {
  Runtime* chosen = &apps_;
  if (std::holds_alternative<CommandImage>(launch.source)) chosen = &commands_;
  if (std::holds_alternative<DockerImage>(launch.source)) chosen = &engine_;
  return chosen->start(launch, std::move(on_running), std::move(on_exit));
}

}  // namespace cutover::containers

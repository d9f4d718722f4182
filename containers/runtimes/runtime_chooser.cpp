#include "containers/runtimes/runtime_chooser.hpp"

#include <utility>
#include <variant>

#include "containers/runtimes/failed_container.hpp"
#include "containers/runtimes/start_error.hpp"

namespace cutover::containers {

std::unique_ptr<Container> RuntimeChooser::start(const ContainerLaunch& launch,
                                                 OnRunning on_running, OnExit on_exit) {
  Runtime* chosen = &apps_;
  if (std::holds_alternative<CommandImage>(launch.source)) chosen = &commands_;
  if (std::holds_alternative<DockerImage>(launch.source)) chosen = engine_;
  if (chosen) return chosen->start(launch, std::move(on_running), std::move(on_exit));
  const auto& image = std::get<DockerImage>(launch.source);
  return std::make_unique<FailedContainer>(
      control_,
      cannot_start("image " + image.reference + " needs a container engine, and none is used here"),
      std::move(on_exit));
}

}  // namespace cutover::containers

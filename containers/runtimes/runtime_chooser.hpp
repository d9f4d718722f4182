#pragma once

// One runtime for images of every kind: each container goes to the runtime that its image asks for.

#include <memory>
#include <string_view>

#include "containers/runtime.hpp"

namespace cutover::containers {

class RuntimeChooser final : public Runtime {
 public:
  /// All of it outlives the chooser. `engine` runs images of a container engine.
  RuntimeChooser(Runtime& apps, Runtime& commands, Runtime& engine)
      : apps_(apps), commands_(commands), engine_(engine) {}

  /// That of built-in apps.
  std::string_view name() const override { return apps_.name(); }
  std::unique_ptr<Container> start(const ContainerLaunch& launch, OnRunning on_running,
                                   OnExit on_exit) override;

 private:
  Runtime& apps_;
  Runtime& commands_;
  Runtime& engine_;
};

}  // namespace cutover::containers

#pragma once

// Commands to one container that take effect in the order in which they were given.

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "containers/runtimes/docker_engine.hpp"

namespace cutover::containers {

/// One after the other: on connections of their own they might overtake each other. One thread.
class DockerCommands {
 public:
  /// Hears what the engine did not do, and why.
  using OnProblem = std::function<void(const std::string& action, const std::string& why)>;

  /// Its end cancels what is under way. `on_problem` must not end it.
  DockerCommands(std::shared_ptr<DockerEngine> engine, std::string container, OnProblem on_problem);

  /// "pause", "kill?signal=SIGTERM".
  void enqueue(const std::string& action);

 private:
  void next();

  const std::shared_ptr<DockerEngine> engine_;
  const std::string container_;
  const OnProblem on_problem_;
  std::deque<std::string> actions_;  ///< The first one is under way.
  DockerCall call_;
};

}  // namespace cutover::containers

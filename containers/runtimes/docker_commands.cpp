#include "containers/runtimes/docker_commands.hpp"

#include <fmt/format.h>

#include <utility>

namespace cutover::containers {

DockerCommands::DockerCommands(std::shared_ptr<DockerEngine> engine, std::string container,
                               OnProblem on_problem)
    : engine_(std::move(engine)),
      container_(std::move(container)),
      on_problem_(std::move(on_problem)) {}

void DockerCommands::enqueue(const std::string& action) {
  actions_.push_back(action);
  if (actions_.size() == 1) next();
}

void DockerCommands::next() {
  call_ = engine_->call({"POST", fmt::format("/containers/{}/{}", container_, actions_.front())},
                        DockerEngine::answer_most, [this](const Result<DockerAnswer>& answer) {
                          if (const auto why = problem(answer)) on_problem_(actions_.front(), *why);
                          actions_.pop_front();
                          if (!actions_.empty()) next();
                        });
}

}  // namespace cutover::containers

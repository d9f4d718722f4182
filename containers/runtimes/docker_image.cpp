#include "containers/runtimes/docker_image.hpp"

#include <fmt/format.h>

#include <utility>

namespace cutover::containers {

namespace {

constexpr unsigned status_not_found = 404;

}  // namespace

DockerImageProvision::DockerImageProvision(std::shared_ptr<DockerEngine> engine,
                                           const DockerImage& image, OnProvided on_provided)
    : engine_(std::move(engine)),
      policy_(image.pull),
      reference_(with_tag(image.reference)),
      on_provided_(std::move(on_provided)) {}

void DockerImageProvision::begin() { policy_ == DockerImage::Pull::always ? pull() : look(); }

void DockerImageProvision::look() {
  call_ = engine_->call({"GET", fmt::format("/images/{}/json", query_value(reference_))},
                        DockerEngine::answer_most,
                        [this](const Result<DockerAnswer>& answer) { have_looked(answer); });
}

void DockerImageProvision::have_looked(const Result<DockerAnswer>& answer) {
  if (!answer) return refuse(answer.error().message);
  if (answer->ok()) return end({});
  if (answer->status != status_not_found) return refuse(engine_message(answer->body));
  if (policy_ == DockerImage::Pull::never)
    return refuse("the engine does not have it, and its pull policy is never");
  pull();
}

void DockerImageProvision::pull() {
  call_ = engine_->follow(
      {"POST", "/images/create?fromImage=" + query_value(reference_)}, silence_most,
      [this](std::string_view bytes) { progress_.take(bytes); },
      [this](const Result<DockerAnswer>& answer) { have_pulled(answer); });
}

void DockerImageProvision::have_pulled(const Result<DockerAnswer>& answer) {
  if (!answer) return refuse(answer.error().message);
  if (!answer->ok()) return refuse(engine_message(answer->body));
  // Once a pull has begun its failure is part of a good answer.
  const auto error = progress_.error();
  if (!error.empty()) return refuse(error);
  end({});
}

void DockerImageProvision::refuse(const std::string& why) {
  end(Error{"CannotPullContainerError", "", fmt::format("{}: {}", reference_, why)});
}

void DockerImageProvision::end(const Result<void>& provided) {
  const auto on_provided = std::move(on_provided_);
  on_provided(provided);  // May destroy this.
}

}  // namespace cutover::containers

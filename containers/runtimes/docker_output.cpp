#include "containers/runtimes/docker_output.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace cutover::containers {

DockerOutput::DockerOutput(std::shared_ptr<DockerEngine> engine, std::shared_ptr<ContainerLog> log)
    : engine_(std::move(engine)), log_(std::move(log)) {}

void DockerOutput::follow(const std::string& container, bool from_the_start,
                          std::function<void()> on_end) {
  ended_ = false;
  frames_ = {};
  const char* part = from_the_start ? "" : "&tail=0";
  call_ = engine_->follow(
      {"GET", fmt::format("/containers/{}/logs?follow=1&stdout=1&stderr=1{}", container, part)},
      std::nullopt, [this](std::string_view bytes) { take(bytes); },
      [this, on_end = std::move(on_end)](const Result<DockerAnswer>&) {
        ended_ = true;
        on_end();
      });
}

void DockerOutput::take(std::string_view bytes) {
  const WallTime now = engine_->timers().clock().wall_now();
  const bool well = frames_.take(
      bytes, [&](LogStream stream, std::string_view part) { log_->write(stream, part, now); });
  if (well) return;
  note("what the engine sends is not a container's output; no more of it is kept");
  call_.cancel();
  ended_ = true;
}

void DockerOutput::close() {
  cancel();
  const WallTime now = engine_->timers().clock().wall_now();
  log_->end(LogStream::output, now);
  log_->end(LogStream::errors, now);
}

void DockerOutput::note(const std::string& text) {
  log_->write(LogStream::errors, fmt::format("cutover: {}\n", text),
              engine_->timers().clock().wall_now());
}

}  // namespace cutover::containers

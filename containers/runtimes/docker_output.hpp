#pragma once

// What one container in an engine writes, followed into its log.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "containers/container_log.hpp"
#include "containers/runtimes/docker_engine.hpp"
#include "containers/runtimes/docker_frames.hpp"

namespace cutover::containers {

class DockerOutput {
 public:
  /// Its end cancels what is under way: nobody is told then.
  DockerOutput(std::shared_ptr<DockerEngine> engine, std::shared_ptr<ContainerLog> log);

  /// Follows the output of that container from its beginning, or from now on. `on_end` hears once,
  /// and never from within, that nothing more comes; the engine may have gone.
  void follow(const std::string& container, bool from_the_start, std::function<void()> on_end);
  /// Nothing more comes, or is waited for.
  void give_up() { ended_ = true; }
  bool has_ended() const { return ended_; }
  void cancel() { call_.cancel(); }
  /// The container has ended: nothing more is written.
  void close();

  /// A word of this program's own, among the errors.
  void note(const std::string& text);

 private:
  void take(std::string_view bytes);

  const std::shared_ptr<DockerEngine> engine_;
  const std::shared_ptr<ContainerLog> log_;
  DockerCall call_;
  DockerFrames frames_;
  bool ended_ = false;
};

}  // namespace cutover::containers

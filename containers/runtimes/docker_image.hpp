#pragma once

// Sees to it that an image is in the engine before a container is made of it, as its pull policy
// says.

#include <functional>
#include <memory>
#include <string>

#include "containers/image.hpp"
#include "containers/runtimes/docker_engine.hpp"

namespace cutover::containers {

class DockerImageProvision {
 public:
  /// A pull may say nothing for as long as a large layer takes: Podman's reports whole layers.
  static constexpr Duration silence_most = std::chrono::minutes(5);

  using OnProvided = std::function<void(const Result<void>&)>;

  /// Its end cancels what is under way.
  DockerImageProvision(std::shared_ptr<DockerEngine> engine, const DockerImage& image,
                       OnProvided on_provided);

  /// Once; never called back from within. The error's message is why there is no image.
  void begin();

 private:
  void look();
  void have_looked(const Result<DockerAnswer>& answer);
  void pull();
  void have_pulled(const Result<DockerAnswer>& answer);
  void refuse(const std::string& why);
  void end(const Result<void>& provided);

  const std::shared_ptr<DockerEngine> engine_;
  const DockerImage::Pull policy_;
  const std::string reference_;
  OnProvided on_provided_;
  PullProgress progress_;
  DockerCall call_;
};

}  // namespace cutover::containers

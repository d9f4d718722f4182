#pragma once

// What the containers that one run of this program has in an engine share: the engine, the labels
// by which they are found, and the guardian that removes them should this process end first.

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "containers/runtimes/docker_engine.hpp"
#include "containers/runtimes/docker_guardian.hpp"
#include "containers/runtimes/docker_host.hpp"
#include "containers/runtimes/docker_messages.hpp"
#include "containers/runtimes/docker_owner.hpp"

namespace cutover::containers {

struct DockerOptions {
  std::string host{default_docker_host};
  /// What is started as the guardian: understands guard_argument. The default is this program
  /// itself.
  std::string guardian_program = "/proc/self/exe";
};

/// One thread. Owned by a shared_ptr: what is under way keeps it.
class DockerRun : public std::enable_shared_from_this<DockerRun> {
 public:
  DockerRun(boost::asio::io_context& io, Timers& timers, DockerOptions options);
  DockerRun(const DockerRun&) = delete;
  DockerRun& operator=(const DockerRun&) = delete;
  ~DockerRun();

  /// Before the first container: agrees with the engine, removes what runs that are gone have left
  /// there, and starts the guardian. Tells when that has been done, or why it can't be; it is tried
  /// again the next time then. Never called back from within.
  using OnPrepared = std::function<void(const Result<void>&)>;
  void prepare(OnPrepared on_prepared);

  const std::shared_ptr<DockerEngine>& engine() const { return engine_; }
  const DockerLabels& labels() const { return labels_; }

  /// Keep count of what the guardian would find.
  void will_create() { ++left_; }
  void is_removed() { --left_; }
  /// Takes a container away, whatever it is doing; tries a few times.
  void remove(const std::string& container) { try_to_remove(container, 1); }

 private:
  void try_to_remove(const std::string& container, int attempt);
  void sweep();
  void finish(const Result<void>& prepared);
  Result<void> start_guardian();

  const DockerOptions options_;
  const std::shared_ptr<DockerEngine> engine_;
  const DockerOwner owner_ = this_process();
  const DockerLabels labels_;
  std::unique_ptr<DockerGuardian> guardian_;
  std::vector<OnPrepared> waiting_;
  std::size_t left_ = 0;
  bool prepared_ = false;
};

}  // namespace cutover::containers

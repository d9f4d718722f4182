#pragma once

// One command that runs beside a container's program, as health checks do.

#include <memory>
#include <string>
#include <vector>

#include "containers/runtime.hpp"
#include "containers/runtimes/docker_engine.hpp"

namespace cutover::containers {

class DockerExec {
 public:
  /// Its end cancels what is under way: `done` is not called then.
  DockerExec(std::shared_ptr<DockerEngine> engine, std::string container,
             Container::OnExecuted done);
  ~DockerExec();
  DockerExec(const DockerExec&) = delete;
  DockerExec& operator=(const DockerExec&) = delete;

  /// Once; `done` is never called from within. A command that the engine can't run counts as 126.
  void begin(const std::vector<std::string>& command, Duration timeout);

 private:
  void start();
  void look();
  void have_looked(const Result<DockerAnswer>& answer);
  void time_out();
  void end(int exit_code);

  const std::shared_ptr<DockerEngine> engine_;
  const std::string container_;
  Container::OnExecuted done_;
  std::string id_;
  DockerCall call_;
  TimerId deadline_ = 0;
  TimerId next_look_ = 0;
};

}  // namespace cutover::containers

#pragma once

// Takes care that no container outlives this process: a small process of its own that waits for the
// end of this one, whatever its cause, and then removes the containers of its run.

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <memory>
#include <string>

#include "lb/base/descriptor.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

/// The argument by which a program that uses the docker runtime is asked to guard: it is started as
/// `PROGRAM guard-containers DOCKER-HOST RUN` and calls guard_containers().
inline constexpr const char* guard_argument = "guard-containers";

class DockerGuardian {
 public:
  /// It holds no descriptor of this process but one end of a socket pair, is in a session of its
  /// own, so that Ctrl-C in a terminal does not end it first, and becomes nobody's child.
  static Result<std::unique_ptr<DockerGuardian>> start(boost::asio::io_context& io,
                                                       const std::string& program,
                                                       const std::string& docker_host,
                                                       const std::string& run);
  DockerGuardian(const DockerGuardian&) = delete;
  DockerGuardian& operator=(const DockerGuardian&) = delete;
  /// Closes the connection: unless it was released, it goes to work.
  ~DockerGuardian();

  /// Nothing is left to remove: it ends without asking the engine.
  void release();

 private:
  struct Forebear;

  DockerGuardian(Descriptor connection, std::shared_ptr<Forebear> forebear)
      : connection_(std::move(connection)), forebear_(std::move(forebear)) {}

  Descriptor connection_;
  const std::shared_ptr<Forebear> forebear_;
};

/// A guardian's life, on the connection `standard input`. Leaves its parent behind; ends once the
/// run's containers are gone, or after a bounded time. Gives the exit status. Call it while this
/// process has one thread.
int guard_containers(const std::string& docker_host, const std::string& run);

}  // namespace cutover::containers

#pragma once

// Containers that run in this process: an app that the load balancer may call, which is also served
// on its host port for curl and the like. No process is started and nothing is dialled.

#include <boost/asio/io_context.hpp>
#include <memory>

#include "containers/runtime.hpp"
#include "lb/base/timers.hpp"

namespace cutover::containers {

/// Host ports are served on one thread of the runtime's own, so that traffic does not slow the
/// control thread down. A start-up time passes in control time; apps answer in data-plane time.
///
/// terminate() does what `cutover app` does on SIGTERM: no more connections, requests under way
/// are answered, exit code 0; before the app listens the exit code is 143, with started = true.
/// kill() ends everything at once, exit code 137. From then on, and once terminated, the app that
/// on_running gave out resets instead of answering, as a closed port refuses.
class InProcessRuntime final : public Runtime {
 public:
  /// All three outlive the runtime and its containers. `timers` belongs to `control`'s thread.
  InProcessRuntime(boost::asio::io_context& control, Timers& timers, const Clock& data_clock);
  ~InProcessRuntime() override;

  std::string_view name() const override { return "in_process"; }
  std::unique_ptr<Container> start(const ContainerLaunch& launch, OnRunning on_running,
                                   OnExit on_exit) override;

 private:
  class ServingThread;
  class Instance;

  boost::asio::io_context& control_;
  Timers& timers_;
  const Clock& data_clock_;
  const std::shared_ptr<ServingThread> serving_;
};

}  // namespace cutover::containers

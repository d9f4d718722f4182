#pragma once

// Containers that run as child processes: `PROGRAM app NAME --port N …`, each with a pid and a
// process group of its own. What is killed here really dies.

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "containers/runtime.hpp"
#include "lb/base/clock.hpp"

namespace cutover::containers {

/// A child is running once it has printed "NAME listening on ADDRESS:PORT"; with host port 0 it
/// binds a free port itself and that line says which. Its end is learnt from the kernel: nothing is
/// polled, no zombie is left. Exit codes are its own, or 128 + the signal that ended it. A child
/// that ends before it runs without having been asked to gives started = false and, as the reason,
/// the last line of its standard error.
///
/// terminate() signals the child alone, kill() its whole process group. No child outlives this
/// process: the kernel kills them when the thread that starts them, the control thread, ends.
class ProcessRuntime final : public Runtime {
 public:
  /// Both outlive the runtime and its containers. A child waits for its start-up time in real time,
  /// so what passes there is `control_clock`'s real_wait(). `program` understands the verb `app` as
  /// `cutover` does; the default is this program itself.
  ProcessRuntime(boost::asio::io_context& control, const Clock& control_clock,
                 std::string program = "/proc/self/exe");

  std::string_view name() const override { return "process"; }
  std::unique_ptr<Container> start(const ContainerLaunch& launch, OnRunning on_running,
                                   OnExit on_exit) override;

 private:
  boost::asio::io_context& control_;
  const Clock& control_clock_;
  const std::string program_;
};

}  // namespace cutover::containers

#pragma once

// Where the workers of a load balancer live: on threads of their own in the program, on the
// caller's thread in tests. The control thread reaches them only through this.

#include <functional>
#include <memory>
#include <string>

#include "lb/proxy/worker.hpp"

namespace cutover::lb::proxy {

/// All members on the control thread.
class WorkerHost {
 public:
  virtual ~WorkerHost() = default;
  /// Makes the workers and lets them run. `settings` outlives the host.
  virtual void start(const WorkerSettings& settings, unsigned workers, std::uint64_t seed) = 0;
  virtual std::size_t size() const = 0;
  /// Runs `work` for every worker, each on its own thread, and returns when all have done it.
  virtual void run_on_all(const std::function<void(std::size_t index, Worker& worker)>& work) = 0;
  /// Waits until no worker has a connection left, at most for `patience` (real time).
  virtual void wait_until_quiet(Duration patience) = 0;
  /// Runs the control thread's event loop until `done`, or for a moment: when stop() was called by
  /// one of the loop's own callbacks, what the loop has put by for later does not come up here.
  virtual void settle_control(const std::function<bool()>& done) = 0;
  /// Ends the workers; their connections must have been closed.
  virtual void stop() = 0;
  /// What the control thread itself listens and connects with.
  virtual Network& control_network() = 0;
  /// Waits on the control thread, but on the data plane's clock.
  virtual Timers& control_timers() = 0;
  /// The port that `on` will really have, or why it can't be listened on.
  virtual Result<Endpoint> probe(const Endpoint& on) = 0;
  /// Runs `work` on the control thread, soon. From any thread.
  virtual void post_to_control(std::function<void()> work) = 0;
};

/// Each worker on a thread with an event loop of its own.
std::unique_ptr<WorkerHost> make_thread_host(boost::asio::io_context& control);

}  // namespace cutover::lb::proxy

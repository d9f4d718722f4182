#pragma once

// A stack that runs: one load balancer, one cluster behind it, and the control operations on both.
// This is where lb and containers, which do not know each other, are bound together.

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "containers/cluster.hpp"
#include "containers/task_definitions.hpp"
#include "cutover/stack/load_balancer_registry.hpp"
#include "cutover/stack/runtimes.hpp"
#include "cutover/stack/stack.hpp"
#include "lb/base/clock.hpp"
#include "lb/base/timers.hpp"
#include "lb/load_balancer.hpp"

namespace cutover::stack {

struct RunOptions {
  unsigned workers = 0;  ///< 0: one per core.
  double speed = 1;      ///< Divides every control-plane duration.
  std::uint64_t seed = 1;
  std::string account = "123456789012";           ///< In ARNs.
  RuntimeKind runtime = RuntimeKind::in_process;  ///< Of built-in apps.
  /// What a task does whose image the stack's image map does not name.
  enum class UnknownImages { fail, simulate } unknown_images = UnknownImages::fail;
  std::uint16_t port_offset = 8000;  ///< Listener port P is bound at P + this.
  unsigned nodes = 0;                ///< See lb::Options, as the following.
  lb::PropagationLag propagation_lag;
  std::string log_directory;
  lb::TraceOptions traces;
  std::string access_log;        ///< A file to append to; empty: none.
  bool label_responses = false;  ///< See lb::Options.
};

/// Whether every listener that `operations` create can be bound at that offset; else what to do.
/// The error has the listener's name as its place.
Result<void> check_ports(const std::vector<Operation>& operations, std::uint16_t port_offset);

/// Puts the operation, as a person reads it, before the error's place.
Error at_operation(const Operation& operation, Error error);

/// Everything on the thread that runs `io`.
class RunningStack {
 public:
  /// `io` outlives it. Nothing starts here.
  RunningStack(boost::asio::io_context& io, const Stack& stack, const RunOptions& options);
  /// Stops at once what still runs.
  ~RunningStack();
  RunningStack(const RunningStack&) = delete;
  RunningStack& operator=(const RunningStack&) = delete;

  /// Starts the workers and applies the stack's operations; the first that fails is the error.
  /// `applied` (if any) hears of each that succeeded.
  Result<void> start(const std::function<void(const Operation&)>& applied = {});

  Result<void> apply(const Operation& operation);

  /// Stops the load balancer, then the tasks: requests in flight get up to `grace` of real time
  /// (this call takes that long at most) and keep their targets until then. `done` is called when
  /// the last task has stopped.
  void stop(Duration grace, std::function<void()> done);

  lb::LoadBalancer& load_balancer() { return *load_balancer_; }
  containers::Cluster& cluster() { return *cluster_; }
  /// Times control operations: modelled time, scaled by RunOptions::speed.
  Timers& control_timers() { return control_timers_; }
  /// Real time.
  Timers& real_timers() { return real_timers_; }

 private:
  struct Apply;

  const Stack& stack_;
  const RunOptions options_;
  const RealClock real_clock_;
  const ScaledClock control_clock_;
  AsioTimers real_timers_;
  AsioTimers control_timers_;
  std::unique_ptr<lb::LoadBalancer> load_balancer_;
  std::unique_ptr<LoadBalancerRegistry> registry_;
  containers::TaskDefinitions definitions_;
  Runtimes runtimes_;
  std::unique_ptr<containers::Cluster> cluster_;
};

}  // namespace cutover::stack

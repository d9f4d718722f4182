#pragma once

// A stack that runs: load balancers, the cluster behind them, and the control operations on both.
// This is where lb and containers, which do not know each other, are bound together.

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "containers/clusters.hpp"
#include "containers/loopback_addresses.hpp"
#include "containers/task_definitions.hpp"
#include "cutover/stack/command_hooks.hpp"
#include "cutover/stack/load_balancer_registry.hpp"
#include "cutover/stack/metric_alarms.hpp"
#include "cutover/stack/rule_router.hpp"
#include "cutover/stack/running_balancing.hpp"
#include "cutover/stack/runtimes.hpp"
#include "cutover/stack/stack.hpp"
#include "lb/base/clock.hpp"
#include "lb/base/timers.hpp"

namespace cutover::stack {

struct RunOptions {
  BalancingOptions balancing;                     ///< The cluster's account, region and seed, too.
  double speed = 1;                               ///< Divides every control-plane duration.
  RuntimeKind runtime = RuntimeKind::in_process;  ///< Of built-in apps.
  /// Where the engine of container images listens.
  std::string docker_host{containers::default_docker_host};
  /// What a task does whose image the stack's image map does not name.
  enum class UnknownImages { fail, simulate } unknown_images = UnknownImages::fail;
  /// Hears, each once, what this system does not allow containers. May be empty.
  std::function<void(const std::string&)> on_note{};
  /// Of clusters for which nobody says otherwise.
  std::vector<containers::ContainerInstanceGroup> container_instances{
      containers::ContainerInstanceGroup{}};
  /// Of every region; the stack's own has them in its model.
  QuotaSettings quotas{};
  /// Of container instances and tasks; shared by all that run in this program. Null: of its own.
  std::shared_ptr<containers::LoopbackAddresses> task_addresses;
};

/// Whether every listener that `operations` create can be bound at that offset; else what to do.
/// The error has the listener's name as its place.
Result<void> check_ports(const std::vector<Operation>& operations, std::uint16_t port_offset);

/// Puts the operation, as a person reads it, before the error's place.
Error at_operation(const Operation& operation, Error error);

/// Everything on the thread that runs `io`.
class RunningStack {
 public:
  /// `io` and `stack` outlive it. Nothing starts here but the stack's cluster, if it has one.
  RunningStack(boost::asio::io_context& io, const Stack& stack, const RunOptions& options);
  /// Stops at once what still runs.
  ~RunningStack();
  RunningStack(const RunningStack&) = delete;
  RunningStack& operator=(const RunningStack&) = delete;

  /// Applies the stack's operations; the first that fails is the error.
  /// `applied` (if any) hears of each that succeeded.
  Result<void> start(const std::function<void(const Operation&)>& applied = {});

  Result<void> apply(const Operation& operation);

  /// Stops the load balancers, then the tasks: requests in flight get up to `grace` of real time
  /// (this call takes that long at most) and keep their targets until then. `done` is called when
  /// the last task has stopped.
  void stop(Duration grace, std::function<void()> done);

  RunningBalancing& balancing() { return balancing_; }
  containers::Clusters& clusters() { return *clusters_; }
  containers::TaskDefinitions& definitions() { return definitions_; }
  /// The stack's own. It has to be there: stack files have one, and no plan deletes it.
  containers::Cluster& cluster() { return **clusters_->find(stack_.model.cluster); }
  const RunOptions& options() const { return options_; }
  /// Times control operations: modelled time, scaled by RunOptions::speed.
  Timers& control_timers() { return control_timers_; }
  /// Real time.
  Timers& real_timers() { return real_timers_; }

 private:
  struct ApplyToCluster;

  /// Of the load balancer of that name, if it is there; of all ("").
  std::vector<lb::MetricsSnapshot> metrics(const std::string& load_balancer) const;

  const Stack& stack_;
  const RunOptions options_;
  const RealClock real_clock_;
  const ScaledClock control_clock_;
  AsioTimers real_timers_;
  AsioTimers control_timers_;
  RunningBalancing balancing_;
  LoadBalancerRegistry registry_;
  RuleRouter router_;
  CommandHooks hooks_;
  MetricAlarms alarms_;
  containers::TaskDefinitions definitions_;
  std::shared_ptr<containers::LoopbackAddresses> addresses_;
  Runtimes runtimes_;
  std::unique_ptr<containers::Clusters> clusters_;
};

}  // namespace cutover::stack

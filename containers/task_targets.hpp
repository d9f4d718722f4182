#pragma once

// One task's places in target groups: it registers them, deregisters them, and knows when the load
// balancer holds none of them any more. Control thread only.

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "containers/placer.hpp"
#include "containers/runtime.hpp"
#include "containers/service.hpp"
#include "containers/target_registry.hpp"
#include "containers/task.hpp"
#include "containers/task_listener.hpp"

namespace cutover::containers {

class TaskTargets {
 public:
  /// Borrows the registry and the listener. `placement` says where the task's ports are reached;
  /// `changed` is called when the load balancer finds something else of a target.
  TaskTargets(TargetRegistry& registry, TaskListener& listener, const TaskDefinition& definition,
              const std::vector<ServiceLoadBalancer>& load_balancers, const Placement& placement,
              std::function<void()> changed);
  ~TaskTargets();
  TaskTargets(const TaskTargets&) = delete;
  TaskTargets& operator=(const TaskTargets&) = delete;

  /// A container runs (again), with these ports as its definition maps them.
  void container_runs(std::size_t container, const ContainerRunning& running);
  /// Registers what is not registered; tells the listener.
  void register_all();
  void deregister_all();
  /// Looks whether the target groups have let go of what was deregistered.
  bool is_drained();
  /// Puts a fault on the way to the container's targets; null takes it away. Refused unless it has
  /// targets, and all of them are registered.
  Result<void> set_fault(std::size_t container, const std::shared_ptr<apps::Behaviour>& fault);
  /// Lets go of containers: what the load balancer says of their ports from now on is not ours.
  void forget();

  /// Whether some target waits to be registered, although a try has failed.
  bool has_failed_registration() const;
  std::vector<TargetStatus> statuses() const;
  /// Those that are registered or drain.
  std::vector<TaskTargetHealth> describe() const;
  /// The unhealthy ones, in the words of a service event:
  /// "(instance i-…) (port 32768) is unhealthy in (target-group api) due to (reason …)", without
  /// the instance where targets go by their address.
  std::vector<std::string> unhealthy() const;
  /// The first target group that finds the task unhealthy, or "".
  std::string unhealthy_group() const;

 private:
  struct Target {
    ServiceLoadBalancer place;
    std::size_t container = 0;  ///< Index of the container that place names …
    std::size_t port = 0;       ///< … and of its port mapping.
    TaskTarget target;
    bool registered = false;
    /// Its container was restarted: registering it again makes the load balancer reach the one
    /// that runs now, and keeps what it knows of the target.
    bool renewed = false;
    bool draining = false;
    bool failure_told = false;
    TargetRegistry::WatchId watch = 0;
  };

  bool is_unhealthy(const Target& target) const;
  void unwatch(Target& target);

  TargetRegistry& registry_;
  TaskListener& listener_;
  std::string instance_;  ///< Its id, where targets go by that; else empty.
  std::function<void()> changed_;
  std::vector<Target> targets_;
};

}  // namespace cutover::containers

#pragma once

// How the cluster makes its tasks targets of a load balancer it knows nothing about. The program
// implements this on the load balancer; tests implement it in a few lines.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "containers/apps/app.hpp"
#include "containers/apps/behaviour.hpp"
#include "containers/task_definition.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

/// One container port of a running task, as a load balancer reaches it.
struct TaskTarget {
  std::string address = "127.0.0.1";
  std::uint16_t host_port = 0;
  /// Set when the container runs in this process: it may be called instead of dialled.
  std::shared_ptr<apps::App> app;
};

enum class TargetStatus { initial, healthy, unhealthy, draining, unused };

/// All calls on the control thread.
class TargetRegistry {
 public:
  virtual ~TargetRegistry() = default;

  using WatchId = std::uint64_t;  ///< 0 names none.
  /// Calls `changed`, maybe from within another call, whenever status() or reason() of that target
  /// may be another than before, until unwatch(). It must not watch or unwatch from there.
  WatchId watch(const std::string& target_group, const TaskTarget& target,
                std::function<void()> changed);
  void unwatch(WatchId id);

  /// Whether the group exists, is used by a listener and takes tasks of that network mode: awsvpc
  /// tasks are targets by their address, others by their instance (ECS refuses a service
  /// otherwise).
  virtual Result<void> check_target_group(const std::string& target_group, NetworkMode network) = 0;
  /// As events name it.
  virtual std::string arn_of(const std::string& target_group) const = 0;
  virtual Result<void> register_target(const std::string& target_group,
                                       const TaskTarget& target) = 0;
  virtual Result<void> deregister_target(const std::string& target_group,
                                         const TaskTarget& target) = 0;
  /// What goes to the registered target, health checks included, meets the fault from now on,
  /// until null takes it away or the target is deregistered. Registering it again keeps it.
  virtual Result<void> set_fault(const std::string& target_group, const TaskTarget& target,
                                 std::shared_ptr<apps::Behaviour> fault) = 0;
  /// `unused` also when the target is not registered (any more).
  virtual TargetStatus status(const std::string& target_group, const TaskTarget& target) const = 0;
  /// The status with its reason, for events: "Health checks failed with these codes: [500]".
  virtual std::string reason(const std::string& target_group, const TaskTarget& target) const = 0;

 protected:
  /// Tells those who watch it.
  void tell_change(const std::string& target_group, const std::string& address,
                   std::uint16_t host_port) const;

 private:
  using Place = std::tuple<std::string, std::string, std::uint16_t>;

  std::map<Place, std::map<WatchId, std::function<void()>>> watchers_;
  std::map<WatchId, Place> watched_;
  WatchId last_watch_ = 0;
};

}  // namespace cutover::containers

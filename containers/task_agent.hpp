#pragma once

// Runs one task: performs what its state machine (task_state.hpp) asks for on the Runtime, the
// Timers and the TargetRegistry, and tells the machine what comes of it. Control thread only.

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "containers/cluster.hpp"
#include "containers/placer.hpp"
#include "containers/scheduler.hpp"
#include "containers/task_overrides.hpp"
#include "containers/task_state.hpp"

namespace cutover::containers {

/// What the agents of one cluster work with; all of it outlives them.
struct Surroundings {
  Timers& timers;
  Runtime& runtime;
  TargetRegistry& registry;
  const ImageMap& images;
};

class TaskAgent;

/// Hears what becomes of tasks. May be called from within any member of the agent but its
/// constructor; must not destroy it there.
class TaskListener {
 public:
  virtual ~TaskListener() = default;
  virtual void on_running(TaskAgent& task) = 0;
  virtual void on_draining(TaskAgent& task) = 0;
  virtual void on_stopped(TaskAgent& task) = 0;
  virtual void on_registered(const std::string& target_group) = 0;
  virtual void on_deregistered(const std::string& target_group) = 0;
  /// Said once for each row of failures; the agent tries again.
  virtual void on_registration_failed(const std::string& target_group, const Error& error) = 0;
};

class TaskAgent {
 public:
  struct Identity {
    std::string id;
    std::string arn;
    std::string cluster_arn;
    Placement placement;
    std::string service;     ///< Empty: it stands alone, as RunTask starts them.
    std::string deployment;  ///< Empty, too, when it stands alone.
    std::string group;       ///< "service:<name>", "family:<family>" or RunTask's own.
    std::string started_by;  ///< The deployment, "ecs-svc/<19 digits>"; or RunTask's own.
    std::vector<NamedValue> tags;
    TaskOverrides overrides;  ///< Already applied to the definition.
    std::string subnet;       ///< Where awsvpc puts the task's network interface.
    std::uint64_t seed = 0;
  };

  /// `definition` is what the task runs by: with `identity.overrides` applied. The task stands
  /// behind no target group when `load_balancers` is empty.
  TaskAgent(const Surroundings& surroundings, TaskListener& listener, Identity identity,
            std::shared_ptr<const TaskDefinition> definition,
            const std::vector<ServiceLoadBalancer>& load_balancers);
  ~TaskAgent();
  TaskAgent(const TaskAgent&) = delete;
  TaskAgent& operator=(const TaskAgent&) = delete;

  /// Once, first.
  void start();
  void stop(StopCode code, std::string reason, bool drain);
  /// Looks at the target groups: retries registrations, and goes on when a drain has ended.
  void poll();

  const Identity& identity() const { return identity_; }
  const TaskState& state() const { return state_; }
  bool is_stopped() const { return state_.last_status == TaskStatus::stopped; }
  /// `deployment` is its index in the service's goal.
  ObservedTask observe(std::size_t deployment) const;
  TaskDescription describe() const;
  /// The targets the load balancer finds unhealthy, in the words of a service event:
  /// "(port 32768) is unhealthy in (target-group api) due to (reason …)".
  std::vector<std::string> unhealthy_targets() const;
  /// The first target group that finds the task unhealthy, or "".
  std::string unhealthy_target_group() const;

 private:
  struct Target {
    ServiceLoadBalancer place;
    std::size_t container = 0;  ///< Index of the container that place names.
    TaskTarget target;
    bool registered = false;
    bool draining = false;
    bool failure_told = false;
  };

  void dispatch(TaskEvent event);
  void perform(const TaskAction& action);
  void start_container(std::size_t index);
  void register_targets();
  void deregister_targets();
  void release();
  void tell_changes(TaskStatus before);
  void arm_kill_timer();
  WallTime wall(TimePoint moment) const;
  ContainerDescription describe_container(std::size_t index) const;

  Surroundings surroundings_;
  TaskListener& listener_;
  Identity identity_;
  std::shared_ptr<const TaskDefinition> definition_;
  TaskState state_;
  std::vector<Target> targets_;
  std::vector<ContainerRunning> running_;            ///< By container; what the runtime told.
  std::vector<std::shared_ptr<ContainerLog>> logs_;  ///< By container.
  std::vector<std::unique_ptr<Container>> containers_;
  std::deque<TaskEvent> events_;
  bool dispatching_ = false;
  TimePoint created_at_;
  WallTime wall_created_at_;
  TimerId kill_timer_ = 0;
  TimerId release_timer_ = 0;
};

}  // namespace cutover::containers

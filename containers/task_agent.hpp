#pragma once

// Runs one task: performs what its state machine (task_state.hpp) asks for on the Runtime, the
// Timers and the TargetRegistry, and tells the machine what comes of it. Control thread only.

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "containers/container_log.hpp"
#include "containers/deployment_support.hpp"
#include "containers/image.hpp"
#include "containers/placer.hpp"
#include "containers/runtime.hpp"
#include "containers/scheduler.hpp"
#include "containers/service.hpp"
#include "containers/start_faults.hpp"
#include "containers/target_registry.hpp"
#include "containers/task_fault.hpp"
#include "containers/task_index.hpp"
#include "containers/task_listener.hpp"
#include "containers/task_overrides.hpp"
#include "containers/task_state.hpp"
#include "containers/task_targets.hpp"
#include "lb/base/timers.hpp"

namespace cutover::containers {

/// What the agents of one cluster work with; all of it outlives them.
struct Surroundings {
  Timers& timers;
  Runtime& runtime;
  TargetRegistry& registry;
  const ImageMap& images;
  StartFaults& start_faults;
  Placer& placer;
  TaskIndex& index;
  /// Hears, by its ARN, of what has changed for good; may be empty.
  const std::function<void(const std::string& arn)>& on_change;
  DeploymentSupport support = {};
};

/// Stopped tasks are described for at least an hour (DescribeTasks) …
inline constexpr Duration stopped_tasks_kept_for = std::chrono::hours(1);
/// … unless whoever started them has very many.
inline constexpr std::size_t stopped_tasks_kept_max = 1000;

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
            const std::vector<ServiceLoadBalancer>& load_balancers = {});
  ~TaskAgent();
  TaskAgent(const TaskAgent&) = delete;
  TaskAgent& operator=(const TaskAgent&) = delete;

  /// Once, first. The task is PENDING (awsvpc: PROVISIONING) when this returns.
  void start();
  /// Without `drain` connections do not drain before the first signal (StopTask).
  void stop(StopCode code, std::string reason, bool drain);
  /// Its container instance is gone: every container is killed at once.
  void lose_instance(std::string reason);
  /// The agent of its container instance is lost, or is back: what has happened meanwhile is told
  /// then, and what was ordered meanwhile is done.
  void set_connected(bool connected);
  /// Faults on demand: on the container of that name, or with "" on each one that runs.
  Result<void> inject(const TaskFault& fault, std::string_view container = {});

  /// Looks at the target groups: retries registrations, and goes on when a drain has ended. All
  /// else the listener is told when it happens.
  void poll();
  /// Whether poll() may find something: it is to be called about once a second then.
  bool needs_poll() const;

  const Identity& identity() const { return identity_; }
  const TaskState& state() const { return state_; }
  const TaskDefinition& definition() const { return *definition_; }
  TimePoint created_at() const { return created_at_; }
  bool is_stopped() const { return state_.last_status == TaskStatus::stopped; }
  /// As the scheduler of its service sees it.
  ObservedTask observe(DeploymentKey deployment) const;
  TaskDescription describe() const;
  void set_tags(std::vector<NamedValue> tags) { identity_.tags = std::move(tags); }
  /// Task scale-in protection, until that moment; nothing takes it away.
  void protect(std::optional<TimePoint> until) { protected_until_ = until; }
  std::optional<TimePoint> protected_until() const { return protected_until_; }
  bool is_protected(TimePoint now) const { return protected_until_ && now < *protected_until_; }
  /// What its containers wrote, by container; kept for as long as the task is.
  const std::vector<std::shared_ptr<ContainerLog>>& logs() const { return logs_; }
  /// See TaskTargets.
  std::vector<std::string> unhealthy_targets() const { return targets_.unhealthy(); }
  std::string unhealthy_target_group() const { return targets_.unhealthy_group(); }

 private:
  struct Seen {
    TaskStatus status;
    DesiredStatus desired_status;
    std::optional<ContainerHealth> health;
    friend bool operator==(const Seen&, const Seen&) = default;
  };

  void dispatch(TaskEvent event);
  /// Connections drain, be it beside a stop that waits for the agent.
  bool is_draining() const;
  /// What the container instance's agent tells, at once or when it is connected again.
  void report(std::function<void()> what);
  void perform(const TaskAction& action);
  void soon(TaskEvent event);
  Result<void> inflict(std::size_t index, const TaskFault& fault);
  void pull();
  void start_container(std::size_t index);
  void check_health(std::size_t index);
  void release();
  Seen seen() const { return {state_.last_status, state_.desired_status, task_health(state_)}; }
  void tell_changes(const Seen& before);
  void arm_timer();
  WallTime wall(TimePoint moment) const;
  ContainerDescription describe_container(std::size_t index) const;
  void describe_times(TaskDescription& description) const;
  TaskNetworkInterface describe_network() const;

  Surroundings surroundings_;
  TaskListener& listener_;
  Identity identity_;
  std::shared_ptr<const TaskDefinition> definition_;
  TaskState state_;
  TaskTargets targets_;
  std::vector<ContainerRunning> running_;  ///< By container; what the runtime told.
  std::vector<std::unique_ptr<Container>> containers_;
  std::vector<std::optional<apps::AppBehaviour>> behaviours_;  ///< By container: of faults.
  std::vector<TimerId> restart_timers_;                        ///< By container.
  std::vector<std::shared_ptr<ContainerLog>> logs_;            ///< By container.
  std::deque<TaskEvent> events_;
  bool dispatching_ = false;
  std::vector<std::function<void()>> unreported_;  ///< While the agent is away.
  TimePoint created_at_;
  WallTime wall_created_at_;
  TimerId timer_ = 0;       ///< For next_moment().
  TimerId soon_timer_ = 0;  ///< For what takes a turn of its own.
  std::optional<TimePoint> protected_until_;
};

}  // namespace cutover::containers

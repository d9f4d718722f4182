#pragma once

// Runs one service: notes what becomes of its tasks, asks the scheduler (scheduler.hpp) for a plan
// soon after, and carries it out. It looks at what has changed only, and waits for nothing when
// nothing is under way. Control thread only.

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "containers/deployments.hpp"
#include "containers/identifiers.hpp"
#include "containers/saved_service.hpp"
#include "containers/scheduler.hpp"
#include "containers/service.hpp"
#include "containers/service_events.hpp"
#include "containers/service_shift.hpp"
#include "containers/service_tasks.hpp"
#include "containers/task_agent.hpp"
#include "containers/zone_balance.hpp"

namespace cutover::containers {

class ServiceAgent final : private TaskListener {
 public:
  /// `arns` and `random` are borrowed; `on_task_stopped` is called after each task's end.
  ServiceAgent(const Surroundings& surroundings, const ArnMaker& arns, Random& random,
               ServiceSpec spec, DefinitionPtr definition, std::function<void()> on_task_stopped);
  ~ServiceAgent() override;
  ServiceAgent(const ServiceAgent&) = delete;
  ServiceAgent& operator=(const ServiceAgent&) = delete;

  /// As it is now.
  const ServiceSpec& spec() const { return spec_; }
  ServiceStatus status() const { return status_; }
  std::uint32_t desired_count() const;
  const DefinitionPtr& definition() const { return deployments_.primary().revision->definition; }

  /// UpdateService: what the spec changes takes effect at once; a new deployment begins, and
  /// becomes PRIMARY, when a change needs one or when it is forced. It keeps its strategy and its
  /// alarms to its end.
  void update(ServiceSpec spec, DefinitionPtr definition, bool force_new_deployment);
  /// Container instances have changed, or the protection of a task.
  void look_again();
  /// A task has left a container instance: whoever waits for room may find some.
  void look_for_room();
  void set_tags(std::vector<NamedValue> tags) { spec_.tags = std::move(tags); }
  /// Scales to 0 for good; INACTIVE once every task is on its way out.
  void remove();
  /// Scales to 0 and signals every task at once, without waiting for drains.
  void stop_now();

  SavedService saved() const;
  /// Goes on from what was saved of it; it was made with what had been completed by then, if
  /// anything had. `definition` is that of the PRIMARY deployment.
  void resume(const SavedService& saved, DefinitionPtr definition);

  ServiceDescription describe() const;
  /// Calls it with each task, stopped ones among them, oldest first.
  template <class Visit>
  void visit_tasks(Visit visit) const {
    tasks_.for_each(
        [&visit](const ServiceTasks::Entry& entry) { visit(std::as_const(*entry.agent)); });
  }
  /// The task of that id, or nullptr.
  TaskAgent* task(std::string_view id);
  bool has_live_tasks() const { return tasks_.counts().live > 0; }

  /// Newest first.
  std::vector<ServiceDeploymentDescription> service_deployments() const;
  RevisionPtr revision(std::string_view arn) const { return deployments_.find_revision(arn); }
  /// StopServiceDeployment.
  Result<void> stop_service_deployment(std::string_view arn, StopType type = StopType::rollback);
  /// ContinueServiceDeployment: answers a hook that pauses the deployment.
  Result<void> continue_service_deployment(std::string_view arn, std::string_view hook_id,
                                           LifecycleHook::TimeoutAction action);

 private:
  void on_running(TaskAgent& task) override;
  void on_draining(TaskAgent& task) override;
  void on_stopped(TaskAgent& task) override;
  void on_changed(TaskAgent& task) override;
  void on_registered(const std::string& target_group) override;
  void on_deregistered(const std::string& target_group) override;
  void on_registration_failed(const std::string& target_group, const Error& error) override;

  bool is_daemon() const { return spec_.scheduling == SchedulingStrategy::daemon; }
  Deployment* deployment_of(const TaskAgent& task);
  void set_desired_count(std::uint32_t count);
  void deploy(DefinitionPtr definition);
  void begin_deployment(DefinitionPtr definition, std::uint32_t kept);
  void begin_watching_alarms();
  void fail_deployment(const DeploymentFailure& failure);
  void complete_deployment();
  void watch_alarms();
  void advance_shift();
  static Error no_service_deployment(std::string_view arn);
  std::optional<TimePoint> next_moment() const;

  void look_at_instances();
  void plan_at(TimePoint moment);
  void plan_soon();
  void plan();
  void look_at_changes();
  void look_at(ServiceTasks::Entry& entry);
  void look_at_all();
  void watch_over_deployment();
  ServiceGoal goal() const;
  std::vector<TaskKey> scale_in_order() const;
  void tell_unhealthy();
  void carry_out(const Plan& plan);
  void stop_task(TaskAgent& task, bool unhealthy);
  void start_tasks(Deployment& deployment, const PlannedStart& start);
  PlacementRequest placement_request(const Deployment& deployment) const;
  TaskAgent& add_task(Deployment& deployment, std::string task_id, Placement placement);
  TaskAgent::Identity identity(std::string task_id, Placement placement,
                               const Deployment& deployment);
  std::vector<NamedValue> task_tags(const TaskDefinition& definition) const;
  void settle(const Plan& plan);
  void wait_for_more(const Plan& plan);
  void tell_lasting_change();

  bool rebalances() const;
  std::vector<ZoneTasks> tasks_by_zone() const;
  const std::string& zone_of(TaskKey task) const;
  void look_at_zones_again();
  void follow_move();
  void note_leaving(const Plan& plan);
  void balance_zones(const Plan& plan);
  void begin_move(const ZoneMove& move, const std::vector<ZoneTasks>& zones);
  void stop_moving();

  ServiceRevisionSummary summarize(DeploymentKey deployment, const ServiceRevision& revision) const;
  DeploymentDescription describe(const Deployment& deployment) const;

  /// A task that moves: one starts in another zone, and one in its own goes when that is healthy.
  struct Moving {
    std::string from;
    TaskKey arriving = 0;
    bool arrived = false;
    std::optional<TaskKey> leaving = std::nullopt;
  };
  struct Zones {
    bool changed = true;  ///< Tasks or container instances have changed since the last look.
    bool waits_for_room = false;
    bool told_uneven = false;
    TimePoint not_before{};
    std::optional<Moving> move;
  };

  Surroundings surroundings_;
  const ArnMaker& arns_;
  Random& random_;
  ServiceSpec spec_;
  std::function<void()> on_task_stopped_;
  ServiceStatus status_ = ServiceStatus::active;
  ServiceEvents events_;
  Deployments deployments_;
  ServiceTasks tasks_;
  ObservedTasks observed_;
  std::unique_ptr<ServiceShift> shift_;  ///< While a deployment shifts traffic.
  std::vector<std::string> alarms_;      ///< Those that watch over the present deployment.
  std::optional<TimePoint> alarms_until_;
  std::vector<std::string> instances_;  ///< A daemon's.
  std::set<TaskKey> polled_;            ///< Those that only looking tells about.
  std::set<TaskKey> told_unhealthy_;
  std::string unplaced_;  ///< Why the last task has no place; empty: it has.
  TimePoint place_again_at_{};
  Zones zones_;
  WallTime created_at_;
  /// What was told last of what is kept: PRIMARY, what was completed, the status.
  std::tuple<DeploymentKey, DeploymentKey, ServiceStatus> told_kept_{};
  TimerId timer_ = 0;
  TimePoint timer_at_{};
};

}  // namespace cutover::containers

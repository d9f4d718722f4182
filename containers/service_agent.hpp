#pragma once

// Runs one service: looks at its tasks, asks the scheduler (scheduler.hpp) for a plan, and carries
// it out. It plans soon after every event, and once a second while anything is under way, because
// the load balancer's verdicts are polled. Control thread only.

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "containers/identifiers.hpp"
#include "containers/restart_throttle.hpp"
#include "containers/scheduler.hpp"
#include "containers/service.hpp"
#include "containers/service_events.hpp"
#include "containers/task_agent.hpp"
#include "containers/task_definitions.hpp"

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
  std::uint32_t desired_count() const { return desired_count_; }
  const DefinitionPtr& definition() const { return deployments_.front().definition; }

  /// UpdateService: what the spec changes takes effect at once; a new deployment begins, and
  /// becomes PRIMARY, when a change needs one or when it is forced.
  void update(ServiceSpec spec, DefinitionPtr definition, bool force_new_deployment);
  /// Container instances have changed, or the protection of a task.
  void look_again() { plan_soon(); }
  void set_tags(std::vector<NamedValue> tags) { spec_.tags = std::move(tags); }
  /// Scales to 0 for good; INACTIVE once every task is on its way out.
  void remove();
  /// Scales to 0 and signals every task at once, without waiting for drains.
  void stop_now();

  ServiceDescription describe() const;
  std::vector<TaskDescription> tasks() const;
  /// The task of that id, or nullptr.
  TaskAgent* task(std::string_view id);
  bool has_live_tasks() const;

 private:
  struct Deployment {
    std::string id;
    DefinitionPtr definition;
    std::uint32_t desired_count = 0;
    std::uint32_t failed_tasks = 0;
    bool completed = false;
    RestartThrottle throttle;
    WallTime created_at{};
    WallTime updated_at{};
  };

  void on_running(TaskAgent& task) override;
  void on_draining(TaskAgent& task) override;
  void on_stopped(TaskAgent& task) override;
  void on_health_changed(TaskAgent&) override { plan_soon(); }
  void on_registered(const std::string& target_group) override;
  void on_deregistered(const std::string& target_group) override;
  void on_registration_failed(const std::string& target_group, const Error& error) override;

  void set_desired_count(std::uint32_t count);
  void deploy(DefinitionPtr definition);
  void add_deployment(DefinitionPtr definition);
  Deployment* deployment(const std::string& id);
  void plan_at(TimePoint moment);
  void plan_soon();
  void plan();
  void forget_old_tasks();
  void drop_finished_deployments();
  std::vector<TaskAgent*> live_tasks() const;
  ServiceGoal goal() const;
  void carry_out(const Plan& plan, const std::vector<TaskAgent*>& observed);
  void tell_unhealthy(const Plan& plan, const std::vector<TaskAgent*>& observed);
  void stop_task(TaskAgent& task, bool unhealthy);
  void start_tasks(Deployment& deployment, std::uint32_t count);
  void settle(const Plan& plan);
  DeploymentDescription describe(const Deployment& deployment) const;

  Surroundings surroundings_;
  const ArnMaker& arns_;
  Random& random_;
  ServiceSpec spec_;
  std::function<void()> on_task_stopped_;
  ServiceStatus status_ = ServiceStatus::active;
  std::uint32_t desired_count_;
  std::vector<Deployment> deployments_;            ///< Newest first; never empty.
  std::vector<std::unique_ptr<TaskAgent>> tasks_;  ///< Oldest first.
  std::set<const TaskAgent*> told_unhealthy_;
  ServiceEvents events_;
  WallTime created_at_;
  TimerId timer_ = 0;
  TimePoint timer_at_{};
};

}  // namespace cutover::containers

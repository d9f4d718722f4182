#include "containers/service_agent.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace cutover::containers {

namespace {

/// What happens within this time is planned for in one go; it also bounds how fast a task that
/// crashes at once is replaced.
constexpr Duration plan_delay = std::chrono::milliseconds(100);
constexpr Duration tick = std::chrono::seconds(1);

}  // namespace

ServiceAgent::ServiceAgent(const Surroundings& surroundings, const ArnMaker& arns, Random& random,
                           ServiceSpec spec, DefinitionPtr definition,
                           std::function<void()> on_task_stopped)
    : surroundings_(surroundings),
      arns_(arns),
      random_(random),
      spec_(std::move(spec)),
      on_task_stopped_(std::move(on_task_stopped)),
      desired_count_(spec_.desired_count),
      events_(spec_.name, surroundings.timers.clock(), random),
      created_at_(surroundings.timers.clock().wall_now()) {
  add_deployment(std::move(definition));
  plan_at(surroundings_.timers.now());  // a new service has nothing to gather first
}

ServiceAgent::~ServiceAgent() { surroundings_.timers.cancel(timer_); }

void ServiceAgent::update(ServiceSpec spec, DefinitionPtr definition, bool force_new_deployment) {
  const bool deploys = force_new_deployment || definition->arn != this->definition()->arn ||
                       needs_new_deployment(spec_, spec);
  spec_ = std::move(spec);
  if (spec_.desired_count != desired_count_) set_desired_count(spec_.desired_count);
  if (deploys) deploy(std::move(definition));
  plan_soon();
}

void ServiceAgent::set_desired_count(std::uint32_t count) {
  desired_count_ = count;
  deployments_.front().desired_count = count;
  deployments_.front().updated_at = surroundings_.timers.clock().wall_now();
  plan_soon();
}

void ServiceAgent::deploy(DefinitionPtr definition) {
  Deployment& former = deployments_.front();
  // A finished deployment keeps up its count until the new one takes over; an unfinished one does
  // not grow any more.
  former.desired_count = former.completed ? desired_count_ : describe(former).running_count;
  add_deployment(std::move(definition));
  plan_soon();
}

void ServiceAgent::add_deployment(DefinitionPtr definition) {
  Deployment added;
  added.id = new_deployment_id(random_);
  added.definition = std::move(definition);
  added.created_at = surroundings_.timers.clock().wall_now();
  added.updated_at = added.created_at;
  deployments_.insert(deployments_.begin(), std::move(added));
}

void ServiceAgent::remove() {
  status_ = has_live_tasks() ? ServiceStatus::draining : ServiceStatus::inactive;
  set_desired_count(0);
}

void ServiceAgent::stop_now() {
  set_desired_count(0);
  for (TaskAgent* task : live_tasks()) {
    task->stop(
        StopCode::service_scheduler_initiated,
        fmt::format("Scaling activity initiated by (deployment {})", task->identity().deployment),
        false);
  }
}

TaskAgent* ServiceAgent::task(std::string_view id) {
  const auto found = std::find_if(tasks_.begin(), tasks_.end(),
                                  [id](const auto& task) { return task->identity().id == id; });
  return found == tasks_.end() ? nullptr : found->get();
}

bool ServiceAgent::has_live_tasks() const {
  return std::any_of(tasks_.begin(), tasks_.end(),
                     [](const auto& task) { return !task->is_stopped(); });
}

std::vector<TaskAgent*> ServiceAgent::live_tasks() const {
  std::vector<TaskAgent*> live;
  for (const auto& task : tasks_) {
    if (!task->is_stopped()) live.push_back(task.get());
  }
  return live;
}

ServiceAgent::Deployment* ServiceAgent::deployment(const std::string& id) {
  const auto found = std::find_if(deployments_.begin(), deployments_.end(),
                                  [&id](const Deployment& each) { return each.id == id; });
  return found == deployments_.end() ? nullptr : &*found;
}

// What becomes of tasks. None of these destroys one: that is left to plan().

void ServiceAgent::on_running(TaskAgent& task) {
  if (Deployment* its = deployment(task.identity().deployment)) its->throttle.reached_running();
  plan_soon();
}

void ServiceAgent::on_draining(TaskAgent& task) {
  events_.gather_draining(task.identity().deployment);
}

void ServiceAgent::on_stopped(TaskAgent& task) {
  const TaskState& state = task.state();
  if (state.stop_code == StopCode::service_scheduler_initiated) {
    if (state.started_at) {
      events_.gather_stopped(task.identity().id);
    } else {
      events_.gather_stopped_pending();
    }
  } else if (Deployment* its = deployment(task.identity().deployment); its && !state.started_at) {
    // Also when its first container ended before the task as a whole ran.
    if (state.stop_code != StopCode::user_initiated) {
      ++its->failed_tasks;
      its->throttle.failed_to_start(surroundings_.timers.now());
    }
  }
  told_unhealthy_.erase(&task);
  plan_soon();
  on_task_stopped_();
}

void ServiceAgent::on_registered(const std::string& target_group) {
  events_.gather_registered(target_group);
  plan_soon();
}

void ServiceAgent::on_deregistered(const std::string& target_group) {
  events_.gather_deregistered(target_group);
  plan_soon();
}

void ServiceAgent::on_registration_failed(const std::string& target_group, const Error& error) {
  events_.registration_failed(target_group, error.message);
}

void ServiceAgent::plan_soon() { plan_at(surroundings_.timers.now() + plan_delay); }

void ServiceAgent::plan_at(TimePoint moment) {
  if (timer_ != 0 && timer_at_ <= moment) return;
  surroundings_.timers.cancel(timer_);
  timer_at_ = moment;
  timer_ = surroundings_.timers.at(moment, [this] {
    timer_ = 0;
    plan();
  });
}

void ServiceAgent::plan() {
  forget_old_tasks();
  for (TaskAgent* task : live_tasks()) task->poll();
  drop_finished_deployments();
  events_.flush();
  const std::vector<TaskAgent*> observed = live_tasks();
  std::vector<ObservedTask> seen;
  for (const TaskAgent* task : observed) {
    const Deployment* its = deployment(task->identity().deployment);
    seen.push_back(task->observe(static_cast<std::size_t>(its - deployments_.data())));
  }
  const Plan plan = make_plan(goal(), seen, surroundings_.timers.now());
  tell_unhealthy(plan, observed);
  carry_out(plan, observed);
  events_.flush();
  settle(plan);
  if (has_live_tasks() || deployments_.size() > 1) plan_at(surroundings_.timers.now() + tick);
  if (plan.look_again) plan_at(*plan.look_again);
}

void ServiceAgent::forget_old_tasks() {
  const TimePoint now = surroundings_.timers.now();
  auto stopped = static_cast<std::size_t>(std::count_if(
      tasks_.begin(), tasks_.end(), [](const auto& task) { return task->is_stopped(); }));
  std::erase_if(tasks_, [&](const auto& task) {
    if (!task->is_stopped()) return false;
    const bool forgotten = stopped > stopped_tasks_kept_max ||
                           now - *task->state().stopped_at > stopped_tasks_kept_for;
    if (forgotten) --stopped;
    return forgotten;
  });
}

void ServiceAgent::drop_finished_deployments() {
  const auto has_task = [this](const Deployment& each) {
    return std::any_of(tasks_.begin(), tasks_.end(), [&each](const auto& task) {
      return !task->is_stopped() && task->identity().deployment == each.id;
    });
  };
  deployments_.erase(std::remove_if(std::next(deployments_.begin()), deployments_.end(),
                                    [&](const Deployment& each) {
                                      return each.desired_count == 0 && !has_task(each);
                                    }),
                     deployments_.end());
}

ServiceGoal ServiceAgent::goal() const {
  ServiceGoal goal;
  goal.desired_count = desired_count_;
  goal.minimum_healthy_percent = spec_.deployment.minimum_healthy_percent;
  goal.maximum_percent = spec_.deployment.maximum_percent;
  goal.behind_load_balancer = !spec_.load_balancers.empty();
  goal.health_check_grace_period = spec_.health_check_grace_period;
  goal.deployments.clear();
  for (const Deployment& each : deployments_) {
    goal.deployments.push_back({each.desired_count, each.throttle.not_before()});
  }
  return goal;
}

void ServiceAgent::tell_unhealthy(const Plan& plan, const std::vector<TaskAgent*>& observed) {
  std::set<const TaskAgent*> unhealthy;
  for (const std::size_t index : plan.unhealthy) {
    unhealthy.insert(observed[index]);
    if (told_unhealthy_.contains(observed[index])) continue;
    for (const std::string& text : observed[index]->unhealthy_targets()) events_.unhealthy(text);
  }
  told_unhealthy_ = std::move(unhealthy);
}

void ServiceAgent::carry_out(const Plan& plan, const std::vector<TaskAgent*>& observed) {
  for (std::size_t i = 0; i < deployments_.size(); ++i) {
    Deployment& each = deployments_[i];
    if (each.desired_count == plan.desired_counts[i]) continue;
    each.desired_count = plan.desired_counts[i];
    each.updated_at = surroundings_.timers.clock().wall_now();
  }
  for (const PlannedStop& stop : plan.stop) stop_task(*observed[stop.task], stop.unhealthy);
  for (const PlannedStart& start : plan.start) {
    start_tasks(deployments_[start.deployment], start.count);
  }
}

void ServiceAgent::stop_task(TaskAgent& task, bool unhealthy) {
  std::string reason =
      fmt::format("Scaling activity initiated by (deployment {})", task.identity().deployment);
  if (unhealthy) {
    reason = fmt::format("Task failed ELB health checks in (target-group {})",
                         task.unhealthy_target_group());
    if (Deployment* its = deployment(task.identity().deployment)) ++its->failed_tasks;
  }
  task.stop(StopCode::service_scheduler_initiated, std::move(reason), true);
}

void ServiceAgent::start_tasks(Deployment& deployment, std::uint32_t count) {
  TaskListener& listener = *this;
  std::vector<std::string> ids;
  std::vector<TaskAgent*> started;
  for (std::uint32_t i = 0; i < count; ++i) {
    TaskAgent::Identity identity;
    identity.id = new_task_id(random_);
    identity.arn = arns_.task(identity.id);
    identity.service = spec_.name;
    identity.deployment = deployment.id;
    identity.group = "service:" + spec_.name;
    identity.started_by = deployment.id;
    identity.seed = random_();
    ids.push_back(identity.id);
    tasks_.push_back(std::make_unique<TaskAgent>(surroundings_, listener, std::move(identity),
                                                 deployment.definition, spec_.load_balancers));
    started.push_back(tasks_.back().get());
  }
  events_.started(ids);
  for (TaskAgent* task : started) task->start();
}

void ServiceAgent::settle(const Plan& plan) {
  const Deployment& primary = deployments_.front();
  events_.holds(ServiceEvents::Condition::stuck, plan.stuck);
  events_.holds(ServiceEvents::Condition::impaired, primary.throttle.is_impaired());
  if (plan.steady && !primary.completed) {
    deployments_.front().completed = true;
    deployments_.front().updated_at = surroundings_.timers.clock().wall_now();
    events_.completed(primary.id);
  }
  events_.holds(ServiceEvents::Condition::steady, plan.steady && status_ == ServiceStatus::active);
  if (status_ != ServiceStatus::draining) return;
  const bool leaving = std::all_of(tasks_.begin(), tasks_.end(), [](const auto& task) {
    return task->state().last_status >= TaskStatus::stopping;
  });
  if (leaving) status_ = ServiceStatus::inactive;
}

std::vector<TaskDescription> ServiceAgent::tasks() const {
  std::vector<TaskDescription> descriptions;
  for (const auto& task : tasks_) descriptions.push_back(task->describe());
  return descriptions;
}

DeploymentDescription ServiceAgent::describe(const Deployment& deployment) const {
  DeploymentDescription description;
  description.id = deployment.id;
  description.status =
      &deployment == deployments_.data() ? DeploymentStatus::primary : DeploymentStatus::active;
  description.task_definition = deployment.definition->reference();
  description.task_definition_arn = deployment.definition->arn;
  description.desired_count = deployment.desired_count;
  description.failed_tasks = deployment.failed_tasks;
  for (const auto& task : tasks_) {
    if (task->identity().deployment != deployment.id) continue;
    if (task->state().last_status == TaskStatus::running) ++description.running_count;
    if (is_before_running(task->state().last_status)) ++description.pending_count;
  }
  description.rollout_state =
      deployment.completed ? RolloutState::completed : RolloutState::in_progress;
  description.rollout_state_reason = fmt::format(
      "ECS deployment {} {}.", deployment.id, deployment.completed ? "completed" : "in progress");
  description.created_at = deployment.created_at;
  description.updated_at = deployment.updated_at;
  return description;
}

ServiceDescription ServiceAgent::describe() const {
  ServiceDescription description;
  description.spec = spec_;
  description.spec.task_definition = definition()->reference();
  description.spec.desired_count = desired_count_;
  description.cluster_arn = arns_.cluster();
  description.task_definition_arn = definition()->arn;
  description.arn = arns_.service(spec_.name);
  description.status = status_;
  description.desired_count = desired_count_;
  for (const Deployment& each : deployments_) {
    description.deployments.push_back(describe(each));
    description.running_count += description.deployments.back().running_count;
    description.pending_count += description.deployments.back().pending_count;
  }
  description.events = events_.list();
  description.created_at = created_at_;
  return description;
}

}  // namespace cutover::containers

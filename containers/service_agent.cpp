#include "containers/service_agent.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace cutover::containers {

namespace {

/// What happens within this time is planned for in one go.
constexpr Duration plan_delay = std::chrono::milliseconds(100);
/// How often those tasks are looked at that nobody tells about.
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
      events_(spec_.name, surroundings.timers.clock(), random),
      deployments_(arns, spec_.name, surroundings.timers.clock(), random, events_),
      created_at_(surroundings.timers.clock().wall_now()) {
  begin_deployment(std::move(definition), 0);
  look_again();
  // CreateService answers with the count that the deployment is to have; UpdateService does not.
  if (!shift_) deployments_.set_desired_count(deployments_.primary(), desired_count());
  plan_at(surroundings_.timers.now());  // a new service has nothing to gather first
}

ServiceAgent::~ServiceAgent() {
  surroundings_.timers.cancel(timer_);
  tasks_.for_each([this](const ServiceTasks::Entry& entry) {
    if (!entry.agent->is_stopped()) surroundings_.placer.release(entry.agent->identity().id);
  });
}

std::uint32_t ServiceAgent::desired_count() const {
  return is_daemon() ? static_cast<std::uint32_t>(instances_.size()) : spec_.desired_count;
}

void ServiceAgent::look_at_instances() {
  if (!is_daemon() || status_ != ServiceStatus::active) return;
  instances_ = surroundings_.placer.eligible_instances("service:" + spec_.name, *definition(),
                                                       spec_.placement_constraints);
}

void ServiceAgent::look_for_room() {
  look_at_instances();
  if (zones_.waits_for_room) look_at_zones_again();
  if (unplaced_.empty() && !is_daemon()) return;
  place_again_at_ = surroundings_.timers.now();
  plan_soon();
}

void ServiceAgent::look_again() {
  place_again_at_ = surroundings_.timers.now();
  look_at_instances();
  std::vector<const TaskAgent*> changed;
  tasks_.for_each([&](const ServiceTasks::Entry& entry) {
    const ObservedTask* seen = observed_.find(entry.key);
    if (!seen) return;
    const bool drains = surroundings_.placer.is_draining(seen->container_instance);
    const bool is_protected = entry.agent->is_protected(surroundings_.timers.now());
    if (seen->instance_draining != drains || seen->is_protected != is_protected) {
      changed.push_back(entry.agent.get());
    }
  });
  for (const TaskAgent* task : changed) tasks_.note(*task);
  look_at_zones_again();
  if (!changed.empty() || !unplaced_.empty() || is_daemon()) plan_soon();
}

TaskAgent* ServiceAgent::task(std::string_view id) {
  ServiceTasks::Entry* entry = tasks_.find(id);
  return entry ? entry->agent.get() : nullptr;
}

Deployment* ServiceAgent::deployment_of(const TaskAgent& task) {
  return deployments_.find(tasks_.at(task).deployment);
}

// What becomes of tasks. None of these destroys one: that is left to plan().

void ServiceAgent::on_running(TaskAgent& task) {
  if (Deployment* its = deployment_of(task)) {
    its->throttle.reached_running();
    its->breaker.reached_running();
  }
}

void ServiceAgent::on_draining(TaskAgent& task) {
  events_.gather_draining(task.identity().deployment);
}

void ServiceAgent::on_stopped(TaskAgent& task) {
  const TaskState& state = task.state();
  Deployment* its = deployment_of(task);
  if (state.stop_code == StopCode::service_scheduler_initiated) {
    if (zones_.move && zones_.move->leaving == tasks_.at(task).key) {
      events_.stopped_in_zone(zones_.move->from, task.identity().id);
    } else if (state.started_at) {
      events_.gather_stopped(task.identity().id);
    } else {
      events_.gather_stopped_pending();
    }
  } else if (its && !state.started_at && state.stop_code != StopCode::user_initiated) {
    // Also when its first container ended before the task as a whole ran.
    its->breaker.failed_to_start();
    its->throttle.failed_to_start(surroundings_.timers.now());
  } else if (its && state.stop_code == StopCode::essential_container_exited) {
    its->pace.ended(task.created_at(), surroundings_.timers.now());
  }
  tasks_.note(task);
  surroundings_.placer.release(task.identity().id);
  plan_soon();
  on_task_stopped_();
}

void ServiceAgent::on_changed(TaskAgent& task) {
  tasks_.note(task);
  plan_soon();
}

void ServiceAgent::on_registered(const std::string& target_group) {
  events_.gather_registered(surroundings_.registry.arn_of(target_group));
  plan_soon();
}

void ServiceAgent::on_deregistered(const std::string& target_group) {
  events_.gather_deregistered(surroundings_.registry.arn_of(target_group));
  plan_soon();
}

void ServiceAgent::on_registration_failed(const std::string& target_group, const Error& error) {
  events_.registration_failed(surroundings_.registry.arn_of(target_group), error.message);
  plan_soon();
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
  look_at_changes();
  tasks_.forget_old(surroundings_.timers.now());
  deployments_.drop_finished(
      [this](const Deployment& each) { return tasks_.counts(each.key).live > 0; });
  events_.flush();
  watch_over_deployment();
  advance_shift();
  tell_unhealthy();
  follow_move();
  const Plan plan = make_plan(goal(), observed_, surroundings_.timers.now());
  note_leaving(plan);
  carry_out(plan);
  events_.flush();
  settle(plan);
  balance_zones(plan);
  tell_lasting_change();
  wait_for_more(plan);
}

void ServiceAgent::look_at_changes() {
  const TimePoint now = surroundings_.timers.now();
  observed_.set_rules({!spec_.load_balancers.empty(), spec_.health_check_grace_period}, now);
  for (const TaskKey key : std::exchange(polled_, {})) {
    ServiceTasks::Entry& entry = tasks_.at(key);
    entry.agent->poll();
    tasks_.note(*entry.agent);
  }
  for (ServiceTasks::Entry* entry : tasks_.take_changed()) look_at(*entry);
  observed_.advance(now);
}

void ServiceAgent::look_at(ServiceTasks::Entry& entry) {
  TaskAgent& task = *entry.agent;
  if (task.state().last_status == TaskStatus::deactivating) task.poll();
  if (task.is_stopped()) {
    observed_.erase(entry.key);
    told_unhealthy_.erase(entry.key);
    return;
  }
  const TimePoint now = surroundings_.timers.now();
  if (task.needs_poll() || task.is_protected(now)) polled_.insert(entry.key);
  ObservedTask seen = task.observe(entry.deployment);
  seen.container_instance = task.identity().placement.container_instance;
  seen.instance_draining = surroundings_.placer.is_draining(seen.container_instance);
  seen.is_protected = task.is_protected(now);
  observed_.put(entry.key, std::move(seen), now);
}

ServiceGoal ServiceAgent::goal() const {
  ServiceGoal goal;
  goal.scheduling = spec_.scheduling;
  goal.desired_count = desired_count();
  goal.minimum_healthy_percent = spec_.deployment.minimum_healthy_percent;
  goal.maximum_percent = spec_.deployment.maximum_percent;
  goal.shifting = shift_ != nullptr;
  goal.instances = instances_;
  goal.deployments.clear();
  for (const Deployment& each : deployments_.list()) {
    goal.deployments.push_back(
        {each.key, each.desired_count, each.not_before(), each.state == RolloutState::failed});
  }
  goal.moving = zones_.move && !zones_.move->arrived;
  const std::uint32_t wanted = goal.desired_count + (goal.moving ? 1 : 0);
  if (observed_.group(goal.deployments.front().key).size() > wanted) {
    goal.scale_in_order = scale_in_order();
  }
  return goal;
}

void ServiceAgent::settle(const Plan& plan) {
  const bool active = status_ == ServiceStatus::active;
  events_.holds(ServiceEvents::Condition::stuck, plan.stuck);
  events_.holds(ServiceEvents::Condition::impaired, deployments_.primary().throttle.is_impaired());
  events_.holds(ServiceEvents::Condition::unplaced, !unplaced_.empty(), unplaced_);
  events_.holds(ServiceEvents::Condition::held_by_protection, plan.held_by_protection > 0,
                std::to_string(plan.held_by_protection));
  const bool steady = plan.steady && !shift_;
  if (steady && deployments_.under_way()) complete_deployment();
  events_.holds(ServiceEvents::Condition::steady, steady && active);
  if (status_ != ServiceStatus::draining) return;
  bool leaving = true;
  tasks_.for_each([&](const ServiceTasks::Entry& entry) {
    leaving = leaving && entry.agent->state().last_status >= TaskStatus::stopping;
  });
  if (leaving) status_ = ServiceStatus::inactive;
}

void ServiceAgent::wait_for_more(const Plan& plan) {
  const TimePoint now = surroundings_.timers.now();
  if (!polled_.empty()) plan_at(now + tick);
  if (!unplaced_.empty()) plan_at(std::max(place_again_at_, now + plan_delay));
  // An older deployment that neither wants nor has a task any more is to drop out.
  const auto& list = deployments_.list();
  if (std::any_of(std::next(list.begin()), list.end(), [this](const Deployment& each) {
        return each.desired_count == 0 && tasks_.counts(each.key).live == 0;
      })) {
    plan_at(now + plan_delay);
  }
  for (const auto& moment :
       {plan.look_again, events_.next_repeat(), tasks_.next_forgetting(), next_moment()}) {
    if (moment) plan_at(std::max(*moment, now + plan_delay));
  }
}

}  // namespace cutover::containers

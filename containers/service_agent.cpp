#include "containers/service_agent.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace cutover::containers {

namespace {

/// What happens within this time is planned for in one go; it also bounds how fast a task that
/// crashes at once is replaced.
constexpr Duration plan_delay = std::chrono::milliseconds(100);
/// How often those tasks are looked at that nobody tells about.
constexpr Duration tick = std::chrono::seconds(1);
/// How long a task without a place waits when no container instance changes meanwhile.
constexpr Duration place_again_after = std::chrono::seconds(10);

constexpr std::array tenures{Tenure::ordinary, Tenure::leaving, Tenure::kept};

std::string scaling_reason(const TaskAgent& task) {
  return fmt::format("Scaling activity initiated by (deployment {})", task.identity().deployment);
}

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

void ServiceAgent::stop_now() {
  remove();
  std::vector<TaskAgent*> live;
  tasks_.for_each([&](const ServiceTasks::Entry& entry) {
    if (!entry.agent->is_stopped()) live.push_back(entry.agent.get());
  });
  for (TaskAgent* task : live) {
    task->stop(StopCode::service_scheduler_initiated, scaling_reason(*task), false);
  }
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
  if (state.stop_code == StopCode::service_scheduler_initiated) {
    if (zones_.move && zones_.move->leaving == tasks_.at(task).key) {
      events_.stopped_in_zone(zones_.move->from, task.identity().id);
    } else if (state.started_at) {
      events_.gather_stopped(task.identity().id);
    } else {
      events_.gather_stopped_pending();
    }
  } else if (Deployment* its = deployment_of(task);
             its && !state.started_at && state.stop_code != StopCode::user_initiated) {
    // Also when its first container ended before the task as a whole ran.
    its->breaker.failed_to_start();
    its->throttle.failed_to_start(surroundings_.timers.now());
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
    goal.deployments.push_back({each.key, each.desired_count, each.throttle.not_before(),
                                each.state == RolloutState::failed});
  }
  goal.moving = zones_.move && !zones_.move->arrived;
  const std::uint32_t wanted = goal.desired_count + (goal.moving ? 1 : 0);
  if (observed_.group(goal.deployments.front().key).size() > wanted) {
    goal.scale_in_order = scale_in_order();
  }
  return goal;
}

std::vector<TaskKey> ServiceAgent::scale_in_order() const {
  const auto& group = observed_.group(deployments_.primary().key);
  std::vector<std::string> ids;
  for (const TaskHealth health : {TaskHealth::unproven, TaskHealth::healthy}) {
    for (const auto& [age, key] : group.of(health, Tenure::ordinary)) {
      ids.push_back(tasks_.at(key).agent->identity().id);
    }
  }
  std::vector<TaskKey> order;
  order.reserve(ids.size());
  for (const auto& id : surroundings_.placer.scale_in_order(ids, spec_.placement_strategy)) {
    if (const auto* entry = tasks_.find(id)) order.push_back(entry->key);
  }
  if (zones_.move) {
    std::stable_partition(order.begin(), order.end(),
                          [this](TaskKey key) { return zone_of(key) == zones_.move->from; });
  }
  return order;
}

void ServiceAgent::tell_unhealthy() {
  std::set<TaskKey> unhealthy;
  for (const Deployment& each : deployments_.list()) {
    for (const Tenure tenure : tenures) {
      for (const auto& [age, key] : observed_.group(each.key).of(TaskHealth::unhealthy, tenure)) {
        unhealthy.insert(key);
        if (told_unhealthy_.contains(key)) continue;
        const TaskAgent& task = *tasks_.at(key).agent;
        const auto texts = task.unhealthy_targets();
        for (const std::string& text : texts) events_.unhealthy(text);
        if (texts.empty()) {
          events_.unhealthy(
              fmt::format("(task {}) failed container health checks.", task.identity().id));
        }
      }
    }
  }
  told_unhealthy_ = std::move(unhealthy);
}

void ServiceAgent::carry_out(const Plan& plan) {
  auto& deployments = deployments_.list();
  for (std::size_t i = 0; i < deployments.size(); ++i) {
    deployments_.set_desired_count(deployments[i], plan.desired_counts[i]);
  }
  for (const PlannedStop& stop : plan.stop) stop_task(*tasks_.at(stop.task).agent, stop.unhealthy);
  const bool waits = !unplaced_.empty() && surroundings_.timers.now() < place_again_at_;
  if (!waits) unplaced_.clear();
  for (const PlannedStart& start : plan.start) {
    if (!waits) start_tasks(deployments[start.deployment], start);
  }
}

void ServiceAgent::stop_task(TaskAgent& task, bool unhealthy) {
  std::string reason = scaling_reason(task);
  if (unhealthy) {
    const std::string group = task.unhealthy_target_group();
    reason = group.empty()
                 ? "Task failed container health checks"
                 : fmt::format("Task failed ELB health checks in (target-group {})", group);
    Deployment* its = deployment_of(task);
    if (its && its->state == RolloutState::in_progress) its->breaker.failed_health_checks();
  }
  task.stop(StopCode::service_scheduler_initiated, std::move(reason), true);
}

TaskAgent& ServiceAgent::add_task(Deployment& deployment, std::string task_id,
                                  Placement placement) {
  TaskListener& listener = *this;
  auto agent = std::make_unique<TaskAgent>(
      surroundings_, listener, identity(std::move(task_id), std::move(placement), deployment),
      deployment.revision->definition, deployment.revision->places());
  return *tasks_.add(deployment.key, std::move(agent)).agent;
}

void ServiceAgent::start_tasks(Deployment& deployment, const PlannedStart& start) {
  std::vector<std::string> ids;
  std::vector<TaskAgent*> started;
  for (std::uint32_t i = 0; i < start.count; ++i) {
    std::string id = new_task_id(random_);
    PlacementRequest request = placement_request(deployment);
    request.task_id = id;
    if (!start.container_instance.empty()) request.container_instance = start.container_instance;
    auto placed = surroundings_.placer.place(request);
    if (!placed) {
      // The others want just such a place.
      unplaced_ = placed.error().message;
      place_again_at_ = surroundings_.timers.now() + place_again_after;
      break;
    }
    ids.push_back(id);
    started.push_back(&add_task(deployment, std::move(id), *std::move(placed)));
  }
  if (started.empty()) return;
  events_.started(ids);
  for (TaskAgent* task : started) task->start();
  for (const TaskAgent* task : started) tasks_.note(*task);
  plan_soon();
}

TaskAgent::Identity ServiceAgent::identity(std::string task_id, Placement placement,
                                           const Deployment& deployment) {
  TaskAgent::Identity identity;
  identity.arn = arns_.task(task_id);
  identity.id = std::move(task_id);
  identity.cluster_arn = arns_.cluster();
  identity.placement = std::move(placement);
  identity.service = spec_.name;
  identity.deployment = deployment.id;
  identity.group = "service:" + spec_.name;
  identity.started_by = deployment.id;
  identity.tags = task_tags(*deployment.revision->definition);
  const auto& network = deployment.revision->network;
  if (network && !network->subnets.empty()) identity.subnet = network->subnets.front();
  identity.seed = random_();
  return identity;
}

std::vector<NamedValue> ServiceAgent::task_tags(const TaskDefinition& definition) const {
  std::vector<NamedValue> tags;
  if (spec_.propagate_tags == PropagateTags::service) tags = spec_.tags;
  if (spec_.propagate_tags == PropagateTags::task_definition) tags = definition.tags;
  if (spec_.ecs_managed_tags) {
    tags.emplace_back("aws:ecs:clusterName", bare_name(arns_.cluster()));
    tags.emplace_back("aws:ecs:serviceName", spec_.name);
  }
  return tags;
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

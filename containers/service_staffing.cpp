// How a service agent carries out its plan: the tasks that it starts and stops, and what they are.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "containers/service_agent.hpp"

namespace cutover::containers {

namespace {

/// How long a task without a place waits when no container instance changes meanwhile.
constexpr Duration place_again_after = std::chrono::seconds(10);

constexpr std::array tenures{Tenure::ordinary, Tenure::leaving, Tenure::kept};

std::string scaling_reason(const TaskAgent& task) {
  return fmt::format("Scaling activity initiated by (deployment {})", task.identity().deployment);
}

}  // namespace

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

PlacementRequest ServiceAgent::placement_request(const Deployment& deployment) const {
  PlacementRequest request;
  request.definition = deployment.revision->definition;
  request.group = "service:" + spec_.name;
  request.constraints = spec_.placement_constraints;
  request.strategies = spec_.placement_strategy;
  request.is_daemon = is_daemon();
  return request;
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
  if (spec_.ecs_managed_tags) add_managed_tags(tags, arns_.cluster_name(), spec_.name);
  return tags;
}

}  // namespace cutover::containers

#include "containers/observed_tasks.hpp"

#include <algorithm>

namespace cutover::containers {

namespace {

bool is_live(const ObservedTask& task) { return task.desired_status == DesiredStatus::running; }

Tenure tenure_of(const ObservedTask& task) {
  if (task.instance_draining) return Tenure::leaving;
  return task.is_protected ? Tenure::kept : Tenure::ordinary;
}

/// Without targets or checks, or within the grace period, time alone changes what is thought of it.
std::optional<TimePoint> judged_again_at(const ObservedTask& task, TaskHealth health,
                                         const HealthRules& rules, TimePoint now) {
  if (health != TaskHealth::unproven) return std::nullopt;
  const bool checked = rules.behind_load_balancer || task.container_health;
  const TimePoint moment =
      *task.started_at + (checked ? rules.health_check_grace_period : healthy_after_running);
  return moment > now ? std::optional(moment) : std::nullopt;
}

}  // namespace

TaskHealth judge(const ObservedTask& task, const HealthRules& rules, TimePoint now) {
  if (task.status != TaskStatus::running || !task.started_at) return TaskHealth::pending;
  const Duration age = now - *task.started_at;
  if (!rules.behind_load_balancer && !task.container_health) {
    return age >= healthy_after_running ? TaskHealth::healthy : TaskHealth::unproven;
  }
  const auto any = [&](TargetStatus status) {
    return std::find(task.targets.begin(), task.targets.end(), status) != task.targets.end();
  };
  const bool unhealthy = (rules.behind_load_balancer && any(TargetStatus::unhealthy)) ||
                         task.container_health == ContainerHealth::unhealthy;
  if (unhealthy && age >= rules.health_check_grace_period) return TaskHealth::unhealthy;
  const bool in_service =
      !rules.behind_load_balancer ||
      (!task.targets.empty() &&
       std::all_of(task.targets.begin(), task.targets.end(),
                   [](TargetStatus status) { return status == TargetStatus::healthy; }));
  const bool well =
      task.container_health.value_or(ContainerHealth::healthy) == ContainerHealth::healthy;
  return in_service && well ? TaskHealth::healthy : TaskHealth::unproven;
}

const ObservedTasks::ByAge& ObservedTasks::Group::of(TaskHealth health, Tenure tenure) const {
  return sets[static_cast<std::size_t>(health)][static_cast<std::size_t>(tenure)];
}

std::uint32_t ObservedTasks::Group::count(TaskHealth health) const {
  std::size_t sum = 0;
  for (const ByAge& each : sets[static_cast<std::size_t>(health)]) sum += each.size();
  return static_cast<std::uint32_t>(sum);
}

std::uint32_t ObservedTasks::Group::count(Tenure tenure) const {
  std::size_t sum = 0;
  for (const auto& of_health : sets) sum += of_health[static_cast<std::size_t>(tenure)].size();
  return static_cast<std::uint32_t>(sum);
}

std::uint32_t ObservedTasks::Group::size() const {
  return count(Tenure::ordinary) + count(Tenure::leaving) + count(Tenure::kept);
}

void ObservedTasks::set_rules(const HealthRules& rules, TimePoint now) {
  if (rules == rules_) return;
  rules_ = rules;
  for (auto& [key, known] : known_) judge_again(key, now);
}

void ObservedTasks::put(TaskKey key, ObservedTask task, TimePoint now) {
  Known& known = known_[key];
  leave(key, known);
  known.task = std::move(task);
  enter(key, known, now);
}

void ObservedTasks::erase(TaskKey key) {
  const auto found = known_.find(key);
  if (found == known_.end()) return;
  leave(key, found->second);
  known_.erase(found);
}

void ObservedTasks::advance(TimePoint now) {
  while (!due_.empty() && due_.begin()->first <= now) judge_again(due_.begin()->second, now);
}

std::optional<TimePoint> ObservedTasks::next_judgement() const {
  return due_.empty() ? std::nullopt : std::optional(due_.begin()->first);
}

const ObservedTasks::Group& ObservedTasks::group(DeploymentKey deployment) const {
  static const Group none;
  const auto found = groups_.find(deployment);
  return found == groups_.end() ? none : found->second;
}

const ObservedTask* ObservedTasks::find(TaskKey key) const {
  const auto found = known_.find(key);
  return found == known_.end() ? nullptr : &found->second.task;
}

std::vector<TaskKey> ObservedTasks::live() const {
  std::vector<TaskKey> keys;
  for (const auto& [key, known] : known_) {
    if (is_live(known.task)) keys.push_back(key);
  }
  return keys;
}

void ObservedTasks::judge_again(TaskKey key, TimePoint now) {
  Known& known = known_.at(key);
  leave(key, known);
  enter(key, known, now);
}

void ObservedTasks::enter(TaskKey key, Known& known, TimePoint now) {
  if (!is_live(known.task)) {
    ++stopping_;
    return;
  }
  known.health = judge(known.task, rules_, now);
  known.judged_again_at = judged_again_at(known.task, known.health, rules_, now);
  if (known.judged_again_at) due_.emplace(*known.judged_again_at, key);
  groups_[known.task.deployment]
      .sets[static_cast<std::size_t>(known.health)][static_cast<std::size_t>(tenure_of(known.task))]
      .emplace(known.task.created_at, key);
}

void ObservedTasks::leave(TaskKey key, const Known& known) {
  if (!is_live(known.task)) {
    --stopping_;
    return;
  }
  const auto found = groups_.find(known.task.deployment);
  if (found == groups_.end()) return;  // never entered
  if (known.judged_again_at) due_.erase({*known.judged_again_at, key});
  found->second
      .sets[static_cast<std::size_t>(known.health)][static_cast<std::size_t>(tenure_of(known.task))]
      .erase({known.task.created_at, key});
  if (found->second.size() == 0) groups_.erase(found);
}

}  // namespace cutover::containers

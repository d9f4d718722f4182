// Tasks by the cluster's face: RunTask, StartTask, StopTask, the lists, and task protection.

#include <fmt/format.h>

#include <algorithm>

#include "containers/cluster.hpp"
#include "containers/cluster_core.hpp"

namespace cutover::containers {

namespace {

constexpr std::size_t protected_at_once_max = 10;
constexpr std::chrono::minutes protection_default{120};
constexpr std::chrono::minutes protection_longest{2880};

Error refusal(std::string where, std::string message) {
  return {"InvalidParameterException", std::move(where), std::move(message)};
}

bool passes(const TaskAgent& task, const TaskFilter& filter, std::string_view instance,
            std::string_view service) {
  const TaskAgent::Identity& identity = task.identity();
  if (task.state().desired_status != filter.desired_status) return false;
  if (!filter.container_instance.empty() && identity.placement.container_instance != instance) {
    return false;
  }
  if (!filter.service.empty() && identity.service != service) return false;
  if (!filter.family.empty() && task.definition().family != filter.family) return false;
  return filter.started_by.empty() || identity.started_by == filter.started_by;
}

WallTime wall_time(const Timers& timers, TimePoint moment) {
  return timers.clock().wall_now() +
         std::chrono::duration_cast<std::chrono::microseconds>(moment - timers.now());
}

TaskProtection protection(const TaskAgent& task, const Timers& timers) {
  TaskProtection answer{task.identity().arn, std::nullopt};
  if (task.is_protected(timers.now())) {
    answer.expires_at = wall_time(timers, *task.protected_until());
  }
  return answer;
}

/// Whether a stopped task is past the time for which it is described.
bool is_forgotten(const TaskAgent& task, TimePoint now) {
  return task.is_stopped() && now - *task.state().stopped_at > stopped_tasks_kept_for;
}

}  // namespace

Result<TaskAgent*> Cluster::Core::find_task(std::string_view task) const {
  const auto id = arns.id_of("task", task);
  TaskAgent* found = id ? index.find(*id) : nullptr;
  if (found && !is_forgotten(*found, timers.now())) return found;
  return refusal("", fmt::format("The referenced task was not found: {}", task));
}

std::vector<TaskDescription> Cluster::tasks(const std::string& service) const {
  std::vector<TaskDescription> descriptions;
  if (service.empty()) {
    for (const TaskAgent* task : core_->index.list()) {
      if (!is_forgotten(*task, core_->timers.now())) descriptions.push_back(task->describe());
    }
    return descriptions;
  }
  // What one service has is found without looking at all the others' tasks.
  const auto name = core_->arns.id_of("service", service);
  if (!name) return descriptions;
  for (const ServiceAgent* each : core_->services.named(*name)) {
    each->visit_tasks([&](const TaskAgent& task) {
      if (!is_forgotten(task, core_->timers.now())) descriptions.push_back(task.describe());
    });
  }
  return descriptions;
}

std::vector<TaskDescription> Cluster::tasks_changed_since(std::uint64_t& mark) const {
  std::vector<TaskDescription> descriptions;
  for (const TaskAgent* task : core_->index.changed_since(mark)) {
    descriptions.push_back(task->describe());
  }
  return descriptions;
}

TasksAnswer Cluster::describe_tasks(const std::vector<std::string>& tasks) const {
  TasksAnswer answer;
  for (const std::string& reference : tasks) {
    if (const auto task = core_->find_task(reference)) {
      answer.tasks.push_back((*task)->describe());
    } else {
      answer.failures.push_back(
          {reference.starts_with("arn:") ? reference : core_->arns.task(reference), "MISSING", ""});
    }
  }
  return answer;
}

Result<std::vector<std::string>> Cluster::list_tasks(const TaskFilter& filter) const {
  const bool others =
      !filter.container_instance.empty() || !filter.family.empty() || !filter.service.empty();
  if (!filter.started_by.empty() && others) {
    return refusal("/startedBy", "startedBy has to be the only filter");
  }
  std::string instance;
  if (!filter.container_instance.empty()) {
    const auto found = core_->find_instance(filter.container_instance);
    if (!found) return at("/containerInstance", found.error());
    instance = (*found)->id;
  }
  std::string service;
  if (!filter.service.empty()) {
    const auto found = core_->services.find(filter.service);
    if (!found) return at("/serviceName", found.error());
    service = (*found)->spec().name;
  }
  std::vector<std::string> arns;
  for (const TaskAgent* task : core_->index.list()) {
    if (!passes(*task, filter, instance, service)) continue;
    if (!is_forgotten(*task, core_->timers.now())) arns.push_back(task->identity().arn);
  }
  return arns;
}

Result<TasksAnswer> Cluster::run_task(const RunTaskRequest& request) {
  const auto definition = core_->definitions.find_active(request.task.task_definition);
  if (!definition) return at("/taskDefinition", definition.error());
  return core_->standalone.run(request, *definition);
}

std::vector<std::string> Cluster::tasks_started_with(const std::string& client_token) const {
  return core_->standalone.started_with(client_token);
}

Result<TasksAnswer> Cluster::start_task(const StartTaskRequest& request) {
  const auto definition = core_->definitions.find_active(request.task.task_definition);
  if (!definition) return at("/taskDefinition", definition.error());
  return core_->standalone.start(request, *definition);
}

Result<void> Cluster::inject(const std::string& task, const TaskFault& fault,
                             const std::string& container) {
  const auto found = core_->find_task(task);
  if (!found) return found.error();
  return (*found)->inject(fault, container);
}

Result<std::vector<TaskLog>> Cluster::logs(const std::string& task) const {
  const auto found = core_->find_task(task);
  if (!found) return found.error();
  const auto& containers = (*found)->definition().containers;
  std::vector<TaskLog> logs;
  for (std::size_t i = 0; i < containers.size(); ++i) {
    logs.push_back({containers[i].name, (*found)->logs()[i]});
  }
  return logs;
}

Result<TaskDescription> Cluster::stop_task(const std::string& task, const std::string& reason) {
  const auto found = core_->find_task(task);
  if (!found) return at("/task", found.error());
  TaskAgent& agent = **found;
  const TaskStatus before = agent.state().last_status;
  agent.stop(StopCode::user_initiated, reason.empty() ? "Task stopped by user" : reason, false);
  agent.set_tags({});
  TaskDescription description = agent.describe();
  // The agent on the container instance has not acted yet.
  description.last_status = before;
  return description;
}

Result<TaskProtectionAnswer> Cluster::update_task_protection(
    const std::vector<std::string>& tasks, bool enabled,
    std::optional<std::chrono::minutes> expires_in) {
  if (tasks.empty() || tasks.size() > protected_at_once_max) {
    return refusal("/tasks", fmt::format("found {} tasks; allowed are 1 to {}", tasks.size(),
                                         protected_at_once_max));
  }
  const std::chrono::minutes length = expires_in.value_or(protection_default);
  if (length < std::chrono::minutes(1) || length > protection_longest) {
    return refusal("/expiresInMinutes", fmt::format("found {}; allowed are 1 to {}", length.count(),
                                                    protection_longest.count()));
  }
  const TimePoint now = core_->timers.now();
  TaskProtectionAnswer answer;
  for (const std::string& reference : tasks) {
    const auto task = core_->find_task(reference);
    if (!task) {
      answer.failures.push_back(
          {reference.starts_with("arn:") ? reference : core_->arns.task(reference), "MISSING", ""});
    } else if ((*task)->identity().service.empty() ||
               (*task)->state().desired_status == DesiredStatus::stopped) {
      answer.failures.push_back({(*task)->identity().arn, "TASK_NOT_VALID",
                                 "only a task of a service that is to run can be protected"});
    } else {
      (*task)->protect(enabled ? std::optional(now + length) : std::nullopt);
      answer.protected_tasks.push_back(protection(**task, core_->timers));
    }
  }
  core_->services.look_again();
  return answer;
}

TaskProtectionAnswer Cluster::task_protection(const std::vector<std::string>& tasks) const {
  TaskProtectionAnswer answer;
  const auto note = [&](const TaskAgent& task) {
    answer.protected_tasks.push_back(protection(task, core_->timers));
  };
  for (const std::string& reference : tasks) {
    if (const auto task = core_->find_task(reference)) {
      note(**task);
    } else {
      answer.failures.push_back(
          {reference.starts_with("arn:") ? reference : core_->arns.task(reference), "MISSING", ""});
    }
  }
  if (!tasks.empty()) return answer;
  for (const TaskAgent* task : core_->index.list()) {
    const bool runs = task->state().desired_status == DesiredStatus::running;
    if (runs && !task->identity().service.empty()) note(*task);
  }
  return answer;
}

}  // namespace cutover::containers

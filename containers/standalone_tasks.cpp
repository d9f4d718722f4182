#include "containers/standalone_tasks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace cutover::containers {

namespace {

constexpr std::size_t tokens_kept_max = 1000;
constexpr std::size_t started_by_length_max = 128;

Error refusal(std::string where, std::string message) {
  return {"InvalidParameterException", std::move(where), std::move(message)};
}

/// The definition as the tasks run by it.
Result<DefinitionPtr> resolve(const NewTask& task, const DefinitionPtr& definition) {
  if (task.started_by.size() > started_by_length_max) {
    return refusal("/startedBy", fmt::format("found {} characters; allowed are at most {}",
                                             task.started_by.size(), started_by_length_max));
  }
  if (auto checked = check_tags(task.tags); !checked) return checked.error();
  if (auto checked = check_network(task.network, *definition); !checked) return checked.error();
  if (task.overrides == TaskOverrides{}) return definition;
  auto applied = apply_overrides(*definition, task.overrides);
  if (!applied) return at("/overrides", applied.error());
  return std::make_shared<const TaskDefinition>(*std::move(applied));
}

std::string group_of(const NewTask& task, const TaskDefinition& definition) {
  return task.group.empty() ? "family:" + definition.family : task.group;
}

}  // namespace

StandaloneTasks::StandaloneTasks(const Surroundings& surroundings, const ArnMaker& arns,
                                 Random& random, ContainerInstances& instances,
                                 std::function<void()> on_task_stopped)
    : surroundings_(surroundings),
      arns_(arns),
      random_(random),
      instances_(instances),
      on_task_stopped_(std::move(on_task_stopped)) {}

Result<TasksAnswer> StandaloneTasks::run(const RunTaskRequest& request,
                                         const DefinitionPtr& definition) {
  if (request.count < 1 || request.count > run_at_once_max) {
    return refusal("/count",
                   fmt::format("found {}; allowed are 1 to {}", request.count, run_at_once_max));
  }
  if (const Answered* known = answered_with(request.client_token)) {
    return answer_again(*known, request);
  }
  const auto resolved = resolve(request.task, definition);
  if (!resolved) return resolved.error();
  PlacementRequest wanted;
  wanted.definition = *resolved;
  wanted.group = group_of(request.task, *definition);
  wanted.constraints = request.placement_constraints;
  wanted.strategies = request.placement_strategy;
  if (auto checked = check_constraints(**resolved, wanted.constraints); !checked) {
    return checked.error();
  }
  const auto needs = needs_of(wanted);
  if (!needs) return at("/placementConstraints", needs.error());
  if (!instances_.has_active()) {
    return refusal("/cluster", "No Container Instances were found in your cluster");
  }
  forget_old();
  TasksAnswer answer;
  std::vector<TaskAgent*> agents;
  for (std::uint32_t i = 0; i < request.count; ++i) {
    wanted.task_id = new_task_id(random_);
    auto placement = instances_.place(wanted);
    if (!placement) {
      // The ones that found no place find it for the same reasons.
      for (const auto& [instance, why] : instances_.misfits(*needs)) {
        answer.failures.push_back({instance->arn, std::string(failure_reason(why)), ""});
      }
      break;
    }
    agents.push_back(&add(request.task, *resolved, wanted.task_id, *std::move(placement)));
  }
  Answered answered{request, {}};
  for (TaskAgent* agent : agents) {
    answer.tasks.push_back(agent->describe());
    answered.task_ids.push_back(agent->identity().id);
  }
  for (TaskAgent* agent : agents) agent->start();
  if (!request.client_token.empty()) {
    if (answered_.size() >= tokens_kept_max) answered_.pop_front();
    answered_.push_back(std::move(answered));
  }
  return answer;
}

const StandaloneTasks::Answered* StandaloneTasks::answered_with(
    std::string_view client_token) const {
  if (client_token.empty()) return nullptr;
  const auto known = std::find_if(answered_.begin(), answered_.end(), [&](const Answered& each) {
    return each.request.client_token == client_token;
  });
  return known == answered_.end() ? nullptr : &*known;
}

std::vector<std::string> StandaloneTasks::started_with(std::string_view client_token) const {
  std::vector<std::string> arns;
  const Answered* known = answered_with(client_token);
  if (!known) return arns;
  for (const std::string& id : known->task_ids) arns.push_back(arns_.task(id));
  return arns;
}

Result<TasksAnswer> StandaloneTasks::answer_again(const Answered& answered,
                                                  const RunTaskRequest& request) const {
  if (answered.request != request) {
    return Error{"ConflictException", "/clientToken",
                 fmt::format("The client token {} was used with other parameters for the tasks {}",
                             request.client_token, fmt::join(answered.task_ids, ", "))};
  }
  TasksAnswer answer;
  for (const std::string& id : answered.task_ids) {
    if (const TaskAgent* task = surroundings_.index.find(id)) {
      answer.tasks.push_back(task->describe());
    }
  }
  return answer;
}

Result<TasksAnswer> StandaloneTasks::start(const StartTaskRequest& request,
                                           const DefinitionPtr& definition) {
  const std::size_t count = request.container_instances.size();
  if (count < 1 || count > run_at_once_max) {
    return refusal("/containerInstances", fmt::format("found {} container instances; allowed are "
                                                      "1 to {}",
                                                      count, run_at_once_max));
  }
  const auto resolved = resolve(request.task, definition);
  if (!resolved) return resolved.error();
  forget_old();
  TasksAnswer answer;
  std::vector<TaskAgent*> agents;
  for (const std::string& reference : request.container_instances) {
    const ContainerInstance* instance = instances_.find(reference);
    if (!instance) {
      answer.failures.push_back({arns_.container_instance(bare_name(reference)), "MISSING", ""});
      continue;
    }
    PlacementRequest wanted;
    wanted.task_id = new_task_id(random_);
    wanted.definition = *resolved;
    wanted.group = group_of(request.task, *definition);
    wanted.container_instance = instance->id;
    auto placement = instances_.place(wanted);
    if (placement) {
      agents.push_back(&add(request.task, *resolved, wanted.task_id, *std::move(placement)));
    } else {
      answer.failures.push_back({instance->arn, placement.error().code, ""});
    }
  }
  for (TaskAgent* agent : agents) answer.tasks.push_back(agent->describe());
  for (TaskAgent* agent : agents) agent->start();
  return answer;
}

TaskAgent& StandaloneTasks::add(const NewTask& task, const DefinitionPtr& definition,
                                std::string id, Placement placement) {
  TaskAgent::Identity identity;
  identity.arn = arns_.task(id);
  identity.id = std::move(id);
  identity.cluster_arn = arns_.cluster();
  identity.placement = std::move(placement);
  identity.group = group_of(task, *definition);
  identity.started_by = task.started_by;
  if (task.propagate_definition_tags) identity.tags = definition->tags;
  // check_tags() has seen both; the request's own win.
  if (auto tags = with_tags(identity.tags, task.tags)) identity.tags = *std::move(tags);
  if (task.ecs_managed_tags) add_managed_tags(identity.tags, arns_.cluster_name(), "");
  identity.overrides = task.overrides;
  if (task.network && !task.network->subnets.empty()) {
    identity.subnet = task.network->subnets.front();
  }
  identity.seed = random_();
  TaskListener& listener = *this;
  tasks_.push_back(std::make_unique<TaskAgent>(surroundings_, listener, std::move(identity),
                                               definition, std::vector<ServiceLoadBalancer>{}));
  return *tasks_.back();
}

void StandaloneTasks::on_stopped(TaskAgent& task) {
  instances_.release(task.identity().id);
  on_task_stopped_();
}

void StandaloneTasks::forget_old() {
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

void StandaloneTasks::stop_all_now() {
  for (const auto& task : tasks_) {
    if (task->is_stopped()) continue;
    task->stop(StopCode::user_initiated, "Task stopped by user", false);
  }
}

bool StandaloneTasks::has_live_tasks() const {
  return std::any_of(tasks_.begin(), tasks_.end(),
                     [](const auto& task) { return !task->is_stopped(); });
}

}  // namespace cutover::containers

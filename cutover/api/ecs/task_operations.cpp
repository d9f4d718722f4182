// RunTask, StartTask, StopTask, DescribeTasks, ListTasks, UpdateTaskProtection, GetTaskProtection,
// ExecuteCommand.

#include <fmt/format.h>

#include <initializer_list>
#include <optional>

#include "containers/placement_json.hpp"
#include "containers/service_json.hpp"
#include "containers/task_overrides.hpp"
#include "cutover/api/ecs/paging.hpp"
#include "cutover/api/ecs/region.hpp"
#include "cutover/api/ecs/resource_arn.hpp"
#include "cutover/api/ecs/task_answer.hpp"

namespace cutover::api::ecs {

namespace {

using Texts = std::vector<std::string>;

Answered to_json(const containers::TasksAnswer& tasks, bool with_tags) {
  Answered list = Answered::array();
  for (const auto& task : tasks.tasks) list.push_back(task_answer(task, with_tags));
  return {{"tasks", list}, {"failures", ecs::to_json(tasks.failures)}};
}

bool asks_for_nothing(const Json& value) {
  if (value.is_string()) return value.get_ref<const std::string&>().empty();
  return value.is_boolean() ? !value.get<bool>() : value.empty();
}

/// What this simulator does not do, refused by name where it asks for something.
Result<void> refuse_unsupported(const Json& input, std::initializer_list<const char*> members) {
  for (const char* member : members) {
    const auto found = input.find(member);
    if (found == input.end() || asks_for_nothing(*found)) continue;
    return Error{"UnsupportedFeatureException", "/" + std::string(member),
                 fmt::format("found {}; it is not supported, leave it out", found->dump())};
  }
  const std::string launch_type = text_of(input, "launchType");
  if (launch_type.empty() || launch_type == "EC2") return {};
  return Error{"UnsupportedFeatureException", "/launchType",
               fmt::format("found \"{}\"; only EC2 is supported", launch_type)};
}

/// What RunTask and StartTask have in common.
Result<containers::NewTask> read_new_task(const Json& input) {
  const auto supported =
      refuse_unsupported(input, {"capacityProviderStrategy", "enableExecuteCommand",
                                 "platformVersion", "referenceId", "volumeConfigurations"});
  if (!supported) return supported.error();
  if (text_of(input, "propagateTags") == "SERVICE") {
    return Error{"InvalidParameterException", "/propagateTags",
                 "found \"SERVICE\"; allowed for tasks that no service starts are "
                 "TASK_DEFINITION, NONE"};
  }
  containers::NewTask task;
  task.task_definition = text_of(input, "taskDefinition");
  task.group = text_of(input, "group");
  task.started_by = text_of(input, "startedBy");
  task.propagate_definition_tags = text_of(input, "propagateTags") == "TASK_DEFINITION";
  task.ecs_managed_tags = input.value("enableECSManagedTags", false);
  const auto tags = read_tags(input);
  if (!tags) return tags.error();
  task.tags = *tags;
  const auto overrides = input.find("overrides");
  if (overrides != input.end()) {
    const auto parsed = containers::parse_task_overrides(*overrides, "/overrides");
    if (!parsed) return parsed.error();
    task.overrides = *parsed;
  }
  JsonReader reader(input, "");
  task.network = containers::read_network_configuration(reader);
  if (!reader.ok()) return reader.finish().error();
  return task;
}

Outcome run_task(Region& region, const Json& input) {
  const auto cluster = cluster_of(region, input);
  if (!cluster) return cluster.error();
  auto task = read_new_task(input);
  if (!task) return task.error();
  containers::RunTaskRequest request;
  request.task = *std::move(task);
  request.count = input.value("count", 1U);
  request.client_token = text_of(input, "clientToken");
  JsonReader reader(input, "");
  request.placement_constraints =
      containers::read_placement_constraints(reader, "placementConstraints");
  request.placement_strategy = containers::read_placement_strategies(reader, "placementStrategy");
  if (!reader.ok()) return reader.finish().error();
  const auto started = cluster->cluster->run_task(request);
  if (!started && started.error().code == "ConflictException") {
    const Texts tasks = cluster->cluster->tasks_started_with(request.client_token);
    return {started.error(), Answered{{"resourceIds", tasks}}};
  }
  if (!started) return started.error();
  return to_json(*started, true);
}

Outcome start_task(Region& region, const Json& input) {
  const auto cluster = cluster_of(region, input);
  if (!cluster) return cluster.error();
  auto task = read_new_task(input);
  if (!task) return task.error();
  const auto started =
      cluster->cluster->start_task({*std::move(task), input["containerInstances"].get<Texts>()});
  if (!started) return started.error();
  return to_json(*started, true);
}

/// AWS looks at the form of a bare id first.
Result<void> check_task_id(const std::string& task, const std::string& cluster) {
  const auto id = name_within(task, "task", cluster);
  if (!id) return id.error();
  if (id->size() == 32 || id->size() == 36) return {};
  return Error{"InvalidParameterException", "", "taskId length should be one of [32,36]"};
}

Outcome stop_task(Region& region, const Json& input) {
  const auto cluster = cluster_of(region, input);
  if (!cluster) return cluster.error();
  const std::string id = text_of(input, "task");
  if (const auto checked = check_task_id(id, cluster->name); !checked) return checked.error();
  const auto stopped = cluster->cluster->stop_task(id, text_of(input, "reason"));
  if (!stopped) return stopped.error();
  return Answered{{"task", task_answer(*stopped, false)}};
}

Outcome describe_tasks(Region& region, const Json& input) {
  const auto cluster = cluster_of(region, input);
  if (!cluster) return cluster.error();
  const auto ids = input["tasks"].get<Texts>();
  for (const std::string& id : ids) {
    if (const auto checked = check_task_id(id, cluster->name); !checked) return checked.error();
  }
  return to_json(cluster->cluster->describe_tasks(ids), includes(input, "TAGS"));
}

Outcome list_tasks(Region& region, const Json& input) {
  const auto cluster = cluster_of(region, input);
  if (!cluster) return cluster.error();
  const std::string status = text_of(input, "desiredStatus");
  const std::string launch_type = text_of(input, "launchType");
  containers::TaskFilter filter;
  filter.container_instance = text_of(input, "containerInstance");
  filter.family = text_of(input, "family");
  filter.service = text_of(input, "serviceName");
  filter.started_by = text_of(input, "startedBy");
  if (status == "STOPPED") filter.desired_status = containers::DesiredStatus::stopped;
  auto arns = cluster->cluster->list_tasks(filter);
  if (!arns) return arns.error();
  // No task is ever desired to be PENDING, and all are of launch type EC2.
  if (status == "PENDING" || (!launch_type.empty() && launch_type != "EC2")) arns->clear();
  return answer_page("taskArns", *arns, input);
}

Answered to_json(const containers::TaskProtectionAnswer& protection) {
  Answered list = Answered::array();
  for (const containers::TaskProtection& task : protection.protected_tasks) {
    Answered entry{{"taskArn", task.task_arn}, {"protectionEnabled", task.expires_at.has_value()}};
    if (task.expires_at) entry["expirationDate"] = epoch_seconds(*task.expires_at);
    list.push_back(std::move(entry));
  }
  return {{"protectedTasks", list}, {"failures", ecs::to_json(protection.failures)}};
}

Outcome update_task_protection(Region& region, const Json& input) {
  const auto cluster = cluster_of(region, input);
  if (!cluster) return cluster.error();
  std::optional<std::chrono::minutes> expires_in;
  if (input.contains("expiresInMinutes")) {
    expires_in = std::chrono::minutes(input["expiresInMinutes"].get<int>());
  }
  const auto updated = cluster->cluster->update_task_protection(
      input["tasks"].get<Texts>(), input["protectionEnabled"].get<bool>(), expires_in);
  if (!updated) return updated.error();
  return to_json(*updated);
}

Outcome get_task_protection(Region& region, const Json& input) {
  const auto cluster = cluster_of(region, input);
  if (!cluster) return cluster.error();
  return to_json(cluster->cluster->task_protection(input.value("tasks", Texts{})));
}

/// There is no agent in the containers that could run a command for somebody outside. AWS says this
/// of tasks that were started without one.
Outcome execute_command(Region& region, const Json& input) {
  const auto cluster = cluster_of(region, input);
  if (!cluster) return cluster.error();
  const std::string id = text_of(input, "task");
  if (const auto checked = check_task_id(id, cluster->name); !checked) return checked.error();
  if (cluster->cluster->describe_tasks({id}).tasks.empty()) {
    return Error{"InvalidParameterException", "", "The referenced task was not found."};
  }
  return Error{"InvalidParameterException", "",
               "The execute command failed because execute command was not enabled when the task "
               "was run or the execute command agent isn't running. Wait and try again or run a "
               "new task with execute command enabled and try again."};
}

}  // namespace

void add_task_operations(Operations& operations) {
  operations["RunTask"] = run_task;
  operations["StartTask"] = start_task;
  operations["StopTask"] = stop_task;
  operations["DescribeTasks"] = describe_tasks;
  operations["ListTasks"] = list_tasks;
  operations["UpdateTaskProtection"] = update_task_protection;
  operations["GetTaskProtection"] = get_task_protection;
  operations["ExecuteCommand"] = execute_command;
}

}  // namespace cutover::api::ecs

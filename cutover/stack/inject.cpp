#include "cutover/stack/inject.hpp"

#include <fmt/format.h>

#include "containers/identifiers.hpp"
#include "cutover/stack/names.hpp"

namespace cutover::stack {

namespace {

Error no_task(std::string_view name, std::string_view why) {
  return {"InvalidParameterException", "/task", fmt::format("there is no task {}: {}", name, why)};
}

Result<std::string> nth_of_service(const containers::Cluster& cluster, const TaskName& name) {
  std::uint32_t number = 0;
  for (const auto& task : cluster.tasks(name.service)) {
    if (task.desired_status != containers::DesiredStatus::running) continue;
    if (number++ == name.number) return task.id;
  }
  return no_task(to_string(name), fmt::format("{} of its service run", number));
}

}  // namespace

Result<std::string> find_task(const containers::Cluster& cluster, std::string_view name) {
  const bool is_arn = name.starts_with("arn:");
  if (const auto numbered = parse_task_name(name); numbered && !is_arn) {
    return nth_of_service(cluster, *numbered);
  }
  const std::string_view beginning = containers::bare_name(name);
  std::string found;
  for (const auto& task : cluster.tasks()) {
    if (!task.id.starts_with(beginning)) continue;
    if (!found.empty()) return no_task(name, "the ids of several begin like this");
    found = task.id;
  }
  if (!found.empty() && !beginning.empty()) return found;
  return no_task(name, "name it as service/number, by its id or by the id's beginning");
}

Result<void> inject(containers::Cluster& cluster, const Fault& fault) {
  if (const auto* on_task = std::get_if<fault::OnTask>(&fault)) {
    const auto task = find_task(cluster, on_task->task);
    if (!task) return task.error();
    return cluster.inject(*task, on_task->what, on_task->container);
  }
  if (const auto* starts = std::get_if<fault::FailStarts>(&fault)) {
    cluster.start_faults().add(starts->starts);
    return {};
  }
  const auto& instance = std::get<fault::FillInstance>(fault);
  const auto instances = cluster.list_container_instances("", std::nullopt);
  if (!instances) return instances.error();
  if (instance.container_instance >= instances->size()) {
    return Error{"InvalidParameterException", "/containerInstance",
                 fmt::format("found {}; the cluster has {} container instances, counted from 0",
                             instance.container_instance, instances->size())};
  }
  return cluster.fill_instance((*instances)[instance.container_instance], instance.release);
}

}  // namespace cutover::stack

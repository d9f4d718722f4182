#include "cutover/stack/inject.hpp"

#include <fmt/format.h>

#include <vector>

#include "containers/identifiers.hpp"
#include "cutover/stack/names.hpp"

namespace cutover::stack {

namespace {

Error no_task(std::string_view name, std::string_view why) {
  return {"InvalidParameterException", "/task", fmt::format("there is no task {}: {}", name, why)};
}

std::vector<containers::Cluster*> all(const containers::Clusters& clusters) {
  std::vector<containers::Cluster*> found;
  for (const std::string& name : clusters.names()) found.push_back(*clusters.find(name));
  return found;
}

Result<FoundTask> nth_of_service(const containers::Clusters& clusters, const TaskName& name) {
  std::uint32_t number = 0;
  for (containers::Cluster* cluster : all(clusters)) {
    for (const auto& task : cluster->tasks(name.service)) {
      if (task.desired_status != containers::DesiredStatus::running) continue;
      if (number++ == name.number) return FoundTask{cluster, task.id};
    }
  }
  return no_task(to_string(name), fmt::format("{} of its service run", number));
}

Result<void> inflict(containers::Cluster& cluster, const std::string& instance,
                     fault::OnInstance::What what) {
  using What = fault::OnInstance::What;
  switch (what) {
    case What::fill:
    case What::release:
      return cluster.fill_instance(instance, what == What::release);
    case What::disconnect:
    case What::reconnect:
      break;
  }
  return cluster.set_agent_connected(instance, what == What::reconnect);
}

Result<void> on_instance(const containers::Clusters& clusters, const fault::OnInstance& fault) {
  std::size_t before = 0;
  for (containers::Cluster* cluster : all(clusters)) {
    const auto instances = cluster->list_container_instances("", std::nullopt);
    if (!instances) return instances.error();
    const std::size_t index = fault.container_instance - before;
    if (index < instances->size()) {
      return inflict(*cluster, (*instances)[index], fault.what);
    }
    before += instances->size();
  }
  return Error{"InvalidParameterException", "/containerInstance",
               fmt::format("found {}; there are {} container instances, counted from 0",
                           fault.container_instance, before)};
}

}  // namespace

Result<FoundTask> find_task(const containers::Clusters& clusters, std::string_view name) {
  const bool is_arn = name.starts_with("arn:");
  if (const auto numbered = parse_task_name(name); numbered && !is_arn) {
    return nth_of_service(clusters, *numbered);
  }
  const std::string_view beginning = containers::bare_name(name);
  FoundTask found;
  for (containers::Cluster* cluster : all(clusters)) {
    for (const auto& task : cluster->tasks()) {
      if (!task.id.starts_with(beginning)) continue;
      if (!found.id.empty()) return no_task(name, "the ids of several begin like this");
      found = {cluster, task.id};
    }
  }
  if (!found.id.empty() && !beginning.empty()) return found;
  return no_task(name, "name it as service/number, by its id or by the id's beginning");
}

Result<void> inject(containers::Clusters& clusters, const Fault& fault) {
  if (const auto* on_task = std::get_if<fault::OnTask>(&fault)) {
    const auto task = find_task(clusters, on_task->task);
    if (!task) return task.error();
    return task->cluster->inject(task->id, on_task->what, on_task->container);
  }
  if (const auto* starts = std::get_if<fault::FailStarts>(&fault)) {
    clusters.start_faults().add(starts->starts);
    return {};
  }
  return on_instance(clusters, std::get<fault::OnInstance>(fault));
}

}  // namespace cutover::stack

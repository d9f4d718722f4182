#include "cutover/api/task_streams.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

namespace cutover::api {

namespace {

struct Place {
  std::string group;
  std::string prefix = "ecs";
};

/// Where a container's output goes by its definition, if that says it.
void read_options(const containers::ContainerDefinition& container, Place& place) {
  const auto& carried = container.carried;
  const auto found = std::find_if(carried.begin(), carried.end(), [](const auto& member) {
    return member.first == "logConfiguration";
  });
  if (found == carried.end()) return;
  const auto json = nlohmann::json::parse(found->second, nullptr, false);
  if (!json.is_object() || !json.contains("options") || !json["options"].is_object()) return;
  place.group = json["options"].value("awslogs-group", place.group);
  place.prefix = json["options"].value("awslogs-stream-prefix", place.prefix);
}

void add_streams(const containers::Cluster& cluster, const containers::TaskDescription& task,
                 const containers::TaskDefinitions& definitions,
                 std::vector<logs::Stream>& streams) {
  const auto written = cluster.logs(task.id);
  if (!written) return;
  const auto definition = definitions.describe(task.task_definition);
  const std::string family = task.task_definition.substr(0, task.task_definition.find(':'));
  for (const containers::TaskLog& log : *written) {
    Place place;
    place.group = "/ecs/" + family;
    const auto* container = definition ? definition->definition->container(log.container) : nullptr;
    if (container) read_options(*container, place);
    streams.push_back({place.group, fmt::format("{}/{}/{}", place.prefix, log.container, task.id),
                       task.created_at, log.log});
  }
}

}  // namespace

std::vector<logs::Stream> task_streams(stack::RunningStack& stack) {
  std::vector<logs::Stream> streams;
  const containers::Clusters& clusters = stack.clusters();
  for (const std::string& name : clusters.names()) {
    const containers::Cluster& cluster = **clusters.find(name);
    for (const auto& task : cluster.tasks()) {
      add_streams(cluster, task, stack.definitions(), streams);
    }
  }
  return streams;
}

}  // namespace cutover::api

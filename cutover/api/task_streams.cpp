#include "cutover/api/task_streams.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

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

/// Where containers' output goes, by task definition and container: read once for many tasks.
class Places {
 public:
  explicit Places(const containers::TaskDefinitions& definitions) : definitions_(definitions) {}

  const Place& of(const std::string& task_definition, const std::string& container) {
    const auto [found, fresh] = by_definition_.try_emplace(task_definition);
    if (fresh) read(task_definition, found->second);
    const auto [place, unknown] = found->second.try_emplace(container);
    if (unknown) place->second.group = default_group(task_definition);
    return place->second;
  }

 private:
  static std::string default_group(const std::string& task_definition) {
    return "/ecs/" + task_definition.substr(0, task_definition.find(':'));
  }

  using ByContainer = std::map<std::string, Place>;

  void read(const std::string& task_definition, ByContainer& places) const {
    const auto described = definitions_.describe(task_definition);
    if (!described) return;
    const containers::TaskDefinition& definition = *described->definition;
    for (const containers::ContainerDefinition& container : definition.containers) {
      Place place;
      place.group = default_group(task_definition);
      read_options(container, place);
      places.emplace(container.name, std::move(place));
    }
  }

  const containers::TaskDefinitions& definitions_;
  std::map<std::string, ByContainer> by_definition_;
};

void add_streams(const containers::Cluster& cluster, const containers::TaskDescription& task,
                 Places& places, std::vector<logs::Stream>& streams) {
  const auto written = cluster.logs(task.id);
  if (!written) return;
  for (const containers::TaskLog& log : *written) {
    const Place& place = places.of(task.task_definition, log.container);
    streams.push_back({place.group, fmt::format("{}/{}/{}", place.prefix, log.container, task.id),
                       task.created_at, log.log});
  }
}

}  // namespace

std::vector<logs::Stream> task_streams(stack::RunningStack& stack) {
  std::vector<logs::Stream> streams;
  Places places(stack.definitions());
  const containers::Clusters& clusters = stack.clusters();
  for (const std::string& name : clusters.names()) {
    const containers::Cluster& cluster = **clusters.find(name);
    for (const auto& task : cluster.tasks()) {
      add_streams(cluster, task, places, streams);
    }
  }
  return streams;
}

}  // namespace cutover::api

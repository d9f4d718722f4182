#include "cutover/api/export_stack.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "containers/saved_json.hpp"
#include "containers/service_json.hpp"
#include "containers/task_definition_json.hpp"
#include "cutover/stack/load_balancing_json.hpp"

namespace cutover::api {

namespace {

using nlohmann::json;

json pairs_json(const containers::Tags& tags) {
  json list = json::array();
  for (const auto& [key, value] : tags) list.push_back({{"key", key}, {"value", value}});
  return list;
}

class Writer {
 public:
  Writer(const kept::Parts& parts, const stack::Stack& stack) : parts_(parts), stack_(stack) {}

  ExportedStack write() {
    balancing();
    clusters();
    task_definitions();
    out_.stack["Images"] = stack_.images;
    if (!stack_.hooks.empty()) out_.stack["Hooks"] = stack_.hooks;
    if (!stack_.alarms.empty()) out_.stack["Alarms"] = stack_.alarms;
    out_.stack["StackName"] = stack_.name;
    for (const auto& [key, value] : stack_.outputs) {
      out_.stack["Outputs"].push_back({{"OutputKey", key}, {"OutputValue", value}});
    }
    out_.stack["Network"] = ec2::to_json(parts_.network);
    if (!parts_.repositories.empty()) {
      out_.stack["Repositories"] = ecr::to_json(parts_.repositories);
    }
    json settings = parts_.settings.to_json();
    if (settings.is_object() && !settings.empty()) {
      out_.stack["AccountSettings"] = std::move(settings);
    }
    return std::move(out_);
  }

 private:
  void left_out(std::string what) { out_.left_out.push_back(std::move(what)); }

  void balancing() {
    const stack::RunningBalancing& balancing = parts_.stack.balancing();
    out_.stack = stack::to_json(balancing.there(), [&](const std::string& group) {
      return balancing.targets().registered(group);
    });
  }

  /// A stack has one cluster: its own, or the first.
  void clusters() {
    const auto names = parts_.stack.clusters().names();
    std::string chosen = stack_.model.cluster;
    if (std::find(names.begin(), names.end(), chosen) == names.end() && !names.empty()) {
      chosen = names.front();
    }
    out_.stack["Clusters"] = json::array();
    for (const std::string& name : names) {
      if (name == chosen) {
        cluster(name);
      } else {
        left_out(fmt::format("cluster {}: a stack file has one, here {}", name, chosen));
      }
    }
  }

  void cluster(const std::string& name) {
    const containers::Cluster& cluster = **parts_.stack.clusters().find(name);
    const auto saved = parts_.stack.clusters().saved(name);
    const auto& settings = saved->settings;
    json entry{
        {"clusterName", name},
        {"settings",
         json::array({{{"name", "containerInsights"}, {"value", settings.container_insights}}})},
        {"RegisteredContainerInstances", json::array()}};
    if (!settings.configuration.empty()) {
      entry["configuration"] = json::parse(settings.configuration);
    }
    if (!saved->tags.empty()) entry["tags"] = pairs_json(saved->tags);
    const auto arns = cluster.list_container_instances("", std::nullopt);
    for (const auto& each : cluster.describe_container_instances(*arns).container_instances) {
      json instance = containers::saved_json(each.instance);
      instance.erase("version");  // it counts the tasks that have come and gone
      entry["RegisteredContainerInstances"].push_back(std::move(instance));
    }
    out_.stack["Clusters"].push_back(std::move(entry));
    for (const std::string& service : cluster.services()) this->service(cluster, service);
    for (const auto& task : cluster.tasks()) {
      if (!task.service.empty() || task.last_status == containers::TaskStatus::stopped) continue;
      left_out(fmt::format("task {}: no service runs it", task.id));
    }
  }

  void service(const containers::Cluster& cluster, const std::string& name) {
    const auto saved = cluster.saved_service(name);
    containers::ServiceSpec spec = saved->spec;
    spec.task_definition = saved->definition;
    spec.cluster.clear();
    for (const auto& each : spec.load_balancers) {
      const auto* group = parts_.stack.balancing().there().target_group(each.target_group);
      if (group && !group->used_by.empty()) continue;
      return left_out(
          fmt::format("service {}: no listener uses its target group {}", name, each.target_group));
    }
    if (saved->completed && saved->completed->in_alternate_groups) {
      left_out(fmt::format("service {}: that its tasks are in the alternate target groups", name));
    }
    out_.stack["Services"].push_back(containers::create_service_input(spec));
  }

  void task_definitions() {
    for (const auto* registered : parts_.stack.definitions().all()) {
      containers::TaskDefinition definition = *registered->definition;
      definition.tags = registered->tags;
      json entry = containers::task_definition_to_json(definition);
      if (registered->status != containers::TaskDefinitionStatus::active) {
        entry["status"] = to_string(registered->status);
      }
      out_.stack["TaskDefinitions"].push_back(std::move(entry));
    }
  }

  const kept::Parts& parts_;
  const stack::Stack& stack_;
  ExportedStack out_;
};

}  // namespace

ExportedStack export_stack(const kept::Parts& parts, const stack::Stack& stack) {
  return Writer(parts, stack).write();
}

}  // namespace cutover::api

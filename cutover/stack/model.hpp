#pragma once

// What a stack holds, as values, and what each operation changes in it. A stack or plan is played
// through on a Model before anything starts: whatever AWS would refuse on the way (dangling and
// duplicate names, groups in use, a service whose group no listener uses) is found then. Pure.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "containers/clusters.hpp"
#include "cutover/stack/hook_commands.hpp"
#include "cutover/stack/load_balancing.hpp"
#include "cutover/stack/metric_alarm.hpp"
#include "cutover/stack/operation.hpp"
#include "lb/base/result.hpp"

namespace cutover::stack {

struct Model {
  LoadBalancing balancing;
  std::string cluster = "default";
  /// Of the cluster; nothing when the stack does not say.
  std::optional<std::vector<containers::ContainerInstanceGroup>> container_instances;
  containers::ClusterSettings cluster_settings;
  containers::Tags cluster_tags;
  /// In place of `container_instances`: those that it had in an earlier life, ids and all.
  std::vector<containers::ContainerInstance> registered_instances;
  containers::ImageMap images;
  HookCommands hooks;  ///< What lifecycle hooks call, by their ARNs.
  std::vector<MetricAlarm> alarms;
  /// By family; a definition's revision is its place in the list, from 1.
  std::map<std::string, std::vector<containers::TaskDefinition>> task_definitions;
  std::map<std::string, containers::ServiceSpec> services;

  /// Takes the operation's effect, or changes nothing and says why it is refused. The error's place
  /// is a pointer into the operation's input in its long form (json_entries.hpp, written_place()).
  Result<void> apply(const Operation& operation);
  /// Whether apply() would take it: stopping a task changes nothing here.
  Result<void> check(const StopTask& operation) const;

  /// "family", "family:revision" or an ARN; nullptr when there is none.
  const containers::TaskDefinition* task_definition(std::string_view reference) const;
};

/// The names a Model knows, for error messages and for those who check references of their own.
std::vector<std::string> service_names(const Model& model);

}  // namespace cutover::stack

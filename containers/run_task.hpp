#pragma once

// Tasks that no service asked for: what RunTask and StartTask take and answer.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "containers/failure.hpp"
#include "containers/placement_rules.hpp"
#include "containers/service.hpp"
#include "containers/tags.hpp"
#include "containers/task.hpp"
#include "containers/task_overrides.hpp"

namespace cutover::containers {

/// Most tasks of one RunTask, most container instances of one StartTask.
inline constexpr std::uint32_t run_at_once_max = 10;

/// What both take.
struct NewTask {
  std::string task_definition;  ///< As TaskDefinitions::find_active() takes it.
  std::string group;            ///< Empty: "family:<family>".
  std::string started_by;
  TaskOverrides overrides;
  /// Network mode awsvpc requires one, the others have none.
  std::optional<NetworkConfiguration> network;
  Tags tags;
  bool propagate_definition_tags = false;  ///< propagateTags TASK_DEFINITION.
  bool ecs_managed_tags = false;

  friend bool operator==(const NewTask&, const NewTask&) = default;
};

struct RunTaskRequest {
  NewTask task;
  std::uint32_t count = 1;  ///< 1 to 10.
  std::vector<PlacementConstraint> placement_constraints;
  /// Empty: over the availability zones, then where the fewest tasks of the group are.
  std::vector<PlacementStrategy> placement_strategy;
  /// The same request with the same token starts nothing anew; empty: none.
  std::string client_token;

  friend bool operator==(const RunTaskRequest&, const RunTaskRequest&) = default;
};

struct StartTaskRequest {
  NewTask task;
  std::vector<std::string> container_instances;  ///< Ids or ARNs, 1 to 10.
};

struct TasksAnswer {
  std::vector<TaskDescription> tasks;
  std::vector<Failure> failures;
};

}  // namespace cutover::containers

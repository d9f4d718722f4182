#pragma once

// What RunTask and StartTask change of a task definition for the tasks they start (ECS API:
// TaskOverride, ContainerOverride).

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "containers/task_definition.hpp"
#include "lb/base/json.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

struct ContainerOverride {
  std::string name;
  std::optional<std::vector<std::string>> command;
  std::vector<NamedValue> environment;  ///< Added to the definition's; the same name is replaced.
  std::optional<std::uint32_t> cpu;
  std::optional<std::uint32_t> memory;
  std::optional<std::uint32_t> memory_reservation;

  friend bool operator==(const ContainerOverride&, const ContainerOverride&) = default;
};

struct TaskOverrides {
  std::vector<ContainerOverride> containers;
  std::optional<std::uint32_t> cpu;
  std::optional<std::uint32_t> memory;
  std::string task_role_arn;       ///< Carried; there is no IAM here.
  std::string execution_role_arn;  ///< Carried; there is no IAM here.

  friend bool operator==(const TaskOverrides&, const TaskOverrides&) = default;
};

/// Characters that overrides may have in all, as they are written.
inline constexpr std::size_t overrides_length_max = 8192;

/// Reads the member `overrides` of RunTask, which stands at `pointer`. Errors:
/// InvalidParameterException, at the JSON pointer of the first bad value.
Result<TaskOverrides> parse_task_overrides(const nlohmann::json& value, std::string pointer,
                                           Numbers numbers = Numbers::strict);

/// As DescribeTasks answers them: containerOverrides is there even when it is empty.
nlohmann::json task_overrides_to_json(const TaskOverrides& overrides);

/// The definition that the task runs by. A container that it does not have is refused; the error's
/// place is relative to the overrides.
Result<TaskDefinition> apply_overrides(TaskDefinition definition, const TaskOverrides& overrides);

}  // namespace cutover::containers

#pragma once

// Reads task definitions from JSON in AWS's spelling (what `aws ecs register-task-definition
// --cli-input-json` takes). What this simulator does not do is refused by name, never passed over.

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "containers/task_definition.hpp"
#include "containers/task_definitions.hpp"
#include "lb/base/json.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

/// Reads what RegisterTaskDefinition takes; `pointer` is where `value` stands in its document (""
/// for the root). `numbers` says whether numbers and booleans may be written as strings, as the
/// workshop's own definition does. Errors: ClientException, at the JSON pointer of the first bad
/// value.
Result<TaskDefinition> parse_task_definition(const nlohmann::json& value, std::string pointer,
                                             Numbers numbers = Numbers::strings_allowed);

/// The same again, with defaults filled in and numbers as numbers; reads back as itself.
nlohmann::json task_definition_to_json(const TaskDefinition& definition);

/// As DescribeTaskDefinition answers it: without tags, which are answered beside it.
nlohmann::json registered_task_definition_to_json(const RegisteredTaskDefinition& registered);

/// Reads that back.
Result<RegisteredTaskDefinition> parse_registered_task_definition(const nlohmann::json& value,
                                                                  std::string pointer);

/// The members `cpu` and `memory` of a whole task: "256" or "1 vCPU", "512" or "1 GB".
std::optional<std::uint32_t> read_task_cpu(JsonReader& reader);
std::optional<std::uint32_t> read_task_memory(JsonReader& reader);

}  // namespace cutover::containers

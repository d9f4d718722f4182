#pragma once

// One container of a task definition, from JSON and back. What concerns a container alone is
// checked here, what needs its task in task_definition_rules.hpp.

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "containers/task_definition.hpp"
#include "lb/base/json.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

/// MiB a container may at least be given (Docker's own minimum).
inline constexpr std::int64_t memory_least_mib = 6;
inline constexpr std::int64_t container_cpu_most = 196608;

/// `pointer` is where `value` stands in its document.
Result<ContainerDefinition> parse_container_definition(const nlohmann::json& value,
                                                       std::string pointer, Numbers numbers);

/// With ECS's defaults filled in.
nlohmann::json container_definition_to_json(const ContainerDefinition& container);

/// [{"name": …, "value": …}]; `name_key` is "name" or "key".
nlohmann::json pairs_to_json(const std::vector<NamedValue>& pairs, const char* name_key);

}  // namespace cutover::containers

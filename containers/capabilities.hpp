#pragma once

// Attributes without a value by which a container instance's ECS agent says what it can do, and by
// which a task definition says what it asks of one (ECS API reference: TaskDefinition,
// requiresAttributes; ECS developer guide: Amazon ECS agent configuration).

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "containers/task_definition.hpp"

namespace cutover::containers {

using Capabilities = std::set<std::string, std::less<>>;

/// What every agent here reports: that of an ECS-optimized Linux AMI, which knows no log driver but
/// awsfirelens, awslogs, fluentd, json-file, none and syslog.
const Capabilities& agent_capabilities();

/// "ecs.capability.…" and "com.amazonaws.ecs.capability.…"
bool is_capability(std::string_view name);

/// requiresAttributes, by name.
std::vector<std::string> required_attributes(const TaskDefinition& definition);

}  // namespace cutover::containers

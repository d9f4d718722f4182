#pragma once

// The inputs of the ECS actions that a plan's steps may take, read from AWS's JSON shapes. What
// containers/ reads itself (task definitions, services) it reads.

#include <nlohmann/json.hpp>
#include <string>

#include "cutover/stack/operation.hpp"
#include "lb/base/result.hpp"

namespace cutover::stack {

Result<RegisterTaskDefinition> parse_register_task_definition(const nlohmann::json& value,
                                                              std::string pointer);
Result<CreateService> parse_create_service(const nlohmann::json& value, std::string pointer);
Result<UpdateService> parse_update_service(const nlohmann::json& value, std::string pointer);
Result<DeleteService> parse_delete_service(const nlohmann::json& value, std::string pointer);
Result<StopTask> parse_stop_task(const nlohmann::json& value, std::string pointer);

}  // namespace cutover::stack

#include "cutover/stack/service_json.hpp"

#include "containers/service_json.hpp"
#include "containers/task_definition_json.hpp"
#include "cutover/stack/json_entries.hpp"
#include "lb/base/json.hpp"

namespace cutover::stack {

Result<RegisterTaskDefinition> parse_register_task_definition(const nlohmann::json& value,
                                                              std::string pointer) {
  auto definition = containers::parse_task_definition(value, std::move(pointer));
  if (!definition) return definition.error();
  return RegisterTaskDefinition{*std::move(definition)};
}

Result<CreateService> parse_create_service(const nlohmann::json& value, std::string pointer) {
  auto spec = containers::parse_service(value, std::move(pointer));
  if (!spec) return spec.error();
  return CreateService{*std::move(spec)};
}

Result<UpdateService> parse_update_service(const nlohmann::json& value, std::string pointer) {
  auto input = containers::parse_service_update(value, std::move(pointer));
  if (!input) return input.error();
  UpdateService operation{std::move(input->service), std::nullopt, std::move(input->update)};
  if (!input->cluster.empty()) operation.cluster = std::move(input->cluster);
  return operation;
}

Result<DeleteService> parse_delete_service(const nlohmann::json& value, std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  DeleteService operation;
  operation.service = reader.string("service");
  operation.cluster = reader.optional_string("cluster");
  operation.force = reader.optional_boolean("force").value_or(false);
  if (const auto end = reader.finish(); !end) return end.error();
  return operation;
}

Result<StopTask> parse_stop_task(const nlohmann::json& value, std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  StopTask operation;
  operation.task = read_name<TaskName>(reader, "task", parse_task_name);
  operation.cluster = reader.optional_string("cluster");
  operation.reason = reader.optional_string("reason").value_or("Task stopped by user");
  if (const auto end = reader.finish(); !end) return end.error();
  return operation;
}

}  // namespace cutover::stack

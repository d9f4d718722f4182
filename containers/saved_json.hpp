#pragma once

// What is kept of clusters as JSON documents, one for each cluster, container instance, service and
// task definition, and read back. Documents are this program's own: an error says that one was
// damaged.

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "containers/clusters.hpp"
#include "containers/container_instance.hpp"
#include "containers/saved_service.hpp"
#include "containers/task_definitions.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

nlohmann::json saved_json(const SavedCluster& cluster);
nlohmann::json saved_json(const ContainerInstance& instance);
nlohmann::json saved_json(const SavedService& service);
nlohmann::json saved_json(const RegisteredTaskDefinition& registered);

/// `pointer`: where `value` stands, for errors.
Result<SavedCluster> parse_saved_cluster(const nlohmann::json& value, const std::string& pointer);
/// With nothing placed on it.
Result<ContainerInstance> parse_saved_container_instance(const nlohmann::json& value,
                                                         const std::string& pointer);
Result<SavedService> parse_saved_service(const nlohmann::json& value, const std::string& pointer);
Result<RegisteredTaskDefinition> parse_saved_task_definition(const nlohmann::json& value,
                                                             const std::string& pointer);

}  // namespace cutover::containers

#pragma once

// deploymentConfiguration as AWS writes it in JSON, for CreateService, UpdateService, stack files
// and the Describe calls alike.

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "containers/deployment_configuration.hpp"
#include "lb/base/json.hpp"

namespace cutover::containers {

/// Reads the optional object `key`; members that are not there stay absent.
DeploymentConfigurationChange read_deployment_configuration(JsonReader& reader,
                                                            std::string_view key, Numbers numbers);

/// With every default filled in, as the Describe calls show it and CreateService takes it.
nlohmann::json to_json(const DeploymentConfiguration& configuration);

}  // namespace cutover::containers

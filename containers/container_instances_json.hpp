#pragma once

// Container instances as a stack file names them: `ContainerInstances` of a cluster, one group or a
// list of groups, such as {"count": 2, "cpu": 2048, "memory": 3884, "instanceType": "t2.medium"}.

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "containers/container_instance.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

/// `pointer` is where the value stands in its document.
Result<std::vector<ContainerInstanceGroup>> parse_container_instances(const nlohmann::json& value,
                                                                      std::string pointer);

/// A list of groups that parse_container_instances() reads back.
nlohmann::json to_json(const std::vector<ContainerInstanceGroup>& groups);

}  // namespace cutover::containers

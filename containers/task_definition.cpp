#include "containers/task_definition.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cutover::containers {

std::string_view to_string(NetworkMode mode) {
  switch (mode) {
    case NetworkMode::bridge:
      return "bridge";
    case NetworkMode::host:
      return "host";
    case NetworkMode::awsvpc:
      return "awsvpc";
    case NetworkMode::none:
      break;
  }
  return "none";
}

std::string_view to_string(ContainerDependency::Condition condition) {
  switch (condition) {
    case ContainerDependency::Condition::start:
      return "START";
    case ContainerDependency::Condition::complete:
      return "COMPLETE";
    case ContainerDependency::Condition::success:
      return "SUCCESS";
    case ContainerDependency::Condition::healthy:
      break;
  }
  return "HEALTHY";
}

std::string TaskDefinition::reference() const { return fmt::format("{}:{}", family, revision); }

const ContainerDefinition* TaskDefinition::container(std::string_view name) const {
  const auto found = std::find_if(containers.begin(), containers.end(),
                                  [&](const auto& container) { return container.name == name; });
  return found == containers.end() ? nullptr : &*found;
}

}  // namespace cutover::containers

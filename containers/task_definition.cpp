#include "containers/task_definition.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cutover::containers {

std::string_view to_string(NetworkMode) { return "bridge"; }

std::string TaskDefinition::reference() const { return fmt::format("{}:{}", family, revision); }

const ContainerDefinition* TaskDefinition::container(std::string_view name) const {
  const auto found = std::find_if(containers.begin(), containers.end(),
                                  [&](const auto& container) { return container.name == name; });
  return found == containers.end() ? nullptr : &*found;
}

}  // namespace cutover::containers

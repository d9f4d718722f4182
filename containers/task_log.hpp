#pragma once

// What one container of a task wrote, for those who ask the cluster for it.

#include <memory>
#include <string>

#include "containers/container_log.hpp"

namespace cutover::containers {

struct TaskLog {
  std::string container;
  std::shared_ptr<const ContainerLog> log;  ///< Goes on growing while the container runs.
};

}  // namespace cutover::containers

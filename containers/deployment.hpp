#pragma once

// One deployment of a service as its agent keeps it, and the revision of the service that it brings
// about.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "containers/circuit_breaker.hpp"
#include "containers/observed_tasks.hpp"
#include "containers/restart_pace.hpp"
#include "containers/restart_throttle.hpp"
#include "containers/service.hpp"
#include "containers/task_definitions.hpp"

namespace cutover::containers {

/// What a deployment's tasks are: fixed when the deployment begins.
struct ServiceRevision {
  std::string arn;
  DefinitionPtr definition;
  std::vector<ServiceLoadBalancer> load_balancers;  ///< As the service says.
  /// Its tasks stand in the alternate target groups. Each deployment that shifts traffic swaps.
  bool in_alternate_groups = false;
  std::optional<NetworkConfiguration> network;
  WallTime created_at{};

  /// Where its tasks become targets.
  std::vector<ServiceLoadBalancer> places() const;
};

using RevisionPtr = std::shared_ptr<const ServiceRevision>;

struct Deployment {
  DeploymentKey key = 0;
  std::string id;
  RevisionPtr revision;
  std::uint32_t desired_count = 0;
  RolloutState state = RolloutState::in_progress;
  std::string state_reason;
  bool rolled_back_to = false;  ///< It runs because a later one failed.
  CircuitBreaker breaker;
  RestartThrottle throttle;
  RestartPace pace;
  WallTime created_at{};
  WallTime updated_at{};

  /// No task of it is to be started before this.
  std::optional<TimePoint> not_before() const {
    return std::max(throttle.not_before(), pace.not_before());
  }
};

/// Why a deployment fails.
struct DeploymentFailure {
  std::string monitor;  ///< What found it: "circuit breaker".
  std::string words;    ///< "tasks failed to start"
  bool rollback = false;
};

/// How many tasks of a deployment are on their way to RUNNING, are RUNNING, and are not STOPPED.
struct TaskCounts {
  std::uint32_t pending = 0;
  std::uint32_t running = 0;
  std::uint32_t live = 0;
};

}  // namespace cutover::containers

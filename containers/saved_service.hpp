#pragma once

// What is kept of a service, so that it comes back after the program that ran its tasks has ended:
// what was asked for, and how far its deployments had come.

#include <optional>
#include <string>
#include <vector>

#include "containers/service.hpp"
#include "lb/base/clock.hpp"

namespace cutover::containers {

/// A revision of the service whose deployment was completed.
struct SavedRevision {
  std::string definition;  ///< "family:revision"
  std::vector<ServiceLoadBalancer> load_balancers;
  std::optional<NetworkConfiguration> network;
  bool in_alternate_groups = false;

  friend bool operator==(const SavedRevision&, const SavedRevision&) = default;
};

struct SavedService {
  ServiceSpec spec;        ///< As it was asked for.
  std::string definition;  ///< Of the PRIMARY deployment: "family:revision".
  /// What was completed last; nothing when no deployment ever was.
  std::optional<SavedRevision> completed;
  /// The PRIMARY deployment is not the one that was completed last: it begins again.
  bool deploys = false;
  /// DRAINING is kept as INACTIVE: the tasks that it waits for end, too.
  ServiceStatus status = ServiceStatus::active;
  WallTime created_at{};

  friend bool operator==(const SavedService&, const SavedService&) = default;
};

}  // namespace cutover::containers

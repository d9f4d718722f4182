#pragma once

// What a service, a task definition or a call says about where its tasks go (ECS developer guide:
// Task placement constraints, Task placement strategies).

#include <string>
#include <string_view>

namespace cutover::containers {

/// Binds the placement of tasks. At most 10 for a task, those of its definition among them.
struct PlacementConstraint {
  enum class Type { distinct_instance, member_of };
  Type type = Type::distinct_instance;
  std::string expression;  ///< member_of: a cluster query; else empty.

  friend bool operator==(const PlacementConstraint&, const PlacementConstraint&) = default;
};

/// Narrows down where a task may go, best effort, one after the other; at most 5.
struct PlacementStrategy {
  enum class Type { random, spread, binpack };
  Type type = Type::random;
  /// spread: "instanceId" (also for "host") or "attribute:<name>"; binpack: "cpu" or "memory".
  std::string field;

  friend bool operator==(const PlacementStrategy&, const PlacementStrategy&) = default;
};

std::string_view to_string(PlacementConstraint::Type type);  ///< "distinctInstance", "memberOf"
std::string_view to_string(PlacementStrategy::Type type);    ///< "random", "spread", "binpack"

}  // namespace cutover::containers

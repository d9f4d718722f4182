#pragma once

// Availability Zone rebalancing: which zone a task of a service is to leave, and for which zone, so
// that no zone holds two more than another. Pure; the service agent (service_zones.cpp) moves one
// task at a time: it starts one in the zone with the fewest, waits until that is healthy, and lets
// one in the zone with the most go (ECS developer guide: Balancing an Amazon ECS service across
// Availability Zones).

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "containers/service.hpp"

namespace cutover::containers {

/// What a service has in one zone.
struct ZoneTasks {
  std::string zone;
  std::uint32_t tasks = 0;
  std::uint32_t held = 0;  ///< Of these, those that have to stay: task scale-in protection.
  /// Some container instance there is one on which such a task may be placed; whether it has room
  /// is another question.
  bool open = false;

  friend bool operator==(const ZoneTasks&, const ZoneTasks&) = default;
};

struct ZoneMove {
  std::string from;
  /// The first of these that has room; the one with the fewest tasks comes first.
  std::vector<std::string> to;

  friend bool operator==(const ZoneMove&, const ZoneMove&) = default;
};

/// Nothing when the open zones are balanced, or when nothing may leave those with too many.
std::optional<ZoneMove> next_zone_move(std::span<const ZoneTasks> zones);

/// "2 tasks in us-east-1a, 1 tasks in us-east-1b", as service events have it.
std::string in_zones(std::span<const ZoneTasks> zones);

/// Whether the spec's other members go together with ENABLED. The error's place is relative to the
/// service.
Result<void> check_rebalancing(const ServiceSpec& spec);

}  // namespace cutover::containers

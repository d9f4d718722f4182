#pragma once

// Which container instance a task goes to, and which of a group's tasks goes first when there are
// too many. Pure. Follows the ECS developer guide: How Amazon ECS places tasks on container
// instances; first what has room, then constraints, then strategies, which narrow the choice down
// one after the other.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "containers/container_instance.hpp"
#include "containers/placement_rules.hpp"
#include "containers/query_expression.hpp"
#include "lb/base/random.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

/// What a task asks of its place.
struct PlacementNeeds {
  Reservation reservation;
  std::string group;
  bool distinct_instance = false;
  std::vector<QueryExpression> member_of;
  std::vector<std::string> attributes;  ///< Names that have to be there.
  std::vector<PlacementStrategy> strategies;
};

/// Constraints of a task, those of its definition among them.
inline constexpr std::size_t placement_constraints_max = 10;

/// Whether a service's or a call's constraints can be read and are not too many beside the
/// definition's. The error's place is relative to the service or the call.
Result<void> check_constraints(const TaskDefinition& definition,
                               const std::vector<PlacementConstraint>& constraints);

/// What binds, of both lists; an error is that of an expression.
Result<void> add_constraints(PlacementNeeds& needs,
                             const std::vector<PlacementConstraint>& constraints);

/// Without strategies the tasks of a service go to the zone, then to the instance, that has the
/// fewest of them.
std::vector<PlacementStrategy> default_strategies();

/// Why a task can't go to an instance, in the order in which that is looked at: the later, the
/// closer the match.
enum class Misfit {
  inactive,
  agent,
  cpu,
  memory,
  ports,
  network_interfaces,
  attribute,
  member_of,
  distinct_instance
};

/// As RunTask's failures have it: "RESOURCE:CPU", "AGENT", …
std::string_view failure_reason(Misfit misfit);
/// As a service event says it: "The closest matching container-instance <id> has insufficient CPU
/// units available."
std::string closest_instance_text(Misfit misfit, const ContainerInstance& closest);

/// Nothing when the task may go there. Strategies do not matter.
std::optional<Misfit> misfit(const PlacementNeeds& needs, const ContainerInstance& instance);

struct PlacementChoice {
  std::optional<std::size_t> instance;  ///< Its index.
  /// Why it is none of them: as many as there are instances, when `instance` is empty.
  std::vector<Misfit> misfits;
  std::size_t closest = 0;  ///< Index of the instance that nearly had it; of `misfits` too.
};

PlacementChoice choose_instance(const PlacementNeeds& needs,
                                std::span<const ContainerInstance* const> instances,
                                Random& random);

/// Indexes into `places` (the instance of each task of one group), in the order in which scale-in
/// takes them away. On one instance the earlier ones of `places` go first.
std::vector<std::size_t> scale_in_order(std::span<const ContainerInstance* const> places,
                                        const std::vector<PlacementStrategy>& strategies,
                                        Random& random);

}  // namespace cutover::containers

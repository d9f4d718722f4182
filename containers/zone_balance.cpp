#include "containers/zone_balance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace cutover::containers {

namespace {

constexpr std::string_view zone_attribute = "attribute:ecs.availability-zone";

bool names_zones(const PlacementConstraint& constraint) {
  return constraint.expression.find(zone_attribute) != std::string::npos;
}

}  // namespace

std::optional<ZoneMove> next_zone_move(std::span<const ZoneTasks> zones) {
  const ZoneTasks* fullest = nullptr;
  for (const ZoneTasks& each : zones) {
    if (each.tasks == each.held) continue;
    if (!fullest || each.tasks > fullest->tasks) fullest = &each;
  }
  if (!fullest) return std::nullopt;
  std::vector<const ZoneTasks*> emptier;
  for (const ZoneTasks& each : zones) {
    if (each.open && each.tasks + 1 < fullest->tasks) emptier.push_back(&each);
  }
  if (emptier.empty()) return std::nullopt;
  std::stable_sort(emptier.begin(), emptier.end(),
                   [](const ZoneTasks* a, const ZoneTasks* b) { return a->tasks < b->tasks; });
  ZoneMove move{fullest->zone, {}};
  for (const ZoneTasks* each : emptier) move.to.push_back(each->zone);
  return move;
}

std::string in_zones(std::span<const ZoneTasks> zones) {
  std::string text;
  for (const ZoneTasks& each : zones) {
    text += fmt::format("{}{} tasks in {}", text.empty() ? "" : ", ", each.tasks, each.zone);
  }
  return text;
}

Result<void> check_rebalancing(const ServiceSpec& spec) {
  // AWS's words for DAEMON and for the percentage; those of the other two follow them.
  const auto refuse = [](std::string_view what) {
    return Error{"InvalidParameterException", "/availabilityZoneRebalancing",
                 fmt::format("Availability Zone Rebalancing does not support {}", what)};
  };
  if (spec.scheduling == SchedulingStrategy::daemon) return refuse("DAEMON services");
  if (spec.deployment.maximum_percent <= 100) {
    return refuse("maximumPercent <= 100 % as deployment configuration.");
  }
  const PlacementStrategy by_zone{PlacementStrategy::Type::spread, std::string(zone_attribute)};
  const auto& strategies = spec.placement_strategy;
  if (!strategies.empty() && strategies.front() != by_zone) {
    return refuse(
        fmt::format("a first placement strategy other than spread by {}", zone_attribute));
  }
  const auto& constraints = spec.placement_constraints;
  if (std::any_of(constraints.begin(), constraints.end(), names_zones)) {
    return refuse(fmt::format("placement constraints on {}", zone_attribute));
  }
  return {};
}

}  // namespace cutover::containers

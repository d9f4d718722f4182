// How a service agent keeps its tasks balanced over availability zones. It looks once whenever the
// service has come back to its steady state, or container instances have changed meanwhile.

#include <algorithm>
#include <utility>

#include "containers/service_agent.hpp"

namespace cutover::containers {

namespace {

/// After a move that came to nothing (unverified: how long ECS waits), unless container instances
/// change.
constexpr Duration move_again_after = std::chrono::minutes(5);

}  // namespace

bool ServiceAgent::rebalances() const {
  return spec_.availability_zone_rebalancing && status_ == ServiceStatus::active && !shift_ &&
         !is_daemon() && deployments_.list().size() == 1 &&
         deployments_.primary().state == RolloutState::completed;
}

void ServiceAgent::look_at_zones_again() {
  zones_.changed = true;
  zones_.not_before = {};
  if (rebalances()) plan_soon();
}

std::vector<ZoneTasks> ServiceAgent::tasks_by_zone() const {
  std::vector<ZoneTasks> zones =
      surroundings_.placer.zones(placement_request(deployments_.primary()));
  const auto& group = observed_.group(deployments_.primary().key);
  for (const auto& of_health : group.sets) {
    for (const auto& [age, key] : of_health[static_cast<std::size_t>(Tenure::kept)]) {
      const std::string& zone = zone_of(key);
      const auto found = std::find_if(zones.begin(), zones.end(),
                                      [&](const ZoneTasks& each) { return each.zone == zone; });
      if (found != zones.end()) ++found->held;
    }
  }
  return zones;
}

const std::string& ServiceAgent::zone_of(TaskKey task) const {
  return tasks_.at(task).agent->identity().placement.availability_zone;
}

void ServiceAgent::follow_move() {
  if (!zones_.move) return;
  Moving& move = *zones_.move;
  const ObservedTask* task = observed_.find(move.leaving ? *move.leaving : move.arriving);
  if (move.leaving) {
    if (!task) zones_.move.reset();
  } else if (!rebalances()) {
    stop_moving();
  } else if (!task || task->desired_status == DesiredStatus::stopped) {
    stop_moving();
    zones_.not_before = surroundings_.timers.now() + move_again_after;
  } else {
    move.arrived = observed_.health(move.arriving) == TaskHealth::healthy;
  }
}

void ServiceAgent::stop_moving() {
  zones_.move.reset();
  if (std::exchange(zones_.told_uneven, false)) events_.rebalancing_stopped();
}

void ServiceAgent::note_leaving(const Plan& plan) {
  if (!zones_.move || !zones_.move->arrived || zones_.move->leaving) return;
  const auto found =
      std::find_if(plan.stop.begin(), plan.stop.end(), [this](const PlannedStop& each) {
        return !each.unhealthy && zone_of(each.task) == zones_.move->from;
      });
  if (found != plan.stop.end()) {
    zones_.move->leaving = found->task;
  } else {
    // The one that has arrived is wanted for another reason by now.
    zones_.move.reset();
  }
}

void ServiceAgent::balance_zones(const Plan& plan) {
  const TimePoint now = surroundings_.timers.now();
  if (!plan.steady) zones_.changed = true;
  if (!plan.steady || zones_.move || !zones_.changed || !rebalances()) return;
  if (now < zones_.not_before) return plan_at(zones_.not_before);
  zones_.changed = false;
  const std::vector<ZoneTasks> zones = tasks_by_zone();
  const auto move = next_zone_move(zones);
  const bool has_slack = goal().most_live() > desired_count();
  if (!move || !has_slack) {
    zones_.waits_for_room = false;
    events_.holds(ServiceEvents::Condition::no_room_in_zone, false);
    if (std::exchange(zones_.told_uneven, false)) events_.balanced(in_zones(zones));
    return;
  }
  begin_move(*move, zones);
}

void ServiceAgent::begin_move(const ZoneMove& move, const std::vector<ZoneTasks>& zones) {
  Deployment& primary = deployments_.primary();
  for (const std::string& zone : move.to) {
    PlacementRequest request = placement_request(primary);
    request.task_id = new_task_id(random_);
    request.availability_zone = zone;
    auto placed = surroundings_.placer.place(request);
    if (!placed) continue;
    if (!std::exchange(zones_.told_uneven, true)) events_.uneven(in_zones(zones));
    zones_.waits_for_room = false;
    events_.holds(ServiceEvents::Condition::no_room_in_zone, false);
    events_.started_in_zone(zone, request.task_id);
    TaskAgent& task = add_task(primary, std::move(request.task_id), *std::move(placed));
    zones_.move = Moving{move.from, tasks_.at(task).key};
    task.start();
    tasks_.note(task);
    return plan_soon();
  }
  // Whoever leaves a container instance makes room, and look_for_room() is told.
  zones_.waits_for_room = true;
  events_.holds(ServiceEvents::Condition::no_room_in_zone, true, move.to.front());
  stop_moving();
}

}  // namespace cutover::containers

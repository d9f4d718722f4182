#include "containers/container_order.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cutover::containers {

namespace {

using Condition = ContainerDependency::Condition;

enum class Prospect { met, open, impossible };

std::size_t index_of(const TaskDefinition& definition, std::string_view name) {
  // check_task_definition() has seen that it exists.
  const auto& all = definition.containers;
  return static_cast<std::size_t>(
      std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.name == name; }) -
      all.begin());
}

Prospect prospect(const ContainerState& other, Condition condition) {
  const bool over = other.phase == ContainerPhase::stopped;
  switch (condition) {
    case Condition::start:
      if (other.has_run) return Prospect::met;
      break;
    case Condition::complete:
      if (over && other.has_run) return Prospect::met;
      break;
    case Condition::success:
      if (over && other.exit_code == 0) return Prospect::met;
      break;
    case Condition::healthy:
      if (other.health && other.health->health == ContainerHealth::healthy) return Prospect::met;
      break;
  }
  return over ? Prospect::impossible : Prospect::open;
}

std::string how_it_ended(const ContainerState& container) {
  if (!container.has_run) return "could not be started";
  return fmt::format("ended with exit code {}", container.exit_code.value_or(0));
}

/// The ECS agent bounds the wait for what becomes of a container, not the wait for its start.
bool is_bounded(Condition condition) { return condition != Condition::start; }

TimePoint bound(const ContainerState& container, const ContainerDefinition& definition) {
  return *container.started_at + definition.start_timeout.value_or(start_timeout_default);
}

}  // namespace

bool may_start(const TaskState& state, std::size_t container) {
  const auto& needs = state.definition->containers[container].depends_on;
  return std::all_of(needs.begin(), needs.end(), [&](const ContainerDependency& each) {
    const std::size_t other = index_of(*state.definition, each.container_name);
    return prospect(state.containers[other], each.condition) == Prospect::met;
  });
}

std::optional<std::string> never_starts(const TaskState& state, std::size_t container,
                                        TimePoint now) {
  const ContainerDefinition& definition = state.definition->containers[container];
  for (const ContainerDependency& each : definition.depends_on) {
    const std::size_t index = index_of(*state.definition, each.container_name);
    const ContainerState& other = state.containers[index];
    const Prospect its = prospect(other, each.condition);
    if (its == Prospect::impossible) {
      return fmt::format("container {} waits for {} to be {}, which {}", definition.name,
                         each.container_name, to_string(each.condition), how_it_ended(other));
    }
    const ContainerDefinition& awaited = state.definition->containers[index];
    if (its == Prospect::met || !is_bounded(each.condition) || !other.started_at) continue;
    if (bound(other, awaited) > now) continue;
    return fmt::format("container {} waited for {} to be {} and gave up after {} s",
                       definition.name, each.container_name, to_string(each.condition),
                       awaited.start_timeout.value_or(start_timeout_default).count());
  }
  return std::nullopt;
}

bool may_stop(const TaskState& state, std::size_t container) {
  const std::string& name = state.definition->containers[container].name;
  for (std::size_t i = 0; i < state.containers.size(); ++i) {
    if (state.containers[i].phase == ContainerPhase::stopped) continue;
    const auto& needs = state.definition->containers[i].depends_on;
    if (std::any_of(needs.begin(), needs.end(),
                    [&](const auto& each) { return each.container_name == name; })) {
      return false;
    }
  }
  return true;
}

std::optional<TimePoint> wait_ends(const TaskState& state, std::size_t container) {
  const ContainerState& awaited = state.containers[container];
  if (awaited.phase != ContainerPhase::running) return std::nullopt;
  const ContainerDefinition& definition = state.definition->containers[container];
  for (std::size_t i = 0; i < state.containers.size(); ++i) {
    if (state.containers[i].phase != ContainerPhase::waiting) continue;
    for (const ContainerDependency& each : state.definition->containers[i].depends_on) {
      if (each.container_name != definition.name || !is_bounded(each.condition)) continue;
      if (prospect(awaited, each.condition) == Prospect::open) return bound(awaited, definition);
    }
  }
  return std::nullopt;
}

}  // namespace cutover::containers

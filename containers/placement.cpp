#include "containers/placement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

namespace cutover::containers {

namespace {

constexpr std::string_view attribute_prefix = "attribute:";

/// An instance that may be chosen, and how many tasks of the group are on it.
struct Option {
  const ContainerInstance* instance = nullptr;
  std::uint32_t tasks = 0;
};

/// Whether a task comes or goes: what is best for the one is worst for the other.
enum class Direction { in, out };

/// The attribute over whose values a strategy spreads; nothing: over instances.
std::optional<std::string_view> spread_attribute(const PlacementStrategy& strategy) {
  const std::string_view field = strategy.field;
  if (!field.starts_with(attribute_prefix)) return std::nullopt;
  return field.substr(attribute_prefix.size());
}

/// Of each option: the group's tasks on all options that share its value of the attribute.
/// Instances without it share none, which is a value, too.
std::vector<std::uint64_t> tasks_by_value(const std::vector<Option>& options,
                                          std::string_view attribute) {
  std::map<std::string_view, std::uint64_t> sums;
  std::vector<std::uint64_t*> its_sum;
  for (const Option& each : options) {
    std::uint64_t& sum = sums[each.instance->attribute(attribute).value_or(std::string_view{})];
    sum += each.tasks;
    its_sum.push_back(&sum);
  }
  std::vector<std::uint64_t> tasks;
  tasks.reserve(its_sum.size());
  for (const std::uint64_t* sum : its_sum) tasks.push_back(*sum);
  return tasks;
}

/// Of `chosen` (indexes of options) those whose key is least (in) or greatest (out).
template <class Key>
void keep_best(std::vector<std::size_t>& chosen, Direction direction, Key key) {
  std::vector<std::size_t> best;
  std::uint64_t best_key = 0;
  for (const std::size_t index : chosen) {
    const std::uint64_t its = key(index);
    const bool better = direction == Direction::in ? its < best_key : its > best_key;
    if (best.empty() || better) {
      best.clear();
      best_key = its;
    }
    if (its == best_key) best.push_back(index);
  }
  chosen = std::move(best);
}

void narrow(std::vector<std::size_t>& chosen, const std::vector<Option>& options,
            const PlacementStrategy& strategy, Direction direction, Random& random) {
  switch (strategy.type) {
    case PlacementStrategy::Type::random:
      chosen = {chosen[random.below(static_cast<std::uint32_t>(chosen.size()))]};
      break;
    case PlacementStrategy::Type::spread:
      if (const auto attribute = spread_attribute(strategy)) {
        const auto tasks = tasks_by_value(options, *attribute);
        keep_best(chosen, direction, [&tasks](std::size_t index) { return tasks[index]; });
      } else {
        keep_best(chosen, direction, [&](std::size_t index) { return options[index].tasks; });
      }
      break;
    case PlacementStrategy::Type::binpack:
      keep_best(chosen, direction, [&](std::size_t index) {
        const ContainerInstance& instance = *options[index].instance;
        return strategy.field == "cpu" ? instance.remaining_cpu() : instance.remaining_memory();
      });
      break;
  }
}

/// The strategies' choice; chance decides between equals. `chosen` is not empty.
std::size_t choose(std::vector<std::size_t> chosen, const std::vector<Option>& options,
                   const std::vector<PlacementStrategy>& strategies, Direction direction,
                   Random& random) {
  for (const PlacementStrategy& strategy : strategies) {
    if (chosen.size() == 1) break;
    narrow(chosen, options, strategy, direction, random);
  }
  if (chosen.size() == 1) return chosen.front();
  return chosen[random.below(static_cast<std::uint32_t>(chosen.size()))];
}

bool overlap(const std::vector<std::uint16_t>& wanted, const std::set<std::uint16_t>& used) {
  return std::any_of(wanted.begin(), wanted.end(),
                     [&used](std::uint16_t port) { return used.contains(port); });
}

PlacementChoice no_fit(const PlacementNeeds& needs,
                       std::span<const ContainerInstance* const> instances) {
  PlacementChoice choice;
  for (const ContainerInstance* instance : instances) {
    choice.misfits.push_back(*misfit(needs, *instance));
  }
  const auto closest = std::max_element(choice.misfits.begin(), choice.misfits.end());
  choice.closest = static_cast<std::size_t>(closest - choice.misfits.begin());
  return choice;
}

}  // namespace

Result<void> check_constraints(const TaskDefinition& definition,
                               const std::vector<PlacementConstraint>& constraints) {
  const std::size_t of_definition = definition.placement_constraints.size();
  if (of_definition + constraints.size() > placement_constraints_max) {
    return Error{"InvalidParameterException", "/placementConstraints",
                 fmt::format("found {} beside the task definition's {}; allowed are {} together",
                             constraints.size(), of_definition, placement_constraints_max)};
  }
  for (std::size_t i = 0; i < constraints.size(); ++i) {
    if (constraints[i].type != PlacementConstraint::Type::member_of) continue;
    const auto expression = QueryExpression::parse(constraints[i].expression);
    if (!expression) {
      return at(fmt::format("/placementConstraints/{}/expression", i), expression.error());
    }
  }
  return {};
}

Result<void> add_constraints(PlacementNeeds& needs,
                             const std::vector<PlacementConstraint>& constraints) {
  for (const PlacementConstraint& constraint : constraints) {
    if (constraint.type == PlacementConstraint::Type::distinct_instance) {
      needs.distinct_instance = true;
      continue;
    }
    auto expression = QueryExpression::parse(constraint.expression);
    if (!expression) return expression.error();
    needs.member_of.push_back(*std::move(expression));
  }
  return {};
}

std::vector<PlacementStrategy> default_strategies() {
  return {{PlacementStrategy::Type::spread, "attribute:ecs.availability-zone"},
          {PlacementStrategy::Type::spread, "instanceId"}};
}

std::string_view failure_reason(Misfit misfit) {
  switch (misfit) {
    case Misfit::inactive:
      return "INACTIVE";
    case Misfit::agent:
      return "AGENT";
    case Misfit::cpu:
      return "RESOURCE:CPU";
    case Misfit::memory:
      return "RESOURCE:MEMORY";
    case Misfit::ports:
      return "RESOURCE:PORTS";
    case Misfit::network_interfaces:
      return "RESOURCE:ENI";
    case Misfit::attribute:
      return "ATTRIBUTE";
    case Misfit::member_of:
      return "MemberOf placement constraint unsatisfied";
    case Misfit::distinct_instance:
      break;
  }
  // The developer guide has no reason of its own for it; the words follow memberOf's.
  return "DistinctInstance placement constraint unsatisfied";
}

std::string closest_instance_text(Misfit misfit, const ContainerInstance& closest) {
  const auto text = [&closest](std::string_view what) {
    return fmt::format("The closest matching container-instance {} {}", closest.id, what);
  };
  switch (misfit) {
    case Misfit::cpu:
      return text("has insufficient CPU units available.");
    case Misfit::memory:
      return text("has insufficient memory available.");
    case Misfit::ports:
      return text("is already using a port required by your task.");
    case Misfit::attribute:
      return text("is missing an attribute required by your task.");
    default:
      return text(fmt::format("encountered error \"{}\".", failure_reason(misfit)));
  }
}

std::optional<Misfit> misfit(const PlacementNeeds& needs, const ContainerInstance& instance) {
  const Reservation& wanted = needs.reservation;
  if (instance.status != ContainerInstanceStatus::active) return Misfit::inactive;
  if (!instance.agent_connected) return Misfit::agent;
  if (wanted.cpu > instance.remaining_cpu()) return Misfit::cpu;
  if (wanted.memory > instance.remaining_memory()) return Misfit::memory;
  if (overlap(wanted.tcp_ports, instance.tcp_ports)) return Misfit::ports;
  if (!wanted.tcp_ports.empty() &&
      instance.tcp_ports.size() + wanted.tcp_ports.size() > reserved_ports_max) {
    return Misfit::ports;
  }
  const auto& most = instance.network_interfaces_max;
  if (most && instance.network_interfaces + wanted.network_interfaces > *most) {
    return Misfit::network_interfaces;
  }
  if (!std::all_of(needs.attributes.begin(), needs.attributes.end(),
                   [&](const std::string& name) { return instance.attribute(name); })) {
    return Misfit::attribute;
  }
  const bool member =
      std::all_of(needs.member_of.begin(), needs.member_of.end(),
                  [&](const QueryExpression& expression) { return expression.matches(instance); });
  if (!member) return Misfit::member_of;
  if (needs.distinct_instance && instance.tasks_of(needs.group) > 0) {
    return Misfit::distinct_instance;
  }
  return std::nullopt;
}

PlacementChoice choose_instance(const PlacementNeeds& needs,
                                std::span<const ContainerInstance* const> instances,
                                Random& random) {
  std::vector<Option> options;
  std::vector<std::size_t> fitting;
  options.reserve(instances.size());
  for (std::size_t i = 0; i < instances.size(); ++i) {
    options.push_back({instances[i], instances[i]->tasks_of(needs.group)});
    if (!misfit(needs, *instances[i])) fitting.push_back(i);
  }
  if (fitting.empty()) return no_fit(needs, instances);
  PlacementChoice choice;
  choice.instance = choose(std::move(fitting), options, needs.strategies, Direction::in, random);
  return choice;
}

std::vector<std::size_t> scale_in_order(std::span<const ContainerInstance* const> places,
                                        const std::vector<PlacementStrategy>& strategies,
                                        Random& random) {
  std::vector<Option> options;
  std::vector<std::deque<std::size_t>> tasks;  // By option: its tasks in their order.
  std::map<const ContainerInstance*, std::size_t> known;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto [found, added] = known.try_emplace(places[i], options.size());
    if (added) {
      options.push_back({places[i], 0});
      tasks.emplace_back();
    }
    ++options[found->second].tasks;
    tasks[found->second].push_back(i);
  }
  std::vector<std::size_t> order;
  while (order.size() < places.size()) {
    std::vector<std::size_t> left;
    for (std::size_t i = 0; i < options.size(); ++i) {
      if (options[i].tasks > 0) left.push_back(i);
    }
    const std::size_t next = choose(std::move(left), options, strategies, Direction::out, random);
    order.push_back(tasks[next].front());
    tasks[next].pop_front();
    --options[next].tasks;
  }
  return order;
}

}  // namespace cutover::containers

#include "containers/placement_json.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string>

namespace cutover::containers {

namespace {

using nlohmann::json;

constexpr std::size_t constraints_max = 10;
constexpr std::size_t strategies_max = 5;
constexpr std::size_t expression_length_max = 2000;
constexpr std::string_view attribute_prefix = "attribute:";

/// Calls `read(entry)` for each object of the optional list `key`.
template <class Read>
void read_objects(JsonReader& reader, std::string_view key, std::size_t most, Read read) {
  const json* list = reader.array(key);
  if (!list) return;
  if (list->size() > most) {
    reader.fail(key, fmt::format("found {} entries; allowed are at most {}", list->size(), most));
  }
  for (std::size_t i = 0; i < list->size() && reader.ok(); ++i) {
    JsonReader entry((*list)[i], fmt::format("{}/{}", reader.pointer_to(key), i));
    read(entry);
    if (const auto end = entry.finish(); !end) reader.fail(end.error());
  }
}

PlacementConstraint read_constraint(JsonReader& entry) {
  constexpr std::array<std::string_view, 2> types{"distinctInstance", "memberOf"};
  PlacementConstraint constraint;
  const bool member_of = entry.one_of("type", types) == types[1];
  constraint.expression = entry.optional_string("expression").value_or(std::string{});
  if (member_of) constraint.type = PlacementConstraint::Type::member_of;
  if (member_of && constraint.expression.empty()) {
    entry.fail("expression", "found none; memberOf requires one");
  } else if (!member_of && !constraint.expression.empty()) {
    entry.fail("expression", "distinctInstance takes none; leave it out");
  } else if (constraint.expression.size() > expression_length_max) {
    entry.fail("expression", fmt::format("found {} characters; allowed are at most {}",
                                         constraint.expression.size(), expression_length_max));
  }
  return constraint;
}

/// The strategy's field as it is kept: "host" is "instanceId", cpu and memory are lower case.
std::string read_field(JsonReader& entry, PlacementStrategy::Type type) {
  std::string field = entry.optional_string("field").value_or(std::string{});
  if (type == PlacementStrategy::Type::random) {
    if (!field.empty()) entry.fail("field", "random takes none; leave it out");
    return {};
  }
  if (type == PlacementStrategy::Type::binpack) {
    if (field == "cpu" || field == "CPU") return "cpu";
    if (field == "memory" || field == "MEMORY") return "memory";
    entry.fail("field",
               fmt::format("found {}; binpack takes cpu or memory", describe(json(field))));
    return {};
  }
  if (field == "host" || field == "instanceId") return "instanceId";
  if (field.starts_with(attribute_prefix) && field.size() > attribute_prefix.size()) return field;
  entry.fail("field", fmt::format("found {}; spread takes instanceId, host or attribute:<name>",
                                  describe(json(field))));
  return {};
}

PlacementStrategy read_strategy(JsonReader& entry) {
  constexpr std::array<std::string_view, 3> types{"random", "spread", "binpack"};
  PlacementStrategy strategy;
  const std::string type = entry.one_of("type", types);
  if (type == types[1]) strategy.type = PlacementStrategy::Type::spread;
  if (type == types[2]) strategy.type = PlacementStrategy::Type::binpack;
  strategy.field = read_field(entry, strategy.type);
  return strategy;
}

}  // namespace

std::string_view to_string(PlacementConstraint::Type type) {
  return type == PlacementConstraint::Type::member_of ? "memberOf" : "distinctInstance";
}

std::string_view to_string(PlacementStrategy::Type type) {
  switch (type) {
    case PlacementStrategy::Type::random:
      return "random";
    case PlacementStrategy::Type::spread:
      return "spread";
    case PlacementStrategy::Type::binpack:
      break;
  }
  return "binpack";
}

std::vector<PlacementConstraint> read_placement_constraints(JsonReader& reader,
                                                            std::string_view key) {
  std::vector<PlacementConstraint> constraints;
  read_objects(reader, key, constraints_max,
               [&](JsonReader& entry) { constraints.push_back(read_constraint(entry)); });
  return constraints;
}

std::vector<PlacementStrategy> read_placement_strategies(JsonReader& reader, std::string_view key) {
  std::vector<PlacementStrategy> strategies;
  read_objects(reader, key, strategies_max,
               [&](JsonReader& entry) { strategies.push_back(read_strategy(entry)); });
  return strategies;
}

json to_json(const std::vector<PlacementConstraint>& constraints) {
  json list = json::array();
  for (const PlacementConstraint& each : constraints) {
    json entry{{"type", to_string(each.type)}};
    if (!each.expression.empty()) entry["expression"] = each.expression;
    list.push_back(std::move(entry));
  }
  return list;
}

json to_json(const std::vector<PlacementStrategy>& strategies) {
  json list = json::array();
  for (const PlacementStrategy& each : strategies) {
    json entry{{"type", to_string(each.type)}};
    if (!each.field.empty()) entry["field"] = each.field;
    list.push_back(std::move(entry));
  }
  return list;
}

}  // namespace cutover::containers

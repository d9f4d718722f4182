#include "containers/placement_json.hpp"

#include <gtest/gtest.h>

namespace cutover::containers {
namespace {

using nlohmann::json;

Result<json> constraints(const json& list) {
  const json document{{"placementConstraints", list}};
  JsonReader reader(document, "/Services/0");
  const auto read = read_placement_constraints(reader, "placementConstraints");
  if (const auto end = reader.finish(); !end) return end.error();
  return to_json(read);
}

Result<json> strategies(const json& list) {
  const json document{{"placementStrategy", list}};
  JsonReader reader(document, "");
  const auto read = read_placement_strategies(reader, "placementStrategy");
  if (const auto end = reader.finish(); !end) return end.error();
  return to_json(read);
}

TEST(PlacementJson, ReadsAndWritesConstraints) {
  const json list = json::parse(R"([{"type": "distinctInstance"},
      {"type": "memberOf", "expression": "attribute:ecs.instance-type =~ t3.*"}])");
  EXPECT_EQ(*constraints(list), list);
}

TEST(PlacementJson, ReadsStrategiesInTheirCanonicalSpelling) {
  const json list = json::parse(R"([{"type": "spread", "field": "host"}, {"type": "random"},
      {"type": "spread", "field": "attribute:ecs.availability-zone"},
      {"type": "binpack", "field": "MEMORY"}])");
  EXPECT_EQ(*strategies(list), json::parse(R"([{"type": "spread", "field": "instanceId"},
      {"type": "random"}, {"type": "spread", "field": "attribute:ecs.availability-zone"},
      {"type": "binpack", "field": "memory"}])"));
}

TEST(PlacementJson, NamesWhatIsWrongAndWhere) {
  EXPECT_EQ(constraints(json::parse(R"([{"type": "memberOf"}])")).error().where,
            "/Services/0/placementConstraints/0/expression");
  EXPECT_EQ(constraints(json::parse(R"([{"type": "distinctInstance", "expression": "x"}])"))
                .error()
                .message,
            "distinctInstance takes none; leave it out");
  EXPECT_EQ(strategies(json::parse(R"([{"type": "binpack", "field": "disk"}])")).error().where,
            "/placementStrategy/0/field");
  EXPECT_EQ(strategies(json::array({1, 2, 3, 4, 5, 6})).error().message,
            "found 6 entries; allowed are at most 5");
}

}  // namespace
}  // namespace cutover::containers

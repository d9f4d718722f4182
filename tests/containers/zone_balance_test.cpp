// Tasks balanced over availability zones: which move is next, and services that make such moves.

#include "containers/zone_balance.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/containers/fake_world.hpp"

namespace cutover::containers {
namespace {

using ::testing::HasSubstr;
using testing::World;
using namespace std::chrono_literals;

/// "a3 b1+ c2-2": three tasks in a; one in b, which is open; two in c, both held. Lower-case names
/// are of open zones, upper-case ones of zones that are not.
std::vector<ZoneTasks> zones(const std::string& text) {
  std::vector<ZoneTasks> all;
  for (std::size_t i = 0; i + 1 < text.size(); i += 3) {
    const char name = text[i];
    ZoneTasks zone;
    zone.zone = std::string(1, static_cast<char>(name | 0x20));
    zone.open = (name & 0x20) != 0;
    zone.tasks = static_cast<std::uint32_t>(text[i + 1] - '0');
    if (i + 2 < text.size() && text[i + 2] == '!') zone.held = zone.tasks;
    all.push_back(zone);
  }
  return all;
}

std::string render(const std::optional<ZoneMove>& move) {
  if (!move) return "";
  std::string text = move->from + " ->";
  for (const std::string& zone : move->to) text += " " + zone;
  return text;
}

TEST(ZoneMove, GoesFromTheFullestZoneToTheEmptiestThatIsOpen) {
  struct Row {
    std::string zones;  ///< Upper case: not open. '!' after a number: all of them are held.
    std::string move;
  };
  for (const Row& row : {
           Row{"", ""},
           Row{"a5", ""},
           Row{"a0 b0", ""},
           Row{"a1 b0", ""},
           Row{"a2 b2", ""},
           Row{"a3 b2", ""},
           Row{"a3 b1", "a -> b"},
           Row{"a2 b0", "a -> b"},
           Row{"a1 b3", "b -> a"},
           Row{"a3 b1 c1", "a -> b c"},
           Row{"a2 b2 c1", ""},
           Row{"a2 b2 c0", "a -> c"},
           Row{"a5 b2 c0", "a -> c b"},
           Row{"a4 b3 c1", "a -> c"},
           Row{"a4 B0", ""},
           Row{"a4 B0 c1", "a -> c"},
           Row{"A4 b1", "A"},
           Row{"a4!b1", ""},
           Row{"a4!b1 c3", "c -> b"},
           Row{"a4!b2 c3", ""},
       }) {
    SCOPED_TRACE(row.zones);
    const std::string expected = row.move == "A" ? "a -> b" : row.move;
    EXPECT_EQ(render(next_zone_move(zones(row.zones))), expected);
  }
}

TEST(ZoneMove, IsToldInTheWordsOfEvents) {
  EXPECT_EQ(in_zones(zones("a2 b1")), "2 tasks in a, 1 tasks in b");
}

/// Room for so many tasks of 256 MiB in that zone.
ContainerInstanceGroup instance(const std::string& zone, std::uint32_t tasks) {
  ContainerInstanceGroup group;
  group.spec.memory = 256 * tasks;
  group.spec.availability_zone = zone;
  return group;
}

std::map<std::string, std::uint32_t> running_by_zone(const World& world) {
  std::map<std::string, std::uint32_t> zones;
  for (const auto& task : world.tasks("api", TaskStatus::running)) ++zones[task.availability_zone];
  return zones;
}

using Zones = std::map<std::string, std::uint32_t>;

std::size_t count_events(const World& world, const std::string& part) {
  const auto events = world.events("api");
  return static_cast<std::size_t>(
      std::count_if(events.begin(), events.end(),
                    [&](const std::string& each) { return each.find(part) != std::string::npos; }));
}

TEST(Rebalancing, MovesOneTaskAtATimeToAZoneThatHasComeBack) {
  World world(1, {instance("a", 8)});
  for (auto& [name, group] : world.registry.groups) group.deregistration_delay = 10s;
  world.run_service(world.spec("api", 4));
  ASSERT_EQ(running_by_zone(world), (Zones{{"a", 4}}));
  const std::size_t before = world.events("api").size();
  std::uint32_t fewest = 4;
  std::uint32_t most = 0;
  world.after_each_moment = [&] {
    const auto service = world.service("api");
    fewest = std::min(fewest, world.registry.count("api", TargetStatus::healthy));
    most = std::max(most, service.running_count + service.pending_count);
  };
  ASSERT_TRUE(world.cluster.register_container_instance(instance("b", 8).spec));
  world.advance(3min);
  EXPECT_EQ(running_by_zone(world), (Zones{{"a", 2}, {"b", 2}}));
  EXPECT_EQ(fewest, 4U) << "none goes before another one is healthy";
  EXPECT_EQ(most, 5U) << "one at a time";
  const auto events = world.events("api");
  const std::vector<std::string> since(events.begin() + static_cast<std::ptrdiff_t>(before),
                                       events.end());
  const std::vector<std::string> once{
      "registered 1 targets in (target-group api)",
      "(service api, taskSet *) has begun draining connections on 1 tasks.",
      "deregistered 1 targets in (target-group api)",
      "has stopped 1 running tasks in a due to AZ rebalancing: (task *).",
      "has reached a steady state."};
  std::vector<std::string> expected{
      "is not AZ balanced with 4 tasks in a, 0 tasks in b. AZ Rebalancing in progress."};
  for (int i = 0; i < 2; ++i) {
    expected.push_back("has started 1 tasks in b to AZ Rebalance: (task *).");
    expected.insert(expected.end(), once.begin(), once.end());
  }
  expected.push_back("is AZ balanced with 2 tasks in a, 2 tasks in b.");
  EXPECT_EQ(since, expected);
}

TEST(Rebalancing, IsNotForServicesThatDoWithoutIt) {
  World world(1, {instance("a", 8)});
  ServiceSpec spec = world.spec("api", 4);
  spec.availability_zone_rebalancing = false;
  world.run_service(spec);
  ASSERT_TRUE(world.cluster.register_container_instance(instance("b", 8).spec));
  world.advance(10min);
  EXPECT_EQ(running_by_zone(world), (Zones{{"a", 4}}));
  ServiceUpdate update;
  update.availability_zone_rebalancing = true;
  ASSERT_TRUE(world.cluster.update_service("api", update));
  world.advance(30min);
  EXPECT_EQ(running_by_zone(world), (Zones{{"a", 2}, {"b", 2}})) << "from now on";
}

TEST(Rebalancing, WaitsForRoomWithoutStartingAndStoppingTasks) {
  World world(1, {instance("a", 8), instance("b", 1)});
  for (auto& [name, group] : world.registry.groups) group.deregistration_delay = 0s;
  world.run_service(world.spec("api", 4));
  world.advance(1h);
  EXPECT_EQ(running_by_zone(world), (Zones{{"a", 3}, {"b", 1}}));
  EXPECT_EQ(count_events(world,
                         "is unable to place a task in b because no container instance met "
                         "all of its requirements."),
            1U);
  EXPECT_EQ(world.runtime.launches.size(), 4U);
  ASSERT_TRUE(world.cluster.register_container_instance(instance("b", 1).spec));
  world.advance(1min);
  EXPECT_EQ(running_by_zone(world), (Zones{{"a", 2}, {"b", 2}}));
}

TEST(Rebalancing, TakesTheRoomThatAnotherServiceLeaves) {
  World world(1, {instance("a", 8), instance("b", 2)});
  for (auto& [name, group] : world.registry.groups) group.deregistration_delay = 0s;
  world.run_service(world.spec("users", 2));
  world.run_service(world.spec("api", 5));
  world.advance(1min);
  ASSERT_EQ(running_by_zone(world), (Zones{{"a", 4}, {"b", 1}}));
  world.set_desired("users", 0);
  world.advance(1min);
  EXPECT_EQ(running_by_zone(world), (Zones{{"a", 3}, {"b", 2}}));
}

TEST(Rebalancing, GivesUpForAWhileWhenTheTaskThatArrivesFails) {
  World world(1, {instance("a", 8)});
  world.run_service(world.spec("api", 4));
  world.runtime.apps["api"].fails_to_start = true;
  ASSERT_TRUE(world.cluster.register_container_instance(instance("b", 8).spec));
  world.advance(1min);
  EXPECT_EQ(world.runtime.launches.size(), 5U);
  EXPECT_EQ(count_events(world, "stopped AZ Rebalancing."), 1U);
  EXPECT_EQ(running_by_zone(world), (Zones{{"a", 4}}));
  world.runtime.apps["api"].fails_to_start = false;
  world.advance(20min);
  EXPECT_EQ(running_by_zone(world), (Zones{{"a", 2}, {"b", 2}})) << "tried again";
}

TEST(Rebalancing, LeavesProtectedTasksWhereTheyAre) {
  World world(1, {instance("a", 8)});
  world.run_service(world.spec("api", 4));
  std::vector<std::string> ids;
  for (const auto& task : world.cluster.tasks("api")) ids.push_back(task.id);
  ASSERT_TRUE(world.cluster.update_task_protection(ids, true, 60min));
  ASSERT_TRUE(world.cluster.register_container_instance(instance("b", 8).spec));
  world.advance(30min);
  EXPECT_EQ(world.runtime.launches.size(), 4U);
  ASSERT_TRUE(world.cluster.update_task_protection(ids, false, std::nullopt));
  world.advance(30min);
  EXPECT_EQ(running_by_zone(world), (Zones{{"a", 2}, {"b", 2}}));
}

TEST(Rebalancing, MakesWayForADeployment) {
  World world(1, {instance("a", 16)});
  for (auto& [name, group] : world.registry.groups) group.deregistration_delay = 5s;
  world.run_service(world.spec("api", 4));
  ASSERT_TRUE(world.cluster.register_container_instance(instance("b", 16).spec));
  world.advance(1s);
  ASSERT_EQ(world.runtime.launches.size(), 5U) << "the first one moves";
  world.define("api");
  world.deploy("api", "api:2");
  world.advance(2min);
  const auto service = world.service("api");
  EXPECT_EQ(service.deployments.size(), 1U);
  EXPECT_EQ(service.running_count, 4U);
  EXPECT_EQ(running_by_zone(world), (Zones{{"a", 2}, {"b", 2}}));
}

TEST(Rebalancing, IsRefusedBesideWhatDoesNotGoTogetherWithIt) {
  World world;
  world.define("api");
  const ServiceSpec good = world.spec("api", 1);
  ServiceSpec daemon = good;
  daemon.scheduling = SchedulingStrategy::daemon;
  daemon.deployment.maximum_percent = 100;
  ServiceSpec tight = good;
  tight.deployment.maximum_percent = 100;
  ServiceSpec packed = good;
  packed.placement_strategy = {{PlacementStrategy::Type::binpack, "memory"}};
  ServiceSpec bound = good;
  bound.placement_constraints = {
      {PlacementConstraint::Type::member_of, "attribute:ecs.availability-zone == us-east-1a"}};
  for (const ServiceSpec* spec : {&daemon, &tight, &packed, &bound}) {
    const auto created = world.cluster.create_service(*spec);
    ASSERT_FALSE(created);
    EXPECT_EQ(created.error().code, "InvalidParameterException");
    EXPECT_EQ(created.error().where, "/availabilityZoneRebalancing");
    EXPECT_THAT(created.error().message, HasSubstr("Availability Zone Rebalancing does not"));
  }
  ServiceSpec by_zone = good;
  by_zone.placement_strategy = {
      {PlacementStrategy::Type::spread, "attribute:ecs.availability-zone"},
      {PlacementStrategy::Type::binpack, "memory"}};
  ASSERT_TRUE(world.cluster.create_service(by_zone));
  ServiceUpdate update;
  update.deployment.maximum_percent = 100;
  EXPECT_FALSE(world.cluster.update_service("api", update));
  update.availability_zone_rebalancing = false;
  EXPECT_TRUE(world.cluster.update_service("api", update));
}

}  // namespace
}  // namespace cutover::containers

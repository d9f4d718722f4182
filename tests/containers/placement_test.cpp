// Where tasks go and which go first, by tables: what has room, constraints, strategies.

#include "containers/placement.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <set>

namespace cutover::containers {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

constexpr std::string_view group = "service:api";

/// An instance of 1024 CPU units and 1000 MiB. `tasks` of the group hold nothing.
ContainerInstance instance(const std::string& id, const std::string& zone,
                           std::uint32_t tasks = 0) {
  ContainerInstance made;
  made.id = id;
  made.cpu = 1024;
  made.memory = 1000;
  made.tcp_ports = {22};
  made.attributes = {{"ecs.availability-zone", zone}};
  for (std::uint32_t i = 0; i < tasks; ++i) made.take({}, std::string(group));
  return made;
}

PlacementNeeds needs(std::uint64_t cpu, std::uint64_t memory) {
  PlacementNeeds made;
  made.reservation.cpu = cpu;
  made.reservation.memory = memory;
  made.group = group;
  made.strategies = default_strategies();
  return made;
}

std::string render(const PlacementChoice& choice, const std::vector<ContainerInstance>& instances) {
  if (choice.instance) return instances[*choice.instance].id;
  std::string text;
  for (const Misfit each : choice.misfits) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ", failure_reason(each));
  }
  if (instances.empty()) return "none";
  return fmt::format("{}; closest {}", text, instances[choice.closest].id);
}

std::string place(const PlacementNeeds& wanted, const std::vector<ContainerInstance>& instances,
                  std::uint64_t seed = 1) {
  std::vector<const ContainerInstance*> pointers;
  for (const ContainerInstance& each : instances) pointers.push_back(&each);
  Random random(seed);
  return render(choose_instance(wanted, pointers, random), instances);
}

struct Case {
  const char* name;
  std::function<void(PlacementNeeds&)> needs;
  std::function<void(std::vector<ContainerInstance>&)> instances;
  const char* expected;
};

void PrintTo(const Case& each, std::ostream* out) { *out << each.name; }

/// A task of 256 units and 100 MiB; instances i0 and i2 in zone a, i1 in zone b, all empty.
class PlacementTable : public ::testing::TestWithParam<Case> {};

TEST_P(PlacementTable, ChoosesOrSaysWhyNot) {
  std::vector<ContainerInstance> instances{instance("i0", "a"), instance("i1", "b"),
                                           instance("i2", "a")};
  PlacementNeeds wanted = needs(256, 100);
  if (GetParam().needs) GetParam().needs(wanted);
  if (GetParam().instances) GetParam().instances(instances);
  EXPECT_EQ(place(wanted, instances), GetParam().expected);
}

using Instances = std::vector<ContainerInstance>;
using Type = PlacementStrategy::Type;

void use(ContainerInstance& instance, std::uint64_t cpu, std::uint64_t memory) {
  instance.take({cpu, memory, {}, 0}, "family:other");
}

void use_all(Instances& instances, std::uint64_t cpu, std::uint64_t memory) {
  for (ContainerInstance& each : instances) use(each, cpu, memory);
}

void constrain(PlacementNeeds& wanted, const std::string& expression) {
  ASSERT_TRUE(add_constraints(wanted, {{PlacementConstraint::Type::member_of, expression}}));
}

INSTANTIATE_TEST_SUITE_P(
    Room, PlacementTable,
    ::testing::Values(
        Case{"no instance", {}, [](Instances& all) { all.clear(); }, "none"},
        Case{"the last one with room",
             {},
             [](Instances& all) {
               use(all[0], 1000, 0);
               use(all[1], 0, 950);
             },
             "i2"},
        Case{"room to the last unit",
             [](PlacementNeeds& wanted) {
               wanted.reservation = {1024, 1000, {}, 0};
             },
             [](Instances& all) {
               use(all[0], 1, 0);
               use(all[1], 0, 1);
             },
             "i2"},
        Case{"no CPU",
             {},
             [](Instances& all) { use_all(all, 1000, 0); },
             "RESOURCE:CPU, RESOURCE:CPU, RESOURCE:CPU; closest i0"},
        Case{"no memory comes closer than no CPU",
             {},
             [](Instances& all) {
               use_all(all, 1000, 0);
               all[1] = instance("i1", "b");
               use(all[1], 0, 901);
             },
             "RESOURCE:CPU, RESOURCE:MEMORY, RESOURCE:CPU; closest i1"},
        Case{"a port of the agent",
             [](PlacementNeeds& wanted) { wanted.reservation.tcp_ports = {22}; },
             {},
             "RESOURCE:PORTS, RESOURCE:PORTS, RESOURCE:PORTS; closest i0"},
        Case{"a port that is free on one",
             [](PlacementNeeds& wanted) {
               wanted.reservation.tcp_ports = {80, 443};
             },
             [](Instances& all) {
               all[0].tcp_ports.insert(80);
               all[1].tcp_ports.insert(443);
             },
             "i2"},
        Case{"no port beyond the hundredth",
             [](PlacementNeeds& wanted) { wanted.reservation.tcp_ports = {1}; },
             [](Instances& all) {
               for (std::uint16_t port = 1000; port < 1099; ++port) {
                 all[0].tcp_ports.insert(port);
                 if (port > 1000) all[1].tcp_ports.insert(port);
                 all[2].tcp_ports.insert(port);
               }
             },
             "i1"},
        Case{"a capability that one has",
             [](PlacementNeeds& wanted) { wanted.attributes = {"ecs.capability.x"}; },
             [](Instances& all) { all[1].attributes["ecs.capability.x"] = ""; }, "i1"},
        Case{"a capability that none has",
             [](PlacementNeeds& wanted) { wanted.attributes = {"ecs.capability.x"}; },
             {},
             "ATTRIBUTE, ATTRIBUTE, ATTRIBUTE; closest i0"},
        Case{"no network interface",
             [](PlacementNeeds& wanted) { wanted.reservation.network_interfaces = 1; },
             [](Instances& all) {
               for (auto& each : all) {
                 each.network_interfaces_max = 2;
                 each.network_interfaces = 2;
               }
               all[1].network_interfaces = 1;
             },
             "i1"},
        Case{"no network interface anywhere",
             [](PlacementNeeds& wanted) { wanted.reservation.network_interfaces = 1; },
             [](Instances& all) {
               for (auto& each : all) each.network_interfaces_max = 0;
             },
             "RESOURCE:ENI, RESOURCE:ENI, RESOURCE:ENI; closest i0"},
        Case{"other tasks need no network interface",
             {},
             [](Instances& all) {
               for (auto& each : all) each.network_interfaces_max = 0;
               use(all[0], 1000, 0);
               use(all[2], 1000, 0);
             },
             "i1"},
        Case{"disconnected and draining ones are passed over",
             {},
             [](Instances& all) {
               all[0].agent_connected = false;
               all[1].status = ContainerInstanceStatus::draining;
             },
             "i2"},
        Case{"nothing but disconnected and inactive ones",
             {},
             [](Instances& all) {
               all[0].agent_connected = false;
               all[1].status = ContainerInstanceStatus::inactive;
               all[2].status = ContainerInstanceStatus::draining;
             },
             "AGENT, INACTIVE, INACTIVE; closest i0"}));

INSTANTIATE_TEST_SUITE_P(
    Constraints, PlacementTable,
    ::testing::Values(
        Case{"memberOf one zone",
             [](PlacementNeeds& wanted) {
               constrain(wanted, "attribute:ecs.availability-zone == b");
             },
             [](Instances& all) { all[1] = instance("i1", "b", 9); }, "i1"},
        Case{"memberOf twice",
             [](PlacementNeeds& wanted) {
               constrain(wanted, "attribute:ecs.availability-zone == a");
               constrain(wanted, "attribute:disk == ssd");
             },
             [](Instances& all) {
               all[1].attributes["disk"] = "ssd";
               all[2].attributes["disk"] = "ssd";
             },
             "i2"},
        Case{"memberOf none",
             [](PlacementNeeds& wanted) { constrain(wanted, "attribute:disk == ssd"); },
             {},
             "MemberOf placement constraint unsatisfied, MemberOf placement constraint "
             "unsatisfied, MemberOf placement constraint unsatisfied; closest i0"},
        Case{"a constraint binds although there is room elsewhere",
             [](PlacementNeeds& wanted) {
               constrain(wanted, "attribute:ecs.availability-zone == b");
             },
             [](Instances& all) { use(all[1], 1000, 0); },
             "MemberOf placement constraint unsatisfied, RESOURCE:CPU, MemberOf placement "
             "constraint unsatisfied; closest i0"},
        Case{"beside another group's tasks",
             [](PlacementNeeds& wanted) { constrain(wanted, "task:group == family:other"); },
             [](Instances& all) { use(all[2], 1, 1); }, "i2"},
        Case{"where fewest tasks are",
             [](PlacementNeeds& wanted) { constrain(wanted, "runningTasksCount < 2"); },
             [](Instances& all) {
               all[0] = instance("i0", "a", 2);
               use(all[1], 1, 1);
               use(all[1], 1, 1);
             },
             "i2"},
        Case{"distinctInstance", [](PlacementNeeds& wanted) { wanted.distinct_instance = true; },
             [](Instances& all) {
               all[0] = instance("i0", "a", 1);
               all[1] = instance("i1", "b", 1);
             },
             "i2"},
        Case{"distinctInstance minds its own group only",
             [](PlacementNeeds& wanted) { wanted.distinct_instance = true; },
             [](Instances& all) {
               use_all(all, 1, 1);
               all[0].take({}, std::string(group));
               all[2].take({}, std::string(group));
             },
             "i1"},
        Case{"distinctInstance with one on each",
             [](PlacementNeeds& wanted) { wanted.distinct_instance = true; },
             [](Instances& all) {
               for (auto& each : all) each.take({}, std::string(group));
             },
             "DistinctInstance placement constraint unsatisfied, DistinctInstance placement "
             "constraint unsatisfied, DistinctInstance placement constraint unsatisfied; closest "
             "i0"}));

INSTANTIATE_TEST_SUITE_P(
    Strategies, PlacementTable,
    ::testing::Values(
        Case{"by default the emptiest zone",
             {},
             [](Instances& all) {
               all[0] = instance("i0", "a", 1);
               all[1] = instance("i1", "b", 2);
               all[2] = instance("i2", "a", 2);
             },
             "i1"},
        Case{"by default the emptiest instance of that zone",
             {},
             [](Instances& all) {
               all[0] = instance("i0", "a", 2);
               all[1] = instance("i1", "b", 4);
               all[2] = instance("i2", "a", 1);
             },
             "i2"},
        Case{"a full zone counts, but can't be chosen",
             {},
             [](Instances& all) {
               all[0] = instance("i0", "a", 5);
               all[2] = instance("i2", "a", 3);
               use(all[1], 1000, 0);
             },
             "i2"},
        Case{"other groups' tasks do not count",
             {},
             [](Instances& all) {
               use(all[1], 1, 1);
               use(all[1], 1, 1);
               all[0] = instance("i0", "a", 1);
             },
             "i1"},
        Case{"spread over instances",
             [](PlacementNeeds& wanted) {
               wanted.strategies = {{Type::spread, "instanceId"}};
             },
             [](Instances& all) {
               all[0] = instance("i0", "a", 2);
               all[1] = instance("i1", "b", 3);
               all[2] = instance("i2", "a", 1);
             },
             "i2"},
        Case{"spread over host is the same",
             [](PlacementNeeds& wanted) {
               wanted.strategies = {{Type::spread, "host"}};
             },
             [](Instances& all) {
               all[0] = instance("i0", "a", 2);
               all[1] = instance("i1", "b", 3);
               all[2] = instance("i2", "a", 1);
             },
             "i2"},
        Case{"spread over an attribute of one's own",
             [](PlacementNeeds& wanted) {
               wanted.strategies = {{Type::spread, "attribute:rack"}};
             },
             [](Instances& all) {
               all[0] = instance("i0", "a", 1);
               all[0].attributes["rack"] = "1";
               all[1] = instance("i1", "b", 0);
               all[1].attributes["rack"] = "1";
               all[2].attributes["rack"] = "2";
             },
             "i2"},
        Case{"instances without the attribute are one value",
             [](PlacementNeeds& wanted) {
               wanted.strategies = {{Type::spread, "attribute:rack"}};
             },
             [](Instances& all) {
               all[0] = instance("i0", "a", 2);
               all[0].attributes["rack"] = "1";
               all[1] = instance("i1", "b", 3);
               all[2] = instance("i2", "a", 0);
             },
             "i0"},
        Case{"binpack memory: the fullest that fits",
             [](PlacementNeeds& wanted) {
               wanted.strategies = {{Type::binpack, "memory"}};
             },
             [](Instances& all) {
               use(all[0], 0, 950);
               use(all[1], 0, 500);
               use(all[2], 700, 400);
             },
             "i1"},
        Case{"binpack memory to the brim",
             [](PlacementNeeds& wanted) {
               wanted.strategies = {{Type::binpack, "memory"}};
             },
             [](Instances& all) {
               use(all[0], 0, 900);
               use(all[1], 0, 800);
             },
             "i0"},
        Case{"binpack cpu",
             [](PlacementNeeds& wanted) {
               wanted.strategies = {{Type::binpack, "cpu"}};
             },
             [](Instances& all) {
               use(all[0], 0, 900);
               use(all[2], 500, 0);
             },
             "i2"},
        Case{"spread, then binpack within",
             [](PlacementNeeds& wanted) {
               wanted.strategies = {{Type::spread, "attribute:ecs.availability-zone"},
                                    {Type::binpack, "memory"}};
             },
             [](Instances& all) {
               all[1] = instance("i1", "b", 1);
               use(all[1], 0, 800);
               use(all[2], 0, 100);
             },
             "i2"},
        Case{"binpack, then spread within",
             [](PlacementNeeds& wanted) {
               wanted.strategies = {{Type::binpack, "cpu"}, {Type::spread, "instanceId"}};
             },
             [](Instances& all) {
               all[0] = instance("i0", "a", 2);
               all[1] = instance("i1", "b", 1);
               use(all[0], 300, 0);
               use(all[1], 300, 0);
             },
             "i1"},
        Case{"a strategy never keeps a task from the only place",
             [](PlacementNeeds& wanted) {
               wanted.strategies = {{Type::spread, "attribute:none"}, {Type::random, ""}};
             },
             [](Instances& all) {
               all.resize(1);
               all[0] = instance("i0", "a", 50);
             },
             "i0"}));

TEST(RandomPlacement, ChoosesEveryFittingInstanceAndNoOther) {
  std::vector<ContainerInstance> instances{instance("i0", "a"), instance("i1", "b", 7),
                                           instance("i2", "a"), instance("i3", "b")};
  use(instances[2], 1000, 0);
  PlacementNeeds wanted = needs(256, 100);
  wanted.strategies = {{Type::random, ""}};
  std::set<std::string> chosen;
  for (std::uint64_t seed = 0; seed < 50; ++seed) chosen.insert(place(wanted, instances, seed));
  EXPECT_THAT(chosen, UnorderedElementsAre("i0", "i1", "i3"));
  EXPECT_EQ(place(wanted, instances, 7), place(wanted, instances, 7));
}

TEST(RandomPlacement, DecidesBetweenWhatStrategiesLeave) {
  const std::vector<ContainerInstance> instances{instance("i0", "a"), instance("i1", "b", 1),
                                                 instance("i2", "a")};
  PlacementNeeds wanted = needs(256, 100);
  wanted.strategies = {{Type::spread, "attribute:ecs.availability-zone"}};
  std::set<std::string> chosen;
  for (std::uint64_t seed = 0; seed < 50; ++seed) chosen.insert(place(wanted, instances, seed));
  EXPECT_THAT(chosen, UnorderedElementsAre("i0", "i2"));
}

TEST(Spreading, FillsZonesAndInstancesEvenly) {
  std::vector<ContainerInstance> instances{instance("i0", "a"), instance("i1", "b"),
                                           instance("i2", "a"), instance("i3", "b")};
  PlacementNeeds wanted = needs(1, 1);
  for (int i = 0; i < 10; ++i) {
    const std::string id = place(wanted, instances, static_cast<std::uint64_t>(i));
    instances[static_cast<std::size_t>(id[1] - '0')].take(wanted.reservation, wanted.group);
  }
  EXPECT_EQ(instances[0].tasks + instances[2].tasks, 5U);
  for (const ContainerInstance& each : instances) {
    EXPECT_GE(each.tasks, 2U);
    EXPECT_LE(each.tasks, 3U);
  }
}

TEST(ClosestInstance, IsToldAsServiceEventsTellIt) {
  const ContainerInstance closest = instance("0123", "a");
  const auto text = [&](Misfit why) { return closest_instance_text(why, closest); };
  EXPECT_EQ(text(Misfit::cpu),
            "The closest matching container-instance 0123 has insufficient CPU units available.");
  EXPECT_EQ(text(Misfit::memory),
            "The closest matching container-instance 0123 has insufficient memory available.");
  EXPECT_EQ(text(Misfit::ports),
            "The closest matching container-instance 0123 is already using a port required by "
            "your task.");
  EXPECT_EQ(text(Misfit::agent),
            "The closest matching container-instance 0123 encountered error \"AGENT\".");
}

/// Takes away the tasks of api on instances 0, 1, 2, … and gives the instances in that order.
std::string scale_in(const std::vector<ContainerInstance>& instances,
                     const std::vector<std::size_t>& places,
                     const std::vector<PlacementStrategy>& strategies) {
  std::vector<const ContainerInstance*> pointers;
  for (const std::size_t place : places) pointers.push_back(&instances[place]);
  Random random(1);
  std::string text;
  for (const std::size_t task : scale_in_order(pointers, strategies, random)) {
    text += instances[places[task]].id;
  }
  return text;
}

TEST(ScaleIn, TakesFromTheFullestZoneThenInstance) {
  const std::vector<ContainerInstance> instances{instance("A", "a"), instance("B", "b"),
                                                 instance("C", "a")};
  // Zone a has four tasks, three of them on A; zone b has one.
  const std::string order = scale_in(instances, {0, 0, 0, 2, 1}, default_strategies());
  EXPECT_EQ(order.substr(0, 2), "AA");
  EXPECT_EQ(order.size(), 5U);
}

TEST(ScaleIn, FromAPackedClusterEmptiesTheEmptiestInstance) {
  std::vector<ContainerInstance> instances{instance("A", "a"), instance("B", "b")};
  use(instances[0], 0, 700);
  use(instances[1], 0, 300);
  EXPECT_EQ(scale_in(instances, {0, 0, 1, 1}, {{Type::binpack, "memory"}}), "BBAA");
  use(instances[1], 900, 0);
  EXPECT_EQ(scale_in(instances, {0, 0, 1, 1}, {{Type::binpack, "cpu"}}), "AABB");
}

TEST(ScaleIn, OnOneInstanceKeepsTheOrderGiven) {
  const std::vector<ContainerInstance> instances{instance("A", "a")};
  const std::vector<const ContainerInstance*> places(4, &instances[0]);
  Random random(1);
  EXPECT_THAT(scale_in_order(places, default_strategies(), random), ElementsAre(0, 1, 2, 3));
}

TEST(ScaleIn, ByChanceNamesEveryTaskOnce) {
  const std::vector<ContainerInstance> instances{instance("A", "a"), instance("B", "b")};
  const std::string order = scale_in(instances, {0, 1, 0, 1, 0}, {{Type::random, ""}});
  EXPECT_EQ(std::count(order.begin(), order.end(), 'A'), 3);
  EXPECT_EQ(std::count(order.begin(), order.end(), 'B'), 2);
}

TEST(Reservations, AreTheTasksOwnSizesOrTheSumOfItsContainers) {
  TaskDefinition definition;
  definition.containers.resize(3);
  definition.containers[0].cpu = 100;
  definition.containers[0].memory = 300;
  definition.containers[1].cpu = 28;
  definition.containers[1].memory = 500;
  definition.containers[1].memory_reservation = 200;
  definition.containers[0].port_mappings = {{3000, 80}};
  definition.containers[1].port_mappings = {{3001, 0}};
  EXPECT_EQ(reservation(definition), (Reservation{128, 500, {80}, 0}));
  definition.cpu = 512;
  definition.memory = 1024;
  EXPECT_EQ(reservation(definition), (Reservation{512, 1024, {80}, 0}));
  definition.network_mode = NetworkMode::awsvpc;
  EXPECT_EQ(reservation(definition), (Reservation{512, 1024, {}, 1}));
}

TEST(Reservations, AreGivenBackWhole) {
  ContainerInstance one = instance("i0", "a");
  const Reservation taken{100, 200, {80}, 1};
  one.take(taken, "service:api");
  EXPECT_EQ(one.remaining_cpu(), 924U);
  EXPECT_EQ(one.remaining_memory(), 800U);
  EXPECT_THAT(one.tcp_ports, ElementsAre(22, 80));
  EXPECT_EQ(one.tasks_of("service:api"), 1U);
  one.give_back(taken, "service:api");
  EXPECT_EQ(one.remaining_cpu(), 1024U);
  EXPECT_EQ(one.remaining_memory(), 1000U);
  EXPECT_THAT(one.tcp_ports, ElementsAre(22));
  EXPECT_EQ(one.network_interfaces, 0U);
  EXPECT_TRUE(one.tasks_by_group.empty());
}

}  // namespace
}  // namespace cutover::containers

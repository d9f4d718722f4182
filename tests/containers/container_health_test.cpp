// Container health checks: when they run, what their results make of a container, and of its task.

#include "containers/container_health.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "containers/task_state.hpp"

namespace cutover::containers {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint start{Duration(1h)};

ContainerHealthCheck every_10s(std::uint32_t retries, std::chrono::seconds start_period) {
  ContainerHealthCheck check{{"CMD", "true"}};
  check.interval = 10s;
  check.retries = retries;
  check.start_period = start_period;
  return check;
}

TEST(ContainerHealth, TheFirstCheckRunsAfterAnInterval) {
  auto monitor = begin_health_checks(every_10s(3, 0s), start);
  EXPECT_FALSE(begin_due_check(monitor, start + 9s));
  EXPECT_TRUE(begin_due_check(monitor, start + 10s));
}

TEST(ContainerHealth, OneCheckAtATimeAndThenAnInterval) {
  const auto check = every_10s(3, 0s);
  auto monitor = begin_health_checks(check, start);
  ASSERT_TRUE(begin_due_check(monitor, start + 10s));
  EXPECT_FALSE(begin_due_check(monitor, start + 20s));
  end_check(monitor, check, true, start + 22s);
  EXPECT_EQ(monitor.next_check, start + 32s);
}

TEST(ContainerHealth, AResultThatNobodyWaitsForIsNone) {
  const auto check = every_10s(1, 0s);
  auto monitor = begin_health_checks(check, start);
  end_check(monitor, check, false, start + 1s);
  EXPECT_EQ(monitor.health, ContainerHealth::unknown);
}

/// Results of checks at 10 s, 20 s, …: "." passed, "x" failed; and the health after each: "?", "h",
/// "u".
struct Row {
  std::uint32_t retries;
  std::chrono::seconds start_period;
  std::string results;
  std::string health;
};

std::ostream& operator<<(std::ostream& out, const Row& row) {
  return out << row.results << " with " << row.retries << " retries and start period "
             << row.start_period.count();
}

class ContainerHealthTable : public ::testing::TestWithParam<Row> {};

TEST_P(ContainerHealthTable, FollowsFromTheResults) {
  const auto check = every_10s(GetParam().retries, GetParam().start_period);
  auto monitor = begin_health_checks(check, start);
  std::string health;
  TimePoint now = start;
  for (const char result : GetParam().results) {
    now += 10s;
    ASSERT_TRUE(begin_due_check(monitor, now));
    end_check(monitor, check, result == '.', now);
    health += "?hu"[static_cast<std::size_t>(monitor.health)];
  }
  EXPECT_EQ(health, GetParam().health);
}

INSTANTIATE_TEST_SUITE_P(
    All, ContainerHealthTable,
    ::testing::Values(Row{3, 0s, ".", "h"},              // one success is enough
                      Row{3, 0s, "xxx", "??u"},          // as many failures as retries
                      Row{3, 0s, ".xx.xxx", "hhhhhhu"},  // in a row
                      Row{1, 0s, "x.x", "uhu"},          // one success makes it well again
                      Row{1, 30s, "xxx", "??u"},         // failures in the start period are none
                      Row{1, 30s, ".x", "hu"},           // a success in it ends it
                      Row{2, 20s, "xxx", "??u"}));       // the check at 20 s counts

TEST(ContainerHealth, ACheckThatBeganInTheStartPeriodDoesNotCount) {
  const auto check = every_10s(1, 11s);
  auto monitor = begin_health_checks(check, start);
  ASSERT_TRUE(begin_due_check(monitor, start + 10s));
  end_check(monitor, check, false, start + 13s);
  EXPECT_EQ(monitor.health, ContainerHealth::unknown);
}

TEST(ContainerHealth, CommandsBecomePrograms) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(check_program({{"CMD", "curl", "-f", "localhost"}}),
            (Words{"curl", "-f", "localhost"}));
  EXPECT_EQ(check_program({{"CMD-SHELL", "curl -f localhost || exit 1"}}),
            (Words{"/bin/sh", "-c", "curl -f localhost || exit 1"}));
}

/// A task of essential containers with these healths ("-": no check), and one that is not
/// essential.
TaskState task_of(const std::string& essential, char other = '-') {
  auto definition = std::make_shared<TaskDefinition>();
  const std::string all = essential + other;
  for (const char each : all) {
    auto& container = definition->containers.emplace_back();
    if (each != '-') container.health_check = every_10s(1, 0s);
  }
  definition->containers.back().essential = false;
  TaskState state = new_task(definition, false);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i] == '-') continue;
    state.containers[i].health.emplace();
    if (all[i] == 'h') state.containers[i].health->health = ContainerHealth::healthy;
    if (all[i] == 'u') state.containers[i].health->health = ContainerHealth::unhealthy;
  }
  return state;
}

std::optional<ContainerHealth> health_of_task(const std::string& essential, char other = '-') {
  return task_health(task_of(essential, other));
}

TEST(ContainerHealth, ATaskIsAsWellAsItsWorstEssentialContainer) {
  EXPECT_EQ(health_of_task("hh"), ContainerHealth::healthy);
  EXPECT_EQ(health_of_task("h?"), ContainerHealth::unknown);
  EXPECT_EQ(health_of_task("?u"), ContainerHealth::unhealthy);
  EXPECT_EQ(health_of_task("h-"), ContainerHealth::healthy);
}

TEST(ContainerHealth, OneWithoutACheckLeavesTheTasksStatusUnknown) {
  EXPECT_EQ(health_status(task_of("hh")), ContainerHealth::healthy);
  EXPECT_EQ(health_status(task_of("h-")), ContainerHealth::unknown);
  EXPECT_EQ(health_status(task_of("u-")), ContainerHealth::unhealthy);
  EXPECT_EQ(health_status(task_of("-")), ContainerHealth::unknown);
  EXPECT_EQ(health_status(task_of("h", 'u')), ContainerHealth::healthy);
}

TEST(ContainerHealth, InessentialContainersDoNotCountForTheTask) {
  EXPECT_EQ(health_of_task("h", 'u'), ContainerHealth::healthy);
  EXPECT_EQ(health_of_task("-", 'u'), std::nullopt);
}

}  // namespace
}  // namespace cutover::containers

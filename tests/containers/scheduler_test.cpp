// The scheduler's rules, one plan at a time, and whole rollouts in its own made-up world.

#include "containers/scheduler.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "containers/restart_throttle.hpp"

namespace cutover::containers {
namespace {

using ::testing::ElementsAre;
using namespace std::chrono_literals;

constexpr TimePoint now{1h};

/// Of PRIMARY unless told; older deployments are in lower case: "H" healthy, "U" unhealthy,
/// "I" running without a verdict, "P" pending, "D" draining.
std::vector<ObservedTask> tasks(const std::string& text) {
  std::vector<ObservedTask> all;
  for (const char c : text) {
    ObservedTask task;
    const char kind = static_cast<char>(c & ~0x20);
    task.deployment = c == kind ? 0 : 1;
    task.status = kind == 'P'   ? TaskStatus::pending
                  : kind == 'D' ? TaskStatus::deactivating
                                : TaskStatus::running;
    if (kind == 'D') task.desired_status = DesiredStatus::stopped;
    task.created_at = now - 100s + std::chrono::seconds(all.size());
    if (kind != 'P') task.started_at = task.created_at + 1s;
    task.targets = {kind == 'H'   ? TargetStatus::healthy
                    : kind == 'U' ? TargetStatus::unhealthy
                                  : TargetStatus::initial};
    all.push_back(task);
  }
  return all;
}

/// `old_count` < 0: there is no older deployment.
ServiceGoal goal(std::uint32_t desired, std::uint32_t minimum, std::uint32_t maximum,
                 int old_count = -1) {
  ServiceGoal goal;
  goal.desired_count = desired;
  goal.minimum_healthy_percent = minimum;
  goal.maximum_percent = maximum;
  goal.behind_load_balancer = true;
  if (old_count >= 0) goal.deployments.push_back({static_cast<std::uint32_t>(old_count), {}});
  return goal;
}

/// "start 2, stop 0 1!, stuck": "old 1" for starts of the older deployment, "!" for unhealthy.
std::string render(const Plan& plan) {
  std::vector<std::string> parts;
  for (const PlannedStart& start : plan.start) {
    parts.push_back(fmt::format("start {}{}", start.deployment == 0 ? "" : "old ", start.count));
  }
  std::string stops;
  for (const PlannedStop& stop : plan.stop) {
    stops += fmt::format(" {}{}", stop.task, stop.unhealthy ? "!" : "");
  }
  if (!stops.empty()) parts.push_back("stop" + stops);
  if (plan.stuck) parts.emplace_back("stuck");
  if (plan.steady) parts.emplace_back("steady");
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string planned(const ServiceGoal& goal, const std::string& observed) {
  return render(make_plan(goal, tasks(observed), now));
}

TEST(SchedulerLimits, MinimumRoundsUpAndMaximumRoundsDown) {
  struct Row {
    std::uint32_t desired, minimum, maximum, lower, upper;
  };
  for (const Row& row :
       {Row{4, 100, 200, 4, 8}, Row{4, 50, 100, 2, 4}, Row{2, 75, 100, 2, 2},
        Row{3, 100, 125, 3, 3}, Row{1, 100, 200, 1, 2}, Row{1, 0, 100, 0, 1}, Row{1, 50, 100, 1, 1},
        Row{0, 100, 200, 0, 0}, Row{5000, 33, 133, 1650, 6650}}) {
    const ServiceGoal its = goal(row.desired, row.minimum, row.maximum);
    EXPECT_EQ(its.fewest_healthy(), row.lower) << row.desired << " at " << row.minimum;
    EXPECT_EQ(its.most_live(), row.upper) << row.desired << " at " << row.maximum;
  }
}

struct PlanRow {
  std::uint32_t desired, minimum, maximum;
  int old_count;
  std::string observed;
  std::string plan;
};

std::ostream& operator<<(std::ostream& out, const PlanRow& row) {
  return out << fmt::format("{} at {}/{} with {} old wanted, seen \"{}\"", row.desired, row.minimum,
                            row.maximum, row.old_count, row.observed);
}

class SchedulerPlan : public ::testing::TestWithParam<PlanRow> {};

TEST_P(SchedulerPlan, IsAsEcsDocumentsIt) {
  const PlanRow& row = GetParam();
  EXPECT_EQ(planned(goal(row.desired, row.minimum, row.maximum, row.old_count), row.observed),
            row.plan);
}

INSTANTIATE_TEST_SUITE_P(Scaling, SchedulerPlan,
                         ::testing::Values(PlanRow{3, 100, 200, -1, "", "start 3"},
                                           PlanRow{3, 100, 200, -1, "HH", "start 1"},
                                           PlanRow{2, 100, 200, -1, "HP", ""},
                                           PlanRow{2, 100, 200, -1, "HI", ""},
                                           PlanRow{2, 100, 200, -1, "HH", "steady"},
                                           PlanRow{2, 100, 200, -1, "HHD", ""},
                                           PlanRow{2, 100, 200, -1, "HD", "start 1"},
                                           PlanRow{0, 100, 200, -1, "", "steady"},
                                           PlanRow{0, 100, 200, -1, "HIPU", "stop 3 2 1 0"},
                                           PlanRow{1, 100, 200, -1, "HHH", "stop 2 1"},
                                           PlanRow{1, 100, 200, -1, "HPI", "stop 1 2"}));

// The table of the ECS developer guide's rolling update, first plan after the update, and then.
INSTANTIATE_TEST_SUITE_P(
    Rollout, SchedulerPlan,
    ::testing::Values(
        PlanRow{4, 100, 200, 4, "hhhh", "start 4"}, PlanRow{4, 100, 200, 4, "hhhhPPPP", ""},
        PlanRow{4, 100, 200, 4, "hhhhHIII", "stop 0"},
        PlanRow{4, 100, 200, 4, "hhhhHHHH", "stop 0 1 2 3"},
        PlanRow{4, 50, 100, 4, "hhhh", "start 2, stop 0 1"}, PlanRow{4, 50, 100, 2, "ddhhPP", ""},
        PlanRow{4, 50, 100, 2, "ddhhHH", "start 2, stop 2 3"},
        PlanRow{2, 75, 100, 2, "hh", "stuck"}, PlanRow{3, 100, 125, 3, "hhh", "stuck"},
        PlanRow{1, 100, 200, 1, "h", "start 1"}, PlanRow{1, 100, 200, 1, "hI", ""},
        PlanRow{1, 100, 200, 1, "hH", "stop 0"}, PlanRow{1, 0, 100, 1, "h", "start 1, stop 0"},
        PlanRow{1, 50, 100, 1, "h", "stuck"},
        // Scaled to 0 while it rolls: everything goes.
        PlanRow{0, 100, 200, 2, "hhPP", "stop 0 1 3 2"},
        // An old task that dies is replaced by one of its kind while it is needed …
        PlanRow{2, 100, 200, 2, "hPP", "start old 1"},
        // … and not once the new ones are healthy.
        PlanRow{2, 100, 200, 2, "hHH", "stop 0"},
        // Unhealthy old ones go first, when others do the work.
        PlanRow{2, 50, 200, 2, "uhI", "start 1, stop 0"},
        // Unfinished old deployments do not grow: what is pending beyond goes.
        PlanRow{2, 100, 200, 1, "hpp", "start 2, stop 1 2"}));

INSTANTIATE_TEST_SUITE_P(Unhealthy, SchedulerPlan,
                         ::testing::Values(PlanRow{2, 100, 200, -1, "HU", "start 1"},
                                           PlanRow{2, 100, 200, -1, "HUI", ""},
                                           PlanRow{2, 100, 200, -1, "HUH", "stop 1!"},
                                           PlanRow{2, 100, 200, -1, "HHHH", "stop 3 2"},
                                           // No room for substitutes: one at a time.
                                           PlanRow{3, 50, 100, -1, "UUU", "start 1, stop 0!"},
                                           PlanRow{3, 50, 100, -1, "UUP", ""},
                                           PlanRow{3, 50, 100, -1, "UUH", "start 1, stop 0!"},
                                           PlanRow{1, 100, 100, -1, "U", "start 1, stop 0!"},
                                           // Substitutes that fail too: the loop goes on.
                                           PlanRow{2, 100, 200, -1, "UUUU",
                                                   "start 2, stop 0! 1!"}));

TEST(Scheduler, IgnoresUnhealthyVerdictsInTheGracePeriod) {
  ServiceGoal its = goal(1, 100, 200);
  its.health_check_grace_period = 200s;
  const Plan plan = make_plan(its, tasks("U"), now);
  EXPECT_EQ(render(plan), "");
  EXPECT_EQ(plan.look_again, now - 99s + 200s);
}

TEST(Scheduler, WithoutALoadBalancerATaskIsHealthyAfter40Seconds) {
  ServiceGoal its = goal(1, 100, 200, 1);
  its.behind_load_balancer = false;
  std::vector<ObservedTask> seen = tasks("iI");
  seen[1].started_at = now - 39s;
  EXPECT_EQ(render(make_plan(its, seen, now)), "");
  EXPECT_EQ(make_plan(its, seen, now).look_again, now + 1s);
  EXPECT_EQ(render(make_plan(its, seen, now + 1s)), "stop 0");
}

TEST(Scheduler, StartsNothingBeforeTheThrottleAllowsIt) {
  ServiceGoal its = goal(2, 100, 200);
  its.deployments.front().not_before = now + 5s;
  EXPECT_EQ(planned(its, "H"), "");
  EXPECT_EQ(make_plan(its, tasks("H"), now).look_again, now + 5s);
  EXPECT_EQ(render(make_plan(its, tasks("H"), now + 5s)), "start 1");
}

TEST(Scheduler, TheOldDeploymentsCountGoesDownWithItsTasks) {
  const Plan plan = make_plan(goal(4, 50, 100, 4), tasks("hhhh"), now);
  EXPECT_THAT(plan.desired_counts, ElementsAre(4, 2));
}

TEST(Scheduler, ATaskInTwoGroupsIsHealthyOnlyInBoth) {
  std::vector<ObservedTask> seen = tasks("H");
  seen[0].targets = {TargetStatus::healthy, TargetStatus::initial};
  EXPECT_EQ(judge(seen[0], goal(1, 100, 200), now), TaskHealth::unproven);
  seen[0].targets = {TargetStatus::healthy, TargetStatus::unhealthy};
  EXPECT_EQ(judge(seen[0], goal(1, 100, 200), now), TaskHealth::unhealthy);
}

TEST(RestartThrottle, DoublesFromOneSecondUpToItsCap) {
  RestartThrottle throttle;
  EXPECT_EQ(throttle.not_before(), std::nullopt);
  std::vector<Duration> waits;
  TimePoint moment = now;
  for (int i = 0; i < 13; ++i) {
    throttle.failed_to_start(moment);
    waits.push_back(*throttle.not_before() - moment);
    moment = *throttle.not_before();
  }
  EXPECT_THAT(waits,
              ElementsAre(1s, 2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 512s, 1024s, 27min, 27min));
}

TEST(RestartThrottle, ForgetsOnceATaskRuns) {
  RestartThrottle throttle;
  throttle.failed_to_start(now);
  EXPECT_FALSE(throttle.is_impaired());
  throttle.failed_to_start(now + 2s);
  EXPECT_TRUE(throttle.is_impaired());
  throttle.reached_running();
  EXPECT_FALSE(throttle.is_impaired());
  throttle.failed_to_start(now + 5s);
  EXPECT_EQ(throttle.not_before(), now + 6s);
}

}  // namespace
}  // namespace cutover::containers

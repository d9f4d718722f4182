// The scheduler's rules, one plan at a time. Whole rollouts: cluster_rollout_test.cpp.

#include "containers/scheduler.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

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
  if (old_count >= 0) goal.deployments.push_back({1, static_cast<std::uint32_t>(old_count)});
  return goal;
}

constexpr HealthRules behind_load_balancer{true, Duration::zero()};

/// The tasks' keys are their indices.
ObservedTasks observed(const std::vector<ObservedTask>& tasks, TimePoint moment = now,
                       const HealthRules& rules = behind_load_balancer) {
  ObservedTasks all(rules);
  for (std::size_t i = 0; i < tasks.size(); ++i) all.put(i, tasks[i], moment);
  return all;
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

std::string planned(const ServiceGoal& goal, const std::string& seen) {
  return render(make_plan(goal, observed(tasks(seen)), now));
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
        // Scaled while it rolls: the limits follow at once.
        PlanRow{6, 100, 200, 4, "hhhhPPPP", "start 2"},
        PlanRow{2, 100, 200, 4, "hhhhHI", "stop 0 1 2"},
        PlanRow{2, 50, 100, 4, "hhhhPP", "stop 0 1 2"},
        // New ones that fail their checks take no old one's place.
        PlanRow{2, 100, 200, 2, "hhUU", "start 1, stop 2!"},
        PlanRow{2, 100, 200, 2, "hhHU", "start 1, stop 0"},
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
  const HealthRules rules{true, 200s};
  ObservedTasks seen = observed(tasks("U"), now, rules);
  const Plan plan = make_plan(goal(1, 100, 200), seen, now);
  EXPECT_EQ(render(plan), "");
  EXPECT_EQ(plan.look_again, now - 99s + 200s);
  seen.advance(*plan.look_again);
  EXPECT_EQ(render(make_plan(goal(1, 100, 200), seen, *plan.look_again)), "start 1");
}

TEST(Scheduler, WithoutALoadBalancerATaskIsHealthyAfter40Seconds) {
  const ServiceGoal its = goal(1, 100, 200, 1);
  std::vector<ObservedTask> two = tasks("iI");
  two[1].started_at = now - 39s;
  ObservedTasks seen = observed(two, now, {});
  EXPECT_EQ(render(make_plan(its, seen, now)), "");
  EXPECT_EQ(make_plan(its, seen, now).look_again, now + 1s);
  seen.advance(now + 1s);
  EXPECT_EQ(render(make_plan(its, seen, now + 1s)), "stop 0");
}

TEST(Scheduler, StartsNothingBeforeTheThrottleAllowsIt) {
  ServiceGoal its = goal(2, 100, 200);
  its.deployments.front().not_before = now + 5s;
  const ObservedTasks seen = observed(tasks("H"));
  EXPECT_EQ(render(make_plan(its, seen, now)), "");
  EXPECT_EQ(make_plan(its, seen, now).look_again, now + 5s);
  EXPECT_EQ(render(make_plan(its, seen, now + 5s)), "start 1");
}

TEST(Scheduler, TheOldDeploymentsCountGoesDownWithItsTasks) {
  const Plan plan = make_plan(goal(4, 50, 100, 4), observed(tasks("hhhh")), now);
  EXPECT_THAT(plan.desired_counts, ElementsAre(4, 2));
}

TEST(Scheduler, AFailedDeploymentStartsNothingAndTheOldOneStays) {
  ServiceGoal its = goal(4, 50, 100, 2);
  its.deployments.front().halted = true;
  EXPECT_EQ(planned(its, "hh"), "");
  EXPECT_EQ(planned(its, "hhH"), "");
  EXPECT_EQ(planned(its, "hhUP"), "stop 2!") << "what is unhealthy goes, without a substitute";
  EXPECT_EQ(planned(its, "h"), "start old 1") << "the old one keeps up its count";
}

struct FailedRow {
  std::uint32_t desired, minimum, maximum;
  int old_count;
  std::string observed;
  std::vector<std::size_t> leaving;
  std::string plan;
};

TEST(Scheduler, BesideAFailedDeploymentTheOldOneIsScaledAndKeptHealthy) {
  for (const FailedRow& row :
       {FailedRow{0, 100, 200, 2, "hhH", {}, "stop 2 1 0"},
        FailedRow{0, 100, 200, 2, "hhPU", {}, "stop 3 2 1 0"},
        FailedRow{1, 100, 200, 3, "hhh", {}, "stop 2 1"},
        FailedRow{2, 100, 200, 2, "hhH", {}, "stop 1"},
        // An unhealthy one waits for its substitute.
        FailedRow{2, 100, 200, 2, "hu", {}, "start old 1"},
        FailedRow{2, 100, 200, 2, "huh", {}, "stop 1!"},
        FailedRow{1, 100, 100, 1, "u", {}, "start old 1, stop 0!"},
        // Tasks leave an instance that drains.
        FailedRow{2, 100, 200, 2, "hh", {0}, "start old 1"},
        FailedRow{2, 100, 200, 2, "hhh", {0}, "stop 0"},
        FailedRow{2, 100, 200, 2, "hhH", {2}, "stop 2"}, FailedRow{2, 100, 200, 1, "hH", {1}, ""},
        // The limits are the service's, although the parts are smaller.
        FailedRow{3, 50, 150, 2, "hh", {0}, "start old 1"},
        FailedRow{3, 50, 150, 2, "hhh", {0}, "stop 0"},
        FailedRow{4, 50, 150, 2, "hhH", {0}, "start old 1, stop 0"},
        FailedRow{4, 50, 125, 4, "hhhPP", {}, ""},
        FailedRow{4, 50, 125, 4, "hhP", {}, "start old 2"}, FailedRow{4, 50, 200, 0, "HH", {0}, ""},
        FailedRow{6, 75, 100, 1, "hh", {0}, ""}}) {
    ServiceGoal its = goal(row.desired, row.minimum, row.maximum, row.old_count);
    its.deployments.front().halted = true;
    std::vector<ObservedTask> seen = tasks(row.observed);
    for (const std::size_t i : row.leaving) seen[i].instance_draining = true;
    EXPECT_EQ(render(make_plan(its, observed(seen), now)), row.plan)
        << row.observed << " with " << row.desired << " wanted";
  }
}

TEST(Scheduler, AnUnhealthyOldTaskIsReplacedByOneOfItsKind) {
  ServiceGoal its = goal(2, 100, 200, 2);
  EXPECT_EQ(planned(its, "huUU"), "start old 1, stop 1!");
  EXPECT_THAT(make_plan(its, observed(tasks("huUU")), now).desired_counts, ElementsAre(2, 2));
}

TEST(Scheduler, ADeploymentThatFailedIsRetiredWhenAnotherTakesItsPlace) {
  ServiceGoal its = goal(2, 100, 200, 1);
  its.deployments.back().halted = true;
  EXPECT_EQ(planned(its, "uH"), "start 1") << "it may still be needed";
  EXPECT_EQ(planned(its, "uHH"), "stop 0");
  EXPECT_EQ(planned(its, "p"), "start 2");
  EXPECT_EQ(planned(its, "HH"), "");
}

TEST(Scheduler, DeploymentsStandSideBySideWhileTrafficShifts) {
  ServiceGoal its = goal(2, 100, 200, 2);
  its.shifting = true;
  its.deployments.front().desired_count = 2;
  EXPECT_EQ(planned(its, "hh"), "start 2") << "the minimum and maximum pace nothing";
  EXPECT_EQ(planned(its, "hhHH"), "") << "healthy new ones end no old one";
  EXPECT_EQ(planned(its, "hHH"), "start old 1") << "each keeps up its count";
  EXPECT_EQ(planned(its, "hhHU"), "start 1");
  its.deployments.back().desired_count = 0;
  EXPECT_EQ(planned(its, "hhHH"), "stop 1 0");
}

struct LeavingRow {
  std::uint32_t desired, minimum, maximum;
  std::string observed;
  std::vector<std::size_t> leaving;
  std::string plan;
};

TEST(Scheduler, TasksLeaveAnInstanceThatDrainsWithinTheLimits) {
  for (const LeavingRow& row :
       {LeavingRow{2, 100, 200, "HH", {0}, "start 1"}, LeavingRow{2, 100, 200, "HHI", {0}, ""},
        LeavingRow{2, 100, 200, "HHH", {0}, "stop 0"},
        LeavingRow{2, 50, 100, "HH", {0}, "start 1, stop 0"},
        LeavingRow{2, 50, 100, "HH", {0, 1}, "start 1, stop 0"},
        LeavingRow{2, 100, 100, "HH", {0}, ""},
        LeavingRow{2, 0, 100, "HH", {0, 1}, "start 2, stop 0 1"},
        // What does not run yet goes at once.
        LeavingRow{2, 100, 200, "HP", {1}, "start 1, stop 1"},
        // Scaling in takes those first.
        LeavingRow{1, 100, 200, "HH", {1}, "stop 1"}}) {
    std::vector<ObservedTask> seen = tasks(row.observed);
    for (const std::size_t i : row.leaving) seen[i].instance_draining = true;
    EXPECT_EQ(render(make_plan(goal(row.desired, row.minimum, row.maximum), observed(seen), now)),
              row.plan)
        << row.observed << " at " << row.minimum << "/" << row.maximum;
  }
}

TEST(Scheduler, KeepsProtectedTasks) {
  std::vector<ObservedTask> seen = tasks("HHH");
  seen[2].is_protected = true;
  Plan plan = make_plan(goal(1, 100, 200), observed(seen), now);
  EXPECT_EQ(render(plan), "stop 1 0");
  EXPECT_EQ(plan.held_by_protection, 0U);
  plan = make_plan(goal(0, 100, 200), observed(seen), now);
  EXPECT_EQ(render(plan), "stop 1 0");
  EXPECT_EQ(plan.held_by_protection, 1U);
  // Nor does a rollout end it.
  seen = tasks("hH");
  seen[0].is_protected = true;
  plan = make_plan(goal(1, 100, 200, 1), observed(seen), now);
  EXPECT_EQ(render(plan), "");
  EXPECT_EQ(plan.held_by_protection, 1U);
  // Failed health checks do.
  seen = tasks("UH");
  seen[0].is_protected = true;
  EXPECT_EQ(render(make_plan(goal(1, 100, 200), observed(seen), now)), "stop 0!");
}

TEST(Scheduler, ScalesInWhereTheGoalSays) {
  ServiceGoal its = goal(1, 100, 200);
  its.scale_in_order = {1, 0, 2};
  EXPECT_EQ(planned(its, "HHH"), "stop 1 0");
  EXPECT_EQ(planned(its, "HHP"), "stop 2 1") << "first what is lost least";
}

struct HealthRow {
  std::string targets;  ///< By their first letters.
  std::optional<ContainerHealth> container;
  HealthRules rules;
  Duration age;
  TaskHealth health;
};

TEST(Scheduler, KeepsOneTaskMoreWhileOneMovesToAnotherZone) {
  ServiceGoal moving = goal(4, 100, 200);
  moving.moving = true;
  EXPECT_EQ(planned(moving, "HHHHP"), "");
  EXPECT_EQ(planned(moving, "HHHHH"), "");
  EXPECT_EQ(planned(moving, "HHHHHH"), "stop 5");
  EXPECT_EQ(planned(moving, "HHHH"), "steady") << "the scheduler starts none by itself";
  EXPECT_EQ(planned(moving, "HHH"), "start 1");
  moving.moving = false;
  EXPECT_EQ(planned(moving, "HHHHH"), "stop 4");
}

TEST(Scheduler, JudgesTasksByTheChecksThereAre) {
  constexpr auto unknown = ContainerHealth::unknown;
  constexpr auto well = ContainerHealth::healthy;
  constexpr auto ill = ContainerHealth::unhealthy;
  const HealthRules none{};
  const HealthRules balanced{true, 0s};
  const HealthRules patient{true, 60s};
  for (const HealthRow& row : {
           HealthRow{"", {}, none, 39s, TaskHealth::unproven},
           HealthRow{"", {}, none, 40s, TaskHealth::healthy},
           HealthRow{"", unknown, none, 100s, TaskHealth::unproven},
           HealthRow{"", well, none, 1s, TaskHealth::healthy},
           HealthRow{"", ill, none, 1s, TaskHealth::unhealthy},
           HealthRow{"h", {}, balanced, 1s, TaskHealth::healthy},
           HealthRow{"i", {}, balanced, 100s, TaskHealth::unproven},
           HealthRow{"u", {}, balanced, 1s, TaskHealth::unhealthy},
           HealthRow{"hi", {}, balanced, 100s, TaskHealth::unproven},
           HealthRow{"hu", {}, balanced, 100s, TaskHealth::unhealthy},
           HealthRow{"h", unknown, balanced, 100s, TaskHealth::unproven},
           HealthRow{"h", well, balanced, 1s, TaskHealth::healthy},
           HealthRow{"h", ill, balanced, 1s, TaskHealth::unhealthy},
           HealthRow{"i", well, balanced, 1s, TaskHealth::unproven},
           HealthRow{"u", {}, patient, 59s, TaskHealth::unproven},
           HealthRow{"u", {}, patient, 60s, TaskHealth::unhealthy},
           HealthRow{"h", ill, patient, 59s, TaskHealth::unproven},
           HealthRow{"h", ill, patient, 60s, TaskHealth::unhealthy},
       }) {
    ObservedTask task;
    task.status = TaskStatus::running;
    task.started_at = now - row.age;
    task.container_health = row.container;
    for (const char c : row.targets) {
      task.targets.push_back(c == 'h'   ? TargetStatus::healthy
                             : c == 'u' ? TargetStatus::unhealthy
                                        : TargetStatus::initial);
    }
    EXPECT_EQ(judge(task, row.rules, now), row.health)
        << '"' << row.targets << "\" after " << row.age.count() / 1'000'000'000 << " s";
  }
}

}  // namespace
}  // namespace cutover::containers

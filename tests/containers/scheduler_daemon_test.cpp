// Daemons: one task on each container instance, one plan at a time.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "containers/scheduler.hpp"

namespace cutover::containers {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint now{1h};

/// "aH bP": on instance a a healthy task of PRIMARY, on b one that is pending; lower case: of the
/// older deployment; U unhealthy, D draining.
ObservedTasks observed(const std::string& text) {
  ObservedTasks all(HealthRules{true, 0s});
  for (std::size_t i = 0; i + 1 < text.size(); i += 3) {
    const char kind = static_cast<char>(text[i + 1] & ~0x20);
    ObservedTask task;
    task.deployment = kind == text[i + 1] ? 0 : 1;
    task.container_instance = std::string(1, text[i]);
    task.status = kind == 'P' ? TaskStatus::pending : TaskStatus::running;
    if (kind == 'D') task.desired_status = DesiredStatus::stopped;
    task.created_at = now - 100s;
    if (kind != 'P') task.started_at = now - 90s;
    task.targets = {kind == 'U' ? TargetStatus::unhealthy : TargetStatus::healthy};
    all.put(i / 3, task, now);
  }
  return all;
}

std::string render(const Plan& plan) {
  std::string text;
  for (const PlannedStart& start : plan.start)
    text += fmt::format("+{} ", start.container_instance);
  for (const PlannedStop& stop : plan.stop) {
    text += fmt::format("-{}{} ", stop.task, stop.unhealthy ? "!" : "");
  }
  if (plan.stuck) text += "stuck ";
  if (plan.steady) text += "steady ";
  if (!text.empty()) text.pop_back();
  return text;
}

struct Row {
  std::string instances;
  std::uint32_t minimum;
  bool rollout;
  std::string observed;
  std::string plan;
};

TEST(Daemon, RunsOneTaskOnEachInstance) {
  for (const Row& row : {
           Row{"ab", 0, false, "", "+a +b"},
           Row{"ab", 0, false, "aH", "+b"},
           Row{"ab", 0, false, "aH bP", ""},
           Row{"ab", 0, false, "aH bH", "steady"},
           Row{"ab", 0, false, "aH bD", "+b"},
           // An instance drains or goes: its task does too.
           Row{"a", 0, false, "aH bH", "-1"},
           Row{"", 0, false, "aH", "-0"},
           Row{"", 0, false, "", "steady"},
           // A new instance gets one.
           Row{"abc", 0, false, "aH bH", "+c"},
           // Two on one instance are one too many.
           Row{"a", 0, false, "aH aH", "-1"},
           // Unhealthy ones go one at a time.
           Row{"ab", 0, false, "aU bU", "+a -0!"},
           // A rollout stops first, within the minimum, and then starts.
           Row{"ab", 0, true, "ah bh", "+a +b -0 -1"},
           Row{"ab", 50, true, "ah bh", "+a -0"},
           Row{"ab", 50, true, "aP bh", ""},
           Row{"ab", 50, true, "aH bh", "+b -1"},
           Row{"ab", 100, true, "ah bh", "stuck"},
       }) {
    ServiceGoal goal;
    goal.scheduling = SchedulingStrategy::daemon;
    goal.minimum_healthy_percent = row.minimum;
    goal.maximum_percent = 100;
    for (const char instance : row.instances) goal.instances.emplace_back(1, instance);
    if (row.rollout) goal.deployments.push_back({1, 2});
    EXPECT_EQ(render(make_plan(goal, observed(row.observed), now)), row.plan)
        << row.instances << " sees " << row.observed << " at " << row.minimum;
  }
}

TEST(Daemon, WantsAsManyTasksAsThereAreInstances) {
  ServiceGoal goal;
  goal.scheduling = SchedulingStrategy::daemon;
  goal.minimum_healthy_percent = 0;
  goal.instances = {"a", "b", "c"};
  goal.deployments.push_back({1, 3});
  const Plan plan = make_plan(goal, observed("ah bh"), now);
  EXPECT_EQ(plan.desired_counts, (std::vector<std::uint32_t>{3, 0}));
}

TEST(Daemon, ObeysTheThrottleAndStopsWhenItsDeploymentFailed) {
  ServiceGoal goal;
  goal.scheduling = SchedulingStrategy::daemon;
  goal.instances = {"a"};
  goal.deployments.front().not_before = now + 4s;
  const Plan plan = make_plan(goal, observed(""), now);
  EXPECT_EQ(render(plan), "");
  EXPECT_EQ(plan.look_again, now + 4s);
  goal.deployments.front() = {};
  goal.deployments.front().halted = true;
  EXPECT_EQ(render(make_plan(goal, observed(""), now)), "");
}

}  // namespace
}  // namespace cutover::containers

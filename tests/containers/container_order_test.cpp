// In which order a task's containers start and stop, and what becomes of it when they can't.

#include "containers/container_order.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <ostream>

namespace cutover::containers {
namespace {

using namespace task_event;
using namespace std::chrono_literals;
using Condition = ContainerDependency::Condition;

/// "app" waits for "aide" to be as the condition says.
TaskDefinition pair(Condition condition) {
  TaskDefinition definition;
  definition.containers.resize(2);
  ContainerDefinition& app = definition.containers[0];
  ContainerDefinition& aide = definition.containers[1];
  app.name = "app";
  app.depends_on = {{"aide", condition}};
  aide.name = "aide";
  aide.essential = false;
  if (condition == Condition::healthy) aide.health_check = ContainerHealthCheck{{"CMD", "true"}};
  return definition;
}

class Play {
 public:
  explicit Play(TaskDefinition definition)
      : state(new_task(std::make_shared<const TaskDefinition>(std::move(definition)), false)) {
    (*this)(Placed{});
    first = (*this)(Pulled{std::vector<std::string>(state.containers.size())});
  }

  std::string operator()(const TaskEvent& event) {
    TaskStep next = step(std::move(state), event, now);
    state = std::move(next.state);
    std::string text(to_string(state.last_status));
    for (const TaskAction& action : next.actions) {
      if (action.kind == TaskAction::Kind::start_container)
        text += " start ";
      else if (action.kind == TaskAction::Kind::terminate)
        text += " SIGTERM ";
      else if (action.kind == TaskAction::Kind::check_health)
        text += " check ";
      else
        continue;
      text += state.definition->containers[action.container].name;
    }
    return text;
  }

  TaskState state;
  TimePoint now{1h};
  std::string first;
};

const ContainerRunning app_runs{0};
const ContainerRunning aide_runs{1};
ContainerExited aide_exits(int code) { return {1, code, "", true}; }
const StopRequested quick_stop{StopCode::user_initiated, "by hand", StopRequested::Manner::signal};

TEST(ContainerOrder, StartWaitsForTheOtherToRun) {
  Play play(pair(Condition::start));
  EXPECT_EQ(play.first, "ACTIVATING start aide");
  EXPECT_EQ(play(aide_runs), "ACTIVATING start app");
  EXPECT_EQ(play(app_runs), "RUNNING");
}

TEST(ContainerOrder, CompleteWaitsForAnyEnd) {
  Play play(pair(Condition::complete));
  EXPECT_EQ(play(aide_runs), "ACTIVATING");
  EXPECT_EQ(play(aide_exits(3)), "ACTIVATING start app");
  EXPECT_EQ(play(app_runs), "RUNNING");
}

TEST(ContainerOrder, SuccessWaitsForExitCode0) {
  Play play(pair(Condition::success));
  play(aide_runs);
  EXPECT_EQ(play(aide_exits(0)), "ACTIVATING start app");
}

TEST(ContainerOrder, HealthyWaitsForAPassedCheck) {
  Play play(pair(Condition::healthy));
  EXPECT_EQ(play(aide_runs), "ACTIVATING");
  play.now += 30s;
  EXPECT_EQ(play(TimePassed{}), "ACTIVATING check aide");
  EXPECT_EQ(play(HealthChecked{1, true}), "ACTIVATING start app");
}

TEST(ContainerOrder, AnEndThatWasNoSuccessFailsTheStart) {
  Play play(pair(Condition::success));
  play(aide_runs);
  EXPECT_EQ(play(aide_exits(3)), "STOPPED");
  EXPECT_EQ(play.state.stop_code, StopCode::task_failed_to_start);
  EXPECT_EQ(play.state.stopped_reason,
            "Task failed to start: container app waits for aide to be SUCCESS, which ended with "
            "exit code 3");
  EXPECT_EQ(play.state.containers[0].exit_code, std::nullopt);
}

TEST(ContainerOrder, AContainerThatCannotStartFailsThoseThatWaitForIt) {
  Play play(pair(Condition::start));
  EXPECT_EQ(play(ContainerExited{1, 0, "CannotStartContainerError: no", false}), "STOPPED");
  EXPECT_EQ(play.state.stopped_reason,
            "Task failed to start: container app waits for aide to be START, which could not be "
            "started");
}

TEST(ContainerOrder, AnEndBeforeAnybodyKnewThatItRanStillCounts) {
  Play play(pair(Condition::complete));
  EXPECT_EQ(play(aide_exits(0)), "ACTIVATING start app");
}

TEST(ContainerOrder, StartTimeoutBoundsTheWait) {
  TaskDefinition definition = pair(Condition::complete);
  definition.containers[1].start_timeout = 10s;
  Play play(definition);
  EXPECT_EQ(next_moment(play.state), std::nullopt) << "it counts from the other's start";
  play(aide_runs);
  EXPECT_EQ(next_moment(play.state), play.now + 10s);
  play.now += 10s;
  EXPECT_EQ(play(TimePassed{}), "STOPPING SIGTERM aide");
  EXPECT_EQ(play.state.stop_code, StopCode::task_failed_to_start);
  EXPECT_EQ(play.state.stopped_reason,
            "Task failed to start: container app waited for aide to be COMPLETE and gave up after "
            "10 s");
}

TEST(ContainerOrder, WithoutAStartTimeoutTheWaitIsThreeMinutes) {
  Play play(pair(Condition::complete));
  play(aide_runs);
  EXPECT_EQ(next_moment(play.state), play.now + 3min);
}

TEST(ContainerOrder, TheWaitIsOverOnceItIsMet) {
  TaskDefinition definition = pair(Condition::complete);
  definition.containers[1].start_timeout = 10s;
  Play play(definition);
  play(aide_runs);
  play(aide_exits(0));
  EXPECT_EQ(next_moment(play.state), std::nullopt);
}

TEST(ContainerOrder, StopsInReverse) {
  Play play(pair(Condition::start));
  play(aide_runs);
  play(app_runs);
  EXPECT_EQ(play(quick_stop), "STOPPING SIGTERM app");
  play.now += 20s;
  EXPECT_EQ(play(ContainerExited{0, 0, "", true}), "STOPPING SIGTERM aide");
  EXPECT_EQ(next_moment(play.state), play.now + 30s) << "its own stop timeout begins now";
  EXPECT_EQ(play(aide_exits(0)), "STOPPED");
}

TEST(ContainerOrder, WhatWaitsIsNeverStartedByAStop) {
  Play play(pair(Condition::complete));
  play(aide_runs);
  EXPECT_EQ(play(quick_stop), "STOPPING SIGTERM aide");
  EXPECT_EQ(play(aide_exits(0)), "STOPPED");
}

TEST(ContainerOrder, ConditionsMatterAtTheStartOnly) {
  Play play(pair(Condition::start));
  play(aide_runs);
  play(app_runs);
  EXPECT_EQ(play(aide_exits(1)), "RUNNING");
}

/// A container with a restart policy of 60 s that ends after some time with some code.
struct Restart {
  Duration ran;
  int exit_code;
  bool restarted;
};

std::ostream& operator<<(std::ostream& out, const Restart& restart) {
  return out << restart.exit_code << " after " << restart.ran.count() / 1'000'000'000 << " s";
}

class RestartPolicies : public ::testing::TestWithParam<Restart> {};

TEST_P(RestartPolicies, DecideWhetherItStartsAgain) {
  TaskDefinition definition;
  definition.containers.resize(1);
  definition.containers[0].restart_policy = RestartPolicy{true, {3}, 60s};
  Play play(definition);
  play(ContainerRunning{0});
  play.now += GetParam().ran;
  const std::string status = GetParam().restarted ? "RUNNING" : "STOPPED";
  EXPECT_EQ(play(ContainerExited{0, GetParam().exit_code, "", true}), status);
  EXPECT_EQ(play(RestartDue{0}), GetParam().restarted ? "RUNNING start " : "STOPPED");
}

INSTANTIATE_TEST_SUITE_P(All, RestartPolicies,
                         ::testing::Values(Restart{60s, 1, true}, Restart{60s, 0, true},
                                           Restart{59s, 1, false}, Restart{60s, 3, false}));

TEST(RestartPolicies, ATaskThatStopsRestartsNothing) {
  TaskDefinition definition;
  definition.containers.resize(1);
  definition.containers[0].restart_policy = RestartPolicy{true, {}, 60s};
  Play play(definition);
  play(ContainerRunning{0});
  play.now += 90s;
  play(quick_stop);
  EXPECT_EQ(play(ContainerExited{0, 0, "", true}), "STOPPED");
}

TEST(RestartPolicies, AStopBeforeTheRestartPreventsIt) {
  TaskDefinition definition;
  definition.containers.resize(1);
  definition.containers[0].restart_policy = RestartPolicy{true, {}, 60s};
  Play play(definition);
  play(ContainerRunning{0});
  play.now += 90s;
  play(ContainerExited{0, 1, "", true});
  EXPECT_EQ(play(quick_stop), "STOPPED");
  EXPECT_EQ(play(RestartDue{0}), "STOPPED");
}

TEST(RestartPolicies, OneThatIsNotEnabledRestartsNothing) {
  TaskDefinition definition;
  definition.containers.resize(1);
  definition.containers[0].restart_policy = RestartPolicy{false, {}, 60s};
  Play play(definition);
  play(ContainerRunning{0});
  play.now += 90s;
  EXPECT_EQ(play(ContainerExited{0, 0, "", true}), "STOPPED");
}

}  // namespace
}  // namespace cutover::containers

// The life of a task as a pure state machine: what each event does in each state.

#include "containers/task_state.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace cutover::containers {
namespace {

using namespace task_event;
using namespace std::chrono_literals;

/// Plays events to a task and renders each step: "RUNNING: register", with the container's index
/// where there is one.
class Play {
 public:
  explicit Play(std::size_t containers = 1, bool has_targets = true, bool last_essential = true) {
    TaskDefinition definition;
    definition.containers.resize(containers);
    definition.containers.back().essential = last_essential;
    state = new_task(definition, has_targets);
  }

  std::string operator()(const TaskEvent& event) {
    constexpr std::array<std::string_view, 6> words{"start",   "register", "deregister",
                                                    "SIGTERM", "SIGKILL",  "release"};
    TaskStep next = step(std::move(state), event, now);
    state = std::move(next.state);
    std::string text(to_string(state.last_status));
    for (std::size_t i = 0; i < next.actions.size(); ++i) {
      const TaskAction& action = next.actions[i];
      text +=
          fmt::format("{} {}", i == 0 ? ":" : ",", words[static_cast<std::size_t>(action.kind)]);
      if (state.containers.size() > 1) text += fmt::format(" {}", action.container);
    }
    return text;
  }

  TaskState state;
  TimePoint now{1h};
};

const StopRequested drained_stop{StopCode::service_scheduler_initiated, "scaling", true};
const StopRequested quick_stop{StopCode::user_initiated, "by hand", false};

TEST(TaskState, WholeLife) {
  Play play;
  EXPECT_EQ(play.state.last_status, TaskStatus::provisioning);
  EXPECT_EQ(play(Placed{}), "PENDING: start");
  EXPECT_EQ(play(ContainerRunning{}), "RUNNING: register");
  EXPECT_EQ(play(drained_stop), "DEACTIVATING: deregister");
  EXPECT_EQ(play(TimePassed{}), "DEACTIVATING");
  EXPECT_EQ(play(TargetsUnused{}), "STOPPING: SIGTERM");
  EXPECT_EQ(next_kill(play.state), play.now + 30s);
  play.now += 29s;
  EXPECT_EQ(play(TimePassed{}), "STOPPING");
  play.now += 1s;
  EXPECT_EQ(play(TimePassed{}), "STOPPING: SIGKILL");
  EXPECT_EQ(play(TimePassed{}), "STOPPING") << "once is enough";
  EXPECT_EQ(play(ContainerExited{0, 137, "", true}), "STOPPED: release");
  EXPECT_EQ(play.state.stop_code, StopCode::service_scheduler_initiated);
  EXPECT_EQ(play.state.containers.front().exit_code, 137);
}

TEST(TaskState, AQuickStopDoesNotWaitForTheDrain) {
  Play play;
  play(Placed{});
  play(ContainerRunning{});
  EXPECT_EQ(play(quick_stop), "STOPPING: deregister, SIGTERM");
  EXPECT_EQ(play(TargetsUnused{}), "STOPPING");
}

TEST(TaskState, AQuickStopCutsADrainShort) {
  Play play;
  play(Placed{});
  play(ContainerRunning{});
  play(drained_stop);
  EXPECT_EQ(play(drained_stop), "DEACTIVATING");
  EXPECT_EQ(play(quick_stop), "STOPPING: SIGTERM");
  EXPECT_EQ(play.state.stopped_reason, "scaling") << "the first reason stays";
}

TEST(TaskState, APendingTaskIsStoppedWithoutADrain) {
  Play play;
  play(Placed{});
  EXPECT_EQ(play(drained_stop), "STOPPING: SIGTERM");
  EXPECT_EQ(play(ContainerRunning{}), "STOPPING") << "too late to run";
  EXPECT_EQ(play(ContainerExited{0, 143, "", true}), "STOPPED: release");
  EXPECT_EQ(play.state.started_at, std::nullopt);
}

TEST(TaskState, ATaskThatWasNeverPlacedStopsAtOnce) {
  Play play;
  EXPECT_EQ(play(drained_stop), "STOPPED: release");
  EXPECT_EQ(play(Placed{}), "STOPPED");
}

TEST(TaskState, ACrashDeregistersAfterDeath) {
  Play play;
  play(Placed{});
  play(ContainerRunning{});
  EXPECT_EQ(play(ContainerExited{0, 139, "", true}), "STOPPED: deregister, release");
  EXPECT_EQ(play.state.stop_code, StopCode::essential_container_exited);
}

TEST(TaskState, AFailedStartSaysWhy) {
  Play play;
  play(Placed{});
  EXPECT_EQ(play(ContainerExited{0, 0, "CannotStartContainerError: no", false}),
            "STOPPED: release");
  EXPECT_EQ(play.state.stop_code, StopCode::task_failed_to_start);
  EXPECT_EQ(play.state.stopped_reason, "CannotStartContainerError: no");
  EXPECT_EQ(play.state.containers.front().exit_code, std::nullopt);
}

TEST(TaskState, AContainerThatCannotBeMadeStartsNone) {
  Play play(2);
  EXPECT_EQ(play(NotStartable{1, "CannotPullContainerError: x"}), "STOPPED: release 0");
  EXPECT_EQ(play.state.containers[1].reason, "CannotPullContainerError: x");
}

TEST(TaskState, RunsOnceEveryContainerRuns) {
  Play play(2);
  EXPECT_EQ(play(Placed{}), "PENDING: start 0, start 1");
  EXPECT_EQ(play(ContainerRunning{1}), "PENDING");
  EXPECT_EQ(play(ContainerRunning{0}), "RUNNING: register 0");
}

TEST(TaskState, AnEssentialContainersEndTakesTheOthersAlong) {
  Play play(2);
  play(Placed{});
  play(ContainerRunning{0});
  play(ContainerRunning{1});
  EXPECT_EQ(play(ContainerExited{0, 1, "", true}), "STOPPING: deregister 0, SIGTERM 1");
  EXPECT_EQ(play(ContainerExited{1, 0, "", true}), "STOPPED: release 0");
}

TEST(TaskState, AnInessentialContainersEndChangesNothing) {
  Play play(2, true, false);
  play(Placed{});
  EXPECT_EQ(play(ContainerExited{1, 0, "", true}), "PENDING");
  EXPECT_EQ(play(ContainerRunning{0}), "RUNNING: register 0");
  EXPECT_EQ(play(drained_stop), "DEACTIVATING: deregister 0");
  EXPECT_EQ(play(TargetsUnused{}), "STOPPING: SIGTERM 0");
}

TEST(TaskState, ACrashWhileItDrainsEndsTheOthersAtOnce) {
  Play play(2);
  play(Placed{});
  play(ContainerRunning{0});
  play(ContainerRunning{1});
  play(drained_stop);
  EXPECT_EQ(play(ContainerExited{1, 1, "", true}), "STOPPING: SIGTERM 0");
  EXPECT_EQ(play.state.stop_code, StopCode::service_scheduler_initiated);
}

TEST(TaskState, WithoutTargetsNothingDrains) {
  Play play(1, false);
  play(Placed{});
  EXPECT_EQ(play(ContainerRunning{}), "RUNNING");
  EXPECT_EQ(play(drained_stop), "STOPPING: SIGTERM");
}

TEST(TaskState, NothingMattersToAStoppedTask) {
  Play play;
  play(Placed{});
  play(ContainerExited{0, 1, "", true});
  for (const TaskEvent& event :
       {TaskEvent(Placed{}), TaskEvent(NotStartable{}), TaskEvent(ContainerRunning{}),
        TaskEvent(ContainerExited{}), TaskEvent(drained_stop), TaskEvent(quick_stop),
        TaskEvent(TargetsUnused{}), TaskEvent(TimePassed{})}) {
    EXPECT_EQ(play(event), "STOPPED");
  }
}

}  // namespace
}  // namespace cutover::containers

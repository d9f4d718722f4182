// The life of a task as a pure state machine: what each event does in each state.

#include "containers/task_state.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <utility>

namespace cutover::containers {
namespace {

using namespace task_event;
using namespace std::chrono_literals;

TaskDefinition containers(std::size_t count) {
  TaskDefinition definition;
  for (std::size_t i = 0; i < count; ++i) {
    definition.containers.emplace_back().name = fmt::format("c{}", i);
  }
  return definition;
}

/// Plays events to a task and renders each step: "RUNNING: register", with the container's index
/// where there are several.
class Play {
 public:
  explicit Play(TaskDefinition definition = containers(1), bool has_targets = true)
      : state(
            new_task(std::make_shared<const TaskDefinition>(std::move(definition)), has_targets)) {}

  std::string operator()(const TaskEvent& event) {
    constexpr std::array<std::string_view, 11> words{"attach",  "pull",     "start",      "restart",
                                                     "check",   "register", "deregister", "SIGTERM",
                                                     "SIGKILL", "detach",   "release"};
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

  /// Every image is there.
  std::string pulled() {
    return (*this)(Pulled{std::vector<std::string>(state.containers.size())});
  }
  std::string running(std::size_t container = 0) { return (*this)(ContainerRunning{container}); }
  std::string exited(std::size_t container, int exit_code) {
    return (*this)(ContainerExited{container, exit_code, "", true});
  }
  /// Begins a task whose containers wait for nothing, up to RUNNING.
  void run() {
    (*this)(Placed{});
    pulled();
    for (std::size_t i = 0; i < state.containers.size(); ++i) running(i);
    ASSERT_EQ(state.last_status, TaskStatus::running);
  }

  TaskState state;
  TimePoint now{1h};
};

using Manner = StopRequested::Manner;
const StopRequested drained_stop{StopCode::service_scheduler_initiated, "scaling", Manner::drain};
const StopRequested quick_stop{StopCode::user_initiated, "by hand", Manner::signal};
const StopRequested instance_lost{StopCode::termination_notice, "gone", Manner::kill};

TEST(TaskState, WholeLife) {
  Play play;
  EXPECT_EQ(play.state.last_status, TaskStatus::pending);
  EXPECT_EQ(play(Placed{}), "PENDING: pull");
  EXPECT_EQ(play.pulled(), "ACTIVATING: start");
  EXPECT_EQ(play.running(), "RUNNING: register");
  EXPECT_EQ(play(drained_stop), "DEACTIVATING: deregister");
  EXPECT_EQ(play(TimePassed{}), "DEACTIVATING");
  EXPECT_EQ(play(TargetsUnused{}), "STOPPING: SIGTERM");
  EXPECT_EQ(next_moment(play.state), play.now + 30s);
  play.now += 29s;
  EXPECT_EQ(play(TimePassed{}), "STOPPING");
  play.now += 1s;
  EXPECT_EQ(play(TimePassed{}), "STOPPING: SIGKILL");
  EXPECT_EQ(play(TimePassed{}), "STOPPING") << "once is enough";
  EXPECT_EQ(play.exited(0, 137), "STOPPED: release");
  EXPECT_EQ(play.state.stop_code, StopCode::service_scheduler_initiated);
  EXPECT_EQ(play.state.containers.front().exit_code, 137);
}

TEST(TaskState, WithANetworkInterfaceOfItsOwn) {
  TaskDefinition definition = containers(1);
  definition.network_mode = NetworkMode::awsvpc;
  Play play(definition);
  EXPECT_EQ(play.state.last_status, TaskStatus::provisioning);
  EXPECT_EQ(play(Placed{}), "PROVISIONING: attach");
  EXPECT_EQ(play(NetworkAttached{}), "PENDING: pull");
  EXPECT_EQ(play.pulled(), "ACTIVATING: start");
  play.running();
  EXPECT_EQ(play(quick_stop), "STOPPING: deregister, SIGTERM");
  EXPECT_EQ(play.exited(0, 0), "DEPROVISIONING: detach");
  EXPECT_EQ(play(quick_stop), "DEPROVISIONING");
  EXPECT_EQ(play(NetworkDetached{}), "STOPPED: release");
}

TEST(TaskState, StoppedBeforeItsNetworkInterfaceIsThere) {
  TaskDefinition definition = containers(1);
  definition.network_mode = NetworkMode::awsvpc;
  Play play(definition);
  play(Placed{});
  EXPECT_EQ(play(quick_stop), "STOPPED: release");
  EXPECT_EQ(play(NetworkAttached{}), "STOPPED");
}

TEST(TaskState, TheVersionGrowsByOneWithEachChange) {
  Play play;
  const auto version = [&play] { return play.state.version; };
  EXPECT_EQ(version(), 1U);
  play(Placed{});
  EXPECT_EQ(version(), 1U) << "nothing to be seen";
  play.pulled();
  EXPECT_EQ(version(), 2U);
  play.running();
  EXPECT_EQ(version(), 3U);
  play(TimePassed{});
  EXPECT_EQ(version(), 3U);
  play(drained_stop);
  EXPECT_EQ(version(), 4U);
}

TEST(TaskState, EachMomentOfItsLifeIsKept) {
  Play play;
  const TimePoint placed = play.now;
  play(Placed{});
  play.now += 1s;
  play.pulled();
  play.now += 1s;
  play.running();
  play.now += 1s;
  play(drained_stop);
  play.now += 1s;
  play(TargetsUnused{});
  play.now += 1s;
  play.exited(0, 0);
  EXPECT_EQ(play.state.pull_started_at, placed);
  EXPECT_EQ(play.state.pull_stopped_at, placed + 1s);
  EXPECT_EQ(play.state.started_at, placed + 2s);
  EXPECT_EQ(play.state.stopping_at, placed + 3s);
  EXPECT_EQ(play.state.execution_stopped_at, placed + 5s);
  EXPECT_EQ(play.state.stopped_at, placed + 5s);
}

TEST(TaskState, AQuickStopDoesNotWaitForTheDrain) {
  Play play;
  play.run();
  EXPECT_EQ(play(quick_stop), "STOPPING: deregister, SIGTERM");
  EXPECT_EQ(play(TargetsUnused{}), "STOPPING");
}

TEST(TaskState, AQuickStopCutsADrainShort) {
  Play play;
  play.run();
  play(drained_stop);
  EXPECT_EQ(play(drained_stop), "DEACTIVATING");
  EXPECT_EQ(play(quick_stop), "STOPPING: SIGTERM");
  EXPECT_EQ(play.state.stopped_reason, "scaling") << "the first reason stays";
}

TEST(TaskState, ALostInstanceKillsAtOnce) {
  Play play(containers(2));
  play.run();
  EXPECT_EQ(play(instance_lost), "STOPPING: deregister 0, SIGKILL 1, SIGKILL 0");
  EXPECT_EQ(next_moment(play.state), std::nullopt);
  play.exited(1, 137);
  EXPECT_EQ(play.exited(0, 137), "STOPPED: release 0");
  EXPECT_EQ(play.state.stop_code, StopCode::termination_notice);
}

TEST(TaskState, ALostInstanceCutsADrainShort) {
  Play play;
  play.run();
  play(drained_stop);
  EXPECT_EQ(play(instance_lost), "STOPPING: SIGKILL");
  EXPECT_EQ(play.state.stop_code, StopCode::service_scheduler_initiated);
}

TEST(TaskState, ATaskThatActivatesIsStoppedWithoutADrain) {
  Play play;
  play(Placed{});
  play.pulled();
  EXPECT_EQ(play(drained_stop), "STOPPING: SIGTERM");
  EXPECT_EQ(play.running(), "STOPPING") << "too late to run";
  EXPECT_EQ(play.exited(0, 143), "STOPPED: release");
  EXPECT_EQ(play.state.started_at, std::nullopt);
}

TEST(TaskState, ATaskThatWasNeverPlacedStopsAtOnce) {
  Play play;
  EXPECT_EQ(play(drained_stop), "STOPPED: release");
  EXPECT_EQ(play(Placed{}), "STOPPED");
  EXPECT_EQ(play.state.execution_stopped_at, std::nullopt);
}

TEST(TaskState, ACrashDeregistersAfterDeath) {
  Play play;
  play.run();
  EXPECT_EQ(play.exited(0, 139), "STOPPED: deregister, release");
  EXPECT_EQ(play.state.stop_code, StopCode::essential_container_exited);
}

TEST(TaskState, AFailedStartSaysWhy) {
  Play play;
  play(Placed{});
  play.pulled();
  EXPECT_EQ(play(ContainerExited{0, 0, "CannotStartContainerError: no", false}),
            "STOPPED: release");
  EXPECT_EQ(play.state.stop_code, StopCode::task_failed_to_start);
  EXPECT_EQ(play.state.stopped_reason, "CannotStartContainerError: no");
  EXPECT_EQ(play.state.containers.front().exit_code, std::nullopt);
}

TEST(TaskState, AnImageThatIsMissingStartsNone) {
  Play play(containers(2));
  play(Placed{});
  EXPECT_EQ(play(Pulled{{"", "CannotPullContainerError: x"}}), "STOPPED: release 0");
  EXPECT_EQ(play.state.containers[1].reason, "CannotPullContainerError: x");
  EXPECT_EQ(play.state.stopped_reason, "CannotPullContainerError: x");
}

TEST(TaskState, RunsWithoutAnInessentialImage) {
  TaskDefinition definition = containers(2);
  definition.containers[1].essential = false;
  Play play(definition);
  play(Placed{});
  EXPECT_EQ(play(Pulled{{"", "CannotPullContainerError: x"}}), "ACTIVATING: start 0");
  EXPECT_EQ(play.running(0), "RUNNING: register 0");
}

TEST(TaskState, RunsOnceEveryContainerRuns) {
  Play play(containers(2));
  play(Placed{});
  EXPECT_EQ(play.pulled(), "ACTIVATING: start 0, start 1");
  EXPECT_EQ(play.running(1), "ACTIVATING");
  EXPECT_EQ(play.running(0), "RUNNING: register 0");
}

TEST(TaskState, AnEssentialContainersEndTakesTheOthersAlong) {
  Play play(containers(2));
  play.run();
  EXPECT_EQ(play.exited(0, 1), "STOPPING: deregister 0, SIGTERM 1");
  EXPECT_EQ(play.exited(1, 0), "STOPPED: release 0");
}

TEST(TaskState, AnInessentialContainersEndChangesNothing) {
  TaskDefinition definition = containers(2);
  definition.containers[1].essential = false;
  Play play(definition);
  play(Placed{});
  play.pulled();
  EXPECT_EQ(play.exited(1, 0), "ACTIVATING");
  EXPECT_EQ(play.running(0), "RUNNING: register 0");
  EXPECT_EQ(play(drained_stop), "DEACTIVATING: deregister 0");
  EXPECT_EQ(play(TargetsUnused{}), "STOPPING: SIGTERM 0");
}

TEST(TaskState, ACrashWhileItDrainsEndsTheOthersAtOnce) {
  Play play(containers(2));
  play.run();
  play(drained_stop);
  EXPECT_EQ(play.exited(1, 1), "STOPPING: SIGTERM 0");
  EXPECT_EQ(play.state.stop_code, StopCode::service_scheduler_initiated);
}

TEST(TaskState, WithoutTargetsNothingDrains) {
  Play play(containers(1), false);
  play(Placed{});
  play.pulled();
  EXPECT_EQ(play.running(), "RUNNING");
  EXPECT_EQ(play(drained_stop), "STOPPING: SIGTERM");
}

TEST(TaskState, EachContainerHasItsOwnStopTimeout) {
  TaskDefinition definition = containers(2);
  definition.containers[0].stop_timeout = 5s;
  Play play(definition);
  play.run();
  play(quick_stop);
  play.now += 5s;
  EXPECT_EQ(play(TimePassed{}), "STOPPING: SIGKILL 0");
  play.now += 25s;
  EXPECT_EQ(play(TimePassed{}), "STOPPING: SIGKILL 1");
}

TEST(TaskState, NothingMattersToAStoppedTask) {
  Play play;
  play(Placed{});
  play.pulled();
  play.exited(0, 1);
  for (const TaskEvent& event :
       {TaskEvent(Placed{}), TaskEvent(NetworkAttached{}), TaskEvent(NetworkDetached{}),
        TaskEvent(Pulled{{""}}), TaskEvent(ContainerRunning{}), TaskEvent(ContainerExited{}),
        TaskEvent(RestartDue{}), TaskEvent(HealthChecked{}), TaskEvent(drained_stop),
        TaskEvent(quick_stop), TaskEvent(instance_lost), TaskEvent(TargetsUnused{}),
        TaskEvent(TimePassed{})}) {
    EXPECT_EQ(play(event), "STOPPED");
  }
}

}  // namespace
}  // namespace cutover::containers

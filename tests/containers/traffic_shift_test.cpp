// Deployments that shift traffic, told as stories: what is done at each stage, and on the way back.

#include "containers/traffic_shift.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cutover::containers {
namespace {

using ::testing::ElementsAre;
using namespace std::chrono_literals;

using Outcome = TrafficShift::Outcome;

DeploymentConfiguration blue_green(std::chrono::minutes bake = 5min) {
  DeploymentConfiguration configuration;
  configuration.strategy = DeploymentStrategy::blue_green;
  configuration.bake_time = bake;
  return configuration;
}

LifecycleHook hook_at(
    LifecycleStage stage, LifecycleHook::TargetType type,
    LifecycleHook::TimeoutAction action = LifecycleHook::TimeoutAction::rollback) {
  LifecycleHook hook;
  hook.target_type = type;
  hook.stages = {stage};
  hook.timeout = 30min;
  hook.timeout_action = action;
  return hook;
}

/// Drives a shift minute by minute; tasks come and go as soon as they are asked to.
class Story {
 public:
  explicit Story(DeploymentConfiguration configuration, bool test_rule = false,
                 bool reconciles = false, bool source = true)
      : shift(std::move(configuration), {test_rule, reconciles, source}, now) {}

  /// What is done, with the minute and the stage: "5 CLEAN_UP: retire source".
  std::vector<std::string> run(int minutes) {
    std::vector<std::string> told;
    for (int i = 0; i <= minutes; ++i) {
      if (i > 0) now += 1min;
      std::vector<ShiftAction> actions;
      do {
        actions = shift.advance(sight, now);
        for (const ShiftAction& action : actions) told.push_back(tell(action));
      } while (!actions.empty());
    }
    return told;
  }
  void answer(HookStatus status, Duration again = 0s) {
    shift.hook_answered(shift.hooks().front().id, {status, again}, now);
  }

  TimePoint now{1h};
  TrafficShift::Sight sight;
  TrafficShift shift;
  bool tasks_come = true;

 private:
  std::string tell(const ShiftAction& action) {
    using Kind = ShiftAction::Kind;
    std::string text =
        fmt::format("{} ", std::chrono::floor<std::chrono::minutes>(now - TimePoint(1h)).count());
    switch (action.kind) {
      case Kind::start_target:
        sight.target_is_at_strength = tasks_come;
        return text + "start target";
      case Kind::retire_source:
        sight.source_is_gone = true;
        return text + "retire source";
      case Kind::retire_target:
        sight.target_is_gone = true;
        return text + "retire target";
      case Kind::set_test:
        return text + fmt::format("test {}", action.percent);
      case Kind::set_production:
        return text + fmt::format("production {}", action.percent);
      case Kind::call_hook:
        break;
    }
    return text + fmt::format("hook {}", action.hook);
  }
};

TEST(TrafficShift, BlueGreenShiftsAtOnceBakesAndCleansUp) {
  Story story(blue_green(), true);
  EXPECT_THAT(story.run(10),
              ElementsAre("0 start target", "0 test 100", "0 production 100", "5 retire source"));
  EXPECT_EQ(story.shift.outcome(), Outcome::successful);
  EXPECT_EQ(story.shift.next_moment(), std::nullopt);
}

TEST(TrafficShift, WaitsForTheTargetBeforeAnyTraffic) {
  Story story(blue_green());
  story.tasks_come = false;
  EXPECT_THAT(story.run(60), ElementsAre("0 start target"));
  EXPECT_EQ(story.shift.stage(), LifecycleStage::scale_up);
  story.sight.target_is_at_strength = true;
  EXPECT_THAT(story.run(0), ElementsAre("60 production 100"));
  EXPECT_EQ(story.shift.stage(), LifecycleStage::bake_time);
}

TEST(TrafficShift, LinearTakesEqualStepsWithoutABakeAfterTheLast) {
  DeploymentConfiguration linear = blue_green(2min);
  linear.strategy = DeploymentStrategy::linear;
  linear.linear = LinearConfiguration{25, 3min};
  Story story(linear);
  EXPECT_THAT(story.run(20),
              ElementsAre("0 start target", "0 production 25", "3 production 50", "6 production 75",
                          "9 production 100", "11 retire source"));
}

TEST(TrafficShift, CanaryTakesASmallStepAndTheRest) {
  DeploymentConfiguration canary = blue_green(0min);
  canary.strategy = DeploymentStrategy::canary;
  canary.canary = CanaryConfiguration{12.5, 4min};
  Story story(canary);
  EXPECT_THAT(story.run(20), ElementsAre("0 start target", "0 production 12.5", "4 production 100",
                                         "4 retire source"));
}

TEST(TrafficShift, StepsHaveTheDocumentedDefaults) {
  DeploymentConfiguration configuration = blue_green();
  EXPECT_EQ(shift_steps(configuration), (std::vector<ShiftStep>{{100, 0min}}));
  configuration.strategy = DeploymentStrategy::canary;
  EXPECT_EQ(shift_steps(configuration), (std::vector<ShiftStep>{{5, 10min}, {100, 0min}}));
  configuration.strategy = DeploymentStrategy::linear;
  EXPECT_EQ(shift_steps(configuration).size(), 10U);
  EXPECT_EQ(shift_steps(configuration).front(), (ShiftStep{10, 6min}));
  configuration.linear = LinearConfiguration{40, 1min};
  EXPECT_EQ(shift_steps(configuration),
            (std::vector<ShiftStep>{{40, 1min}, {80, 1min}, {100, 0min}}));
}

// Each stage that takes hooks holds the deployment until its hook has succeeded.
TEST(TrafficShift, AHookHoldsItsStage) {
  struct Row {
    LifecycleStage stage;
    std::vector<std::string> before;
  };
  for (const Row& row :
       {Row{LifecycleStage::reconcile_service, {"0 hook 0"}},
        Row{LifecycleStage::pre_scale_up, {"0 hook 0"}},
        Row{LifecycleStage::post_scale_up, {"0 start target", "0 hook 0"}},
        Row{LifecycleStage::test_traffic_shift, {"0 start target", "0 test 100", "0 hook 0"}},
        Row{LifecycleStage::post_test_traffic_shift, {"0 start target", "0 test 100", "0 hook 0"}},
        Row{LifecycleStage::pre_production_traffic_shift,
            {"0 start target", "0 test 100", "0 hook 0"}},
        Row{LifecycleStage::production_traffic_shift,
            {"0 start target", "0 test 100", "0 production 100", "0 hook 0"}},
        Row{LifecycleStage::post_production_traffic_shift,
            {"0 start target", "0 test 100", "0 production 100", "0 hook 0"}}}) {
    SCOPED_TRACE(to_string(row.stage));
    DeploymentConfiguration configuration = blue_green();
    configuration.hooks = {hook_at(row.stage, LifecycleHook::TargetType::lambda)};
    Story story(configuration, true, true);
    EXPECT_EQ(story.run(20), row.before);
    EXPECT_EQ(story.shift.stage(), row.stage);
    story.answer(HookStatus::succeeded);
    story.run(20);
    EXPECT_EQ(story.shift.outcome(), Outcome::successful);
  }
}

// A failed hook brings the traffic back first, and then ends the target's tasks. Hooks of the
// stages that shift traffic hear of that.
TEST(TrafficShift, AFailedHookRollsBack) {
  struct Row {
    LifecycleStage stage;
    std::vector<std::string> back;
  };
  const std::vector<std::string> tasks{"1 retire target"};
  const std::vector<std::string> test{"1 test 0", "1 retire target"};
  const std::vector<std::string> both{"1 production 0", "1 test 0", "1 retire target"};
  for (const Row& row :
       {Row{LifecycleStage::pre_scale_up, {}}, Row{LifecycleStage::post_scale_up, tasks},
        Row{LifecycleStage::test_traffic_shift, {"1 test 0", "1 hook 0", "1 retire target"}},
        Row{LifecycleStage::pre_production_traffic_shift, test},
        Row{LifecycleStage::production_traffic_shift,
            {"1 production 0", "1 hook 0", "1 test 0", "1 retire target"}},
        Row{LifecycleStage::post_production_traffic_shift, both}}) {
    SCOPED_TRACE(to_string(row.stage));
    DeploymentConfiguration configuration = blue_green();
    configuration.hooks = {hook_at(row.stage, LifecycleHook::TargetType::lambda)};
    Story story(configuration, true);
    story.run(1);
    story.answer(HookStatus::failed);
    EXPECT_EQ(story.run(0), row.back);
    EXPECT_EQ(story.shift.outcome(), Outcome::rolled_back);
    EXPECT_EQ(story.shift.production_percent(), 0);
    EXPECT_EQ(story.shift.failure()->words, fmt::format("{}-0 failed", to_string(row.stage)));
  }
}

TEST(TrafficShift, AHookInProgressIsCalledAgain) {
  DeploymentConfiguration configuration = blue_green(0min);
  configuration.hooks = {hook_at(LifecycleStage::pre_scale_up, LifecycleHook::TargetType::lambda)};
  Story story(configuration);
  EXPECT_THAT(story.run(1), ElementsAre("0 hook 0"));
  story.answer(HookStatus::in_progress, 120s);
  EXPECT_EQ(story.shift.next_moment(), story.now + 2min);
  EXPECT_THAT(story.run(4), ElementsAre("3 hook 0"));
  story.answer(HookStatus::succeeded);
  EXPECT_THAT(story.run(0), ElementsAre("5 start target", "5 production 100", "5 retire source"));
}

TEST(TrafficShift, APauseWaitsForAnActionAndThenGoesOnOrBack) {
  DeploymentConfiguration configuration = blue_green();
  configuration.hooks = {hook_at(LifecycleStage::post_scale_up, LifecycleHook::TargetType::pause)};
  for (const auto action :
       {LifecycleHook::TimeoutAction::go_on, LifecycleHook::TimeoutAction::rollback}) {
    Story story(configuration);
    EXPECT_THAT(story.run(29), ElementsAre("0 start target")) << "nobody is called";
    const std::string id = story.shift.hooks().front().id;
    EXPECT_EQ(story.shift.hooks().front().status, HookStatus::awaiting_action);
    EXPECT_FALSE(story.shift.act_on_hook("another", action));
    EXPECT_TRUE(story.shift.act_on_hook(id, action));
    EXPECT_FALSE(story.shift.act_on_hook(id, action)) << "once";
    story.run(10);
    EXPECT_EQ(story.shift.outcome(), action == LifecycleHook::TimeoutAction::go_on
                                         ? Outcome::successful
                                         : Outcome::rolled_back);
  }
}

TEST(TrafficShift, AHookThatTimesOutGoesOnOrBackAsItSays) {
  for (const auto type : {LifecycleHook::TargetType::lambda, LifecycleHook::TargetType::pause}) {
    for (const auto action :
         {LifecycleHook::TimeoutAction::go_on, LifecycleHook::TimeoutAction::rollback}) {
      DeploymentConfiguration configuration = blue_green();
      configuration.hooks = {hook_at(LifecycleStage::pre_scale_up, type, action)};
      Story story(configuration);
      story.run(29);
      EXPECT_EQ(story.shift.outcome(), Outcome::under_way);
      EXPECT_EQ(story.shift.next_moment(), story.now + 1min);
      story.run(10);
      EXPECT_EQ(story.shift.outcome(), action == LifecycleHook::TimeoutAction::go_on
                                           ? Outcome::successful
                                           : Outcome::rolled_back);
    }
  }
}

TEST(TrafficShift, AnAlarmWhileItBakesBringsTheTrafficBackAtOnce) {
  Story story(blue_green(), true);
  story.run(3);
  EXPECT_EQ(story.shift.stage(), LifecycleStage::bake_time);
  story.shift.fail({"alarms", "alarm detected", true});
  EXPECT_THAT(story.run(0), ElementsAre("3 production 0", "3 test 0", "3 retire target"));
  EXPECT_EQ(story.shift.outcome(), Outcome::rolled_back);
  EXPECT_EQ(story.shift.failure()->words, "alarm detected");
}

TEST(TrafficShift, AnAlarmBetweenStepsStopsTheSteps) {
  DeploymentConfiguration canary = blue_green();
  canary.strategy = DeploymentStrategy::canary;
  Story story(canary);
  story.run(3);
  EXPECT_EQ(story.shift.production_percent(), 5);
  story.shift.fail({"alarms", "alarm detected", true});
  EXPECT_THAT(story.run(60), ElementsAre("3 production 0", "3 retire target"));
}

TEST(TrafficShift, WithoutASourceShiftsAtOnceAndAFailureLeavesAllWhereItIs) {
  DeploymentConfiguration linear = blue_green(2min);
  linear.strategy = DeploymentStrategy::linear;
  Story first(linear, false, false, false);
  EXPECT_THAT(first.run(20), ElementsAre("0 start target", "0 production 100", "2 retire source"));
  Story broken(linear, false, false, false);
  broken.run(1);
  broken.shift.fail({"alarms", "alarm detected", true});
  EXPECT_THAT(broken.run(5), ElementsAre());
  EXPECT_EQ(broken.shift.outcome(), Outcome::failed);
  EXPECT_EQ(broken.shift.production_percent(), 100);
}

TEST(TrafficShift, AFailureThatIsNotToBeRolledBackLeavesAllWhereItIs) {
  Story story(blue_green(), true);
  story.run(1);
  story.shift.fail({"circuit breaker", "tasks failed to start", false});
  EXPECT_THAT(story.run(60), ElementsAre());
  EXPECT_EQ(story.shift.outcome(), Outcome::failed);
  EXPECT_EQ(story.shift.next_moment(), std::nullopt);
}

TEST(TrafficShift, IsNotRolledBackOnceItCleansUp) {
  Story story(blue_green(0min));
  story.run(0);
  story.shift.fail({"deployment", "too late", true});
  EXPECT_FALSE(story.shift.failure());
  EXPECT_EQ(story.shift.outcome(), Outcome::successful);
}

TEST(TrafficShift, RollsBackWhenTheTargetDoesNotComeWithinADay) {
  Story story(blue_green());
  story.tasks_come = false;
  story.run(1);
  EXPECT_EQ(story.shift.next_moment(), TimePoint(1h) + 24h);
  EXPECT_THAT(story.run(24 * 60), ElementsAre("1440 retire target"));
  EXPECT_EQ(story.shift.outcome(), Outcome::rolled_back);
}

TEST(TrafficShift, IgnoresLateAnswers) {
  DeploymentConfiguration configuration = blue_green();
  configuration.hooks = {hook_at(LifecycleStage::pre_scale_up, LifecycleHook::TargetType::lambda,
                                 LifecycleHook::TimeoutAction::go_on)};
  Story story(configuration);
  story.run(0);
  const std::string id = story.shift.hooks().front().id;
  story.run(31);
  story.shift.hook_answered(id, {HookStatus::failed, 0s}, story.now);
  story.run(10);
  EXPECT_EQ(story.shift.outcome(), Outcome::successful);
}

}  // namespace
}  // namespace cutover::containers

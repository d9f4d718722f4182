#pragma once

// A deployment that moves traffic from one revision (the source) to another (the target), as a
// state machine over made-up time: its lifecycle stages in order, their hooks, the steps of the
// production weight, the bake times, and the way back (ECS developer guide: Blue/green, Linear and
// Canary deployments, Lifecycle stages). Whoever drives it performs its actions.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "containers/deployment_configuration.hpp"
#include "containers/hook_runner.hpp"
#include "containers/service_deployment.hpp"
#include "lb/base/clock.hpp"

namespace cutover::containers {

/// One step of the production traffic.
struct ShiftStep {
  double target_percent = 0;
  std::chrono::minutes bake{0};  ///< Before the next one.
  friend bool operator==(const ShiftStep&, const ShiftStep&) = default;
};

/// All at once, in equal steps, or a small one and the rest. The last one is 100 without a bake.
std::vector<ShiftStep> shift_steps(const DeploymentConfiguration& configuration);

struct ShiftAction {
  enum class Kind {
    start_target,    ///< Bring the target to the whole desired count.
    retire_source,   ///< Scale it to 0, with the usual drains.
    retire_target,   ///< Likewise, on the way back.
    set_test,        ///< The test rule sends `percent` to the target, the rest to the source.
    set_production,  ///< So does the production rule.
    call_hook        ///< Of that index in the configuration.
  };
  Kind kind = Kind::start_target;
  double percent = 0;
  std::size_t hook = 0;
  std::string hook_id = {};                             ///< By which it answers.
  LifecycleStage stage = LifecycleStage::pre_scale_up;  ///< The one the hook is called for.
  friend bool operator==(const ShiftAction&, const ShiftAction&) = default;
};

class TrafficShift {
 public:
  /// What is seen of the tasks.
  struct Sight {
    bool target_is_at_strength = false;
    bool source_is_gone = false;
    bool target_is_gone = false;
  };
  /// A hook of the present stage.
  struct ActiveHook {
    std::size_t hook = 0;
    std::string id;
    HookStatus status = HookStatus::in_progress;
    TimePoint expires_at{};
    std::optional<TimePoint> call_again_at;
  };
  enum class Outcome {
    under_way,
    successful,
    rolled_back,
    failed  ///< Everything stays where it is.
  };
  /// What there is at the start.
  struct Setting {
    bool has_test_rule = false;
    bool reconciles = false;  ///< More than one revision has tasks.
    /// A revision to go back to. Without one all traffic is the target's at once, and a failure
    /// leaves everything where it is.
    bool has_source = true;
  };

  TrafficShift(DeploymentConfiguration configuration, const Setting& setting, TimePoint now);

  /// Goes on as far as it can; the actions are to be performed in their order.
  std::vector<ShiftAction> advance(const Sight& sight, TimePoint now);
  /// A hook that was called has answered; late answers are ignored.
  void hook_answered(std::string_view id, const HookAnswer& answer, TimePoint now);
  /// ContinueServiceDeployment; false when no such hook waits for an action.
  bool act_on_hook(std::string_view id, LifecycleHook::TimeoutAction action);
  /// An alarm, a circuit breaker, a request: back to the source if the failure says so and there is
  /// one. Ignored when it is too late.
  void fail(DeploymentFailure failure);
  /// Whether it is not too late.
  bool can_fail() const;

  LifecycleStage stage() const { return stage_; }
  const std::vector<ActiveHook>& hooks() const { return hooks_; }
  /// Why it goes back, or has ended without success; nothing while all is well.
  const std::optional<DeploymentFailure>& failure() const { return failure_; }
  Outcome outcome() const { return outcome_; }
  double production_percent() const { return production_; }
  double test_percent() const { return test_; }
  /// When time alone brings it further.
  std::optional<TimePoint> next_moment() const;

 private:
  void enter(LifecycleStage stage, TimePoint now);
  void act(ShiftAction action) { actions_.push_back(action); }
  void set_production(double percent);
  void set_test(double percent);
  void call_hook(std::size_t hook, std::string id, LifecycleStage stage);
  void call_hooks_back(LifecycleStage stage);
  void take_failure(TimePoint now);
  bool hooks_are_done(TimePoint now);
  void expire(ActiveHook& hook);
  bool is_done(const Sight& sight, TimePoint now);
  bool production_is_shifted(TimePoint now);

  DeploymentConfiguration configuration_;
  Setting setting_;
  std::vector<ShiftStep> steps_;
  LifecycleStage stage_ = LifecycleStage::pre_scale_up;
  TimePoint stage_began_{};
  std::vector<ActiveHook> hooks_;
  std::size_t step_ = 0;
  std::optional<TimePoint> wait_until_;
  double production_ = 0;
  double test_ = 0;
  bool target_started_ = false;
  std::optional<DeploymentFailure> failure_;
  bool on_the_way_back_ = false;
  Outcome outcome_ = Outcome::under_way;
  std::vector<ShiftAction> actions_;
};

}  // namespace cutover::containers

#include "containers/traffic_shift.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cutover::containers {

namespace {

using Kind = ShiftAction::Kind;

bool contains(const std::vector<LifecycleStage>& stages, LifecycleStage stage) {
  return std::find(stages.begin(), stages.end(), stage) != stages.end();
}

bool is_over(HookStatus status) {
  return status != HookStatus::in_progress && status != HookStatus::awaiting_action;
}

/// What a failure is found by that comes from the stages themselves.
constexpr const char* hook_monitor = "lifecycle hook";
constexpr const char* stage_monitor = "lifecycle stage";

std::string hook_id(LifecycleStage stage, std::size_t hook) {
  return fmt::format("{}-{}", to_string(stage), hook);
}

LifecycleStage after(LifecycleStage stage) {
  return static_cast<LifecycleStage>(static_cast<int>(stage) + 1);
}

}  // namespace

std::vector<ShiftStep> shift_steps(const DeploymentConfiguration& configuration) {
  std::vector<ShiftStep> steps;
  if (configuration.strategy == DeploymentStrategy::linear) {
    const auto linear = configuration.linear.value_or(LinearConfiguration{});
    for (int i = 1; linear.step_percent * i < 100; ++i) {
      steps.push_back({linear.step_percent * i, linear.step_bake_time});
    }
  }
  if (configuration.strategy == DeploymentStrategy::canary) {
    const auto canary = configuration.canary.value_or(CanaryConfiguration{});
    if (canary.canary_percent < 100) {
      steps.push_back({canary.canary_percent, canary.canary_bake_time});
    }
  }
  steps.push_back({100, std::chrono::minutes(0)});
  return steps;
}

TrafficShift::TrafficShift(DeploymentConfiguration configuration, const Setting& setting,
                           TimePoint now)
    : configuration_(std::move(configuration)),
      setting_(setting),
      steps_(shift_steps(configuration_)) {
  // A share for nobody would be lost.
  if (!setting_.has_source) steps_ = {ShiftStep{100}};
  enter(setting_.reconciles ? LifecycleStage::reconcile_service : LifecycleStage::pre_scale_up,
        now);
}

void TrafficShift::enter(LifecycleStage stage, TimePoint now) {
  stage_ = stage;
  stage_began_ = now;
  wait_until_.reset();
  hooks_.clear();
  if (stage == LifecycleStage::scale_up) {
    target_started_ = true;
    act({Kind::start_target});
  }
  if (stage == LifecycleStage::test_traffic_shift) set_test(100);
  if (stage == LifecycleStage::production_traffic_shift) {
    step_ = 0;
    set_production(steps_.front().target_percent);
  }
  if (stage == LifecycleStage::bake_time) {
    wait_until_ = now + configuration_.bake_time.value_or(std::chrono::minutes(0));
  }
  if (stage == LifecycleStage::clean_up) {
    act({on_the_way_back_ ? Kind::retire_target : Kind::retire_source});
  }
  // On the way back nothing is asked any more.
  for (std::size_t i = 0; i < configuration_.hooks.size() && !on_the_way_back_; ++i) {
    const LifecycleHook& hook = configuration_.hooks[i];
    if (!contains(hook.stages, stage)) continue;
    const bool pauses = hook.target_type == LifecycleHook::TargetType::pause;
    hooks_.push_back({i, hook_id(stage, i),
                      pauses ? HookStatus::awaiting_action : HookStatus::in_progress,
                      now + hook.timeout, std::nullopt});
    if (!pauses) call_hook(i, hooks_.back().id, stage);
  }
}

void TrafficShift::call_hook(std::size_t hook, std::string id, LifecycleStage stage) {
  act({Kind::call_hook, 0, hook, std::move(id), stage});
}

/// Hooks of the stages that shift traffic hear of the way back, too. Nothing depends on what they
/// answer (ECS developer guide: Lifecycle hooks).
void TrafficShift::call_hooks_back(LifecycleStage stage) {
  for (std::size_t i = 0; i < configuration_.hooks.size(); ++i) {
    const LifecycleHook& hook = configuration_.hooks[i];
    const bool pauses = hook.target_type == LifecycleHook::TargetType::pause;
    if (!pauses && contains(hook.stages, stage)) {
      call_hook(i, "ROLLBACK-" + hook_id(stage, i), stage);
    }
  }
}

void TrafficShift::set_production(double percent) {
  production_ = percent;
  act({Kind::set_production, percent});
}

void TrafficShift::set_test(double percent) {
  if (!setting_.has_test_rule) return;
  test_ = percent;
  act({Kind::set_test, percent});
}

std::vector<ShiftAction> TrafficShift::advance(const Sight& sight, TimePoint now) {
  while (outcome_ == Outcome::under_way) {
    // The other stages end with their hooks and bake times, each of which has an end of its own.
    if (stage_ == LifecycleStage::scale_up && now - stage_began_ >= stage_longest) {
      fail({stage_monitor, fmt::format("{} has taken too long", to_string(stage_)), true});
    }
    const bool done = hooks_are_done(now) && is_done(sight, now);
    if (failure_ && !on_the_way_back_) {
      take_failure(now);
      continue;
    }
    if (!done) break;
    if (stage_ == LifecycleStage::clean_up) {
      outcome_ = on_the_way_back_ ? Outcome::rolled_back : Outcome::successful;
    } else {
      enter(after(stage_), now);
    }
  }
  return std::exchange(actions_, {});
}

/// Traffic first, at once; then the target's tasks.
void TrafficShift::take_failure(TimePoint now) {
  if (!failure_->rollback || !setting_.has_source) {
    hooks_.clear();
    outcome_ = Outcome::failed;
    return;
  }
  on_the_way_back_ = true;
  if (production_ > 0) {
    set_production(0);
    call_hooks_back(LifecycleStage::production_traffic_shift);
  }
  if (test_ > 0) {
    set_test(0);
    call_hooks_back(LifecycleStage::test_traffic_shift);
  }
  if (target_started_) {
    enter(LifecycleStage::clean_up, now);
  } else {
    hooks_.clear();
    outcome_ = Outcome::rolled_back;
  }
}

bool TrafficShift::can_fail() const {
  return !failure_ && outcome_ == Outcome::under_way && stage_ != LifecycleStage::clean_up;
}

void TrafficShift::fail(DeploymentFailure failure) {
  if (can_fail()) failure_ = std::move(failure);
}

bool TrafficShift::hooks_are_done(TimePoint now) {
  bool done = true;
  for (ActiveHook& hook : hooks_) {
    if (is_over(hook.status)) continue;
    if (hook.expires_at <= now) {
      expire(hook);
      continue;
    }
    done = false;
    if (!hook.call_again_at || *hook.call_again_at > now) continue;
    hook.call_again_at.reset();
    call_hook(hook.hook, hook.id, stage_);
  }
  return done;
}

void TrafficShift::expire(ActiveHook& hook) {
  hook.status = HookStatus::timed_out;
  const bool back =
      configuration_.hooks[hook.hook].timeout_action == LifecycleHook::TimeoutAction::rollback;
  if (back) fail({hook_monitor, fmt::format("{} timed out", hook.id), true});
}

bool TrafficShift::is_done(const Sight& sight, TimePoint now) {
  switch (stage_) {
    case LifecycleStage::scale_up:
      return sight.target_is_at_strength;
    case LifecycleStage::production_traffic_shift:
      return production_is_shifted(now);
    case LifecycleStage::bake_time:
      return *wait_until_ <= now;
    case LifecycleStage::clean_up:
      return on_the_way_back_ ? sight.target_is_gone : sight.source_is_gone;
    default:
      return true;
  }
}

bool TrafficShift::production_is_shifted(TimePoint now) {
  while (step_ + 1 < steps_.size()) {
    if (!wait_until_) wait_until_ = now + steps_[step_].bake;
    if (*wait_until_ > now) return false;
    wait_until_.reset();
    set_production(steps_[++step_].target_percent);
  }
  return true;
}

void TrafficShift::hook_answered(std::string_view id, const HookAnswer& answer, TimePoint now) {
  const auto found = std::find_if(hooks_.begin(), hooks_.end(),
                                  [id](const ActiveHook& hook) { return hook.id == id; });
  if (found == hooks_.end() || found->status != HookStatus::in_progress) return;
  found->status = answer.status;
  if (answer.status == HookStatus::in_progress) found->call_again_at = now + answer.call_back_delay;
  if (answer.status == HookStatus::failed) {
    const std::string why = answer.reason.empty() ? "" : ": " + answer.reason;
    fail({hook_monitor, fmt::format("{} failed{}", id, why), true});
  }
}

bool TrafficShift::act_on_hook(std::string_view id, LifecycleHook::TimeoutAction action) {
  const auto found = std::find_if(hooks_.begin(), hooks_.end(),
                                  [id](const ActiveHook& hook) { return hook.id == id; });
  if (found == hooks_.end() || found->status != HookStatus::awaiting_action) return false;
  found->status = HookStatus::succeeded;
  if (action == LifecycleHook::TimeoutAction::rollback) {
    found->status = HookStatus::failed;
    fail({hook_monitor, fmt::format("{} was answered with ROLLBACK", id), true});
  }
  return true;
}

std::optional<TimePoint> TrafficShift::next_moment() const {
  if (outcome_ != Outcome::under_way) return std::nullopt;
  std::optional<TimePoint> next = wait_until_;
  const auto consider = [&next](TimePoint moment) {
    next = std::min(next.value_or(moment), moment);
  };
  for (const ActiveHook& hook : hooks_) {
    if (is_over(hook.status)) continue;
    consider(hook.expires_at);
    if (hook.call_again_at) consider(*hook.call_again_at);
  }
  if (stage_ == LifecycleStage::scale_up) consider(stage_began_ + stage_longest);
  return next;
}

}  // namespace cutover::containers

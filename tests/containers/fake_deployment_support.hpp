#pragma once

// What deployments need of the world, pretended: listener rules that only remember their weights,
// hooks that answer from a script, alarms that are set by hand.

#include <fmt/format.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "containers/deployment_support.hpp"
#include "lb/base/timers.hpp"

namespace cutover::containers::testing {

/// Knows the rules "production" and "test".
class FakeRouter final : public TrafficRouter {
 public:
  Result<void> check_rule(const std::string& rule, const std::string&,
                          const std::string&) const override {
    if (splits.contains(rule)) return {};
    return Error{"InvalidParameterException", "", "no rule is called " + rule};
  }
  Result<void> split(const std::string& rule, const TrafficSplit& split) override {
    if (broken.contains(rule)) return Error{"RuleNotFound", "", "the rule is gone"};
    const bool same = std::exchange(splits[rule], split) == split;
    if (hook && !same)
      hook(fmt::format("{} -> {} {}", rule, split.target_group, split.target_percent));
    return {};
  }

  std::map<std::string, TrafficSplit> splits{{"production", {}}, {"test", {}}};
  std::set<std::string> broken;
  /// Called with what has changed: "production -> green 100".
  std::function<void(const std::string& what)> hook;
};

/// Knows the hook "arn:hook".
class FakeHooks final : public HookRunner {
 public:
  explicit FakeHooks(Timers& timers) : timers_(timers) {}

  Result<void> check_hook(const std::string& target_arn) const override {
    if (target_arn == "arn:hook") return {};
    return Error{"InvalidParameterException", "", "no hook is called " + target_arn};
  }
  /// Answers at once what stands first in `answers`, or never.
  std::unique_ptr<HookCall> call(const std::string&, const std::string& payload,
                                 OnAnswer on_answer) override {
    payloads.push_back(payload);
    auto call = std::make_unique<Call>(*this);
    if (answers.empty()) return call;
    call->timer = timers_.after(Duration::zero(), [answer = answers.front(),
                                                   tell = std::move(on_answer)] { tell(answer); });
    answers.pop_front();
    return call;
  }

  std::deque<HookAnswer> answers;
  std::vector<std::string> payloads;
  int under_way = 0;

 private:
  struct Call final : HookCall {
    explicit Call(FakeHooks& its_hooks) : hooks(its_hooks) { ++hooks.under_way; }
    ~Call() override {
      hooks.timers_.cancel(timer);
      --hooks.under_way;
    }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    FakeHooks& hooks;
    TimerId timer = 0;
  };

  Timers& timers_;
};

/// Knows the alarm "errors".
class FakeAlarms final : public AlarmSource {
 public:
  Result<void> check_alarm(const std::string& name) const override {
    if (states.contains(name)) return {};
    return Error{"InvalidParameterException", "", "no alarm is called " + name};
  }
  AlarmState state(const std::string& name) const override { return states.at(name); }
  Duration window(const std::string&) const override { return std::chrono::minutes(2); }

  std::map<std::string, AlarmState> states{{"errors", AlarmState::ok}};
};

}  // namespace cutover::containers::testing

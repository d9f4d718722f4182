#pragma once

// A target group whose story a test tells in verbs, and the sentences DescribeTargetHealth would
// say of it. Time is made up: seconds since the story began.

#include <string>

#include "lb/targets/target_group.hpp"

namespace cutover::lb::targets {

inline TimePoint at_second(int seconds) { return TimePoint(std::chrono::seconds(seconds)); }

inline TargetId target(int number) { return TargetId{"10.0.0." + std::to_string(number), 3000}; }

inline std::string told(const TargetHealth& health) {
  std::string text(to_string(health.state));
  if (!health.reason.empty()) text += " " + health.reason;
  if (!health.description.empty()) text += ": " + health.description;
  return text;
}

inline CheckResult answered(int status) { return CheckResult{CheckResult::Kind::answered, status}; }
inline CheckResult broke(CheckResult::Kind kind) { return CheckResult{kind, 0}; }

struct GroupStory {
  explicit GroupStory(TargetGroupSpec spec = example()) : group(std::move(spec)) {}

  /// Thresholds 3 (healthy) and 2 (unhealthy), a delay of 300 s.
  static TargetGroupSpec example() {
    TargetGroupSpec spec;
    spec.name = "users";
    spec.health_check.healthy_threshold = 3;
    spec.health_check.unhealthy_threshold = 2;
    return spec;
  }

  GroupStory& in_use() {
    group.set_in_use(true, at_second(0));
    return *this;
  }
  GroupStory& out_of_use() {
    group.set_in_use(false, at_second(0));
    return *this;
  }
  GroupStory& registers(int number) {
    group.register_target(target(number), at_second(0));
    return *this;
  }
  GroupStory& check(int number, const CheckResult& result) {
    group.check_started(target(number));
    group.check_ended(target(number), result, at_second(0));
    return *this;
  }
  GroupStory& passes(int number, int times = 1) {
    for (int i = 0; i < times; ++i) check(number, answered(200));
    return *this;
  }
  GroupStory& fails(int number, int times = 1) {
    for (int i = 0; i < times; ++i) check(number, answered(500));
    return *this;
  }
  GroupStory& healthy(int number) { return registers(number).passes(number); }
  GroupStory& unhealthy(int number) { return registers(number).fails(number, 2); }

  std::string of(int number) const { return told(group.health(target(number))); }
  std::string list() const {
    std::string text;
    for (const auto& described : group.describe()) {
      text += to_string(described.target) + " " + told(described.health) + "\n";
    }
    return text;
  }
  /// The last numbers of the eligible targets: "1 3", and "open" in front when failing open.
  std::string eligible() const {
    std::string text = group.failing_open() ? "open" : "";
    for (const TargetId& id : group.eligible()) {
      if (!text.empty()) text += ' ';
      text += id.id.substr(id.id.rfind('.') + 1);
    }
    return text;
  }

  TargetGroup group;
};

}  // namespace cutover::lb::targets

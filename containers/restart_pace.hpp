#pragma once

// Keeps a program that ends by itself as soon as it runs from being restarted many times a second:
// the start that replaces its task comes no sooner than ten seconds after that task's own start. A
// task that ran for longer is replaced at once. ECS does not throttle such tasks, and there is
// neither a growing delay nor an event (ECS developer guide: Service throttle logic); but its
// scheduler acts every some seconds only. How many is not published: the number is our choice.

#include <algorithm>
#include <chrono>
#include <optional>

#include "lb/base/clock.hpp"

namespace cutover::containers {

class RestartPace {
 public:
  static constexpr Duration between_starts = std::chrono::seconds(10);

  /// A task that was started at `started` and reached RUNNING has ended by itself.
  void ended(TimePoint started, TimePoint now) {
    const TimePoint earliest = started + between_starts;
    if (earliest > now) not_before_ = std::max(not_before_, std::optional(earliest));
  }

  /// No task is to be started before this.
  std::optional<TimePoint> not_before() const { return not_before_; }

 private:
  std::optional<TimePoint> not_before_;
};

}  // namespace cutover::containers

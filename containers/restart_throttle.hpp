#pragma once

// Slows down the starting of tasks that never reach RUNNING: the delay between tries doubles from
// one second up to a cap, for ever (ECS developer guide: Service throttle logic; its growth is not
// published). Tasks that ran and then crashed are not throttled.

#include <algorithm>
#include <chrono>
#include <optional>

#include "lb/base/clock.hpp"

namespace cutover::containers {

class RestartThrottle {
 public:
  static constexpr Duration delay_first = std::chrono::seconds(1);
  static constexpr Duration delay_most = std::chrono::minutes(27);

  /// A task stopped without having run. Tasks started together that fail together count once.
  void failed_to_start(TimePoint now) {
    if (not_before_ && now < *not_before_) return;
    delay_ = not_before_ ? std::min(delay_ * 2, delay_most) : delay_first;
    not_before_ = now + delay_;
  }

  /// A task reached RUNNING: the next failure is a first one again.
  void reached_running() { not_before_.reset(); }

  /// No task is to be started before this.
  std::optional<TimePoint> not_before() const { return not_before_; }

  /// More than one try in a row has failed.
  bool is_impaired() const { return not_before_ && delay_ > delay_first; }

 private:
  Duration delay_ = Duration::zero();
  std::optional<TimePoint> not_before_;
};

}  // namespace cutover::containers

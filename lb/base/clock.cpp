#include "lb/base/clock.hpp"

#include <cassert>
#include <cmath>

namespace cutover {

namespace {
Duration scale(Duration duration, double factor) {
  return Duration(static_cast<Duration::rep>(static_cast<double>(duration.count()) * factor));
}
}  // namespace

TimePoint RealClock::now() const noexcept {
  return TimePoint(
      std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

WallTime RealClock::wall_now() const noexcept {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

ScaledClock::ScaledClock(double speed)
    : speed_(speed), start_(real_.now()), wall_start_(real_.wall_now()) {
  assert(speed > 0);
}

TimePoint ScaledClock::now() const noexcept { return start_ + scale(real_.now() - start_, speed_); }

WallTime ScaledClock::wall_now() const noexcept {
  return wall_start_ + std::chrono::duration_cast<std::chrono::microseconds>(now() - start_);
}

Duration ScaledClock::real_wait(Duration modelled) const noexcept {
  // Rounded up: a waiter that wakes a nanosecond early finds that nothing is due and waits again.
  return Duration(
      static_cast<Duration::rep>(std::ceil(static_cast<double>(modelled.count()) / speed_)));
}

WallTime SimulatedClock::wall_now() const noexcept {
  // 2026-01-01T00:00:00Z when the clock is new.
  constexpr WallTime start{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
  return start + std::chrono::duration_cast<std::chrono::microseconds>(now().time_since_epoch() -
                                                                       std::chrono::hours(1));
}

}  // namespace cutover

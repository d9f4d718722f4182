#pragma once

// The one source of time. Code that decides takes a TimePoint; code that waits is given a Clock (or
// the Timers that run over one). Nothing else in the project reads a clock, so a run can be real,
// scaled or simulated without the code knowing.

#include <atomic>
#include <chrono>

namespace cutover {

using Duration = std::chrono::nanoseconds;

/// Tags time points of a Clock. It has no now() on purpose: time is read from a Clock object.
struct ModelTime {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  static constexpr bool is_steady = true;
};

/// Monotonic time of some Clock; only differences mean anything.
using TimePoint = std::chrono::time_point<ModelTime, Duration>;

/// Calendar time, UTC, to the microsecond (what logs and the API print).
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;

/// Reads time. now() never goes back. Every implementation here may be read from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const noexcept = 0;
  virtual WallTime wall_now() const noexcept = 0;
  /// How long a thread has to wait in real time for `modelled` to pass on this clock.
  virtual Duration real_wait(Duration modelled) const noexcept = 0;
};

/// The machine's monotonic and calendar clocks.
class RealClock final : public Clock {
 public:
  TimePoint now() const noexcept override;
  WallTime wall_now() const noexcept override;
  Duration real_wait(Duration modelled) const noexcept override { return modelled; }
};

/// Runs `speed` times as fast as the machine from its construction on: at speed 10 a modelled
/// 300 s drain takes 30 s. For the control plane only; the data plane keeps real time.
class ScaledClock final : public Clock {
 public:
  /// `speed` > 0.
  explicit ScaledClock(double speed);
  TimePoint now() const noexcept override;
  WallTime wall_now() const noexcept override;
  Duration real_wait(Duration modelled) const noexcept override;
  double speed() const noexcept { return speed_; }

 private:
  RealClock real_;
  double speed_;
  TimePoint start_;
  WallTime wall_start_;
};

/// Stands still until it is advanced. Starts at a fixed moment, so that runs repeat exactly.
class SimulatedClock final : public Clock {
 public:
  TimePoint now() const noexcept override {
    return TimePoint(Duration(now_ns_.load(std::memory_order_relaxed)));
  }
  WallTime wall_now() const noexcept override;
  Duration real_wait(Duration) const noexcept override { return Duration::zero(); }
  /// `by` >= 0.
  void advance(Duration by) noexcept { now_ns_.fetch_add(by.count(), std::memory_order_relaxed); }

 private:
  std::atomic<Duration::rep> now_ns_{Duration(std::chrono::hours(1)).count()};
};

}  // namespace cutover

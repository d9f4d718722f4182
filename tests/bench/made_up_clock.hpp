#pragma once

// Made-up time beside a real server: the clock moves only when a test moves it, but a wait is a
// real one, short, that ends when a socket has something to say.

#include "lb/base/clock.hpp"

namespace cutover::load {

class MadeUpClock final : public Clock {
 public:
  TimePoint now() const noexcept override { return time_.now(); }
  WallTime wall_now() const noexcept override { return time_.wall_now(); }
  Duration real_wait(Duration) const noexcept override { return std::chrono::milliseconds(1); }
  void advance(Duration by) noexcept { time_.advance(by); }

 private:
  SimulatedClock time_;
};

}  // namespace cutover::load

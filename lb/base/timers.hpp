#pragma once

// The one way to wait: callbacks at moments of a Clock. AsioTimers runs them on an io_context (real
// or scaled time), SimulatedTimers when a test advances its clock. One Timers belongs to one
// thread; every member is called there, and callbacks run there.

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "lb/base/clock.hpp"

namespace cutover {

/// Names one pending callback; 0 names none.
using TimerId = std::uint64_t;

/// Pending callbacks in order of time, then of request. Pure: it is told the time.
class TimerQueue {
 public:
  TimerId add(TimePoint at, std::function<void()> callback);
  /// Forgets a callback; an id that has run or was never given is ignored.
  void cancel(TimerId id);
  std::optional<TimePoint> next() const;
  /// Runs every callback due at `now`, earliest first; a callback may add and cancel. What it adds
  /// runs in a later call, whenever it is due.
  void run_due(TimePoint now);

 private:
  using Key = std::pair<TimePoint, TimerId>;
  std::map<Key, std::function<void()>> pending_;
  std::map<TimerId, TimePoint> moments_;
  TimerId last_ = 0;
};

class Timers {
 public:
  virtual ~Timers() = default;
  virtual const Clock& clock() const noexcept = 0;
  /// Calls `callback` once, when clock().now() >= at. Never from within this call.
  virtual TimerId at(TimePoint at, std::function<void()> callback) = 0;
  virtual void cancel(TimerId id) = 0;

  TimePoint now() const noexcept { return clock().now(); }
  TimerId after(Duration wait, std::function<void()> callback) {
    return at(now() + wait, std::move(callback));
  }
};

/// Timers over real or scaled time. The clock and the io_context outlive it. It keeps
/// io_context::run() from returning only while callbacks are pending; a callback must not destroy
/// it.
class AsioTimers final : public Timers {
 public:
  AsioTimers(boost::asio::io_context& io, const Clock& clock) : clock_(clock), timer_(io) {}
  const Clock& clock() const noexcept override { return clock_; }
  TimerId at(TimePoint at, std::function<void()> callback) override;
  void cancel(TimerId id) override;

 private:
  void arm();

  const Clock& clock_;
  boost::asio::steady_timer timer_;
  TimerQueue queue_;
  std::optional<TimePoint> armed_for_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

/// Timers over simulated time. Nothing happens until advance().
class SimulatedTimers final : public Timers {
 public:
  explicit SimulatedTimers(SimulatedClock& clock) : clock_(clock) {}
  const Clock& clock() const noexcept override { return clock_; }
  TimerId at(TimePoint at, std::function<void()> callback) override {
    return queue_.add(at, std::move(callback));
  }
  void cancel(TimerId id) override { queue_.cancel(id); }
  std::optional<TimePoint> next() const { return queue_.next(); }
  /// Runs what is due at the clock's present time, without moving it.
  void run_due() { queue_.run_due(clock_.now()); }
  /// Moves the clock by `by`, stopping at each moment something is due to run it there.
  void advance(Duration by);

 private:
  SimulatedClock& clock_;
  TimerQueue queue_;
};

}  // namespace cutover

#pragma once

// Sends health checks: one per interval and target, each on a connection of its own, however long
// the last one takes (ALB user guide: Health checks). What the answers mean is decided by
// lb/targets. Control thread.

#include <functional>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "lb/base/timers.hpp"
#include "lb/in_process.hpp"
#include "lb/proxy/buffer.hpp"
#include "lb/proxy/routing.hpp"
#include "lb/proxy/stream.hpp"
#include "lb/proxy/task.hpp"
#include "lb/targets/target_group_spec.hpp"

namespace cutover::lb::proxy {

class HealthChecker {
 public:
  struct Reports {
    std::function<void(TargetSlot)> started;
    std::function<void(TargetSlot, const targets::CheckResult&)> ended;
  };

  /// Timers and network are borrowed. Intervals and time-outs run on the clock of `timers`; what a
  /// target takes, and what a fault adds to that, on the data plane's.
  HealthChecker(Timers& timers, Timers& data_timers, Network& network, Reports reports);
  ~HealthChecker();

  /// Ends all checks; must be called before the checker is destroyed. quiet() once those on their
  /// way are gone, which takes a turn of the event loop; they need no checker for that.
  void close();
  bool quiet() const;

  /// Checks the target from now on, first at once. A target that is watched already only gets the
  /// new route and settings, from its next check on.
  void watch(TargetSlot slot, std::shared_ptr<const TargetRoute> route,
             const targets::HealthCheck& settings);
  /// No report of the target comes any more.
  void unwatch(TargetSlot slot);

 private:
  struct Watched;
  struct Shared;
  class Probe;

  void check(TargetSlot slot);

  Timers& timers_;
  Timers& data_timers_;
  Network& network_;
  Reports reports_;
  std::unordered_map<TargetSlot, std::shared_ptr<Watched>> watched_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace cutover::lb::proxy

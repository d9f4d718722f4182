#pragma once

// A target group as a pure state machine: which targets are registered, what health checks have
// shown of each, which are draining, and which may receive a request now. No clock, no socket:
// every event brings its time. One thread (control) owns each group.

#include <cstddef>
#include <optional>
#include <vector>

#include "lb/targets/health_machine.hpp"
#include "lb/targets/target_group_spec.hpp"

namespace cutover::lb::targets {

class TargetGroup {
 public:
  /// A group that no action names yet. `spec` is valid (see validate()).
  explicit TargetGroup(TargetGroupSpec spec);

  const TargetGroupSpec& spec() const { return spec_; }
  /// Counts for the checks that end from now on; passes and failures counted so far stay counted.
  void set_health_check(const HealthCheck& health_check);
  /// For targets deregistered from now on; those draining keep the delay they started with.
  void set_deregistration_delay(Duration delay);
  void set_unhealthy_state_routing(const UnhealthyStateRouting& routing);
  /// All settings at once, each as its setter says; `spec` is valid and has this group's name and
  /// port. Slow start switched on spares the targets that are healthy already; a changed duration
  /// counts from when each ramp began; switched off, all ramps end.
  void modify(const TargetGroupSpec& spec, TimePoint now);

  /// Whether an action of some listener names the group. Without one its targets are
  /// `unused`/Target.NotInUse and are not checked; becoming used makes them `initial`. Draining
  /// targets are not registered any more and go on draining.
  void set_in_use(bool in_use, TimePoint now);
  bool in_use() const { return in_use_; }

  /// Registering a registered target changes nothing; a draining one is new again (`initial`).
  void register_target(const TargetId& target, TimePoint now);
  /// Starts draining; an unknown target is ignored. False when nothing changed.
  bool deregister_target(const TargetId& target, TimePoint now);

  /// A check has been sent: RegistrationInProgress becomes InitialHealthChecking.
  void check_started(const TargetId& target);
  /// A check has ended. True when the target's state changed (what may receive requests may have
  /// changed with it). Results for targets that are not checked any more are ignored.
  bool check_ended(const TargetId& target, const CheckResult& result, TimePoint now);

  /// When the earliest draining target's delay runs out.
  std::optional<TimePoint> next_drain_end() const;
  /// Removes the targets whose delay has run out by `now` and returns them: whatever they still
  /// have in flight must be cut (502).
  std::vector<TargetId> end_drains(TimePoint now);

  /// The targets that may receive a request, in order of registration: the healthy ones, or all
  /// registered ones when fewer than the threshold are healthy; never draining ones. Empty means
  /// 503 (ALB user guide, "Target group health").
  std::vector<TargetId> eligible() const;
  /// The same, with those in slow start marked.
  struct Eligible {
    TargetId target;
    /// When the target's slow start began; empty when it takes its full share. A ramp is over once
    /// it has lasted for spec().slow_start, whether or not anyone has looked since.
    std::optional<TimePoint> ramp_began;
    friend bool operator==(const Eligible&, const Eligible&) = default;
  };
  std::vector<Eligible> eligible_with_ramps() const;
  /// True when eligible() is more than the healthy ones because too few are.
  bool failing_open() const;
  /// Enough targets are healthy for unhealthy state routing's thresholds (CloudWatch's
  /// HealthyStateRouting).
  bool healthy_for_routing() const { return !too_few_healthy(); }
  /// Enough targets are healthy for DNS failover's thresholds (CloudWatch's HealthyStateDNS).
  bool healthy_for_dns() const;
  std::size_t healthy_count() const;

  /// Targets to be health checked: all that are registered, in use and not draining.
  std::vector<TargetId> checked() const;
  /// Registered and draining targets, in order of registration.
  struct Described {
    TargetId target;
    TargetHealth health;
  };
  std::vector<Described> describe() const;
  /// One target; unknown: `unused`/Target.NotRegistered.
  TargetHealth health(const TargetId& target) const;

 private:
  struct Entry {
    TargetId target;
    HealthMachine machine;
    /// Slow start may begin with the first healthy verdict: some target was at its full share when
    /// this one was registered, so it is no part of a batch that fills an empty group.
    bool joins_others = false;
    std::optional<TimePoint> ramp_began;  ///< Only while healthy.
  };
  Entry* find(const TargetId& target);
  const Entry* find(const TargetId& target) const;
  /// Healthy, and not in slow start at `now`.
  bool at_full_share(const Entry& entry, TimePoint now) const;
  /// Whether any is.
  bool any_at_full_share(TimePoint now) const;
  void state_changed(Entry& entry, State before, TimePoint now);
  /// Fewer healthy targets than either threshold demands.
  bool below(std::optional<std::uint32_t> count, std::optional<std::uint32_t> percentage) const;
  bool too_few_healthy() const;

  TargetGroupSpec spec_;
  bool in_use_ = false;
  std::vector<Entry> entries_;  ///< In order of registration.
};

}  // namespace cutover::lb::targets

#include "lb/targets/target_group.hpp"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <utility>

namespace cutover::lb::targets {

TargetGroup::TargetGroup(TargetGroupSpec spec) : spec_(std::move(spec)) { assert(validate(spec_)); }

void TargetGroup::set_health_check(const HealthCheck& health_check) {
  spec_.health_check = health_check;
}

void TargetGroup::set_deregistration_delay(Duration delay) { spec_.deregistration_delay = delay; }

void TargetGroup::set_unhealthy_state_routing(const UnhealthyStateRouting& routing) {
  assert(routing.minimum_healthy_count >= 1);
  spec_.unhealthy_state_routing = routing;
}

void TargetGroup::modify(const TargetGroupSpec& spec, TimePoint now) {
  assert(validate(spec));
  assert(spec.name == spec_.name && spec.port == spec_.port);
  for (Entry& entry : entries_) {
    // What has ended under the old duration stays ended under a longer one.
    const bool over = entry.ramp_began && now >= *entry.ramp_began + spec_.slow_start;
    if (over || spec.slow_start == Duration::zero()) entry.ramp_began.reset();
  }
  spec_ = spec;
}

void TargetGroup::set_in_use(bool in_use, TimePoint) {
  if (in_use == in_use_) return;
  in_use_ = in_use;
  for (Entry& entry : entries_) {
    entry.machine.set_in_use(in_use);
    // They come into use together, as a batch into an empty group.
    entry.joins_others = false;
    entry.ramp_began.reset();
  }
}

void TargetGroup::register_target(const TargetId& target, TimePoint now) {
  if (const Entry* known = find(target)) {
    if (known->machine.state() != State::draining) return;
    entries_.erase(entries_.begin() + (known - entries_.data()));
  }
  entries_.push_back(Entry{target, HealthMachine(in_use_), any_at_full_share(now), {}});
}

bool TargetGroup::deregister_target(const TargetId& target, TimePoint now) {
  Entry* known = find(target);
  if (!known || known->machine.state() == State::draining) return false;
  known->machine.drain(now + spec_.deregistration_delay);
  known->ramp_began.reset();
  return true;
}

void TargetGroup::check_started(const TargetId& target) {
  if (Entry* known = find(target)) known->machine.check_started();
}

bool TargetGroup::check_ended(const TargetId& target, const CheckResult& result, TimePoint now) {
  Entry* known = find(target);
  if (!known) return false;
  const State before = known->machine.state();
  if (!known->machine.check_ended(result, spec_.health_check)) return false;
  state_changed(*known, before, now);
  return true;
}

void TargetGroup::state_changed(Entry& entry, State before, TimePoint now) {
  entry.ramp_began.reset();
  if (entry.machine.state() != State::healthy || spec_.slow_start == Duration::zero()) return;
  const bool may_ramp = before == State::unhealthy || entry.joins_others;
  // entry itself is healthy without a ramp by now: it must not stand for the others.
  const bool others = std::any_of(entries_.begin(), entries_.end(), [&](const Entry& other) {
    return &other != &entry && at_full_share(other, now);
  });
  if (may_ramp && others) entry.ramp_began = now;
}

bool TargetGroup::at_full_share(const Entry& entry, TimePoint now) const {
  if (entry.machine.state() != State::healthy) return false;
  return !entry.ramp_began || now >= *entry.ramp_began + spec_.slow_start;
}

bool TargetGroup::any_at_full_share(TimePoint now) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const Entry& entry) { return at_full_share(entry, now); });
}

std::optional<TimePoint> TargetGroup::next_drain_end() const {
  std::optional<TimePoint> earliest;
  for (const Entry& entry : entries_) {
    const auto end = entry.machine.drain_end();
    if (end && (!earliest || *end < *earliest)) earliest = end;
  }
  return earliest;
}

std::vector<TargetId> TargetGroup::end_drains(TimePoint now) {
  std::vector<TargetId> ended;
  std::erase_if(entries_, [&](const Entry& entry) {
    const auto end = entry.machine.drain_end();
    if (!end || *end > now) return false;
    ended.push_back(entry.target);
    return true;
  });
  return ended;
}

std::vector<TargetId> TargetGroup::eligible() const {
  std::vector<TargetId> targets;
  for (Eligible& each : eligible_with_ramps()) targets.push_back(std::move(each.target));
  return targets;
}

std::vector<TargetGroup::Eligible> TargetGroup::eligible_with_ramps() const {
  const bool all = too_few_healthy();
  std::vector<Eligible> targets;
  for (const Entry& entry : entries_) {
    const bool healthy = entry.machine.state() == State::healthy;
    if (healthy || (all && entry.machine.checked())) {
      targets.push_back(Eligible{entry.target, entry.ramp_began});
    }
  }
  return targets;
}

bool TargetGroup::failing_open() const {
  return too_few_healthy() && checked().size() > healthy_count();
}

std::vector<TargetId> TargetGroup::checked() const {
  std::vector<TargetId> targets;
  for (const Entry& entry : entries_) {
    if (entry.machine.checked()) targets.push_back(entry.target);
  }
  return targets;
}

std::vector<TargetGroup::Described> TargetGroup::describe() const {
  std::vector<Described> described;
  described.reserve(entries_.size());
  for (const Entry& entry : entries_) {
    described.push_back(Described{entry.target, entry.machine.health()});
  }
  return described;
}

TargetHealth TargetGroup::health(const TargetId& target) const {
  const Entry* known = find(target);
  return known ? known->machine.health() : targets::describe(Reason::not_registered);
}

const TargetGroup::Entry* TargetGroup::find(const TargetId& target) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.target == target; });
  return found == entries_.end() ? nullptr : &*found;
}

TargetGroup::Entry* TargetGroup::find(const TargetId& target) {
  return const_cast<Entry*>(std::as_const(*this).find(target));
}

std::size_t TargetGroup::healthy_count() const {
  return static_cast<std::size_t>(
      std::count_if(entries_.begin(), entries_.end(),
                    [](const Entry& entry) { return entry.machine.state() == State::healthy; }));
}

bool TargetGroup::below(std::optional<std::uint32_t> count,
                        std::optional<std::uint32_t> percentage) const {
  const std::uint64_t healthy = healthy_count();
  if (count && healthy < *count) return true;
  if (!percentage) return false;
  const std::uint64_t registered = checked().size();
  return healthy * 100 < *percentage * registered;
}

bool TargetGroup::too_few_healthy() const {
  const UnhealthyStateRouting& routing = spec_.unhealthy_state_routing;
  return below(routing.minimum_healthy_count, routing.minimum_healthy_percentage);
}

bool TargetGroup::healthy_for_dns() const {
  const DnsFailover& dns = spec_.dns_failover;
  return !below(dns.minimum_healthy_count, dns.minimum_healthy_percentage);
}

}  // namespace cutover::lb::targets

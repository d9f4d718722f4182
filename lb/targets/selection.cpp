#include "lb/targets/selection.hpp"

#include <algorithm>

namespace cutover::lb::targets {

namespace {

/// The weight of a target at its full share, in whose units ramps are measured.
constexpr std::int64_t full_weight = 1 << 16;
/// Where a ramp starts. AWS does not document it; next to nothing keeps to the straight line, and
/// not quite nothing lets targets that all begin at once share their requests.
constexpr std::int64_t ramp_start_weight = 1;

}  // namespace

Balancing balancing_of(const TargetGroupSpec& spec) {
  return Balancing{spec.algorithm, spec.anomaly_mitigation, spec.slow_start};
}

void Selection::adopt(const Balancing& balancing, std::span<const Candidate> candidates,
                      TimePoint now) {
  count_ = candidates.size();
  slow_start_ = balancing.slow_start;
  by_slot_.clear();
  for (std::size_t i = 0; i < count_; ++i) by_slot_.emplace_back(candidates[i].slot, i);
  std::sort(by_slot_.begin(), by_slot_.end());

  std::vector<Ramp> ramps;
  bool ramping = false;
  mode_ = Mode::in_turn;
  if (balancing.algorithm == Algorithm::round_robin) {
    for (const Candidate& candidate : candidates) {
      Ramp ramp{candidate.slot, candidate.ramp_began, 0};
      const auto known = std::find_if(ramps_.begin(), ramps_.end(),
                                      [&](const Ramp& old) { return old.slot == candidate.slot; });
      if (known != ramps_.end()) ramp.credit = known->credit;
      ramping = ramp_weight(ramp, now) < full_weight || ramping;
      ramps.push_back(ramp);
    }
  }
  if (!ramping) ramps.clear();
  if (ramping) mode_ = Mode::ramping;
  ramps_ = std::move(ramps);

  if (balancing.algorithm == Algorithm::least_outstanding_requests) mode_ = Mode::fewest;
  if (balancing.algorithm == Algorithm::weighted_random) {
    mode_ = Mode::chance;
    std::vector<std::uint32_t> slots;
    for (const Candidate& candidate : candidates) slots.push_back(candidate.slot);
    anomalies_.adopt(slots, balancing.anomaly_mitigation, now);
  } else {
    anomalies_.clear();
  }
}

std::int64_t Selection::ramp_weight(Ramp& ramp, TimePoint now) const {
  if (!ramp.began) return full_weight;
  const Duration elapsed = now - *ramp.began;
  if (elapsed >= slow_start_) {
    ramp.began.reset();
    return full_weight;
  }
  const double part =
      static_cast<double>(elapsed.count()) / static_cast<double>(slow_start_.count());
  return std::max(ramp_start_weight, static_cast<std::int64_t>(part * full_weight));
}

std::size_t Selection::pick_ramping(TimePoint now) {
  // Smooth weighted turns: each is credited its weight, the one owed most takes the request and
  // pays for all.
  std::int64_t sum = 0;
  bool ramping = false;
  const std::size_t first = turn_.next(count_);
  std::size_t best = first;
  for (std::size_t step = 0; step < count_; ++step) {
    const std::size_t index = first + step < count_ ? first + step : first + step - count_;
    Ramp& ramp = ramps_[index];
    const std::int64_t weight = ramp_weight(ramp, now);
    ramping = ramping || weight < full_weight;
    ramp.credit += weight;
    sum += weight;
    if (ramp.credit > ramps_[best].credit) best = index;
  }
  ramps_[best].credit -= sum;
  turn_ = RoundRobin(best + 1);
  if (!ramping) {
    mode_ = Mode::in_turn;
    ramps_.clear();
  }
  return best;
}

std::optional<std::size_t> Selection::find(std::uint32_t slot) const {
  const auto found = std::lower_bound(by_slot_.begin(), by_slot_.end(),
                                      std::pair<std::uint32_t, std::size_t>(slot, 0));
  if (found == by_slot_.end() || found->first != slot) return std::nullopt;
  return found->second;
}

void Selection::ended(std::uint32_t slot, bool failed, TimePoint now) {
  if (!watches()) return;
  if (const auto index = find(slot)) anomalies_.ended(*index, failed, now);
}

AnomalyDetection Selection::anomaly(std::uint32_t slot) const {
  const auto index = watches() ? find(slot) : std::nullopt;
  return index ? anomalies_.at(*index) : AnomalyDetection{};
}

}  // namespace cutover::lb::targets

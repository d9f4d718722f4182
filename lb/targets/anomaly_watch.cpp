#include "lb/targets/anomaly_watch.hpp"

#include <algorithm>
#include <cassert>

namespace cutover::lb::targets {

AnomalyDetection both(AnomalyDetection one, AnomalyDetection other) {
  return AnomalyDetection{std::max(one.result, other.result),
                          one.mitigation_in_effect || other.mitigation_in_effect};
}

void AnomalyWatch::adopt(const std::vector<std::uint32_t>& slots, bool mitigation, TimePoint now) {
  if (targets_.empty()) window_end_ = now + window;
  std::vector<Target> targets;
  for (const std::uint32_t slot : slots) {
    const auto known = std::find_if(targets_.begin(), targets_.end(),
                                    [&](const Target& target) { return target.slot == slot; });
    targets.push_back(known == targets_.end() ? Target{slot} : *known);
    if (!mitigation) targets.back().weight = weight_full;
  }
  targets_ = std::move(targets);
  mitigation_ = mitigation;
  sum_weights();
}

std::size_t AnomalyWatch::pick(TimePoint now, Random& random) {
  assert(!targets_.empty());
  if (now >= window_end_) close_window(now);
  if (equal_) return random.below(static_cast<std::uint32_t>(targets_.size()));
  std::uint32_t draw = random.below(weights_);
  std::size_t index = 0;
  while (draw >= targets_[index].weight) draw -= targets_[index++].weight;
  return index;
}

void AnomalyWatch::ended(std::size_t index, bool failed, TimePoint now) {
  if (now >= window_end_) close_window(now);
  ++targets_[index].requests;
  if (failed) ++targets_[index].failures;
}

AnomalyDetection AnomalyWatch::at(std::size_t index) const {
  const Target& target = targets_[index];
  return AnomalyDetection{
      target.anomalous ? AnomalyDetection::Result::anomalous : AnomalyDetection::Result::normal,
      target.weight < weight_full};
}

void AnomalyWatch::close_window(TimePoint now) {
  std::uint64_t requests = 0;
  std::uint64_t failures = 0;
  for (const Target& target : targets_) {
    requests += target.requests;
    failures += target.failures;
  }
  for (Target& target : targets_) {
    const std::uint64_t others = requests - target.requests;
    const std::uint64_t others_failures = failures - target.failures;
    // A target without requests shows nothing new, and without others it can't be odd.
    if (targets_.size() < targets_least) {
      target.anomalous = false;
    } else if (target.requests > 0 && others > 0) {
      const bool exceeds =
          target.failures * others * 100 >
          others_failures * target.requests * 100 + excess_percent * others * target.requests;
      // Once found out, a target needs no second proof: mitigation leaves it few requests.
      const bool enough = target.anomalous || target.failures >= failures_least;
      target.anomalous = exceeds && enough;
    }
    if (mitigation_) {
      target.weight = target.anomalous ? std::max(weight_least, target.weight / 2)
                                       : std::min(weight_full, target.weight * 2);
    }
    target.requests = 0;
    target.failures = 0;
  }
  sum_weights();
  window_end_ = now + window;
}

void AnomalyWatch::sum_weights() {
  weights_ = 0;
  equal_ = true;
  for (const Target& target : targets_) {
    weights_ += target.weight;
    equal_ = equal_ && target.weight == weight_full;
  }
}

}  // namespace cutover::lb::targets

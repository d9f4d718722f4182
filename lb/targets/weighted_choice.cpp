#include "lb/targets/weighted_choice.hpp"

#include <cassert>
#include <limits>

namespace cutover::lb::targets {

WeightedChoice::WeightedChoice(std::span<const std::uint32_t> weights) {
  ends_.reserve(weights.size());
  std::uint32_t sum = 0;
  for (const std::uint32_t weight : weights) {
    assert(weight <= std::numeric_limits<std::uint32_t>::max() - sum);
    sum += weight;
    ends_.push_back(sum);
  }
}

std::optional<std::size_t> WeightedChoice::choose(Random& random) const {
  if (ends_.empty() || ends_.back() == 0) return std::nullopt;
  const std::uint32_t draw = random.below(ends_.back());
  // An action has five groups at most, so looking at each beats a search.
  std::size_t chosen = 0;
  while (draw >= ends_[chosen]) ++chosen;
  return chosen;
}

}  // namespace cutover::lb::targets

#pragma once

// Which target group of a weighted forward action takes a request: by chance, each with its share
// of the weights (ALB user guide, "Listener rules": forward actions). No failover: a group without
// targets keeps its share.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "lb/base/random.hpp"

namespace cutover::lb::targets {

/// Immutable once built; any number of threads may choose, each with a Random of its own.
class WeightedChoice {
 public:
  /// Weights in the action's order; their sum is below 2^32.
  explicit WeightedChoice(std::span<const std::uint32_t> weights);

  /// An index into the weights; one of weight 0 is never chosen. Empty when all weights are 0:
  /// there is nowhere to send the request (503).
  std::optional<std::size_t> choose(Random& random) const;

 private:
  std::vector<std::uint32_t> ends_;  ///< Entry i takes draws in [ends_[i - 1], ends_[i]).
};

}  // namespace cutover::lb::targets

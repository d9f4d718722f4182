#pragma once

// Targets in turn, ALB's default algorithm (ALB user guide, "Routing algorithms"). One turner per
// target group and worker: ALB's nodes turn independently too.

#include <cassert>
#include <cstddef>

namespace cutover::lb::targets {

class RoundRobin {
 public:
  /// `start` is where the first turn begins, so that workers need not all begin at one target.
  explicit RoundRobin(std::size_t start = 0) : position_(start) {}

  /// The index whose turn it is among `count` > 0 targets. While `count` stands, every index comes
  /// once per round; when it changes, the turn goes on after the last one, so no target is asked
  /// twice in a row while there is another.
  std::size_t next(std::size_t count) noexcept {
    assert(count > 0);
    const std::size_t turn = position_ < count ? position_ : position_ % count;
    position_ = turn + 1;
    return turn;
  }

 private:
  std::size_t position_;
};

}  // namespace cutover::lb::targets

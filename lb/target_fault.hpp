#pragma once

// A fault on demand at a target: the load balancer makes the target slow or failing on the way to
// it, so that any program can be, whatever it is and whoever runs it. ALB has no such thing.

#include <optional>

#include "lb/base/clock.hpp"
#include "lb/in_process.hpp"

namespace cutover::lb {

/// Shared by all workers and the health checks: next() is called on any thread, also at the same
/// time, and must not block.
class TargetFault {
 public:
  /// What becomes of one request, or one health check, on its way to the target.
  struct Treatment {
    /// Passes first (data-plane time, never scaled), as if it were the target's own.
    Duration delay = Duration::zero();
    /// Given after that in the target's place, which never sees the request. Its own `delay` and
    /// `held` mean nothing; its views live as long as the fault does.
    std::optional<InProcessResponse> answer;
  };

  virtual ~TargetFault() = default;
  /// `now` is the data plane's time.
  virtual Treatment next(TimePoint now) noexcept = 0;
};

}  // namespace cutover::lb

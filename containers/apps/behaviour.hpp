#pragma once

// Makes a backend slow, flaky or full: how long each request takes and whether it fails. Chance
// comes from a seed and the request's number, so a run repeats, and time is told by the caller.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "containers/apps/app.hpp"

namespace cutover::containers::apps {

/// The longest time a request can be made to take, also by an unlucky draw.
inline constexpr Duration latency_most = std::chrono::hours(24);
/// Bounds of AppBehaviour's limits: they size the queue model.
inline constexpr std::uint32_t concurrency_limit_most = 100'000;
inline constexpr std::uint32_t backlog_limit_most = 1'000'000;

/// How long the work of one request takes, from 64 random bits. Between zero and latency_most.
Duration sample(const Latency& latency, std::uint64_t bits) noexcept;

/// `servers` workers and one line before them, as arithmetic: nobody waits here, the caller is told
/// how long its request would have. One thread at a time.
class WaitingLine {
 public:
  /// `servers` > 0.
  WaitingLine(std::uint32_t servers, std::uint32_t backlog_limit);

  struct Admission {
    bool admitted = false;
    Duration wait = Duration::zero();  ///< Before its work begins.
  };
  /// A request of `work` arrives at `now`; it is refused when it would have to wait behind
  /// backlog_limit others. A `now` before an earlier one (threads that overtake) is accepted.
  Admission arrive(TimePoint now, Duration work);

 private:
  std::vector<TimePoint> free_at_;  ///< When each server is next free: a heap, soonest first.
  std::vector<TimePoint> begins_;   ///< A ring: when the work of each waiting request begins.
  std::size_t first_ = 0;
  std::size_t waiting_ = 0;
};

/// What becomes of one request.
struct Treatment {
  enum class Fate { answered, failed, refused };
  Fate fate = Fate::answered;
  Duration delay = Duration::zero();  ///< Waiting and work. A refusal is at once.

  friend bool operator==(const Treatment&, const Treatment&) = default;
};

/// What a request that failed or was refused is answered.
AppAnswer failure(const Treatment& treatment);

/// Thread-safe. Takes a lock only when there is a concurrency limit, and touches nothing shared
/// when there is neither latency nor chance.
class Behaviour {
 public:
  Behaviour(const AppBehaviour& behaviour, std::uint64_t seed);

  Treatment next(TimePoint now) noexcept;

 private:
  struct Line {
    std::mutex mutex;
    WaitingLine line;
  };

  const Latency latency_;
  const double error_rate_;
  const std::uint64_t seed_;
  std::atomic<std::uint64_t> requests_{0};
  const std::unique_ptr<Line> line_;  ///< Null without a concurrency limit.
};

}  // namespace cutover::containers::apps

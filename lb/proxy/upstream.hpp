#pragma once

// Connections to targets: pooled per worker and target, never opened ahead, never pipelined, never
// retried (ALB user guide: "HTTP connections"; Troubleshooting, 502).

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "lb/proxy/buffer.hpp"
#include "lb/proxy/deadline_wheel.hpp"
#include "lb/proxy/routing.hpp"
#include "lb/proxy/stream.hpp"

namespace cutover::lb::proxy {

class Worker;
struct TargetState;

/// A request under way with a target, so that the end of a drain can reach it.
class TargetUse {
 public:
  TargetUse() = default;
  TargetUse(const TargetUse&) = delete;
  TargetUse& operator=(const TargetUse&) = delete;
  virtual void cut() = 0;

 protected:
  ~TargetUse() { leave(); }
  void enter(TargetState& target);
  void leave();

 private:
  friend struct TargetState;
  TargetState* target_ = nullptr;
  TargetUse* previous_ = nullptr;
  TargetUse* next_ = nullptr;
};

/// One connection to a target. While idle in the pool it watches for the target closing it.
class UpstreamConnection final : public Operation::Watcher, public DeadlineWheel::Entry {
 public:
  UpstreamConnection(Worker& worker, TargetState& target);
  ~UpstreamConnection();

  /// Keeps a read pending, unless received bytes wait already or the buffer is full.
  void keep_reading();
  /// Ends the connection; destroys it now, or as soon as its operations have ended.
  static void dispose(std::unique_ptr<UpstreamConnection> connection);

  std::unique_ptr<Stream> stream;
  ReceiveBuffer buffer;
  Operation read;
  Operation write_wait;
  bool reused = false;
  /// Idle without a buffer: `read` only waits until there is something to read.
  bool parked = false;

 private:
  friend struct TargetState;
  void operation_ended(Operation& operation) override;
  void deadline_passed(TimePoint now) override;
  bool busy() const { return read.pending() || write_wait.pending(); }

  Worker& worker_;
  TargetState& target_;
  bool idle_ = false;
  bool disposed_ = false;
};

/// A worker's own record of one target. Lives as long as the worker.
struct TargetState {
  TargetState(Worker& owner, std::shared_ptr<const TargetRoute> target_route)
      : worker(owner), route(std::move(target_route)) {}
  ~TargetState();

  /// The target was registered again, or has got another fault.
  void adopt(const std::shared_ptr<const TargetRoute>& another);

  /// An idle connection, the most recently used first; null when there is none.
  std::unique_ptr<UpstreamConnection> take_idle();
  /// Keeps a connection for the next request, unless the target is retired or enough are kept.
  void put_back(std::unique_ptr<UpstreamConnection> connection);
  void drop_idle(UpstreamConnection& connection);
  void close_idle();
  void cut_all();

  static constexpr std::size_t idle_most = 1024;
  /// Idle connections beyond this many give their buffers back; taking one of those again costs a
  /// system call more.
  static constexpr std::size_t buffered_idle_most = 64;

  Worker& worker;
  std::shared_ptr<const TargetRoute> route;
  /// Former ones, while requests that began with them may still use what they refer to.
  std::vector<std::shared_ptr<const TargetRoute>> former;
  bool retired = false;
  std::uint64_t in_flight = 0;
  std::vector<std::unique_ptr<UpstreamConnection>> idle;
  TargetUse* uses = nullptr;
};

}  // namespace cutover::lb::proxy

#pragma once

// What a worker's thread runs: waits for its sockets, its timers and messages from other threads,
// and runs what they call for. Edge-triggered epoll: each descriptor is registered once, and who
// owns it remembers what it may read or write, so that waiting costs no system call per operation.

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "lb/base/clock.hpp"
#include "lb/base/descriptor.hpp"
#include "lb/base/timers.hpp"

namespace cutover::lb::proxy {

/// All members on the thread that runs it, except post(). Before and after run(), the thread that
/// owns the loop counts as that thread.
class EventLoop final : public Timers {
 public:
  /// Something that is told about a descriptor's events, and may ask for a turn of its own. Leaves
  /// the loop's queue when destroyed; what was watched must have been forgotten before.
  class Source {
   public:
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;

   protected:
    Source() = default;
    ~Source() { leave_queue(); }
    /// `events` is a set of EPOLL* flags, or 0: this is the turn that was asked for. May destroy
    /// the source, and any other.
    virtual void ready(std::uint32_t events) = 0;

   private:
    friend class EventLoop;
    void leave_queue() {
      if (previous_ == nullptr) return;
      previous_->next_ = next_;
      next_->previous_ = previous_;
      previous_ = next_ = nullptr;
    }
    Source* previous_ = nullptr;
    Source* next_ = nullptr;
  };

  /// `clock` is borrowed. Throws std::system_error when the kernel gives no descriptors.
  explicit EventLoop(const Clock& clock);
  ~EventLoop() override;
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Runs until stop().
  void run();
  /// Does what is due now, without waiting. False: nothing was.
  bool poll();
  /// Lets run() return after the turn it is in.
  void stop() { stopped_ = true; }
  /// Runs `work` on the loop's thread, soon, in the order of posting. From any thread.
  void post(std::function<void()> work);

  /// Tells `source` of the events of `descriptor` from now on, until forget(). `events` are EPOLL*
  /// flags with EPOLLET or without. What is the case already counts as an event. False: errno.
  bool watch(int descriptor, std::uint32_t events, Source& source);
  /// Other events from now on; false: errno.
  bool watch_for(int descriptor, std::uint32_t events, Source& source);
  /// No event of `descriptor` is told any more, not even one already fetched. Needed before it is
  /// closed: in a child about to exec, a copy of it may live on and with it the registration.
  void forget(int descriptor, const Source& source);
  /// Calls source.ready(0) once, after the events at hand, never from within this call.
  void soon(Source& source);

  // Timers:
  const Clock& clock() const noexcept override { return clock_; }
  TimerId at(TimePoint at, std::function<void()> callback) override;
  void cancel(TimerId id) override { timers_.cancel(id); }

 private:
  /// Both ends of a queue of sources, which is a ring.
  struct Queue final : Source {
    void ready(std::uint32_t) override {}
  };
  /// A descriptor of the loop itself.
  class Own final : public Source {
   public:
    Own(EventLoop& loop, void (EventLoop::*told)()) : loop_(loop), told_(told) {}

   private:
    void ready(std::uint32_t) override { (loop_.*told_)(); }
    EventLoop& loop_;
    void (EventLoop::*told_)();
  };

  bool turn(int wait_ms);
  void run_queued();
  bool queue_empty() const;
  void deliver();
  void run_timers();
  void arm();

  static constexpr std::size_t batch_most = 128;

  const Clock& clock_;
  Descriptor epoll_;
  Descriptor alarm_;
  Descriptor mailbox_;
  Own alarm_source_{*this, &EventLoop::run_timers};
  Own mailbox_source_{*this, &EventLoop::deliver};
  TimerQueue timers_;
  std::optional<TimePoint> armed_for_;
  Queue queue_;    ///< Who asked for a turn.
  Queue running_;  ///< Those of them whose turn it is.
  bool stopped_ = false;
  std::array<epoll_event, batch_most> batch_{};
  std::size_t batch_next_ = 0;
  std::size_t batch_size_ = 0;

  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;
};

}  // namespace cutover::lb::proxy

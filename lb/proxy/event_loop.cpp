#include "lb/proxy/event_loop.hpp"

#include <sys/eventfd.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <system_error>
#include <utility>

namespace cutover::lb::proxy {

namespace {

Descriptor must(int descriptor, const char* what) {
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), what);
  return Descriptor(descriptor);
}

}  // namespace

EventLoop::EventLoop(const Clock& clock)
    : clock_(clock),
      epoll_(must(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      alarm_(must(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC), "timerfd_create")),
      mailbox_(must(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd")) {
  for (Source* ring : {static_cast<Source*>(&queue_), static_cast<Source*>(&running_)}) {
    ring->previous_ = ring->next_ = ring;
  }
  if (!watch(alarm_.get(), EPOLLIN | EPOLLET, alarm_source_) ||
      !watch(mailbox_.get(), EPOLLIN | EPOLLET, mailbox_source_)) {
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  }
}

EventLoop::~EventLoop() = default;

void EventLoop::run() {
  stopped_ = false;
  while (!stopped_) turn(queue_empty() ? -1 : 0);
}

bool EventLoop::poll() {
  const bool queued = !queue_empty();
  return turn(0) || queued;
}

/// One turn: a batch of events, then what asked for a turn before. True: there were events.
bool EventLoop::turn(int wait_ms) {
  const int count =
      ::epoll_wait(epoll_.get(), batch_.data(), static_cast<int>(batch_.size()), wait_ms);
  batch_size_ = count > 0 ? static_cast<std::size_t>(count) : 0;  // a signal is no event
  for (batch_next_ = 0; batch_next_ < batch_size_;) {
    const epoll_event& event = batch_[batch_next_++];
    if (event.data.ptr != nullptr) static_cast<Source*>(event.data.ptr)->ready(event.events);
  }
  run_queued();
  return count > 0;
}

bool EventLoop::queue_empty() const {
  const Source& ring = queue_;
  return ring.next_ == &ring;
}

void EventLoop::run_queued() {
  if (queue_empty()) return;
  // Who asks for a turn during this one gets it in the next: the ring changes hands as a whole.
  Source& ring = queue_;
  Source& mine = running_;
  mine.next_ = std::exchange(ring.next_, &ring);
  mine.previous_ = std::exchange(ring.previous_, &ring);
  mine.next_->previous_ = mine.previous_->next_ = &mine;
  while (mine.next_ != &mine) {
    Source& first = *mine.next_;
    first.leave_queue();
    first.ready(0);
  }
}

void EventLoop::soon(Source& source) {
  if (source.previous_ != nullptr) return;
  Source& ring = queue_;
  source.previous_ = ring.previous_;
  source.next_ = &ring;
  source.previous_->next_ = ring.previous_ = &source;
}

bool EventLoop::watch(int descriptor, std::uint32_t events, Source& source) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &source;
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event) == 0;
}

bool EventLoop::watch_for(int descriptor, std::uint32_t events, Source& source) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &source;
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, descriptor, &event) == 0;
}

void EventLoop::forget(int descriptor, const Source& source) {
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, descriptor, nullptr);
  for (std::size_t i = batch_next_; i < batch_size_; ++i) {
    if (batch_[i].data.ptr == &source) batch_[i].data.ptr = nullptr;
  }
}

void EventLoop::post(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(work));
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(mailbox_.get(), &one, sizeof one);
}

void EventLoop::deliver() {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = ::read(mailbox_.get(), &count, sizeof count);
  std::vector<std::function<void()>> work;
  {
    const std::lock_guard lock(mutex_);
    work.swap(posted_);
  }
  for (auto& each : work) each();
}

TimerId EventLoop::at(TimePoint at, std::function<void()> callback) {
  const TimerId id = timers_.add(at, std::move(callback));
  if (!armed_for_ || at < *armed_for_) arm();
  return id;
}

void EventLoop::run_timers() {
  timers_.run_due(clock_.now());
  arm();
}

/// Sets the alarm for the next callback. One that goes off for a cancelled callback does no harm.
void EventLoop::arm() {
  armed_for_ = timers_.next();
  if (!armed_for_) return;
  // At least a nanosecond: a wait of zero would switch the alarm off.
  const Duration wait = std::max(
      Duration(1), clock_.real_wait(std::max(Duration::zero(), *armed_for_ - clock_.now())));
  itimerspec alarm{};
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(wait);
  alarm.it_value.tv_sec = seconds.count();
  alarm.it_value.tv_nsec = (wait - seconds).count();
  [[maybe_unused]] const int set = ::timerfd_settime(alarm_.get(), 0, &alarm, nullptr);
  assert(set == 0);
}

}  // namespace cutover::lb::proxy

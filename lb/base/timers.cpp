#include "lb/base/timers.hpp"

#include <algorithm>

namespace cutover {

TimerId TimerQueue::add(TimePoint at, std::function<void()> callback) {
  const TimerId id = ++last_;
  pending_.emplace(Key{at, id}, std::move(callback));
  moments_.emplace(id, at);
  return id;
}

void TimerQueue::cancel(TimerId id) {
  const auto found = moments_.find(id);
  if (found == moments_.end()) return;
  pending_.erase(Key{found->second, id});
  moments_.erase(found);
}

std::optional<TimePoint> TimerQueue::next() const {
  if (pending_.empty()) return std::nullopt;
  return pending_.begin()->first.first;
}

void TimerQueue::run_due(TimePoint now) {
  // A callback that adds another one for `now` or before does not get it run in this same call:
  // else a zero wait could loop here for ever.
  const TimerId newest = last_;
  for (auto it = pending_.begin(); it != pending_.end() && it->first.first <= now;) {
    if (it->first.second > newest) {
      ++it;
      continue;
    }
    const Key ran = it->first;
    const auto callback = std::move(it->second);
    moments_.erase(ran.second);
    pending_.erase(it);
    callback();
    it = pending_.upper_bound(ran);
  }
}

TimerId AsioTimers::at(TimePoint at, std::function<void()> callback) {
  const TimerId id = queue_.add(at, std::move(callback));
  if (!armed_for_ || at < *armed_for_) arm();
  return id;
}

void AsioTimers::cancel(TimerId id) {
  queue_.cancel(id);
  // Waiting on for a callback that is gone does no harm while others follow, but with none left it
  // would keep io_context::run() from returning.
  if (!queue_.next()) arm();
}

void AsioTimers::arm() {
  armed_for_ = queue_.next();
  if (!armed_for_) {
    timer_.cancel();
    return;
  }
  const Duration wait = std::max(Duration::zero(), *armed_for_ - clock_.now());
  timer_.expires_after(clock_.real_wait(wait));
  timer_.async_wait([this, alive = std::weak_ptr(alive_)](const boost::system::error_code& error) {
    // A wait that ended before this object did may still be told so afterwards, without an error.
    if (error || alive.expired()) return;
    queue_.run_due(clock_.now());
    arm();
  });
}

void SimulatedTimers::advance(Duration by) {
  const TimePoint end = clock_.now() + by;
  run_due();
  while (const auto moment = queue_.next()) {
    if (*moment > end) break;
    clock_.advance(std::max(Duration::zero(), *moment - clock_.now()));
    run_due();
  }
  clock_.advance(end - clock_.now());
}

}  // namespace cutover

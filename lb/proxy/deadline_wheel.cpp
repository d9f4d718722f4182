#include "lb/proxy/deadline_wheel.hpp"

#include <algorithm>

namespace cutover::lb::proxy {

void DeadlineWheel::link(Entry& entry) {
  const std::uint64_t tick = std::clamp(tick_of(entry.deadline_) + 1, tick_ + 1, tick_ + slots - 1);
  entry.linked_tick_ = tick;
  Head& head = heads_[tick % slots];
  entry.previous_ = &head;
  entry.next_ = head.next_;
  if (head.next_ != nullptr) head.next_->previous_ = &entry;
  head.next_ = &entry;
}

void DeadlineWheel::advance(TimePoint now) {
  const std::uint64_t until = tick_of(now);
  while (tick_ < until) {
    ++tick_;
    Head& head = heads_[tick_ % slots];
    // Taken one by one from the front: deadline_passed() may add, move and destroy entries.
    while (head.next_ != nullptr) {
      Entry& entry = *head.next_;
      entry.unlink();
      if (entry.deadline_ > now) {
        link(entry);
      } else {
        entry.deadline_passed(now);
      }
    }
  }
}

}  // namespace cutover::lb::proxy

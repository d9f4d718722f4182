#pragma once

// Time-outs of many connections at the price of one timer: a wheel of coarse slots, advanced by the
// worker's tick. Putting a deadline off, which every received byte does, is one store.

#include <array>
#include <cstddef>
#include <cstdint>

#include "lb/base/clock.hpp"

namespace cutover::lb::proxy {

class DeadlineWheel {
 public:
  /// How far apart slots are: deadlines are met up to this much late.
  static constexpr Duration step = std::chrono::milliseconds(100);

  /// Something with a deadline. Unlinks itself when destroyed.
  class Entry {
   public:
    Entry() = default;
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    TimePoint deadline() const { return deadline_; }

   protected:
    ~Entry() { unlink(); }
    /// The deadline has passed; the entry is no longer in the wheel.
    virtual void deadline_passed(TimePoint now) = 0;

   private:
    friend class DeadlineWheel;
    void unlink() {
      if (previous_ == nullptr) return;
      previous_->next_ = next_;
      if (next_ != nullptr) next_->previous_ = previous_;
      previous_ = next_ = nullptr;
    }

    Entry* previous_ = nullptr;
    Entry* next_ = nullptr;
    TimePoint deadline_;
    std::uint64_t linked_tick_ = 0;
  };

  explicit DeadlineWheel(TimePoint now) : tick_(tick_of(now)) {}

  /// Sets or moves an entry's deadline. Later than before: costs nothing, the entry stays in its
  /// slot until that comes up.
  void set(Entry& entry, TimePoint deadline) {
    entry.deadline_ = deadline;
    if (entry.previous_ != nullptr && tick_of(deadline) + 1 >= entry.linked_tick_) return;
    entry.unlink();
    link(entry);
  }

  void remove(Entry& entry) { entry.unlink(); }

  /// Calls deadline_passed() for every entry whose deadline is at or before `now`.
  void advance(TimePoint now);

 private:
  static constexpr std::size_t slots = 1024;  // about 100 s ahead; later deadlines go round again

  /// The list head of a slot is an entry that never fires.
  struct Head final : Entry {
    void deadline_passed(TimePoint) override {}
  };

  static std::uint64_t tick_of(TimePoint time) {
    return static_cast<std::uint64_t>(time.time_since_epoch() / step);
  }
  void link(Entry& entry);

  std::uint64_t tick_;
  std::array<Head, slots> heads_;
};

}  // namespace cutover::lb::proxy

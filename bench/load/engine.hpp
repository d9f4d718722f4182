#pragma once

// What the generator's thread does: sends each request at its scheduled moment, keeps those that
// find no connection in a line, and gives up on those whose time is over.

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/load/connections.hpp"
#include "bench/load/generator.hpp"
#include "bench/load/ledger.hpp"
#include "bench/load/mix.hpp"
#include "bench/load/schedule.hpp"
#include "lb/base/clock.hpp"

namespace cutover::load {

/// One owner, one thread (wake() excepted). Told the time where it decides; it reads the clock only
/// to learn when an answer came.
class Engine {
 public:
  /// Checks the options; errors name the option. The clock outlives the engine.
  static Result<std::unique_ptr<Engine>> make(const Options& options, const Clock& clock);

  /// The schedule begins at `now`, with its first phase. Once, before all else.
  void start(std::string phase, TimePoint now);
  void begin_phase(std::string phase, TimePoint begin) {
    ledger_.begin_phase(std::move(phase), begin);
  }
  /// No request is scheduled after `end`.
  void end_schedule(TimePoint end);
  /// True once the schedule has ended and every request is settled.
  bool finished() const { return end_ && next_ > *end_ && requests_.empty(); }

  /// Sends what is due at `now` and gives up what is overdue.
  void send_due(TimePoint now);
  /// Deals with what sockets bring, until something is due or wake().
  void wait();
  void wake() { connections_->wake(); }

  std::vector<PhaseAccount> accounts(TimePoint now) const { return ledger_.accounts(now); }

 private:
  /// In the order of their moments; settled ones leave from the front. The time limit is the same
  /// for all, so the front is also the next one to be overdue.
  struct Request {
    enum class State : std::uint8_t { waiting, sent, settled };
    TimePoint moment;
    std::uint32_t phase;
    std::uint32_t kind;
    Connections::Slot slot;
    State state;
  };

  Engine(const Options& options, Mix mix, const Clock& clock);

  void schedule_due(TimePoint now);
  void expire(TimePoint now);
  void send_waiting();
  void on_end(const Ended& ended);
  void settle(Request& request, Fate::Error error, int status, std::string_view target_group);
  Request& request(std::uint64_t id) { return requests_[id - first_id_]; }

  Options options_;
  const Clock& clock_;
  Mix mix_;
  Ledger ledger_{mix_};
  std::unique_ptr<Connections> connections_;
  std::optional<Schedule> schedule_;
  TimePoint next_;  // The first moment not scheduled yet.
  std::optional<TimePoint> end_;
  std::deque<Request> requests_;
  std::uint64_t first_id_ = 0;         // Of requests_.front(); ids count up.
  std::deque<std::uint64_t> waiting_;  // Unsettled ones and, until their turn, expired ones.
};

}  // namespace cutover::load

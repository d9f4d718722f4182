#include "bench/load/engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace cutover::load {

namespace {

constexpr double rate_most = 1e7;
// A late generator catches up in steps, so that answers are read meanwhile.
constexpr int scheduled_per_turn_most = 256;
// The mix draws from a stream of its own: with Poisson arrivals the order of kinds stays the same
// as with constant ones.
constexpr std::uint64_t mix_stream = 0x6d6978;

Error invalid(std::string where, std::string message) {
  return Error{"InvalidLoad", std::move(where), std::move(message)};
}

Result<void> check(const Options& options) {
  if (!std::isfinite(options.rate) || options.rate <= 0 || options.rate > rate_most) {
    return invalid("rate", fmt::format("{} must be above 0 and at most {:.0f} requests per second",
                                       options.rate, rate_most));
  }
  if (options.connections_most == 0) {
    return invalid("connections_most", "0 must be at least 1");
  }
  if (options.timeout <= Duration::zero() || options.timeout > std::chrono::hours(24)) {
    return invalid("timeout", "the time limit must be above 0 and at most one day");
  }
  return {};
}

}  // namespace

Engine::Engine(const Options& options, Mix mix, const Clock& clock)
    : options_(options), clock_(clock), mix_(std::move(mix)) {}

Result<std::unique_ptr<Engine>> Engine::make(const Options& options, const Clock& clock) {
  if (auto sound = check(options); !sound) return sound.error();
  auto mix = Mix::make(options.mix, options.host, options.seed ^ mix_stream);
  if (!mix) return at("mix", mix.error());
  std::unique_ptr<Engine> engine(new Engine(options, std::move(*mix), clock));
  auto connections =
      Connections::make(options.endpoint, options.connections_most,
                        [raw = engine.get()](const Ended& ended) { raw->on_end(ended); });
  if (!connections) return connections.error();
  engine->connections_ = std::move(*connections);
  return engine;
}

void Engine::start(std::string phase, TimePoint now) {
  ledger_.begin_phase(std::move(phase), now);
  schedule_ = options_.schedule == Options::Schedule::constant
                  ? Schedule::constant(now, options_.rate)
                  : Schedule::poisson(now, options_.rate, options_.seed);
  next_ = schedule_->next();
}

void Engine::end_schedule(TimePoint end) {
  end_ = end;
  ledger_.close(end);
}

void Engine::send_due(TimePoint now) {
  expire(now);
  send_waiting();
  schedule_due(now);
}

void Engine::schedule_due(TimePoint now) {
  const TimePoint until = end_ ? std::min(*end_, now) : now;
  for (int i = 0; i < scheduled_per_turn_most && next_ <= until; ++i) {
    const TimePoint moment = std::exchange(next_, schedule_->next());
    const auto kind = static_cast<std::uint32_t>(mix_.choose());
    const std::uint64_t id = first_id_ + requests_.size();
    requests_.push_back({moment, ledger_.schedule(moment, kind), kind, 0, Request::State::waiting});
    if (moment + options_.timeout > now) {
      waiting_.push_back(id);
      send_waiting();
    } else {  // This thread itself was kept from running.
      settle(requests_.back(), Fate::Error::unsent, 0, {});
    }
    if (waiting_.size() > options_.waiting_most) {
      settle(requests_.back(), Fate::Error::unsent, 0, {});
      waiting_.pop_back();
    }
  }
}

void Engine::send_waiting() {
  while (!waiting_.empty()) {
    const std::uint64_t id = waiting_.front();
    if (id >= first_id_ && request(id).state == Request::State::waiting) {
      // Marked before it is sent: it may end, and be settled, while it is.
      Request& next = request(id);
      next.state = Request::State::sent;
      const auto slot = connections_->send(id, mix_.bytes(next.kind), mix_.is_head(next.kind));
      if (!slot) {
        next.state = Request::State::waiting;
        return;
      }
      next.slot = *slot;
    }
    waiting_.pop_front();
  }
}

void Engine::expire(TimePoint now) {
  while (!requests_.empty()) {
    Request& oldest = requests_.front();
    if (oldest.state != Request::State::settled) {
      if (oldest.moment + options_.timeout > now) return;
      Fate::Error error = Fate::Error::unsent;
      if (oldest.state == Request::State::sent) {
        error =
            connections_->is_connecting(oldest.slot) ? Fate::Error::connect : Fate::Error::timeout;
        connections_->drop(oldest.slot);
      }
      settle(oldest, error, 0, {});
    }
    requests_.pop_front();
    ++first_id_;
  }
}

void Engine::wait() {
  const TimePoint now = clock_.now();
  TimePoint due = TimePoint::max();
  if (!end_ || next_ <= *end_) due = next_;
  if (!requests_.empty()) due = std::min(due, requests_.front().moment + options_.timeout);
  const bool nothing_due = due == TimePoint::max();
  const Duration wait = std::max(due - now, Duration::zero());
  connections_->wait(nothing_due ? Duration(-1) : clock_.real_wait(wait));
}

void Engine::on_end(const Ended& ended) {
  settle(request(ended.request), ended.error, ended.status, ended.target_group);
}

void Engine::settle(Request& request, Fate::Error error, int status,
                    std::string_view target_group) {
  request.state = Request::State::settled;
  const Duration latency = error == Fate::Error::none ? clock_.now() - request.moment : Duration{};
  ledger_.settle(request.phase, request.kind, error, status, target_group, latency);
}

}  // namespace cutover::load

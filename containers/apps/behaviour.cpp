#include "containers/apps/behaviour.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <functional>
#include <numbers>

namespace cutover::containers::apps {

namespace {

/// SplitMix64's finaliser: one random word from a counter, without a state to share.
std::uint64_t mix(std::uint64_t value) noexcept {
  value += 0x9e3779b97f4a7c15ULL;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

/// In (0, 1): never 0, so that a logarithm can be taken of it.
double open_unit(std::uint64_t bits) noexcept {
  return (static_cast<double>(bits >> 12) + 0.5) * 0x1.0p-52;
}

/// The standard normal distribution's 99th percentile.
constexpr double normal_p99 = 2.3263478740408408;

/// Box and Muller's transform, one of its two values.
double normal(std::uint64_t bits) noexcept {
  const double radius = std::sqrt(-2.0 * std::log(open_unit(bits)));
  return radius * std::cos(2.0 * std::numbers::pi * open_unit(mix(bits)));
}

Duration bounded(double ns) noexcept {
  const auto most = static_cast<double>(latency_most.count());
  return Duration(static_cast<Duration::rep>(std::clamp(ns, 0.0, most)));
}

}  // namespace

Duration sample(const Latency& latency, std::uint64_t bits) noexcept {
  const auto low = static_cast<double>(latency.low.count());
  const auto high = static_cast<double>(std::max(latency.low, latency.high).count());
  switch (latency.shape) {
    case Latency::Shape::none:
      return Duration::zero();
    case Latency::Shape::constant:
      return bounded(low);
    case Latency::Shape::uniform:
      return bounded(low + (high - low) * open_unit(bits));
    case Latency::Shape::exponential:
      return bounded(-std::log(open_unit(bits)) * low / std::numbers::ln2);
    case Latency::Shape::lognormal:
      if (latency.low <= Duration::zero()) return Duration::zero();
      return bounded(low * std::exp(std::log(high / low) / normal_p99 * normal(bits)));
  }
  return Duration::zero();
}

WaitingLine::WaitingLine(std::uint32_t servers, std::uint32_t backlog_limit)
    : free_at_(servers, TimePoint::min()), begins_(backlog_limit) {
  assert(servers > 0);
}

WaitingLine::Admission WaitingLine::arrive(TimePoint now, Duration work) {
  while (waiting_ > 0 && begins_[first_] <= now) {
    first_ = (first_ + 1) % begins_.size();
    --waiting_;
  }
  const TimePoint begin = std::max(now, free_at_.front());
  if (begin > now) {
    if (waiting_ == begins_.size()) return {};
    begins_[(first_ + waiting_) % begins_.size()] = begin;
    ++waiting_;
  }
  std::pop_heap(free_at_.begin(), free_at_.end(), std::greater{});
  free_at_.back() = begin + work;
  std::push_heap(free_at_.begin(), free_at_.end(), std::greater{});
  return {true, begin - now};
}

AppAnswer failure(const Treatment& treatment) {
  // Koa answers a failure with its status' name as text.
  const bool failed = treatment.fate == Treatment::Fate::failed;
  const std::string_view reason = failed ? "Internal Server Error" : "Service Unavailable";
  return {failed ? 500 : 503, reason, text_headers, reason, treatment.delay};
}

Behaviour::Behaviour(const AppBehaviour& behaviour, std::uint64_t seed)
    : latency_(behaviour.latency),
      error_rate_(behaviour.error_rate),
      seed_(mix(seed)),
      line_(
          behaviour.concurrency_limit == 0
              ? nullptr
              : new Line{{},
                         WaitingLine(std::min(behaviour.concurrency_limit, concurrency_limit_most),
                                     std::min(behaviour.backlog_limit, backlog_limit_most))}) {}

Treatment Behaviour::next(TimePoint now) noexcept {
  Treatment treatment;
  if (latency_.shape != Latency::Shape::none || error_rate_ > 0) {
    const std::uint64_t number = requests_.fetch_add(1, std::memory_order_relaxed);
    const std::uint64_t bits = mix(seed_ ^ mix(number));
    treatment.delay = sample(latency_, bits);
    if (open_unit(mix(~bits)) < error_rate_) treatment.fate = Treatment::Fate::failed;
  }
  if (line_) {
    const std::scoped_lock lock(line_->mutex);
    const auto admission = line_->line.arrive(now, treatment.delay);
    if (!admission.admitted) return {Treatment::Fate::refused, Duration::zero()};
    treatment.delay += admission.wait;
  }
  return treatment;
}

}  // namespace cutover::containers::apps

#include "bench/load/schedule.hpp"

#include <cmath>

namespace cutover::load {

namespace {

constexpr long double ns_per_second = 1e9L;

// A long double of the x86-64 ABI holds every integer up to 2^64: moments stay exact for centuries.
Duration whole(long double elapsed_ns) {
  return Duration(static_cast<Duration::rep>(std::floor(elapsed_ns)));
}

}  // namespace

Schedule Schedule::constant(TimePoint start, double rate) { return Schedule(start, rate, true, 0); }

Schedule Schedule::poisson(TimePoint start, double rate, std::uint64_t seed) {
  return Schedule(start, rate, false, seed);
}

TimePoint Schedule::next() {
  if (even_) {
    return start_ + whole(static_cast<long double>(count_++) * ns_per_second /
                          static_cast<long double>(rate_));
  }
  // uniform() is below 1, so the logarithm is finite.
  elapsed_ns_ += -static_cast<long double>(std::log1p(-random_.uniform())) * ns_per_second /
                 static_cast<long double>(rate_);
  return start_ + whole(elapsed_ns_);
}

}  // namespace cutover::load

#pragma once

// A log-linear histogram of durations: three significant digits over the whole range, exact counts,
// mergeable by addition.

#include <cstdint>
#include <vector>

namespace cutover::load {

/// Counts values in buckets that are exact below 2,048 and, above, 1/1,024 of their power of two
/// wide. Takes memory as the values need it, at most about 430 KB. One owner, one thread.
class Histogram {
 public:
  /// The largest value told apart; larger ones count as this one.
  static constexpr std::uint64_t largest = (std::uint64_t{1} << 62) - 1;

  /// Values in nanoseconds; 0 to about 2^62, larger ones count as the largest.
  void record(std::uint64_t value_ns);
  void merge(const Histogram& other);
  std::uint64_t count() const;
  /// The value at or below which `percentile` (0-100) of all values lie; 0 when empty. Within 0.1 %
  /// of the true value, never below it; percentile 100 is exact.
  std::uint64_t at_percentile(double percentile) const;
  std::uint64_t max() const;
  double mean() const;

 private:
  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
  double sum_ = 0;
};

}  // namespace cutover::load

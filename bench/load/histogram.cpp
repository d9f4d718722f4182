#include "bench/load/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace cutover::load {

namespace {

// Values share their 11 leading bits with all others of their bucket: each power of two from 2^11
// on is cut into 2^10 buckets, so a bucket is at most 1/1,024 of its values wide.
constexpr unsigned leading_bits = 11;
constexpr std::size_t buckets_per_power = std::size_t{1} << (leading_bits - 1);

std::size_t bucket_of(std::uint64_t value) {
  const auto width = static_cast<unsigned>(std::bit_width(value));
  const unsigned shift = width > leading_bits ? width - leading_bits : 0;
  return shift * buckets_per_power + static_cast<std::size_t>(value >> shift);
}

std::uint64_t highest_in(std::size_t bucket) {
  if (bucket < 2 * buckets_per_power) return bucket;
  const std::size_t shift = bucket / buckets_per_power - 1;
  const std::uint64_t leading = bucket - shift * buckets_per_power;
  return ((leading + 1) << shift) - 1;
}

}  // namespace

void Histogram::record(std::uint64_t value_ns) {
  const std::uint64_t value = std::min(value_ns, largest);
  const std::size_t bucket = bucket_of(value);
  if (bucket >= counts_.size()) counts_.resize(bucket + 1);
  ++counts_[bucket];
  ++count_;
  max_ = std::max(max_, value);
  sum_ += static_cast<double>(value);
}

void Histogram::merge(const Histogram& other) {
  if (counts_.size() < other.counts_.size()) counts_.resize(other.counts_.size());
  for (std::size_t bucket = 0; bucket < other.counts_.size(); ++bucket) {
    counts_[bucket] += other.counts_[bucket];
  }
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
}

std::uint64_t Histogram::count() const { return count_; }

std::uint64_t Histogram::at_percentile(double percentile) const {
  if (count_ == 0) return 0;
  // Nearest rank. Multiplying before dividing keeps "99.9 % of 1,000" at rank 999 in binary.
  const double share = std::clamp(percentile, 0.0, 100.0) * static_cast<double>(count_) / 100.0;
  const auto rank =
      std::clamp<std::uint64_t>(static_cast<std::uint64_t>(std::ceil(share)), 1, count_);
  if (rank == count_) return max_;
  std::uint64_t seen = 0;
  std::size_t bucket = 0;
  while ((seen += counts_[bucket]) < rank) ++bucket;
  return std::min(highest_in(bucket), max_);
}

std::uint64_t Histogram::max() const { return max_; }

double Histogram::mean() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }

}  // namespace cutover::load

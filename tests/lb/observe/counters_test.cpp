#include "lb/observe/counters.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace cutover::lb {
namespace {

using std::chrono::milliseconds;

TEST(NodeCounters, CountALoadBalancersCodeByClassAndSomeBySelf) {
  NodeCounters counters;
  for (const int status : {301, 400, 460, 463, 500, 501, 502, 503, 503, 504, 507}) {
    counters.count_elb_code(status);
  }
  EXPECT_EQ(counters.elb_3xx, 1u);
  EXPECT_EQ(counters.elb_4xx, 3u);
  EXPECT_EQ(counters.elb_5xx, 7u);
  EXPECT_EQ(counters.elb_500, 1u);
  EXPECT_EQ(counters.elb_502, 1u);
  EXPECT_EQ(counters.elb_503, 2u);
  EXPECT_EQ(counters.elb_504, 1u);
}

TEST(GroupCounters, CountATargetsCodeByClass) {
  GroupCounters counters;
  for (const int status : {101, 200, 204, 304, 404, 500, 599}) counters.count_target_code(status);
  EXPECT_EQ(counters.target_2xx, 2u);
  EXPECT_EQ(counters.target_3xx, 1u);
  EXPECT_EQ(counters.target_4xx, 1u);
  EXPECT_EQ(counters.target_5xx, 2u);
}

TEST(DurationTally, PutsEachDurationIntoTheFirstRangeThatHoldsIt) {
  DurationTally tally;
  for (const auto& bound : DurationTally::bounds) {
    tally.add(bound);
    tally.add(bound + Duration(1));
  }
  EXPECT_EQ(tally.by_range.front(), 1u);
  EXPECT_EQ(tally.by_range.back(), 1u);
  for (std::size_t i = 1; i < DurationTally::bounds.size(); ++i) EXPECT_EQ(tally.by_range[i], 2u);
  EXPECT_EQ(tally.count, 2 * DurationTally::bounds.size());
}

/// Every member of a struct that is made of 64-bit numbers alone, set to one value.
template <class Counters>
Counters filled(std::uint64_t value) {
  static_assert(sizeof(Counters) % sizeof value == 0);
  Counters counters;
  for (std::size_t i = 0; i < sizeof counters; i += sizeof value) {
    std::memcpy(reinterpret_cast<char*>(&counters) + i, &value, sizeof value);
  }
  return counters;
}

TEST(Counters, AddUpMemberByMember) {
  auto node = filled<NodeCounters>(3);
  node += filled<NodeCounters>(4);
  const auto node_sum = filled<NodeCounters>(7);
  EXPECT_EQ(std::memcmp(&node, &node_sum, sizeof node), 0);
  auto group = filled<GroupCounters>(3);
  group += filled<GroupCounters>(4);
  const auto group_sum = filled<GroupCounters>(7);
  EXPECT_EQ(std::memcmp(&group, &group_sum, sizeof group), 0);
}

}  // namespace
}  // namespace cutover::lb

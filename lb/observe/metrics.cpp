#include "lb/observe/metrics.hpp"

namespace cutover::lb {

NodeCounters MetricsSnapshot::total() const {
  NodeCounters sum;
  for (const NodeMetrics& node : nodes) sum += node.counters;
  return sum;
}

GroupCounters MetricsSnapshot::group_total(std::size_t group) const {
  GroupCounters sum;
  for (const NodeMetrics& node : nodes) {
    if (group < node.groups.size()) sum += node.groups[group];
  }
  return sum;
}

std::string availability_zone(std::string_view region, std::size_t index) {
  std::string letters;
  for (std::size_t rest = index + 1; rest > 0; rest = (rest - 1) / 26) {
    letters.insert(letters.begin(), static_cast<char>('a' + (rest - 1) % 26));
  }
  return std::string(region) + letters;
}

std::string_view target_group_dimension(std::string_view target_group_arn) {
  const std::size_t begin = target_group_arn.find("targetgroup/");
  return begin == std::string_view::npos ? target_group_arn : target_group_arn.substr(begin);
}

}  // namespace cutover::lb

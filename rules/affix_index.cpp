#include "rules/affix_index.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <tuple>

namespace cutover::rules {

void AffixIndex::build(std::vector<Entry> entries) {
  assert(nodes_.empty());
  if (entries.empty()) return;
  if (end_ == Affix::suffix) {
    for (Entry& entry : entries) std::reverse(entry.affix.begin(), entry.affix.end());
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.affix, a.rule, a.remaining) < std::tie(b.affix, b.rule, b.remaining);
  });
  build_node(entries.data(), entries.data() + entries.size(), 0);
}

/// The node for a sorted run of entries that agree in their first `depth` characters.
std::uint32_t AffixIndex::build_node(const Entry* begin, const Entry* end, std::size_t depth) {
  const auto index = static_cast<std::uint32_t>(nodes_.size());
  Node node;
  // The run is sorted: what its first and last agree in, all agree in.
  const std::string& first = begin->affix;
  const std::string& last = (end - 1)->affix;
  const auto shared = std::mismatch(first.begin(), first.end(), last.begin(), last.end()).first;
  const auto label_end = static_cast<std::size_t>(shared - first.begin());
  node.label = static_cast<std::uint32_t>(labels_.size());
  node.label_size = static_cast<std::uint8_t>(label_end - depth);
  labels_.append(first, depth, node.label_size);

  node.least_rule = std::numeric_limits<std::uint32_t>::max();
  node.endings = static_cast<std::uint32_t>(endings_.size());
  for (; begin != end && begin->affix.size() == label_end; ++begin) {
    node.least_rule = std::min(node.least_rule, begin->rule);
    endings_.push_back({begin->rule, begin->remaining});
  }
  node.ending_count = static_cast<std::uint32_t>(endings_.size()) - node.endings;

  if (begin != end) {
    const auto low = static_cast<unsigned char>(begin->affix[label_end]);
    const auto high = static_cast<unsigned char>((end - 1)->affix[label_end]);
    node.child_first = low;
    node.child_range = static_cast<std::uint16_t>(high - low + 1);
    node.children = static_cast<std::uint32_t>(children_.size());
    children_.resize(children_.size() + node.child_range, no_child);
  }
  nodes_.push_back(node);
  while (begin != end) {
    const char branch = begin->affix[label_end];
    const Entry* const branch_end = std::find_if(
        begin, end, [&](const Entry& entry) { return entry.affix[label_end] != branch; });
    const std::uint32_t child = build_node(begin, branch_end, label_end + 1);
    const unsigned slot = static_cast<unsigned char>(branch) - node.child_first;
    children_[node.children + slot] = child;
    nodes_[index].least_rule = std::min(nodes_[index].least_rule, nodes_[child].least_rule);
    begin = branch_end;
  }
  return index;
}

}  // namespace cutover::rules

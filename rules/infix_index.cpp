#include "rules/infix_index.hpp"

#include <bit>
#include <cassert>
#include <tuple>

namespace cutover::rules {

void InfixIndex::build(std::vector<Entry> entries) {
  assert(all_rules_.empty());
  if (entries.empty()) return;
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.gram, a.rule) < std::tie(b.gram, b.rule);
  });
  const std::size_t slots = std::bit_ceil(2 * entries.size());
  slot_shift_ = 64U - static_cast<unsigned>(std::bit_width(slots) - 1);
  table_.resize(slots);
  for (const Entry& entry : entries) {
    assert(entry.gram.size() == gram_size);
    std::uint32_t gram = 0;
    for (const char character : entry.gram) gram = gram << 8U | byte(character);
    Bucket& bucket = table_[find(gram)];
    if (bucket.rule_count == 0) {
      bucket = {gram, entry.rule, static_cast<std::uint32_t>(rules_.size()), 0};
    }
    ++bucket.rule_count;  // Sorted by gram: a bucket's rules stand together.
    rules_.push_back(entry.rule);
    all_rules_.push_back(entry.rule);
  }
  std::sort(all_rules_.begin(), all_rules_.end());
  all_rules_.erase(std::unique(all_rules_.begin(), all_rules_.end()), all_rules_.end());
}

}  // namespace cutover::rules

#include "rules/rule_index.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace cutover::rules {

namespace {

/// How often each key occurs in all patterns of one field.
using Counts = std::unordered_map<std::string, std::size_t>;

/// How a pattern may be looked up.
enum class Way : std::uint8_t { prefix, suffix, infix };

/// One way for one pattern. Less is better: first fewer patterns that share the key, then a longer
/// key, then the prefix, which is read forwards.
struct Choice {
  std::size_t sharers = 0;
  std::size_t brevity = 0;
  Way way = Way::prefix;
  std::string key;

  bool operator<(const Choice& other) const {
    return std::tie(sharers, brevity, way) < std::tie(other.sharers, other.brevity, other.way);
  }
};

class Plan {
 public:
  struct Entries {
    std::vector<AffixIndex::Entry> prefixes;
    std::vector<AffixIndex::Entry> suffixes;
    std::vector<InfixIndex::Entry> infixes;
  };

  explicit Plan(const std::vector<CompiledRule>& rules) {
    for_each_pattern(rules, [&](Field field, const WildcardPattern& pattern) {
      ++counts_[field].prefixes[std::string(pattern.literal_prefix())];
      ++counts_[field].suffixes[std::string(pattern.literal_suffix())];
    });
    for_each_pattern(rules, [&](Field field, const WildcardPattern& pattern) {
      if (better_end(field, pattern).sharers <= sharers_borne) return;
      for_each_gram(pattern, [&](std::string gram) { ++counts_[field].grams[std::move(gram)]; });
    });
    for (std::size_t i = 0; i < rules.size(); ++i) enter(rules[i], static_cast<std::uint32_t>(i));
  }

  std::array<Entries, indexed_field_count> entries;
  std::vector<std::uint32_t> unindexed;

 private:
  struct FieldCounts {
    Counts prefixes;
    Counts suffixes;
    Counts grams;  ///< Only of patterns whose ends are shared by many.
  };
  /// An end shared by this many patterns is still a good key: looking inside costs every request a
  /// walk over its whole text.
  static constexpr std::size_t sharers_borne = 8;

  template <class Visit>
  static void for_each_pattern(const std::vector<CompiledRule>& rules, const Visit& visit) {
    for (const CompiledRule& rule : rules) {
      for (const CompiledCondition& condition : rule.all_of) {
        if (!condition.is_indexed()) continue;
        for (const WildcardPattern& pattern : condition.any_of) visit(condition.field, pattern);
      }
    }
  }

  template <class Visit>
  static void for_each_gram(const WildcardPattern& pattern, const Visit& visit) {
    const std::string_view text = pattern.text();
    for (std::size_t i = 0; i + InfixIndex::gram_size <= text.size(); ++i) {
      const std::string_view gram = text.substr(i, InfixIndex::gram_size);
      if (gram.find(any_run) == std::string_view::npos &&
          gram.find(any_one) == std::string_view::npos)
        visit(std::string(gram));
    }
  }

  Choice better_end(Field field, const WildcardPattern& pattern) const {
    const std::string prefix(pattern.literal_prefix());
    const std::string suffix(pattern.literal_suffix());
    const FieldCounts& counts = counts_[field];
    return std::min(Choice{counts.prefixes.at(prefix), pattern_length_most - prefix.size(),
                           Way::prefix, prefix},
                    Choice{counts.suffixes.at(suffix), pattern_length_most - suffix.size(),
                           Way::suffix, suffix});
  }

  Choice best_way(Field field, const WildcardPattern& pattern) const {
    Choice best = better_end(field, pattern);
    if (best.sharers <= sharers_borne) return best;
    for_each_gram(pattern, [&](std::string gram) {
      const std::size_t sharers = counts_[field].grams.at(gram);
      best = std::min(best, Choice{sharers, pattern_length_most, Way::infix, std::move(gram)});
    });
    return best;
  }

  /// A condition is as good to find its rule by as the worst of its values.
  std::vector<Choice> ways(const CompiledCondition& condition) const {
    std::vector<Choice> chosen;
    for (const WildcardPattern& pattern : condition.any_of) {
      chosen.push_back(best_way(condition.field, pattern));
    }
    return chosen;
  }

  static Remaining remaining(const CompiledRule& rule, const WildcardPattern& pattern, Way way) {
    if (rule.all_of.size() > 1) return Remaining::verification;
    if (pattern.is_literal()) return Remaining::end_of_text;
    const bool settled = way == Way::prefix ? pattern.is_prefix() : pattern.is_suffix();
    return settled ? Remaining::nothing : Remaining::verification;
  }

  void enter(const CompiledRule& rule, std::uint32_t index) {
    const CompiledCondition* best = nullptr;
    std::vector<Choice> best_ways;
    for (const CompiledCondition& condition : rule.all_of) {
      if (!condition.is_indexed()) continue;
      std::vector<Choice> candidate = ways(condition);
      if (best == nullptr || *std::max_element(candidate.begin(), candidate.end()) <
                                 *std::max_element(best_ways.begin(), best_ways.end())) {
        best = &condition;
        best_ways = std::move(candidate);
      }
    }
    if (best == nullptr) return unindexed.push_back(index);
    Entries& target = entries[best->field];
    for (std::size_t i = 0; i < best_ways.size(); ++i) {
      Choice& choice = best_ways[i];
      if (choice.way == Way::infix) {
        target.infixes.push_back({std::move(choice.key), index});
        continue;
      }
      auto& affixes = choice.way == Way::prefix ? target.prefixes : target.suffixes;
      affixes.push_back(
          {std::move(choice.key), index, remaining(rule, best->any_of[i], choice.way)});
    }
  }

  std::array<FieldCounts, indexed_field_count> counts_;
};

}  // namespace

RuleIndex::RuleIndex(const std::vector<CompiledRule>& rules) {
  Plan plan(rules);
  for (std::size_t field = 0; field < indexed_field_count; ++field) {
    fields_[field].prefixes.build(std::move(plan.entries[field].prefixes));
    fields_[field].suffixes.build(std::move(plan.entries[field].suffixes));
    fields_[field].infixes.build(std::move(plan.entries[field].infixes));
  }
  unindexed_ = std::move(plan.unindexed);
}

}  // namespace cutover::rules

#include "rules/matcher.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "rules/affix_index.hpp"
#include "rules/host_header.hpp"
#include "rules/path_pattern.hpp"
#include "rules/visible_text.hpp"
#include "rules/wildcard.hpp"

namespace cutover::rules {

namespace {

/// The parts of a request that patterns are compared with, as indices.
enum Field : std::uint8_t { path_field, host_field };
constexpr std::size_t field_count = 2;
constexpr std::size_t affix_count = 2;

constexpr LetterCase letter_case_of(Field field) {
  return field == path_field ? LetterCase::sensitive : LetterCase::insensitive;
}

/// A request's fields as rules see them; nothing where a field holds a byte that rules do not see.
/// Fields that no rule looks at are left out too.
using Fields = std::array<std::optional<std::string_view>, field_count>;

struct CompiledCondition {
  Field field = path_field;
  std::vector<WildcardPattern> any_of;

  bool holds(const Fields& fields) const {
    const std::optional<std::string_view>& text = fields[field];
    return text && std::any_of(any_of.begin(), any_of.end(),
                               [&](const WildcardPattern& value) { return value.matches(*text); });
  }
};

struct CompiledRule {
  std::vector<CompiledCondition> all_of;

  bool matches(const Fields& fields) const {
    return std::all_of(all_of.begin(), all_of.end(),
                       [&](const CompiledCondition& condition) { return condition.holds(fields); });
  }
};

Field field_of(const Condition& condition) {
  return std::holds_alternative<PathPattern>(condition) ? path_field : host_field;
}

const std::vector<std::string>& values_of(const Condition& condition) {
  return std::visit([](const auto& kind) -> const std::vector<std::string>& { return kind.values; },
                    condition);
}

CompiledRule compile(const Rule& rule) {
  CompiledRule compiled;
  for (const Condition& condition : rule.conditions) {
    CompiledCondition& added = compiled.all_of.emplace_back();
    added.field = field_of(condition);
    for (const std::string& value : values_of(condition)) {
      added.any_of.emplace_back(value, letter_case_of(added.field));
    }
  }
  return compiled;
}

std::string_view affix_of(const WildcardPattern& pattern, Affix end) {
  return end == Affix::prefix ? pattern.literal_prefix() : pattern.literal_suffix();
}

/// Chooses, for each rule, the condition to find it by, and for each of that condition's values the
/// end to read it from: the one that the fewest other patterns share. A hundred rules for one host
/// are found by their paths, a hundred hosts that all want `/*` by their hosts.
class IndexPlan {
 public:
  using Entries = std::array<std::array<std::vector<AffixIndex::Entry>, affix_count>, field_count>;

  explicit IndexPlan(const std::vector<CompiledRule>& rules) {
    for (const CompiledRule& rule : rules) count(rule);
    for (std::size_t i = 0; i < rules.size(); ++i) enter(rules[i], static_cast<std::uint32_t>(i));
  }

  Entries take() { return std::move(entries_); }

 private:
  /// How many patterns share the affix, then how short it is: less is better.
  using Cost = std::pair<std::size_t, std::size_t>;

  void count(const CompiledRule& rule) {
    for (const CompiledCondition& condition : rule.all_of) {
      for (const WildcardPattern& value : condition.any_of) {
        for (const Affix end : {Affix::prefix, Affix::suffix}) {
          ++sharers_[{condition.field, end, affix_of(value, end)}];
        }
      }
    }
  }

  Cost cost(Field field, const WildcardPattern& value, Affix end) const {
    const std::string_view affix = affix_of(value, end);
    return {sharers_.at({field, end, affix}), pattern_length_most - affix.size()};
  }

  /// On a tie the prefix: it is read forwards, and `prefix*` needs no further look.
  Affix better_end(Field field, const WildcardPattern& value) const {
    return cost(field, value, Affix::suffix) < cost(field, value, Affix::prefix) ? Affix::suffix
                                                                                 : Affix::prefix;
  }

  /// A condition is as good to find a rule by as the worst of its values.
  Cost cost(const CompiledCondition& condition) const {
    Cost worst{0, 0};
    for (const WildcardPattern& value : condition.any_of) {
      const Affix end = better_end(condition.field, value);
      worst = std::max(worst, cost(condition.field, value, end));
    }
    return worst;
  }

  static Remaining remaining(const CompiledRule& rule, const WildcardPattern& value, Affix end) {
    if (rule.all_of.size() > 1) return Remaining::verification;
    if (value.is_literal()) return Remaining::end_of_text;
    const bool settled = end == Affix::prefix ? value.is_prefix() : value.is_suffix();
    return settled ? Remaining::nothing : Remaining::verification;
  }

  void enter(const CompiledRule& rule, std::uint32_t index) {
    const auto best = std::min_element(
        rule.all_of.begin(), rule.all_of.end(),
        [&](const CompiledCondition& a, const CompiledCondition& b) { return cost(a) < cost(b); });
    for (const WildcardPattern& value : best->any_of) {
      const Affix end = better_end(best->field, value);
      entries_[best->field][static_cast<std::size_t>(end)].push_back(
          {std::string(affix_of(value, end)), index, remaining(rule, value, end)});
    }
  }

  std::map<std::tuple<Field, Affix, std::string_view>, std::size_t> sharers_;
  Entries entries_;
};

std::string joined(const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) {
    if (!text.empty()) text += " or ";
    text += escaped(value);
  }
  return text;
}

}  // namespace

struct Matcher::Compiled {
  explicit Compiled(RuleSet given) : set(std::move(given)) {
    std::sort(set.rules.begin(), set.rules.end(),
              [](const Rule& a, const Rule& b) { return a.priority < b.priority; });
    rules.reserve(set.rules.size());
    for (const Rule& rule : set.rules) {
      assert(!rule.conditions.empty());
      rules.push_back(compile(rule));
      for (const Condition& condition : rule.conditions) looked_at[field_of(condition)] = true;
    }
    IndexPlan::Entries entries = IndexPlan(rules).take();
    for (std::size_t field = 0; field < field_count; ++field) {
      for (std::size_t end = 0; end < affix_count; ++end) {
        indices[field][end].build(std::move(entries[field][end]));
      }
    }
  }

  /// `path` is what rules see of the path, already known to be visible.
  Fields fields(std::optional<std::string_view> path, std::string_view host_header) const {
    Fields seen;
    seen[path_field] = path;
    if (looked_at[host_field]) {
      const std::string_view host = host_without_port(host_header);
      if (is_visible(host)) seen[host_field] = host;
    }
    return seen;
  }

  std::uint32_t find(const Fields& seen) const {
    const auto verify = [&](std::uint32_t rule) { return rules[rule].matches(seen); };
    std::uint32_t best = default_rule;
    for (std::size_t field = 0; field < field_count; ++field) {
      if (!seen[field]) continue;
      for (const AffixIndex& index : indices[field]) {
        best = index.least_match(*seen[field], best, verify);
      }
    }
    return best;
  }

  /// Apart from find() so that plain paths do not pay for the buffer.
  [[gnu::noinline]] std::uint32_t find_normalised(const Request& request) const {
    std::array<char, normalised_path_most> buffer;
    const std::string_view path = normalised_path(request.path, buffer);
    return find(fields(is_visible(path) ? std::optional(path) : std::nullopt, request.host));
  }

  RuleSet set;  ///< rules by ascending priority.
  std::vector<CompiledRule> rules;
  std::array<bool, field_count> looked_at{};
  std::array<std::array<AffixIndex, affix_count>, field_count> indices{
      {{{{Affix::prefix, LetterCase::sensitive}, {Affix::suffix, LetterCase::sensitive}}},
       {{{Affix::prefix, LetterCase::insensitive}, {Affix::suffix, LetterCase::insensitive}}}}};
};

Matcher::Matcher(RuleSet rules) : compiled_(std::make_unique<const Compiled>(std::move(rules))) {}
Matcher::Matcher(Matcher&&) noexcept = default;
Matcher& Matcher::operator=(Matcher&&) noexcept = default;
Matcher::~Matcher() = default;

std::uint32_t Matcher::first_match(const Request& request) const {
  if (!compiled_->looked_at[path_field]) {
    return compiled_->find(compiled_->fields(std::nullopt, request.host));
  }
  if (!is_plain_path(request.path)) return compiled_->find_normalised(request);
  return compiled_->find(compiled_->fields(request.path, request.host));
}

const std::vector<Rule>& Matcher::rules() const { return compiled_->set.rules; }
const Action& Matcher::default_action() const { return compiled_->set.default_action; }

const Action& Matcher::action(std::uint32_t index) const {
  return index == default_rule ? default_action() : rules()[index].action;
}

std::vector<Matcher::Verdict> Matcher::explain(const Request& request) const {
  std::string buffer(request.path.size(), '\0');
  const std::string_view path = normalised_path(request.path, buffer);
  const std::string_view host = host_without_port(request.host);
  Fields seen;
  if (is_visible(path)) seen[path_field] = path;
  if (is_visible(host)) seen[host_field] = host;

  const auto compared = [&](Field field) {
    const std::string_view text = field == path_field ? path : host;
    std::string shown = text.empty() ? "an empty value" : escaped(text);
    if (field == path_field && path != request.path) {
      shown += " (normalised from " + quoted(request.path) + ")";
    }
    if (!seen[field]) shown += ", which holds characters other than visible ASCII";
    return shown;
  };
  std::vector<Verdict> verdicts;
  for (std::size_t i = 0; i < rules().size(); ++i) {
    const Rule& rule = rules()[i];
    Verdict& verdict = verdicts.emplace_back();
    verdict.priority = rule.priority;
    verdict.matched = true;
    for (std::size_t c = 0; c < rule.conditions.size() && verdict.matched; ++c) {
      const CompiledCondition& condition = compiled_->rules[i].all_of[c];
      verdict.matched = condition.holds(seen);
      const std::string sentence =
          std::string(condition.field == path_field ? "path-pattern " : "host-header ") +
          joined(values_of(rule.conditions[c])) +
          (verdict.matched ? " matches " : " does not match ") + compared(condition.field);
      verdict.reason = verdict.matched && c > 0 ? verdict.reason + "; " + sentence : sentence;
    }
    if (verdict.matched) return verdicts;
  }
  verdicts.push_back({0, true, "no rule matched: the default action applies"});
  return verdicts;
}

}  // namespace cutover::rules

#include "rules/matcher.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "rules/compiled_rule.hpp"
#include "rules/condition.hpp"
#include "rules/host_header.hpp"
#include "rules/path_pattern.hpp"
#include "rules/rule_index.hpp"
#include "rules/visible_text.hpp"

namespace cutover::rules {

namespace {

RuleSet in_order(RuleSet set) {
  std::sort(set.rules.begin(), set.rules.end(),
            [](const Rule& a, const Rule& b) { return a.priority < b.priority; });
  return set;
}

/// The fields of one request, and how to speak of them.
class RequestInWords {
 public:
  /// `path` is the normalised one.
  RequestInWords(const Request& request, std::string_view path)
      : request_(request), texts_{path, host_without_port(request.host)} {
    fields_.request = &request;
    for (std::size_t field = 0; field < indexed_field_count; ++field) {
      if (is_visible(texts_[field])) fields_.indexed[field] = texts_[field];
    }
  }

  const Fields& fields() const { return fields_; }

  std::string sentence(const Condition& condition, bool holds) const {
    std::string words(field_name(condition));
    if (const auto* header = std::get_if<HttpHeader>(&condition)) {
      words += " " + escaped(header->name) + ":";
    }
    words.append(" ").append(values_text(condition));
    words += holds ? " matches " : " does not match ";
    return words + seen(condition);
  }

 private:
  static std::string shown(std::string_view text) {
    return text.empty() ? "an empty value" : escaped(text);
  }

  /// What the condition was compared with.
  std::string seen(const Condition& condition) const {
    switch (const Field field = field_of(condition)) {
      case path_field:
      case host_field:
        return seen_text(field);
      case header_field:
        return seen_headers(std::get<HttpHeader>(condition).name);
      case method_field:
        return shown(request_.method);
      case query_field:
        return shown(request_.query);
      case source_field:
        return to_string(request_.source);
    }
    return {};
  }

  std::string seen_text(Field field) const {
    const std::string_view text = texts_[field];
    std::string words = shown(text);
    if (field == path_field && text != request_.path) {
      words += " (normalised from " + quoted(request_.path) + ")";
    }
    if (!fields_.indexed[field]) words += ", which holds characters other than visible ASCII";
    return words;
  }

  std::string seen_headers(std::string_view name) const {
    std::string words;
    std::string_view value;
    std::size_t from = 0;
    while (request_.headers != nullptr && request_.headers->next(name, from, value)) {
      words += (words.empty() ? "" : ", ") + quoted(value);
    }
    return words.empty() ? "a request without it" : words;
  }

  const Request& request_;
  std::array<std::string_view, indexed_field_count> texts_;
  Fields fields_;
};

}  // namespace

struct Matcher::Compiled {
  explicit Compiled(RuleSet given)
      : set(in_order(std::move(given))), rules(set.rules.begin(), set.rules.end()), index(rules) {
    for (const CompiledRule& rule : rules) {
      for (const CompiledCondition& condition : rule.all_of) looked_at[condition.field] = true;
    }
    for (const Rule& rule : set.rules) transforms.emplace_back(rule);
    if (std::all_of(transforms.begin(), transforms.end(),
                    [](const CompiledTransforms& each) { return each.empty(); })) {
      transforms.clear();
      transforms.shrink_to_fit();
    }
  }

  /// `path` is what rules see of the path, already known to be visible.
  Fields fields(std::optional<std::string_view> path, const Request& request) const {
    Fields seen;
    seen.request = &request;
    seen.indexed[path_field] = path;
    if (looked_at[host_field]) {
      const std::string_view host = host_without_port(request.host);
      if (is_visible(host)) seen.indexed[host_field] = host;
    }
    return seen;
  }

  std::uint32_t find(const Fields& seen) const {
    return index.least_match(seen, default_rule,
                             [&](std::uint32_t rule) { return rules[rule].matches(seen); });
  }

  /// Apart from find() so that plain paths do not pay for the buffer.
  [[gnu::noinline]] std::uint32_t find_normalised(const Request& request) const {
    std::array<char, normalised_path_most> buffer;
    const std::string_view path = normalised_path(request.path, buffer);
    return find(fields(is_visible(path) ? std::optional(path) : std::nullopt, request));
  }

  RuleSet set;  ///< rules by ascending priority.
  std::vector<CompiledRule> rules;
  RuleIndex index;
  std::array<bool, field_count> looked_at{};   ///< By any rule.
  std::vector<CompiledTransforms> transforms;  ///< By rule; empty when no rule has any.
};

Matcher::Matcher(RuleSet rules) : compiled_(std::make_unique<const Compiled>(std::move(rules))) {}
Matcher::Matcher(Matcher&&) noexcept = default;
Matcher& Matcher::operator=(Matcher&&) noexcept = default;
Matcher::~Matcher() = default;

std::uint32_t Matcher::first_match(const Request& request) const {
  if (!compiled_->looked_at[path_field]) {
    return compiled_->find(compiled_->fields(std::nullopt, request));
  }
  if (!is_plain_path(request.path)) return compiled_->find_normalised(request);
  return compiled_->find(compiled_->fields(request.path, request));
}

const std::vector<Rule>& Matcher::rules() const { return compiled_->set.rules; }
const Action& Matcher::default_action() const { return compiled_->set.default_action; }

const Action& Matcher::action(std::uint32_t index) const {
  return index == default_rule ? default_action() : rules()[index].action;
}

const CompiledTransforms* Matcher::transforms(std::uint32_t index) const {
  if (index >= compiled_->transforms.size()) return nullptr;
  const CompiledTransforms& found = compiled_->transforms[index];
  return found.empty() ? nullptr : &found;
}

std::uint32_t Matcher::evaluated(std::uint32_t match) const {
  return match == default_rule ? static_cast<std::uint32_t>(rules().size()) : match + 1;
}

bool Matcher::needs_headers() const { return compiled_->looked_at[header_field]; }
bool Matcher::needs_query() const { return compiled_->looked_at[query_field]; }
bool Matcher::needs_source() const { return compiled_->looked_at[source_field]; }

std::vector<Matcher::Verdict> Matcher::explain(const Request& request) const {
  std::string buffer(request.path.size(), '\0');
  const RequestInWords words(request, normalised_path(request.path, buffer));
  std::vector<Verdict> verdicts;
  for (std::size_t i = 0; i < rules().size(); ++i) {
    Verdict& verdict = verdicts.emplace_back();
    verdict.priority = rules()[i].priority;
    verdict.matched = true;
    for (std::size_t c = 0; c < rules()[i].conditions.size(); ++c) {
      const bool holds = compiled_->rules[i].all_of[c].holds(words.fields());
      std::string sentence = words.sentence(rules()[i].conditions[c], holds);
      // A rule that matched says why of all its conditions, one that did not of the first to fail.
      if (verdict.matched && !holds) verdict.reason = sentence;
      if (verdict.matched && holds) verdict.reason += (c > 0 ? "; " : "") + sentence;
      verdict.matched = verdict.matched && holds;
      verdict.conditions.push_back({std::move(sentence), holds});
    }
    if (verdict.matched) return verdicts;
  }
  verdicts.push_back({0, true, "no rule matched: the default action applies"});
  return verdicts;
}

}  // namespace cutover::rules

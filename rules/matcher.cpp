#include "rules/matcher.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "rules/compiled_rule.hpp"
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

/// "/a or /b"
std::string joined(const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) {
    if (!text.empty()) text += " or ";
    text += escaped(value);
  }
  return text;
}

/// The fields of one request, and how to speak of them.
class RequestInWords {
 public:
  /// `path` is the normalised one.
  RequestInWords(const Request& request, std::string_view path)
      : received_path_(request.path), texts_{path, host_without_port(request.host)} {
    for (std::size_t field = 0; field < field_count; ++field) {
      if (is_visible(texts_[field])) fields_[field] = texts_[field];
    }
  }

  const Fields& fields() const { return fields_; }

  std::string sentence(const Condition& condition, bool holds) const {
    const Field field = field_of(condition);
    const std::string_view text = texts_[field];
    std::string words(name_of(condition));
    words.append(" ").append(joined(values_of(condition)));
    words += holds ? " matches " : " does not match ";
    words += text.empty() ? "an empty value" : escaped(text);
    if (field == path_field && text != received_path_) {
      words += " (normalised from " + quoted(received_path_) + ")";
    }
    if (!fields_[field]) words += ", which holds characters other than visible ASCII";
    return words;
  }

 private:
  std::string_view received_path_;
  std::array<std::string_view, field_count> texts_;
  Fields fields_;
};

}  // namespace

struct Matcher::Compiled {
  explicit Compiled(RuleSet given)
      : set(in_order(std::move(given))), rules(set.rules.begin(), set.rules.end()), index(rules) {
    for (const CompiledRule& rule : rules) {
      for (const CompiledCondition& condition : rule.all_of) looked_at[condition.field] = true;
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
    return index.least_match(seen, default_rule,
                             [&](std::uint32_t rule) { return rules[rule].matches(seen); });
  }

  /// Apart from find() so that plain paths do not pay for the buffer.
  [[gnu::noinline]] std::uint32_t find_normalised(const Request& request) const {
    std::array<char, normalised_path_most> buffer;
    const std::string_view path = normalised_path(request.path, buffer);
    return find(fields(is_visible(path) ? std::optional(path) : std::nullopt, request.host));
  }

  RuleSet set;  ///< rules by ascending priority.
  std::vector<CompiledRule> rules;
  RuleIndex index;
  std::array<bool, field_count> looked_at{};  ///< By any rule.
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
  const RequestInWords words(request, normalised_path(request.path, buffer));
  std::vector<Verdict> verdicts;
  for (std::size_t i = 0; i < rules().size(); ++i) {
    Verdict& verdict = verdicts.emplace_back();
    verdict.priority = rules()[i].priority;
    verdict.matched = true;
    for (std::size_t c = 0; c < rules()[i].conditions.size() && verdict.matched; ++c) {
      const Condition& condition = rules()[i].conditions[c];
      verdict.matched = compiled_->rules[i].all_of[c].holds(words.fields());
      // A rule that matched says why of all its conditions, one that did not of the first to fail.
      if (!verdict.matched) verdict.reason.clear();
      if (!verdict.reason.empty()) verdict.reason += "; ";
      verdict.reason += words.sentence(condition, verdict.matched);
    }
    if (verdict.matched) return verdicts;
  }
  verdicts.push_back({0, true, "no rule matched: the default action applies"});
  return verdicts;
}

}  // namespace cutover::rules

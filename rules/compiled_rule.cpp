#include "rules/compiled_rule.hpp"

#include <algorithm>
#include <cassert>
#include <variant>

#include "rules/visible_text.hpp"

namespace cutover::rules {

static_assert(std::variant_size_v<Condition> == field_count);
static_assert(std::is_same_v<std::variant_alternative_t<source_field, Condition>, SourceIp>);

CompiledCondition::CompiledCondition(const Condition& condition) : field(field_of(condition)) {
  if (const auto* query = std::get_if<QueryString>(&condition)) {
    for (const QueryString::Pair& pair : query->values) pairs.emplace_back(pair);
    return;
  }
  if (const auto* source = std::get_if<SourceIp>(&condition)) {
    for (const std::string& value : source->values) blocks.push_back(*CidrBlock::parse(value));
    return;
  }
  const LetterCase letter_case = letter_case_of(field);
  const auto add = [&](const std::vector<std::string>& values) {
    any_of.reserve(values.size());
    for (const std::string& value : values) any_of.emplace_back(value, letter_case);
  };
  const auto add_regexes = [&](const std::vector<std::string>& values) {
    for (const std::string& value : values) regexes.emplace_back(value, letter_case);
  };
  if (const auto* path = std::get_if<PathPattern>(&condition)) {
    add(path->values);
    add_regexes(path->regex_values);
  } else if (const auto* host = std::get_if<HostHeader>(&condition)) {
    add(host->values);
    add_regexes(host->regex_values);
  } else if (const auto* header = std::get_if<HttpHeader>(&condition)) {
    header_name = header->name;
    add(header->values);
    add_regexes(header->regex_values);
  } else {
    // A valid method has no wildcards: each of these patterns is equality.
    add(std::get<HttpRequestMethod>(condition).values);
  }
}

bool CompiledCondition::text_matches(std::string_view text) const {
  return std::any_of(any_of.begin(), any_of.end(),
                     [&](const WildcardPattern& value) { return value.matches(text); }) ||
         std::any_of(regexes.begin(), regexes.end(),
                     [&](const Regex& value) { return value.found_in(text); });
}

bool CompiledCondition::header_matches(const HeaderSource& headers) const {
  std::string_view value;
  for (std::size_t from = 0; headers.next(header_name, from, value);) {
    if (is_visible(value) && text_matches(value)) return true;
  }
  return false;
}

bool CompiledCondition::holds(const Fields& fields) const {
  switch (field) {
    case path_field:
    case host_field:
      return fields.indexed[field] && text_matches(*fields.indexed[field]);
    case header_field:
      return fields.request->headers && header_matches(*fields.request->headers);
    case method_field:
      return text_matches(fields.request->method);
    case query_field:
      return matches_any(fields.request->query, pairs);
    case source_field:
      return std::any_of(blocks.begin(), blocks.end(), [&](const CidrBlock& block) {
        return block.contains(fields.request->source);
      });
  }
  return false;
}

CompiledRule::CompiledRule(const Rule& rule) {
  assert(!rule.conditions.empty());
  all_of.reserve(rule.conditions.size());
  for (const Condition& condition : rule.conditions) all_of.emplace_back(condition);
}

bool CompiledRule::matches(const Fields& fields) const {
  return std::all_of(all_of.begin(), all_of.end(),
                     [&](const CompiledCondition& condition) { return condition.holds(fields); });
}

}  // namespace cutover::rules

// Input: a pattern, a line break, a subject. Whatever the bytes: the compiled pattern agrees with
// the backtracking one, validation ends with an answer, and rules made of a valid pattern find the
// subject as path, host, header, query or method exactly when the naive matcher does. As a regex, a
// CIDR block and a transform the pattern is refused with a message or works on the subject.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "rules/matcher.hpp"
#include "rules/visible_text.hpp"
#include "rules/wildcard.hpp"
#include "tests/rules/header_list.hpp"
#include "tests/rules/naive_matcher.hpp"

namespace {

using namespace cutover::rules;

void demand(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", law);
  std::abort();
}

/// The rule beside others, so that it lies somewhere inside the index; nothing when it is refused.
std::vector<Matcher> compiled(const RuleSet& set) {
  const cutover::Result<void> valid = validate(set);
  demand(to_string(set.rules.front()).find('\n') == std::string::npos, "one line per rule");
  std::vector<Matcher> matchers;
  if (valid) {
    matchers.emplace_back(set);
  } else {
    demand(!valid.error().message.empty(), "an error says what is wrong");
  }
  return matchers;
}

std::uint32_t priority_found(const Matcher& matcher, const Request& request) {
  const std::uint32_t index = matcher.first_match(request);
  const std::uint32_t priority =
      index == Matcher::default_rule ? 0 : matcher.rules()[index].priority;
  demand(priority == matcher.explain(request).back().priority, "explained as matched");
  return priority;
}

RuleSet beside_others(Condition condition) {
  RuleSet set;
  set.default_action = Forward{{{"default"}}};
  set.rules = {{3, {std::move(condition)}, Forward{{{"fuzzed"}}}},
               {4, {PathPattern{{"/a*", "*/b", "/a/b"}}}, Forward{{{"paths"}}}},
               {5, {HostHeader{{"*.a.b", "a?b.c"}}}, Forward{{{"hosts"}}}}};
  return set;
}

void check_rules(Condition condition, const Request& request) {
  const RuleSet set = beside_others(std::move(condition));
  for (const Matcher& matcher : compiled(set)) {
    demand(priority_found(matcher, request) == naive::first_match(set, request),
           "the same rule as the naive matcher's");
  }
}

/// The standard library's engine may take exponential time, so nothing is compared.
void check_regex(const std::string& pattern, const Request& request) {
  for (Condition condition :
       std::vector<Condition>{PathPattern{{}, {pattern}}, HttpHeader{"X-A", {}, {pattern}}}) {
    for (const Matcher& matcher : compiled(beside_others(std::move(condition)))) {
      (void)priority_found(matcher, request);
    }
  }
}

void check_cidr(const std::string& pattern, const std::string& subject) {
  const auto block = CidrBlock::parse(pattern);
  if (!block) return demand(!block.error().message.empty(), "an error says what is wrong");
  std::array<std::uint8_t, 16> bytes{};
  std::copy_n(subject.begin(), std::min(subject.size(), bytes.size()), bytes.begin());
  const IpAddress six = IpAddress::from_v6(bytes);
  const IpAddress four = IpAddress::from_v4({bytes[0], bytes[1], bytes[2], bytes[3]});
  demand(!(block->contains(six) && block->contains(four)) || !six.v6, "a block has one family");
}

void check_transform(const std::string& pattern, const std::string& subject) {
  Rule rule{1, {PathPattern{{"*"}}}, Forward{{{"api"}}}};
  rule.host_header_rewrite = rule.url_rewrite = Rewrite{pattern, "/$1$2x"};
  if (!validate(rule)) rule.host_header_rewrite = rule.url_rewrite = Rewrite{pattern, "/x"};
  if (!validate(rule)) return;
  std::string host;
  std::string uri;
  const TransformStatus status = CompiledTransforms(rule).apply(subject, subject, host, uri);
  const bool changed = !host.empty() || !uri.empty();
  demand(!changed || status == TransformStatus::success, "a failure changes nothing");
  demand(is_visible(host) && is_visible(uri) && host.find(' ') == std::string::npos &&
             uri.find(' ') == std::string::npos,
         "what is sent stays on its line");
  demand(uri.empty() || uri.front() == '/', "a URI begins with a slash");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line_break = std::min(input.find('\n'), input.size());
  const std::string pattern(input.substr(0, line_break));
  const std::string subject(input.substr(std::min(line_break + 1, input.size())));

  if (pattern.size() <= pattern_length_most && is_visible(pattern)) {
    const std::string folded = naive::lower_case(pattern);
    const std::string folded_subject = naive::lower_case(subject);
    demand(WildcardPattern(pattern, LetterCase::sensitive).matches(subject) ==
               naive::Backtracking::matches(pattern, subject),
           "the compiled pattern agrees with the backtracking one");
    demand(WildcardPattern(pattern, LetterCase::insensitive, Escapes::backslash).matches(subject) ==
               naive::Backtracking::matches(folded, folded_subject, true),
           "so it does without letter case and with escapes");
  }
  const HeaderList headers{{"x-a", subject}, {"x-b", pattern}};
  check_rules(PathPattern{{pattern}}, {.host = "x.a.b:80", .path = subject});
  check_rules(HostHeader{{pattern}}, {.host = subject, .path = "/a/b"});
  const Request request{
      .host = "x.y", .path = subject, .method = subject, .query = subject, .headers = &headers};
  check_rules(HttpHeader{"X-A", {pattern}}, request);
  check_rules(HttpRequestMethod{{pattern}}, request);
  check_rules(QueryString{{{std::nullopt, pattern}}}, request);
  check_rules(QueryString{{{pattern, "*"}}}, request);
  check_regex(pattern, request);
  check_cidr(pattern, subject);
  check_transform(pattern, subject);
  return 0;
}

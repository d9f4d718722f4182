// The compiled matcher against the naive one on all six fields: random rules that mix them, with
// regexes, and random requests over alphabets so small that most requests nearly match something.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "lb/base/random.hpp"
#include "rules/matcher.hpp"
#include "tests/rules/header_list.hpp"
#include "tests/rules/naive_matcher.hpp"

namespace cutover::rules {
namespace {

const std::string& pick(Random& random, const std::vector<std::string>& from) {
  return from[random.below(static_cast<std::uint32_t>(from.size()))];
}

std::string join(Random& random, const std::vector<std::string>& pieces, std::uint32_t most) {
  std::string text;
  for (std::uint32_t n = 1 + random.below(most); n > 0; --n) text += pick(random, pieces);
  return text;
}

std::string regex(Random& random) {
  const std::string inside =
      join(random, {"a", "B", ".", "a*", "(a|b)", "[ab]+", "b?", "(a.)?", "[^a]"}, 3);
  return (random.below(3) == 0 ? "^" : "") + inside + (random.below(3) == 0 ? "$" : "");
}

/// Fills `values`, or one time in four `regex_values`.
template <class Kind>
Kind with_texts(Random& random, Kind kind, const std::vector<std::string>& pieces,
                const std::string& ending) {
  const bool regexes = random.below(4) == 0;
  for (std::uint32_t n = 1 + random.below(2); n > 0; --n) {
    if (regexes)
      kind.regex_values.push_back(regex(random));
    else
      kind.values.push_back(join(random, pieces, 3) + ending);
  }
  return kind;
}

std::string cidr(Random& random) {
  if (random.below(3) == 0) {
    return "2001:db8:" + std::to_string(random.below(2)) +
           ":0:0:0:0:" + std::to_string(random.below(4)) + "/" + std::to_string(random.below(129));
  }
  return "10." + std::to_string(random.below(2)) + ".0." + std::to_string(random.below(4)) + "/" +
         std::to_string(random.below(33));
}

QueryString::Pair pair(Random& random) {
  const std::vector<std::string> pieces = {"a", "B", "*", "?", "\\*", "\\?", "\\", "b"};
  QueryString::Pair pair;
  if (random.below(2) == 0) pair.key = join(random, pieces, 2);
  pair.value = join(random, pieces, 3);
  return pair;
}

Condition condition(Random& random, std::uint32_t field) {
  switch (field) {
    case 0:
      return with_texts(random, PathPattern{}, {"/", "a", "b", "*", "?"}, "");
    case 1:
      return with_texts(random, HostHeader{}, {"a", "B", "*", "?"}, ".b");
    case 2:
      return with_texts(random, HttpHeader{pick(random, {"X-A", "x-b"}), {}},
                        {"a", "B", "*", "?", "\\"}, "");
    case 3:
      return HttpRequestMethod{{pick(random, {"GET", "PUT"}), "HEAD"}};
    case 4: {
      QueryString query;
      for (std::uint32_t n = 1 + random.below(2); n > 0; --n) query.values.push_back(pair(random));
      return query;
    }
    default:
      return SourceIp{{cidr(random), cidr(random)}};
  }
}

RuleSet random_rules(Random& random) {
  RuleSet set;
  for (std::uint32_t n = 1 + random.below(20), priority = 0; n > 0; --n) {
    Rule rule;
    rule.priority = priority += 1 + random.below(3);
    for (std::uint32_t c = 1 + random.below(3); c > 0; --c) {
      rule.conditions.push_back(condition(random, random.below(6)));
    }
    set.rules.insert(set.rules.begin(), std::move(rule));
  }
  return set;
}

struct Made {
  std::string host, path, method, query;
  HeaderList headers;
  IpAddress source;
  Request request() const {
    return {.host = host,
            .path = path,
            .method = method,
            .query = query,
            .source = source,
            .headers = &headers};
  }
};

Made random_request(Random& random) {
  Made made;
  made.host = join(random, {"a", "b", "A"}, 3) + pick(random, {".b", ".B:80", "", "\x80.b"});
  made.path = "/" + join(random, {"a", "b", "/", "B", "%61", "\xff"}, 3);
  made.method = pick(random, {"GET", "get", "PUT", "HEAD", ""});
  made.query = random.below(4) == 0
                   ? ""
                   : join(random, {"a", "b", "=", "&", "*", "?", "\\", "a=b", "B=", "\t"}, 5);
  for (std::uint32_t n = random.below(4); n > 0; --n) {
    made.headers.add({pick(random, {"x-a", "X-A", "X-B", "x-c"}),
                      join(random, {"a", "b", "A", "\\", "\x01"}, 3)});
  }
  const auto last = static_cast<std::uint8_t>(random.below(4));
  const auto second = static_cast<std::uint8_t>(random.below(2));
  made.source =
      random.below(3) == 0
          ? IpAddress::from_v6({0x20, 0x01, 0x0d, 0xb8, 0, second, 0, 0, 0, 0, 0, 0, 0, 0, 0, last})
          : IpAddress::from_v4({10, second, 0, last});
  return made;
}

TEST(FieldsOracle, AgreesOnRandomRulesAndRequests) {
  std::size_t matched = 0;
  std::size_t defaulted = 0;
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    Random random(seed);
    const RuleSet set = random_rules(random);
    const Matcher matcher(set);
    for (int i = 0; i < 30; ++i) {
      const Made made = random_request(random);
      const Request request = made.request();
      const std::uint32_t expected = naive::first_match(set, request);
      ++(expected == 0 ? defaulted : matched);
      const std::uint32_t found = matcher.first_match(request);
      const std::uint32_t priority =
          found == Matcher::default_rule ? 0 : matcher.rules()[found].priority;
      const auto verdicts = matcher.explain(request);
      ASSERT_EQ(priority, expected) << "seed " << seed << ", request " << i << ": explained as "
                                    << verdicts.back().priority << ", " << verdicts.back().reason;
      ASSERT_EQ(verdicts.back().priority, expected) << "seed " << seed << ", request " << i;
      // ALB counts a rule as evaluated exactly when an explanation must speak of it.
      ASSERT_EQ(matcher.evaluated(found), verdicts.size() - (expected == 0 ? 1 : 0));
    }
  }
  EXPECT_GT(matched, 500U);
  EXPECT_GT(defaulted, 300U);
}

}  // namespace
}  // namespace cutover::rules

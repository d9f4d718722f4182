// The compiled matcher against the naive one: random rules and random requests over alphabets so
// small that most requests nearly match something.

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lb/base/random.hpp"
#include "rules/matcher.hpp"
#include "tests/rules/naive_matcher.hpp"

namespace cutover::rules {
namespace {

/// What rules and requests of one run are made of.
struct World {
  std::vector<std::string> path_pieces;     ///< Of patterns.
  std::vector<std::string> request_pieces;  ///< Of paths.
  std::uint32_t rules_most;
  std::uint32_t pieces_most;
  std::uint32_t request_pieces_most;
  std::uint32_t hosts_percent;  ///< Of rules: how many have a host-header condition.
};

const std::map<std::string, World>& worlds() {
  static const std::map<std::string, World> all = {
      {"letters",
       {.path_pieces = {"a", "b", "*", "?"},
        .request_pieces = {"a", "b", "c"},
        .rules_most = 12,
        .pieces_most = 4,
        .request_pieces_most = 5,
        .hosts_percent = 20}},
      {"paths",
       {.path_pieces = {"/a", "/b", "/api", "/users", "/", "*", "?", ".jpg"},
        .request_pieces = {"/a", "/b", "/api", "/users", "/", ".jpg", "x"},
        .rules_most = 40,
        .pieces_most = 5,
        .request_pieces_most = 6,
        .hosts_percent = 30}},
      {"normalised",
       {.path_pieces = {"/", "a", "b", ".", "*", "?", "~"},
        .request_pieces = {"/", "a", "b", "/.", "/..", "%61", "%2E", "%2f", "%", "\xc3", "\x7f",
                           "~"},
        .rules_most = 20,
        .pieces_most = 4,
        .request_pieces_most = 5,
        .hosts_percent = 20}},
      {"shared_prefixes",
       {.path_pieces = {"/s-1", "/s-2", "1", "2", "12", "21", "3*", "?"},
        .request_pieces = {"/s-1", "/s-2", "1", "2", "12", "3"},
        .rules_most = 100,
        .pieces_most = 5,
        .request_pieces_most = 6,
        .hosts_percent = 10}},
      {"shared_ends",  // Such as only an inner part tells apart, in texts with many such parts.
       {.path_pieces = {"*abcd*", "*bcAd*", "*c1a*", "*dab2c*", "aabb", "*aabc2*", "c1"},
        .request_pieces = {"abcd", "bcAd", "c1a", "dab2c", "aabb", "aabc2", "bb"},
        .rules_most = 100,
        .pieces_most = 3,
        .request_pieces_most = 12,
        .hosts_percent = 10}},
      {"hosts",
       {.path_pieces = {"/", "a", "*"},
        .request_pieces = {"/", "a"},
        .rules_most = 60,
        .pieces_most = 2,
        .request_pieces_most = 3,
        .hosts_percent = 90}},
  };
  return all;
}

std::string join(Random& random, const std::vector<std::string>& pieces, std::uint32_t most) {
  std::string text;
  for (std::uint32_t n = 1 + random.below(most); n > 0; --n) {
    text += pieces[random.below(static_cast<std::uint32_t>(pieces.size()))];
  }
  return text;
}

std::string host_pattern(Random& random) {
  return join(random, {"a", "B", "c", "*", "?", ".", "a."}, 4) + (random.below(2) ? ".com" : ".b");
}

std::string host(Random& random) {
  const std::string name = join(random, {"a", "A", "b", "c", ".", "a."}, 4);
  const std::vector<std::string> endings = {".com", ".b", ".COM:80", ".B:", "", "\x80.b"};
  return random.below(20) == 0 ? "[::a.b]:80" : name + endings[random.below(6)];
}

/// May hold more wildcards and values than ALB allows: the matcher need not care.
RuleSet random_rules(Random& random, const World& world) {
  RuleSet set;
  std::set<std::uint32_t> taken;
  for (std::uint32_t n = 1 + random.below(world.rules_most); n > 0; --n) {
    Rule rule;
    do rule.priority = 1 + random.below(1'000);
    while (!taken.insert(rule.priority).second);
    const bool by_host = random.below(100) < world.hosts_percent;
    if (!by_host || random.below(2) == 0) {
      PathPattern& paths = std::get<PathPattern>(rule.conditions.emplace_back(PathPattern{}));
      for (std::uint32_t v = 1 + random.below(3); v > 0; --v) {
        paths.values.push_back(join(random, world.path_pieces, world.pieces_most));
      }
    }
    if (by_host) {
      HostHeader hosts;
      for (std::uint32_t v = 1 + random.below(2); v > 0; --v) {
        hosts.values.push_back(host_pattern(random));
      }
      rule.conditions.insert(
          rule.conditions.begin() + random.below(2) * static_cast<int>(rule.conditions.size()),
          std::move(hosts));
    }
    set.rules.push_back(std::move(rule));
  }
  return set;
}

std::uint32_t priority_of(const Matcher& matcher, std::uint32_t index) {
  return index == Matcher::default_rule ? 0 : matcher.rules()[index].priority;
}

std::string shown(const RuleSet& set) {
  std::string text;
  for (const Rule& rule : set.rules) text += to_string(rule) + "\n";
  return text;
}

class MatcherOracle : public testing::TestWithParam<std::string> {};

TEST_P(MatcherOracle, AgreesOnRandomRulesAndRequests) {
  const World& world = worlds().at(GetParam());
  std::size_t matched = 0;
  std::size_t defaulted = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    const RuleSet set = random_rules(random, world);
    const Matcher matcher(set);
    for (int i = 0; i < 60; ++i) {
      const std::string path = random.below(50) == 0
                                   ? ""
                                   : join(random, world.request_pieces, world.request_pieces_most);
      const std::string host_header = host(random);
      const Request request{.host = host_header, .path = path};
      const std::uint32_t expected = naive::first_match(set, request);
      ++(expected == 0 ? defaulted : matched);
      ASSERT_EQ(priority_of(matcher, matcher.first_match(request)), expected)
          << "seed " << seed << ", host " << host_header << ", path " << path << "\n"
          << shown(set);
      if (i % 4 != 0) continue;  // Explaining takes longer than all the rest.
      ASSERT_EQ(matcher.explain(request).back().priority, expected) << "seed " << seed;
    }
  }
  // Otherwise the test would prove little.
  EXPECT_GT(matched, 500U);
  EXPECT_GT(defaulted, 500U);
}

INSTANTIATE_TEST_SUITE_P(Worlds, MatcherOracle,
                         testing::Values("letters", "paths", "normalised", "shared_prefixes",
                                         "shared_ends", "hosts"),
                         [](const auto& world) { return world.param; });

TEST(MatcherOracleExhaustive, AgreesOnAllPairsOfSmallPatterns) {
  std::vector<std::string> patterns;
  std::vector<std::string> texts = {""};
  constexpr std::string_view alphabet = "ab*?";
  for (const char a : alphabet) {
    patterns.push_back({a});
    for (const char b : alphabet) {
      patterns.push_back({a, b});
      for (const char c : alphabet) patterns.push_back({a, b, c});
    }
  }
  for (std::size_t begin = 0; texts.size() < 1 + 2 + 4 + 8 + 16;) {
    for (const std::size_t end = texts.size(); begin < end; ++begin) {
      for (const char c : {'a', 'b'}) texts.push_back(texts[begin] + c);
    }
  }
  for (const std::string& first : patterns) {
    for (const std::string& second : patterns) {
      const RuleSet set{{{1, {PathPattern{{first}}}, {}}, {2, {PathPattern{{second}}}, {}}}, {}};
      const Matcher matcher(set);
      for (const std::string& text : texts) {
        const Request request{.host = "", .path = text};
        ASSERT_EQ(priority_of(matcher, matcher.first_match(request)),
                  naive::first_match(set, request))
            << first << " then " << second << " on '" << text << "'";
      }
    }
  }
}

}  // namespace
}  // namespace cutover::rules

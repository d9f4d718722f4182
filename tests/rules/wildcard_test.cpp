#include "rules/wildcard.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "lb/base/random.hpp"
#include "tests/rules/naive_matcher.hpp"

namespace cutover::rules {
namespace {

bool matches(std::string_view pattern, std::string_view text,
             LetterCase letter_case = LetterCase::sensitive) {
  return WildcardPattern(pattern, letter_case).matches(text);
}

/// All strings over `alphabet` of up to `length` characters, the empty one too.
std::vector<std::string> all_strings(std::string_view alphabet, std::size_t length) {
  std::vector<std::string> strings = {""};
  for (std::size_t begin = 0; length > 0; --length) {
    const std::size_t end = strings.size();
    for (; begin < end; ++begin) {
      for (const char c : alphabet) strings.push_back(strings[begin] + c);
    }
  }
  return strings;
}

std::string random_string(Random& random, std::string_view alphabet, std::uint32_t length) {
  std::string text;
  while (text.size() < length) {
    text += alphabet[random.below(static_cast<std::uint32_t>(alphabet.size()))];
  }
  return text;
}

struct Case {
  std::string_view pattern;
  std::string_view text;
  bool matches;
};

TEST(Wildcard, ReadsPatternsAsDocumented) {
  const std::vector<Case> cases = {
      // No wildcard: equality.
      {"/img", "/img", true},
      {"/img", "/img/", false},
      {"/img", "/im", false},
      // `*` is any run, none too, and it crosses slashes.
      {"/img/*", "/img/", true},
      {"/img/*", "/img/a/b", true},
      {"/img/*", "/img", false},
      {"/img/*/pics", "/img/a/b/pics", true},
      {"/img/*/pics", "/img//pics", true},
      {"/img/*/pics", "/img/pics", false},
      {"*", "", true},
      {"**", "", true},
      {"*.jpg", ".jpg", true},
      {"*.jpg", "/a.jpg.png", false},
      // `?` is exactly one character.
      {"/v?/", "/v1/", true},
      {"/v?/", "/v//", true},
      {"/v?/", "/v/", false},
      {"/v?/", "/v12/", false},
      {"?", "", false},
      {"*?", "", false},
      {"*?", "a", true},
      {"?*?", "a", false},
      {"a*??*b", "a12b", true},
      {"a*??*b", "a1b", false},
      // The head and the tail may not overlap.
      {"aba*aba", "ababa", false},
      {"aba*aba", "abaaba", true},
      // A piece between stars may occur more often than needed.
      {"*ab*ab", "ab", false},
      {"*ab*ab", "abab", true},
      {"*ab*ab*", "xabababx", true},
      {"*a?c*c", "abc", false},
      {"*a?c*c", "aacbcc", true},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(matches(c.pattern, c.text), c.matches) << c.pattern << " on '" << c.text << "'";
  }
}

TEST(Wildcard, ComparesCaseOnlyWhenSensitive) {
  EXPECT_FALSE(matches("/API*", "/api"));
  EXPECT_TRUE(matches("*.EXAMPLE.com", "Test.example.COM", LetterCase::insensitive));
  EXPECT_TRUE(matches("*Mid*", "a-mID-b", LetterCase::insensitive));
  // Only letters have cases: '[' is not '{', '@' is not '`'.
  EXPECT_FALSE(matches("*[@*", "x{`y", LetterCase::insensitive));
  EXPECT_FALSE(matches("[@", "{`", LetterCase::insensitive));
}

TEST(Wildcard, AgreesWithTheOracleOnAllSmallPatternsAndTexts) {
  const std::vector<std::string> texts = all_strings("abc", 5);
  for (const std::string& pattern : all_strings("ab*?", 4)) {
    const WildcardPattern compiled(pattern, LetterCase::sensitive);
    for (const std::string& text : texts) {
      ASSERT_EQ(compiled.matches(text), naive::Backtracking::matches(pattern, text))
          << pattern << " on '" << text << "'";
    }
  }
}

TEST(Wildcard, AgreesWithTheOracleOnLongPatterns) {
  // 65-128 characters between two stars need the second half of the shift-and words.
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    Random random(seed);
    const std::string piece = random_string(random, "aab?", 1 + random.below(126));
    std::string inside = piece;
    for (char& c : inside) {
      if (c == '?') c = random_string(random, "ab", 1)[0];
    }
    if (random.below(2) == 0) inside[random.below(static_cast<std::uint32_t>(inside.size()))] = 'c';
    const std::string pattern = "*" + piece + "*";
    const std::string text = random_string(random, "aab", random.below(200)) + inside +
                             random_string(random, "aab", random.below(20));
    ASSERT_EQ(matches(pattern, text), naive::Backtracking::matches(pattern, text))
        << "seed " << seed << ": " << pattern << " on " << text;
  }
}

TEST(Wildcard, AffixesAreWhatEveryMatchBeginsAndEndsWith) {
  const WildcardPattern pattern("/Api/?x*yz?/End", LetterCase::insensitive);
  EXPECT_EQ(pattern.literal_prefix(), "/api/");
  EXPECT_EQ(pattern.literal_suffix(), "/end");
  const std::vector<std::string> texts = all_strings("ab", 5);
  for (const std::string& text : all_strings("ab*?", 4)) {
    const WildcardPattern compiled(text, LetterCase::sensitive);
    for (const std::string& candidate : texts) {
      const bool matched = compiled.matches(candidate);
      const bool begins = candidate.starts_with(compiled.literal_prefix());
      const bool ends = candidate.ends_with(compiled.literal_suffix());
      ASSERT_TRUE(!matched || (begins && ends)) << text << " on '" << candidate << "'";
      if (compiled.is_prefix()) {
        ASSERT_EQ(matched, begins) << text << " on '" << candidate << "'";
      }
      if (compiled.is_suffix()) {
        ASSERT_EQ(matched, ends) << text << " on '" << candidate << "'";
      }
      if (compiled.is_literal()) {
        ASSERT_EQ(matched, candidate == text) << text;
      }
    }
  }
}

}  // namespace
}  // namespace cutover::rules

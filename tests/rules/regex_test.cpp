#include "rules/regex.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace cutover::rules {
namespace {

std::string verdict(std::string_view expression) {
  const Result<int> result = validate_regex(expression, "The regex");
  return result ? std::to_string(*result) + " groups" : to_string(result.error());
}

TEST(Regex, NamesTheConstructThatAlbDoesNotSupport) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a(?=b)", "a look-ahead '(?='"},
      {"a(?!b)", "a look-ahead '(?!'"},
      {"(?<=a)b", "a look-behind '(?<='"},
      {"(?<!a)b", "a look-behind '(?<!'"},
      {"(a)\\1", "a back-reference '\\\\1'"},
      {"(?P<n>a)(?P=n)", "a back-reference '(?P='"},
      {"(?P<n>a)\\k<n>", "a back-reference '\\\\k'"},
      {"(?>a)b", "an atomic group '(?>'"},
      {"a*+", "a possessive quantifier '*+'"},
      {"a++", "a possessive quantifier '++'"},
      {"a?+", "a possessive quantifier '?+'"},
      {"a{2,3}+", "a possessive quantifier '{2,3}+'"},
      {"(a)(?1)", "a subroutine '(?1'"},
      {"(a)(?-1)", "a subroutine '(?-'"},
      {"(?&n)", "a subroutine '(?&'"},
      {"(a)\\g<1>", "a subroutine or back-reference '\\\\g'"},
      {"a(?R)?b", "recursion '(?R'"},
      {"\\p{L}", "a Unicode class '\\\\p'"},
      {"[a\\P{L}]", "a Unicode class '\\\\P'"},
      {"(a)(?(1)b|c)", "a conditional '(?('"},
  };
  for (const auto& [expression, construct] : cases) {
    EXPECT_THAT(verdict(expression), testing::HasSubstr(" has " + construct + "; look-around"))
        << expression;
  }
}

TEST(Regex, TakesWhatOnlyLooksLikeThose) {
  for (const char* expression : {"a+", "a\\++", "[*+]+", "[]+]+", "[^]*]", "a{+", "a{2,3}?", "a*?b",
                                 "(?:a)+", "(?i)a+", "(?-i)a", "(?P<n>a)", "\\Qa*+(?=\\E+",
                                 "[[:alpha:]]+", "\\\\p", "\\d+\\.\\w", "a|^b$", "+?"}) {
    const bool broken = std::string_view(expression) == "+?";  // Nothing to repeat.
    EXPECT_EQ(verdict(expression).ends_with("groups"), !broken) << verdict(expression);
  }
  EXPECT_EQ(verdict("(a)(?:b)(c(d))"), "3 groups");
}

TEST(Regex, IsBoundedInMemory) {
  EXPECT_EQ(verdict("((a{100}){100}){100}"),
            "The regex '((a{100}){100}){100}' is no regular expression: invalid repetition size: "
            "{100} (ValidationError)");
  std::string large;
  for (int i = 0; i < 100; ++i) large += ".{999}";
  EXPECT_EQ(verdict(large), "The regex '" + large +
                                "' is too large when compiled; use smaller repetition counts "
                                "(ValidationError)");
}

TEST(Regex, FindsAnywhereUnlessAnchored) {
  EXPECT_TRUE(Regex("b+", LetterCase::sensitive).found_in("abba"));
  EXPECT_FALSE(Regex("^b+", LetterCase::sensitive).found_in("abba"));
  EXPECT_FALSE(Regex("B", LetterCase::sensitive).found_in("abba"));
  EXPECT_TRUE(Regex("B", LetterCase::insensitive).found_in("abba"));
  EXPECT_TRUE(Regex("^$", LetterCase::sensitive).found_in(""));
  // Takes a backtracking engine longer than the sun will shine.
  EXPECT_FALSE(
      Regex("^(a*)*(a|aa)+$", LetterCase::sensitive).found_in(std::string(5'000, 'a') + "b"));
}

TEST(Regex, GivesItsGroups) {
  Regex::Groups groups;
  ASSERT_TRUE(Regex("(b)(x)?(a)", LetterCase::sensitive).find("abba", groups));
  EXPECT_EQ(groups[0], "ba");
  EXPECT_EQ(groups[1], "b");
  EXPECT_EQ(groups[2].data(), nullptr);
  EXPECT_EQ(groups[3], "a");
  EXPECT_FALSE(Regex("c", LetterCase::sensitive).find("abba", groups));
}

}  // namespace
}  // namespace cutover::rules

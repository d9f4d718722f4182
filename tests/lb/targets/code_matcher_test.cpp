#include <gtest/gtest.h>

#include "lb/targets/code_matcher.hpp"

namespace cutover::lb::targets {
namespace {

std::string read_back(std::string_view text) {
  const auto matcher = parse_code_matcher(text);
  return matcher ? to_string(*matcher) : to_string(matcher.error());
}

TEST(CodeMatcher, IsTwoHundredByDefault) {
  EXPECT_EQ(to_string(CodeMatcher{}), "200");
  EXPECT_TRUE(CodeMatcher{}.matches(200));
  EXPECT_FALSE(CodeMatcher{}.matches(201));
}

TEST(CodeMatcher, ReadsCodesListsAndRanges) {
  for (const char* text : {"200", "499", "200,202", "200-299", "200-499", "200,300-302,404"}) {
    EXPECT_EQ(read_back(text), text);
  }
}

TEST(CodeMatcher, MatchesExactlyTheCodesNamed) {
  const CodeMatcher matcher = *parse_code_matcher("200,300-302,404");
  std::string matched;
  for (int status = 100; status < 600; ++status) {
    if (matcher.matches(status)) matched += std::to_string(status) + ' ';
  }
  EXPECT_EQ(matched, "200 300 301 302 404 ");
}

TEST(CodeMatcher, RefusesWhatIsNoCodeOrOutsideTwoToFourHundred) {
  for (const char* text : {"", "199", "500", "20", "2000", "0200", "abc", "+20", "200 ", " 200"}) {
    EXPECT_FALSE(parse_code_matcher(text)) << "'" << text << "'";
  }
}

TEST(CodeMatcher, RefusesBrokenListsAndRanges) {
  for (const char* text : {",", "200,", ",200", "200,,202", "200-", "-200", "299-200",
                           "200-299-300", "200-500", "200, 202", "200;202"}) {
    EXPECT_FALSE(parse_code_matcher(text)) << "'" << text << "'";
  }
}

TEST(CodeMatcher, RefusalNamesThePartAndWhatIsAllowed) {
  EXPECT_EQ(read_back("200,504"),
            "'504' is not a status code or a range of them; allowed are codes from 200 to 499, as "
            "in '200', '200,202' or '200-299' (ValidationError)");
}

}  // namespace
}  // namespace cutover::lb::targets

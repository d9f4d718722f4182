#include "rules/rule.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace cutover::rules {
namespace {

Rule rule_of(std::vector<Condition> conditions, std::uint32_t priority = 10) {
  return {priority, std::move(conditions), Forward{{{"users"}}}};
}
Rule path_rule(std::string value) { return rule_of({PathPattern{{std::move(value)}}}); }
Rule host_rule(std::string value) { return rule_of({HostHeader{{std::move(value)}}}); }

/// "place: message (code)", or "valid".
template <class T>
std::string verdict(const T& checked) {
  const Result<void> result = validate(checked);
  return result ? "valid" : to_string(result.error());
}

TEST(RuleValidation, AcceptsTheWorkshopsRules) {
  RuleSet set;
  set.default_action = Forward{{{"drop-traffic"}}};
  set.rules = {{1, {PathPattern{{"/api*"}}}, Forward{{{"api"}}}},
               {2, {PathPattern{{"/api/users*"}}}, Forward{{{"users"}}}},
               {3, {PathPattern{{"/api/threads*"}}}, Forward{{{"threads"}}}},
               {4, {PathPattern{{"/api/posts*"}}}, Forward{{{"posts", 90}, {"api", 10}}}}};
  EXPECT_EQ(verdict(set), "valid");
}

TEST(RuleValidation, PriorityIsOneToFiftyThousand) {
  EXPECT_EQ(verdict(rule_of({PathPattern{{"/"}}}, 1)), "valid");
  EXPECT_EQ(verdict(rule_of({PathPattern{{"/"}}}, 50'000)), "valid");
  EXPECT_EQ(verdict(rule_of({PathPattern{{"/"}}}, 0)),
            "/Priority: Priority '0' is not in the range 1-50000 (ValidationError)");
  EXPECT_EQ(verdict(rule_of({PathPattern{{"/"}}}, 50'001)),
            "/Priority: Priority '50001' is not in the range 1-50000 (ValidationError)");
}

TEST(RuleValidation, PriorityIsUniqueInAListener) {
  RuleSet set;
  set.default_action = Forward{{{"api"}}};
  set.rules = {rule_of({PathPattern{{"/a"}}}, 10), rule_of({PathPattern{{"/b"}}}, 20),
               rule_of({PathPattern{{"/c"}}}, 10)};
  EXPECT_EQ(verdict(set), "/Rules/2/Priority: Priority '10' is currently in use (PriorityInUse)");
}

TEST(RuleValidation, NamesThePlaceInsideAListener) {
  RuleSet set;
  set.default_action = Forward{{{"api"}}};
  set.rules = {rule_of({PathPattern{{"/a"}}}, 10), rule_of({PathPattern{{"/b", ""}}}, 20)};
  EXPECT_EQ(verdict(set),
            "/Rules/1/Conditions/0/Values/1: A condition value cannot be empty; allowed are 1-128 "
            "characters (ValidationError)");
  set.rules.pop_back();
  set.default_action = Forward{};
  EXPECT_EQ(verdict(set),
            "/DefaultActions/0/ForwardConfig/TargetGroups: A forward action names no target group; "
            "1-5 are required (ValidationError)");
}

TEST(RuleValidation, NeedsAConditionWithAValue) {
  EXPECT_EQ(verdict(rule_of({})),
            "/Conditions: A rule needs at least one condition; found none (ValidationError)");
  EXPECT_EQ(verdict(rule_of({HostHeader{{"a.example.com"}}, PathPattern{}})),
            "/Conditions/1/Values: A condition value must be specified (ValidationError)");
}

TEST(RuleValidation, AllowsEachFieldOnce) {
  EXPECT_EQ(verdict(rule_of({PathPattern{{"/a"}}, HostHeader{{"a.b"}}})), "valid");
  EXPECT_EQ(
      verdict(rule_of({PathPattern{{"/a"}}, PathPattern{{"/b"}}})),
      "/Conditions/1: The rule has a second 'path-pattern' condition; one is allowed, with up "
      "to 3 values (ValidationError)");
  EXPECT_EQ(verdict(rule_of({HostHeader{{"a.b"}}, PathPattern{{"/a"}}, HostHeader{{"c.d"}}})),
            "/Conditions/2: The rule has a second 'host-header' condition; one is allowed, with up "
            "to 3 values (ValidationError)");
}

TEST(RuleValidation, LimitsValuesPerConditionAndPerRule) {
  EXPECT_EQ(verdict(rule_of({PathPattern{{"/a", "/b", "/c"}}, HostHeader{{"a.b", "c.d"}}})),
            "valid");
  EXPECT_EQ(verdict(rule_of({PathPattern{{"/a", "/b", "/c", "/d"}}})),
            "/Conditions/0/Values: The 'path-pattern' condition has 4 values; the limit per "
            "condition is '3' (ValidationError)");
  EXPECT_EQ(verdict(rule_of({PathPattern{{"/a", "/b", "/c"}}, HostHeader{{"a.b", "c.d", "e.f"}}})),
            "/Conditions: The rule has 6 condition values; the limit per rule is '5' "
            "(ValidationError)");
}

TEST(RuleValidation, LimitsWildcardsPerRule) {
  EXPECT_EQ(verdict(rule_of({PathPattern{{"/?*/?*"}}, HostHeader{{"*.b"}}})), "valid");
  EXPECT_EQ(verdict(rule_of({PathPattern{{"/?*/?*"}}, HostHeader{{"*?.b"}}})),
            "/Conditions: The rule has 6 wildcards (* and ?); the limit per rule is '5' "
            "(ValidationError)");
}

TEST(RuleValidation, LimitsTheLengthOfAPattern) {
  EXPECT_EQ(verdict(path_rule("/" + std::string(127, 'a'))), "valid");
  EXPECT_EQ(verdict(path_rule("/" + std::string(128, 'a'))),
            "/Conditions/0/Values/0: The 'path-pattern' value is too long; the limit is '128', "
            "found 129 characters (ValidationError)");
  EXPECT_EQ(verdict(host_rule(std::string(125, 'a') + ".com")),
            "/Conditions/0/Values/0: The 'host-header' value is too long; the limit is '128', "
            "found 129 characters (ValidationError)");
}

TEST(RuleValidation, AllowsTheDocumentedCharactersOfAPath) {
  EXPECT_EQ(verdict(path_rule("/azAZ09_-.$/~\"'@:+&*?")), "valid");
  EXPECT_EQ(verdict(path_rule("*.jpg")), "valid");
  const std::string allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.$/~\"'@:+&*?";
  for (int byte = 0; byte < 256; ++byte) {
    const char character = static_cast<char>(byte);
    EXPECT_EQ(verdict(path_rule({'/', character})) == "valid",
              allowed.find(character) != std::string::npos)
        << byte;
  }
  EXPECT_EQ(
      verdict(path_rule("/a\n%")),
      "/Conditions/0/Values/0: The 'path-pattern' value '/a\\x0a%' has the character '\\x0a'; "
      "allowed are A-Z, a-z, 0-9, _ - . $ / ~ \" ' @ : + & and the wildcards * ? "
      "(ValidationError)");
}

TEST(RuleValidation, AllowsTheDocumentedCharactersOfAHost) {
  const std::string allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.*?";
  for (int byte = 0; byte < 256; ++byte) {
    const char character = static_cast<char>(byte);
    EXPECT_EQ(verdict(host_rule({'a', character, '.', 'b'})) == "valid",
              allowed.find(character) != std::string::npos)
        << byte;
  }
  EXPECT_EQ(verdict(host_rule("a_b.com")),
            "/Conditions/0/Values/0: The 'host-header' value 'a_b.com' has the character '_'; "
            "allowed are A-Z, a-z, 0-9, - . and the wildcards * ? (ValidationError)");
}

TEST(RuleValidation, HostNeedsADotAndLettersAfterTheLast) {
  EXPECT_EQ(verdict(host_rule("*.example.com")), "valid");
  EXPECT_EQ(verdict(host_rule("localhost")),
            "/Conditions/0/Values/0: The 'host-header' value 'localhost' has no '.'; at least one "
            "is required (ValidationError)");
  EXPECT_EQ(verdict(host_rule("example.*")),
            "/Conditions/0/Values/0: The 'host-header' value 'example.*' has '*' after its last "
            "'.'; only letters are allowed there (ValidationError)");
  EXPECT_NE(verdict(host_rule("127.0.0.1")), "valid");
}

TEST(RulePrinting, IsOneLineInAwssWords) {
  EXPECT_EQ(to_string(rule_of({PathPattern{{"/api/users*"}}})),
            "10 path-pattern is /api/users* -> forward to users");
  EXPECT_EQ(to_string(rule_of({HostHeader{{"a.example.com", "*.b.com"}}, PathPattern{{"/x"}}}, 7)),
            "7 host-header is a.example.com or *.b.com and path-pattern is /x -> forward to users");
}

}  // namespace
}  // namespace cutover::rules

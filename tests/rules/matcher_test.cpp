#include "rules/matcher.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace cutover::rules {
namespace {

Rule rule_of(std::uint32_t priority, std::vector<Condition> conditions) {
  return {priority, std::move(conditions), Forward{{{"group-" + std::to_string(priority)}}}};
}
Rule path_rule(std::uint32_t priority, std::string value) {
  return rule_of(priority, {PathPattern{{std::move(value)}}});
}
Rule host_rule(std::uint32_t priority, std::string value) {
  return rule_of(priority, {HostHeader{{std::move(value)}}});
}

RuleSet rule_set(std::vector<Rule> rules) { return {std::move(rules), Forward{{{"default"}}}}; }

/// The target group that the request's action names.
std::string routed(const std::vector<Rule>& rules, const Request& request) {
  const Matcher matcher(rule_set(rules));
  return std::get<Forward>(matcher.action(matcher.first_match(request)))
      .target_groups.front()
      .target_group;
}

bool path_matches(std::string pattern, std::string_view path) {
  return routed({path_rule(1, std::move(pattern))}, {.host = "", .path = path}) == "group-1";
}
bool host_matches(std::string pattern, std::string_view host) {
  return routed({host_rule(1, std::move(pattern))}, {.host = host, .path = "/"}) == "group-1";
}

TEST(Matcher, PathIsCaseSensitive) {
  EXPECT_TRUE(path_matches("/api/Users*", "/api/Users/3"));
  EXPECT_FALSE(path_matches("/api/Users*", "/api/users/3"));
  EXPECT_FALSE(path_matches("*.JPG", "/a.jpg"));
}

TEST(Matcher, HostIsCaseInsensitive) {
  EXPECT_TRUE(host_matches("API.example.com", "api.EXAMPLE.com"));
  EXPECT_TRUE(host_matches("*.Example.com", "test.eXAMPLE.com"));
  EXPECT_TRUE(host_matches("a*Z.com", "A--z.COM"));
}

TEST(Matcher, HostsPortIsIgnored) {
  EXPECT_TRUE(host_matches("api.example.com", "api.example.com:8080"));
  EXPECT_TRUE(host_matches("*.example.com", "api.example.com:8080"));
  EXPECT_FALSE(host_matches("*.example.com", "[::1]:8080"));
}

TEST(Matcher, SubdomainWildcardDoesNotMatchTheDomain) {
  EXPECT_TRUE(host_matches("*.example.com", "test.example.com"));
  EXPECT_TRUE(host_matches("*.example.com", "a.b.example.com"));
  EXPECT_FALSE(host_matches("*.example.com", "example.com"));
}

TEST(Matcher, PatternCoversTheWholePath) {
  EXPECT_TRUE(path_matches("/img/*", "/img/"));
  EXPECT_TRUE(path_matches("/img/*", "/img/a/b"));
  EXPECT_FALSE(path_matches("/img/*", "/img"));
  EXPECT_FALSE(path_matches("/img", "/img/"));
  EXPECT_FALSE(path_matches("img", "/img"));
  EXPECT_TRUE(path_matches("*.jpg", "/img/a.jpg"));
  EXPECT_FALSE(path_matches("*.jpg", "/img/a.jpg/"));
}

TEST(Matcher, PrefixAlsoMatchesLongerWords) {
  EXPECT_TRUE(path_matches("/api*", "/apiary"));
  EXPECT_TRUE(path_matches("/api*", "/api"));
  EXPECT_FALSE(path_matches("/api/*", "/apiary"));
}

TEST(Matcher, QuestionMarkIsExactlyOneCharacter) {
  EXPECT_TRUE(path_matches("/v?/items", "/v2/items"));
  EXPECT_FALSE(path_matches("/v?/items", "/v/items"));
  EXPECT_FALSE(path_matches("/v?/items", "/v10/items"));
}

TEST(Matcher, PathIsComparedNormalised) {
  EXPECT_TRUE(path_matches("/admin/*", "/public/../admin/users"));
  EXPECT_TRUE(path_matches("/admin/*", "/public/%2e%2E/%61dmin/users"));
  EXPECT_FALSE(path_matches("/public/*", "/public/../admin/users"));
  EXPECT_TRUE(path_matches("/.well-known/*", "/.well-known/acme"));
  EXPECT_FALSE(path_matches("/a/b", "/a%2Fb"));
  EXPECT_TRUE(path_matches("/", ""));
}

TEST(Matcher, SeesVisibleAsciiOnly) {
  EXPECT_TRUE(path_matches("*", "/a b"));
  for (const std::string_view path : {"/caf\xc3\xa9", "/a\x01", "/a\x7f", "/a\t"}) {
    EXPECT_FALSE(path_matches("*", path));
    EXPECT_FALSE(path_matches("/?*", path));
  }
  EXPECT_FALSE(path_matches("*", std::string_view("/\0", 2)));
  EXPECT_TRUE(path_matches("*", "/%00"));
  EXPECT_FALSE(host_matches("*.example.com", "caf\xc3\xa9.example.com"));
}

TEST(Matcher, InvisiblePathStillMatchesByHost) {
  EXPECT_EQ(routed({host_rule(1, "a.b")}, {.host = "a.b", .path = "/\xff"}), "group-1");
  const std::vector<Rule> rules = {path_rule(1, "*"), host_rule(2, "a.b")};
  EXPECT_EQ(routed(rules, {.host = "a.b", .path = "/\xff"}), "group-2");
}

TEST(Matcher, LeastPriorityWinsWhateverTheInsertionOrder) {
  std::vector<Rule> rules = {path_rule(30, "/api/users*"), path_rule(10, "/api/*"),
                             path_rule(20, "/api/users/3"), path_rule(40, "*")};
  std::sort(rules.begin(), rules.end(),
            [](const Rule& a, const Rule& b) { return a.priority < b.priority; });
  do {
    EXPECT_EQ(routed(rules, {.host = "", .path = "/api/users/3"}), "group-10");
    EXPECT_EQ(routed(rules, {.host = "", .path = "/api/users/3/"}), "group-10");
    EXPECT_EQ(routed(rules, {.host = "", .path = "/other"}), "group-40");
  } while (std::next_permutation(rules.begin(), rules.end(), [](const Rule& a, const Rule& b) {
    return a.priority < b.priority;
  }));
}

TEST(Matcher, PriorityBeatsLengthAndExactness) {
  const std::vector<Rule> rules = {path_rule(1, "*s/3"), path_rule(2, "/api/users/3"),
                                   path_rule(3, "/api/users/*")};
  EXPECT_EQ(routed(rules, {.host = "", .path = "/api/users/3"}), "group-1");
  EXPECT_EQ(routed(rules, {.host = "", .path = "/api/users/4"}), "group-3");
}

TEST(Matcher, DefaultComesLast) {
  const Matcher matcher(rule_set({path_rule(50'000, "/api*")}));
  EXPECT_EQ(matcher.first_match({.host = "", .path = "/api"}), 0U);
  EXPECT_EQ(matcher.first_match({.host = "", .path = "/"}), Matcher::default_rule);
  EXPECT_EQ(matcher.action(Matcher::default_rule), matcher.default_action());
  const Matcher empty(rule_set({}));
  EXPECT_EQ(empty.first_match({.host = "a.b", .path = "/"}), Matcher::default_rule);
}

TEST(Matcher, AllConditionsMustHoldAndAnyValueOfEach) {
  const std::vector<Rule> rules = {
      rule_of(1, {HostHeader{{"a.com", "*.b.com"}}, PathPattern{{"/x", "/y/*", "*.z"}}})};
  EXPECT_EQ(routed(rules, {.host = "a.com", .path = "/x"}), "group-1");
  EXPECT_EQ(routed(rules, {.host = "w.b.com", .path = "/q.z"}), "group-1");
  EXPECT_EQ(routed(rules, {.host = "a.com", .path = "/y"}), "default");
  EXPECT_EQ(routed(rules, {.host = "b.com", .path = "/x"}), "default");
}

TEST(Matcher, FindsTheFirstOfManyThatOneTextHoldsInside) {
  std::vector<Rule> rules;
  std::string path = "/";
  for (std::uint32_t i = 100; i > 0; --i) {
    const std::string part = "part-" + std::to_string(i) + "-";
    rules.push_back(path_rule(i, "*" + part + "*"));
    path += part;
  }
  EXPECT_EQ(routed(rules, {.host = "", .path = path}), "group-1");
  EXPECT_EQ(routed(rules, {.host = "", .path = path.substr(0, path.size() - 3)}), "group-2");
}

TEST(Matcher, RulesAreGivenByAscendingPriority) {
  const Matcher matcher(rule_set({path_rule(7, "/b"), path_rule(3, "/a")}));
  ASSERT_EQ(matcher.rules().size(), 2U);
  EXPECT_EQ(to_string(matcher.rules()[0]), "3 path-pattern is /a -> forward to group-3");
  EXPECT_EQ(matcher.action(1), matcher.rules()[1].action);
}

TEST(Matcher, SurvivesBeingMoved) {
  Matcher first(rule_set({path_rule(1, "/a")}));
  Matcher second = std::move(first);
  EXPECT_EQ(second.first_match({.host = "", .path = "/a"}), 0U);
}

TEST(Matcher, LongPathsMatch) {
  const std::string path = "/a/../" + std::string(16'000, 'b') + "/end";
  EXPECT_TRUE(path_matches("/b*/end", path));
  EXPECT_FALSE(path_matches("/a/*", path));
  EXPECT_TRUE(path_matches("/a*", "/a/../" + std::string(20'000, 'b')));
}

/// "priority matched|passed: reason" for each rule looked at.
std::vector<std::string> explained(const std::vector<Rule>& rules, const Request& request) {
  std::vector<std::string> lines;
  for (const Matcher::Verdict& verdict : Matcher(rule_set(rules)).explain(request)) {
    lines.push_back(std::to_string(verdict.priority) +
                    (verdict.matched ? " matched: " : " passed: ") + verdict.reason);
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST(Explanation, EndsWithTheRuleThatMatched) {
  const std::vector<Rule> rules = {path_rule(30, "*"), path_rule(20, "/api/threads*"),
                                   path_rule(10, "/api/users*")};
  EXPECT_EQ(explained(rules, {.host = "", .path = "/api/threads/1"}),
            (Lines{"10 passed: path-pattern /api/users* does not match /api/threads/1",
                   "20 matched: path-pattern /api/threads* matches /api/threads/1"}));
}

TEST(Explanation, EndsWithTheDefaultWhenNoRuleMatched) {
  EXPECT_EQ(explained({path_rule(10, "/api*")}, {.host = "", .path = "/"}),
            (Lines{"10 passed: path-pattern /api* does not match /",
                   "0 matched: no rule matched: the default action applies"}));
}

TEST(Explanation, NamesTheFirstConditionThatFailedOrAllThatHeld) {
  const std::vector<Rule> rules = {
      rule_of(1, {PathPattern{{"/x", "/y*"}}, HostHeader{{"*.a.com"}}})};
  EXPECT_EQ(explained(rules, {.host = "a.com", .path = "/y"}).front(),
            "1 passed: host-header *.a.com does not match a.com");
  EXPECT_EQ(explained(rules, {.host = "", .path = "/y"}).front(),
            "1 passed: host-header *.a.com does not match an empty value");
  EXPECT_EQ(explained(rules, {.host = "B.a.com:80", .path = "/z"}).front(),
            "1 passed: path-pattern /x or /y* does not match /z");
  EXPECT_EQ(explained(rules, {.host = "B.a.com:80", .path = "/y"}).front(),
            "1 matched: path-pattern /x or /y* matches /y; host-header *.a.com matches B.a.com");
}

TEST(Explanation, ShowsWhatRulesSaw) {
  const std::vector<Rule> rules = {path_rule(1, "/admin*")};
  EXPECT_EQ(explained(rules, {.host = "", .path = "/a/../%61dmin"}).front(),
            "1 matched: path-pattern /admin* matches /admin (normalised from '/a/../%61dmin')");
  EXPECT_EQ(
      explained(rules, {.host = "", .path = "/admin\xff\n"}).front(),
      "1 passed: path-pattern /admin* does not match /admin\\xff\\x0a, which holds characters "
      "other than visible ASCII");
}

}  // namespace
}  // namespace cutover::rules

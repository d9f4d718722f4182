// Each limit of a rule, from both sides, and the words in which it is refused.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rules/quotas.hpp"
#include "rules/rule.hpp"

namespace cutover::rules {
namespace {

std::string verdict(std::vector<Condition> conditions) {
  const Result<void> result = validate(Rule{1, std::move(conditions), Forward{{{"api"}}}});
  return result ? "valid" : to_string(result.error());
}

std::string text(std::size_t length) { return std::string(length, 'a'); }

struct Case {
  std::vector<Condition> conditions;
  std::string verdict;
};

void check(const std::vector<Case>& cases) {
  for (const Case& each : cases) EXPECT_EQ(verdict(each.conditions), each.verdict);
}

TEST(ConditionLimits, HttpHeader) {
  const std::string name =
      "/Conditions/0/HttpHeaderConfig/HttpHeaderName: The 'http-header' "
      "condition's HttpHeaderName";
  const std::string value = "/Conditions/0/HttpHeaderConfig/Values/0: ";
  check({
      {{HttpHeader{text(40), {text(128)}}}, "valid"},
      {{HttpHeader{"User-Agent", {"*a\\b c*"}}, HttpHeader{"User-Agent", {"?"}}}, "valid"},
      {{HttpHeader{text(41), {"x"}}},
       name + " is too long; the limit is '40', found 41 characters (ValidationError)"},
      {{HttpHeader{"", {"x"}}},
       name + " is empty; allowed are 1-40 characters of a header's name (ValidationError)"},
      {{HttpHeader{"hOST", {"x"}}},
       name + " cannot be 'hOST'; use a 'host-header' condition (ValidationError)"},
      {{HttpHeader{"X A", {"x"}}},
       name + " 'X A' is not a header's name; allowed are A-Z, a-z, 0-9 and !#$%&'*+-.^_`|~, no "
              "wildcards (ValidationError)"},
      {{HttpHeader{"X-A", {text(129)}}},
       value + "The 'http-header' value is too long; the limit is '128', found 129 characters "
               "(ValidationError)"},
      {{HttpHeader{"X-A", {""}}},
       value + "A condition value cannot be empty; allowed are 1-128 characters (ValidationError)"},
      {{HttpHeader{"X-A", {"a\n"}}},
       value + "The 'http-header' value 'a\\x0a' has the character '\\x0a'; allowed is visible "
               "ASCII (ValidationError)"},
      {{HttpHeader{"X-A", {}}},
       "/Conditions/0/HttpHeaderConfig/Values: A condition value must be specified "
       "(ValidationError)"},
      {{HttpHeader{"X-A", {"a", "b", "c", "d"}}},
       "/Conditions/0/HttpHeaderConfig/Values: The 'http-header' condition has 4 values; the limit "
       "per condition is '3' (ValidationError)"},
  });
}

TEST(ConditionLimits, HttpRequestMethod) {
  const std::string place = "/Conditions/0/HttpRequestMethodConfig/Values/0: ";
  check({
      {{HttpRequestMethod{{"GET", "M-SEARCH", std::string(40, 'A')}}}, "valid"},
      {{HttpRequestMethod{{"get"}}},
       place + "The 'http-request-method' value 'get' is not allowed; allowed are A-Z, - and _, no "
               "wildcards (ValidationError)"},
      {{HttpRequestMethod{{"GE*"}}},
       place + "The 'http-request-method' value 'GE*' is not allowed; allowed are A-Z, - and _, no "
               "wildcards (ValidationError)"},
      {{HttpRequestMethod{{std::string(41, 'A')}}},
       place + "The 'http-request-method' value is too long; the limit is '40', found 41 "
               "characters (ValidationError)"},
      {{HttpRequestMethod{{"GET"}}, HttpRequestMethod{{"PUT"}}},
       "/Conditions/1: The rule has a second 'http-request-method' condition; one is allowed, with "
       "up to 3 values (ValidationError)"},
  });
}

TEST(ConditionLimits, QueryString) {
  const std::string place = "/Conditions/0/QueryStringConfig/Values/0";
  check({
      {{QueryString{{{text(128), text(128)}}}, QueryString{{{{}, "*"}}}}, "valid"},
      {{QueryString{{{text(129), "a"}}}},
       place + "/Key: The 'query-string' key is too long; the limit is '128', found 129 characters "
               "(ValidationError)"},
      {{QueryString{{{"", "a"}}}},
       place + "/Key: A condition value cannot be empty; allowed are 1-128 characters "
               "(ValidationError)"},
      {{QueryString{{{"a", ""}}}},
       place + "/Value: A condition value cannot be empty; allowed are 1-128 characters "
               "(ValidationError)"},
      {{QueryString{{{"a", "\xc3\xa9"}}}},
       place +
           "/Value: The 'query-string' value '\\xc3\\xa9' has the character '\\xc3'; allowed is "
           "visible ASCII (ValidationError)"},
      {{QueryString{{{{}, "a"}, {{}, "b"}, {{}, "c"}, {{}, "d"}}}},
       "/Conditions/0/QueryStringConfig/Values: The 'query-string' condition has 4 values; the "
       "limit per condition is '3' (ValidationError)"},
  });
}

TEST(ConditionLimits, SourceIp) {
  const std::string place = "/Conditions/0/SourceIpConfig/Values/0: The 'source-ip' value ";
  const std::vector<std::string> six(6, "10.0.0.0/8");
  check({
      {{SourceIp{{six.begin(), six.end() - 1}}}, "valid"},
      {{SourceIp{{"::/0", "2001:db8::/32", "0.0.0.0/0"}}}, "valid"},
      {{SourceIp{six}},
       "/Conditions/0/SourceIpConfig/Values: The 'source-ip' condition has 6 values; the limit per "
       "condition is '5' (ValidationError)"},
      {{SourceIp{{"10.0.0.1"}}},
       place + "'10.0.0.1' has no prefix length; allowed are IPv4 and IPv6 CIDR blocks, like "
               "10.0.0.0/8 (ValidationError)"},
      {{SourceIp{{"10.0.0.0/33"}}},
       place + "'10.0.0.0/33' has the prefix length '33'; allowed is 0-32 (ValidationError)"},
      {{SourceIp{{"::/129"}}},
       place + "'::/129' has the prefix length '129'; allowed is 0-128 (ValidationError)"},
      {{SourceIp{{"10.0.0/8"}}},
       place + "'10.0.0/8' has no IP address before the '/'; allowed are IPv4 and IPv6 CIDR blocks "
               "(ValidationError)"},
      {{SourceIp{{"255.255.255.255/32"}}},
       place + "'255.255.255.255/32' is not allowed: ALB refuses the CIDR block 255.255.255.255/32 "
               "(ValidationError)"},
      {{SourceIp{{"10.0.0.0/8"}}, SourceIp{{"::/0"}}},
       "/Conditions/1: The rule has a second 'source-ip' condition; one is allowed, with up to 5 "
       "values (ValidationError)"},
  });
}

TEST(ConditionLimits, RegexValues) {
  check({
      {{PathPattern{{}, {"^/api/(.*)$", ".*", "\\d+"}}, HostHeader{{}, {"a|b", text(128)}}},
       "valid"},
      {{PathPattern{{"/a"}, {"^/a"}}},
       "/Conditions/0/RegexValues: The 'path-pattern' condition has both Values and RegexValues; "
       "allowed is one of them (ValidationError)"},
      {{HostHeader{{}, {"a", text(129)}}},
       "/Conditions/0/RegexValues/1: The 'host-header' regex value is too long; the limit is "
       "'128', "
       "found 129 characters (ValidationError)"},
      {{HttpHeader{"X-A", {}, {"("}}},
       "/Conditions/0/HttpHeaderConfig/RegexValues/0: The 'http-header' regex value '(' is no "
       "regular expression: missing ): ( (ValidationError)"},
      {{PathPattern{{}, {""}}},
       "/Conditions/0/RegexValues/0: A condition value cannot be empty; allowed are 1-128 "
       "characters (ValidationError)"},
  });
}

TEST(ConditionLimits, CountOverTheWholeRule) {
  const Condition header = HttpHeader{"X-A", {"a", "b"}};
  const Condition query = QueryString{{{"k", "v"}}};
  check({
      {{header, header, query}, "valid"},
      {{header, header, query, query},
       "/Conditions: The rule has 6 condition values; the limit per rule is '5' (ValidationError)"},
      {{SourceIp{{"::/0", "::/1", "::/2"}}, PathPattern{{}, {"a", "b", "c"}}},
       "/Conditions: The rule has 6 condition values; the limit per rule is '5' (ValidationError)"},
      // Escaped ones are characters; a regex's are its own.
      {{QueryString{{{"*?", "*?\\*\\?"}}}, HttpHeader{"X-A", {"*"}}, PathPattern{{}, {".*?"}}},
       "valid"},
      {{QueryString{{{"*?", "*?"}}}, HttpHeader{"X-*", {"**"}}},
       "/Conditions: The rule has 6 wildcards (* and ?); the limit per rule is '5' "
       "(ValidationError)"},
  });
}

TEST(GroupStickiness, LastsOneSecondToAWeek) {
  for (const auto& [seconds, valid] : std::vector<std::pair<std::uint32_t, bool>>{
           {0, false}, {1, true}, {604'800, true}, {604'801, false}}) {
    EXPECT_EQ(validate(Action{Forward{{{"a"}, {"b"}}, seconds}}).has_value(), valid) << seconds;
  }
  EXPECT_EQ(
      to_string(validate(Action{Forward{{{"a"}}, 0}}).error()),
      "/ForwardConfig/TargetGroupStickinessConfig/DurationSeconds: DurationSeconds '0' is not "
      "in the range 1-604800 (ValidationError)");
}

TEST(Quotas, CountListenersRulesAndTargetGroupsOfALoadBalancer) {
  const auto rules = [](std::size_t count) {
    RuleSet set{{}, Forward{{{"default"}}}};
    for (std::size_t i = 0; i < count; ++i) {
      set.rules.push_back({1, {PathPattern{{"/"}}}, Forward{{{std::to_string(i)}}}});
    }
    return set;
  };
  const auto checked = [](const std::vector<RuleSet>& listeners) {
    Usage usage;
    for (const RuleSet& each : listeners) usage.add(each);
    const auto result = usage.check();
    return result ? "valid" : to_string(result.error());
  };
  EXPECT_EQ(checked(std::vector<RuleSet>(50, rules(2))), "valid");
  EXPECT_EQ(checked(std::vector<RuleSet>(51, rules(0))),
            "The load balancer would have 51 listeners; the limit per load balancer is '50' "
            "(TooManyListeners)");
  EXPECT_EQ(
      checked({rules(60), rules(41)}),
      "The load balancer would have 101 rules (default rules not counted); the limit per load "
      "balancer is '100' (TooManyRules)");
  EXPECT_EQ(checked({rules(99)}), "valid");
  EXPECT_EQ(checked({rules(100)}),
            "The load balancer would have 101 different target groups; the limit per load balancer "
            "is '100' (TooManyUniqueTargetGroupsPerLoadBalancer)");
}

TEST(Quotas, ForgetWhatIsTakenAway) {
  const RuleSet set{{{1, {PathPattern{{"/"}}}, Forward{{{"a"}, {"b"}}}}}, Forward{{{"a"}}}};
  Usage usage;
  usage.add(set);
  EXPECT_TRUE(usage.names("b"));
  usage.remove(set.rules.front());
  EXPECT_TRUE(usage.names("a"));
  EXPECT_FALSE(usage.names("b"));
  usage.replace(set.default_action, Forward{{{"c"}}});
  EXPECT_FALSE(usage.names("a"));
  EXPECT_TRUE(usage.names("c"));
  EXPECT_TRUE(usage.check({1, 0, 1}));
  EXPECT_FALSE(usage.check({0, 0, 1}));
}

}  // namespace
}  // namespace cutover::rules

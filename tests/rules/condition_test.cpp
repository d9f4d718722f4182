// What each field is compared with, seen through a matcher with one rule. Path and host have their
// own in matcher_test.cpp.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rules/matcher.hpp"
#include "tests/rules/header_list.hpp"

namespace cutover::rules {
namespace {

bool holds(Condition condition, const Request& request) {
  const Matcher matcher(
      RuleSet{{{1, {std::move(condition)}, Forward{{{"api"}}}}}, Forward{{{"default"}}}});
  return matcher.first_match(request) == 0;
}

bool header_holds(HttpHeader header, const HeaderList& headers) {
  return holds(std::move(header), {.host = "a.b", .path = "/", .headers = &headers});
}
bool query_holds(QueryString::Pair pair, std::string_view query) {
  return holds(QueryString{{std::move(pair)}}, {.host = "a.b", .path = "/", .query = query});
}
bool source_holds(std::string block, const IpAddress& source) {
  return holds(SourceIp{{std::move(block)}}, {.host = "a.b", .path = "/", .source = source});
}

TEST(HttpHeaderCondition, IgnoresCaseOfNameAndValue) {
  const HeaderList headers{{"user-AGENT", "Mozilla/5.0 Chrome/1"}};
  EXPECT_TRUE(header_holds({"User-Agent", {"*cHROME*"}}, headers));
  EXPECT_FALSE(header_holds({"User-Agent", {"chrome"}}, headers));
  EXPECT_FALSE(header_holds({"User-Agents", {"*"}}, headers));
  EXPECT_TRUE(header_holds({"User-Agent", {}, {"CHROME/[0-9]$"}}, headers));
  EXPECT_FALSE(header_holds({"User-Agent", {}, {"^chrome"}}, headers));
}

TEST(HttpHeaderCondition, LooksAtEachOccurrenceUntilOneMatches) {
  const HeaderList headers{{"X-Env", "test"}, {"Other", "stage"}, {"x-env", "prod"}};
  EXPECT_TRUE(header_holds({"X-Env", {"prod"}}, headers));
  EXPECT_TRUE(header_holds({"X-Env", {"none", "test"}}, headers));
  EXPECT_FALSE(header_holds({"X-Env", {"stage"}}, headers));
  EXPECT_FALSE(header_holds({"X-Env", {"test, prod"}}, headers));
}

TEST(HttpHeaderCondition, NeverHoldsWithoutTheHeaderOrWithInvisibleBytes) {
  EXPECT_FALSE(header_holds({"X-Env", {"*"}}, HeaderList()));
  EXPECT_FALSE(holds(HttpHeader{"X-Env", {"*"}}, {.host = "a.b", .path = "/"}));
  EXPECT_FALSE(header_holds({"X-Env", {"*"}}, HeaderList{{"X-Env", "caf\xc3\xa9"}}));
  EXPECT_TRUE(header_holds({"X-Env", {"*"}}, HeaderList{{"X-Env", "\x01"}, {"X-Env", ""}}));
  // Backslashes escape nothing here.
  EXPECT_TRUE(header_holds({"X-Env", {"\\*"}}, HeaderList{{"X-Env", "\\a"}}));
}

TEST(MethodCondition, IsExact) {
  const auto method_holds = [](std::string_view method) {
    return holds(HttpRequestMethod{{"GET", "M-SEARCH"}},
                 {.host = "a.b", .path = "/", .method = method});
  };
  EXPECT_TRUE(method_holds("GET"));
  EXPECT_TRUE(method_holds("M-SEARCH"));
  for (const char* method : {"get", "GETS", "GE", "HEAD", ""}) EXPECT_FALSE(method_holds(method));
}

TEST(QueryStringCondition, AnyPairMayMatchAnyValue) {
  const Condition condition = QueryString{{{"version", "v1"}, {{}, "*example*"}}};
  const auto any_holds = [&](std::string_view query) {
    return holds(condition, {.host = "a.b", .path = "/", .query = query});
  };
  EXPECT_TRUE(any_holds("version=v1"));
  EXPECT_TRUE(any_holds("a=b&VERSION=V1"));
  EXPECT_TRUE(any_holds("x=an-example"));
  EXPECT_FALSE(any_holds("version=v2"));
  EXPECT_FALSE(any_holds("example=1"));
  EXPECT_FALSE(any_holds(""));
}

TEST(QueryStringCondition, EscapedWildcardsAreCharacters) {
  EXPECT_TRUE(query_holds({"q", "a\\*b\\?"}, "q=a*b?"));
  EXPECT_FALSE(query_holds({"q", "a\\*b"}, "q=axb"));
  EXPECT_FALSE(query_holds({"q", "a\\?"}, "q=ab"));
  EXPECT_TRUE(query_holds({"\\**", "*\\**"}, "*key=1*2"));
  EXPECT_FALSE(query_holds({"\\**", "*"}, "key=1"));
  EXPECT_TRUE(query_holds({"q", "a\\b"}, "q=a\\b"));
}

TEST(QueryStringCondition, PairsAreReadAsTheyStand) {
  EXPECT_TRUE(query_holds({"a", "b=c"}, "a=b=c"));
  EXPECT_TRUE(query_holds({"?lag", "*"}, "x=1&&flag"));
  EXPECT_FALSE(query_holds({{}, "flag"}, "flag"));
  EXPECT_FALSE(query_holds({{}, "*"}, "&&"));
  EXPECT_FALSE(query_holds({"a", "b c"}, "a=b%20c"));
  EXPECT_TRUE(query_holds({"a", "b%20c"}, "a=b%20C"));
  EXPECT_FALSE(query_holds({{}, "*"}, "a=\xff"));
  EXPECT_TRUE(query_holds({{}, "*"}, "a=\xff&b=c"));
}

TEST(SourceIpCondition, ComparesThePrefix) {
  const IpAddress ten = IpAddress::from_v4({10, 1, 2, 200});
  EXPECT_TRUE(source_holds("10.0.0.0/8", ten));
  EXPECT_TRUE(source_holds("10.1.2.192/26", ten));
  EXPECT_FALSE(source_holds("10.1.2.128/26", ten));
  EXPECT_TRUE(source_holds("10.1.2.200/32", ten));
  EXPECT_FALSE(source_holds("10.1.2.201/32", ten));
  EXPECT_TRUE(source_holds("0.0.0.0/0", ten));
  EXPECT_TRUE(source_holds("10.9.9.9/8", ten));  // Bits behind the prefix do not count.
  EXPECT_FALSE(source_holds("::/0", ten));
}

TEST(SourceIpCondition, ReadsMappedAddressesAsIpv4) {
  const IpAddress mapped =
      IpAddress::from_v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 1, 2, 3});
  EXPECT_TRUE(source_holds("10.0.0.0/8", mapped));
  EXPECT_TRUE(source_holds("::ffff:10.0.0.0/104", mapped));
  EXPECT_FALSE(source_holds("::/0", mapped));
  const IpAddress six =
      IpAddress::from_v6({0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  EXPECT_TRUE(source_holds("2001:db8::/32", six));
  EXPECT_TRUE(source_holds("2001:db8::1/128", six));
  EXPECT_FALSE(source_holds("2001:db9::/32", six));
  EXPECT_FALSE(source_holds("0.0.0.0/0", six));
}

TEST(SourceIpCondition, ReadsTheWrittenFormsOfAddresses) {
  const auto read = [](std::string_view block) { return CidrBlock::parse(block).has_value(); };
  for (const char* block :
       {"0.0.0.0/0", "::/0", "::1/128", "1::/16", "1:2:3:4:5:6:7:8/128", "1:2:3:4:5:6:7::/112",
        "::ffff:1.2.3.4/128", "1:2:3:4:5:6:1.2.3.4/128", "2001:DB8::a/64"}) {
    EXPECT_TRUE(read(block)) << block;
  }
  for (const char* block : {"",
                            "/8",
                            "1.2.3/8",
                            "1.2.3.4.5/8",
                            "1.2.3.256/8",
                            "01.2.3.4/8",
                            "1..2.3/8",
                            "1.2.3.4/",
                            "1.2.3.4/08",
                            "1.2.3.4/8 ",
                            ":/0",
                            ":::/0",
                            "1::2::3/64",
                            "1:2:3:4:5:6:7/64",
                            "1:2:3:4:5:6:7:8:9/64",
                            "1:2:3:4:5:6:7:8::/64",
                            "12345::/16",
                            "g::/16",
                            "1:/16",
                            ":1/16",
                            "::1.2.3/64",
                            "1.2.3.4::/64",
                            "::1%lo/128"}) {
    EXPECT_FALSE(read(block)) << block;
  }
  EXPECT_TRUE(source_holds("::102:304/128",
                           IpAddress::from_v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4})));
}

TEST(RegexCondition, PathMindsCaseAndHostDoesNot) {
  EXPECT_TRUE(holds(PathPattern{{}, {"^/api/(.*)$"}}, {.host = "a.b", .path = "/x/../api/y"}));
  EXPECT_FALSE(holds(PathPattern{{}, {"^/API"}}, {.host = "a.b", .path = "/api"}));
  EXPECT_TRUE(
      holds(HostHeader{{}, {"^(.*)\\.EXAMPLE\\.com$"}}, {.host = "A.example.com:80", .path = "/"}));
  EXPECT_FALSE(holds(PathPattern{{}, {".*"}}, {.host = "a.b", .path = "/\xff"}));
}

TEST(Matcher, RulesWithoutAPathOrHostKeepTheirPlace) {
  const Forward forward{{{"api"}}};
  const Matcher matcher(RuleSet{{{1, {HttpRequestMethod{{"PUT"}}}, forward},
                                 {2, {PathPattern{{"/a*"}}}, forward},
                                 {3, {PathPattern{{}, {"^/"}}}, forward},
                                 {4, {PathPattern{{"/b"}}}, forward}},
                                forward});
  EXPECT_EQ(matcher.first_match({.host = "", .path = "/a", .method = "PUT"}), 0U);
  EXPECT_EQ(matcher.first_match({.host = "", .path = "/a", .method = "GET"}), 1U);
  EXPECT_EQ(matcher.first_match({.host = "", .path = "/b", .method = "GET"}), 2U);
  EXPECT_EQ(matcher.first_match({.host = "", .path = "\xff", .method = "GET"}),
            Matcher::default_rule);
}

TEST(Matcher, TellsWhatItNeeds) {
  const auto needs = [](Condition condition) {
    const Matcher matcher(RuleSet{{{1, {std::move(condition)}, Forward{}}}, Forward{}});
    return std::string(matcher.needs_headers() ? "headers" : "") +
           (matcher.needs_query() ? "query" : "") + (matcher.needs_source() ? "source" : "");
  };
  EXPECT_EQ(needs(PathPattern{{"/"}}), "");
  EXPECT_EQ(needs(HttpHeader{"X-A", {"a"}}), "headers");
  EXPECT_EQ(needs(QueryString{{{{}, "a"}}}), "query");
  EXPECT_EQ(needs(SourceIp{{"::/0"}}), "source");
}

TEST(Explanation, GivesAVerdictOnEveryCondition) {
  const HeaderList headers{{"X-Env", "test"}, {"X-Env", "prod"}};
  const Request request{.host = "a.b",
                        .path = "/a",
                        .method = "GET",
                        .query = "v=1",
                        .source = IpAddress::from_v4({127, 0, 0, 1}),
                        .headers = &headers};
  const Matcher matcher(
      RuleSet{{{7,
                {HttpHeader{"X-Env", {"prod", "s*"}}, HttpHeader{"X-None", {}, {"^a"}},
                 HttpRequestMethod{{"PUT"}}, QueryString{{{"v", "\\*"}, {{}, "1"}}},
                 SourceIp{{"127.0.0.0/8"}}},
                Forward{}}},
              Forward{}});
  const auto verdicts = matcher.explain(request);
  ASSERT_EQ(verdicts.size(), 2U);
  EXPECT_EQ(verdicts[0].reason, "http-header X-None: regex ^a does not match a request without it");
  std::string lines;
  for (const auto& each : verdicts[0].conditions) {
    lines += (each.holds ? "+ " : "- ") + each.text + "\n";
  }
  EXPECT_EQ(lines,
            "+ http-header X-Env: prod or s* matches 'test', 'prod'\n"
            "- http-header X-None: regex ^a does not match a request without it\n"
            "- http-request-method PUT does not match GET\n"
            "+ query-string v=\\* or 1 matches v=1\n"
            "+ source-ip 127.0.0.0/8 matches 127.0.0.1\n");
}

}  // namespace
}  // namespace cutover::rules

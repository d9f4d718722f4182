#include "rules/transform.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rules/matcher.hpp"

namespace cutover::rules {
namespace {

Rule rule_of(std::optional<Rewrite> host, std::optional<Rewrite> url) {
  return {10, {PathPattern{{"*"}}}, Forward{{{"api"}}}, std::move(host), std::move(url)};
}

/// "status host uri", where "-" is what stays as it was.
std::string applied(const Rule& rule, std::string_view host, std::string_view uri) {
  EXPECT_TRUE(validate(rule)) << to_string(validate(rule).error());
  std::string new_host = "left over";
  std::string new_uri = "left over";
  const TransformStatus status = CompiledTransforms(rule).apply(host, uri, new_host, new_uri);
  const auto shown = [](const std::string& text) { return text.empty() ? "-" : text; };
  return std::string(to_string(status)) + " " + shown(new_host) + " " + shown(new_uri);
}

std::string url(std::string regex, std::string replace, std::string_view uri) {
  return applied(rule_of({}, Rewrite{std::move(regex), std::move(replace)}), "a.b", uri);
}
std::string host(std::string regex, std::string replace, std::string_view value) {
  return applied(rule_of(Rewrite{std::move(regex), std::move(replace)}, {}), value, "/");
}

TEST(UrlRewrite, SeesPathAndQueryTogether) {
  EXPECT_EQ(url("^/dp/([A-Z0-9]+)/?$", "/product.php?id=$1", "/dp/B09"),
            "TransformSuccess - /product.php?id=B09");
  EXPECT_EQ(url("\\?id=(.*)$", "/$1", "/product?id=7"), "TransformSuccess - /product/7");
  EXPECT_EQ(url("^/api/(.*)$", "/$1", "/api/users?a=b"), "TransformSuccess - /users?a=b");
}

TEST(UrlRewrite, ReplacesTheFirstMatchAndKeepsTheRest) {
  EXPECT_EQ(url("/old", "/new", "/a/old/old?x"), "TransformSuccess - /a/new/old?x");
  EXPECT_EQ(url("/v1", "", "/v1/users"), "TransformSuccess - /users");
}

TEST(UrlRewrite, IsCaseSensitiveAndLeavesWhatDoesNotMatch) {
  EXPECT_EQ(url("^/API", "/x", "/api"), "- - -");
  EXPECT_EQ(url("^/api", "/api", "/api"), "TransformSuccess - -");
}

TEST(UrlRewrite, GroupsAreOneDigitAndOtherDollarsStay) {
  EXPECT_EQ(url("^/(a)(b)?(c)", "/$3$2$1$10$$x$", "/acd"), "TransformSuccess - /caa0$$x$d");
}

TEST(UrlRewrite, RefusesToSendWhatIsNoPath) {
  EXPECT_EQ(url("^/a", "", "/a"), "TransformInvalidPath - -");
  EXPECT_EQ(url("^/a", "b", "/a"), "TransformInvalidPath - -");
  EXPECT_EQ(url("^/a", "/b HTTP/1.1", "/a"), "TransformInvalidPath - -");
  EXPECT_EQ(url("^/a", "/#", "/a"), "TransformInvalidPath - -");
  EXPECT_EQ(url("^/(.*)", "/$1$1$1", "/" + std::string(6'000, 'x')), "TransformBufferTooSmall - -");
}

TEST(HostRewrite, SeesTheHostWithoutItsPortWhichStays) {
  EXPECT_EQ(host("^mywebsite-(.+).com$", "internal.dev.$1.myweb.com", "MyWebsite-example.com:8080"),
            "TransformSuccess internal.dev.example.myweb.com:8080 -");
  EXPECT_EQ(host("^a\\.b$", "c.d:99", "a.b:80"), "TransformSuccess c.d:99 -");
  EXPECT_EQ(host("^a\\.b$", "c.d", "x.a.b"), "- - -");
  EXPECT_EQ(host(".*", "", "a.b"), "TransformInvalidHost - -");
  EXPECT_EQ(host("\\.", "/", "a.b"), "TransformInvalidHost - -");
  EXPECT_EQ(host("\\.", "@ ", "a.b"), "TransformInvalidHost - -");
}

TEST(Transforms, OneFailureLeavesBothAsTheyWere) {
  const Rule rule = rule_of(Rewrite{"^a", "b"}, Rewrite{"^/", ""});
  EXPECT_EQ(applied(rule, "a.b", "/"), "TransformInvalidPath - -");
  EXPECT_EQ(applied(rule_of(Rewrite{"^a", "b"}, Rewrite{"x", "y"}), "a.b", "/"),
            "TransformSuccess b.b -");
  EXPECT_TRUE(is_failure(TransformStatus::invalid_path));
  EXPECT_FALSE(is_failure(TransformStatus::success));
  EXPECT_FALSE(is_failure(TransformStatus::none));
}

TEST(Transforms, BelongToTheirRule) {
  const Rule plain{20, {PathPattern{{"/b"}}}, Forward{{{"api"}}}};
  const Matcher matcher(RuleSet{{plain, rule_of({}, Rewrite{"a", "b"})}, Forward{{{"api"}}}});
  EXPECT_NE(matcher.transforms(0), nullptr);
  EXPECT_EQ(matcher.transforms(1), nullptr);
  EXPECT_EQ(matcher.transforms(Matcher::default_rule), nullptr);
  EXPECT_EQ(Matcher(RuleSet{{plain}, Forward{{{"api"}}}}).transforms(0), nullptr);
}

TEST(Transforms, LimitsAreNamed) {
  const auto verdict = [](std::optional<Rewrite> host, std::optional<Rewrite> url) {
    const auto result = validate(rule_of(std::move(host), std::move(url)));
    return result ? "valid" : to_string(result.error());
  };
  const std::string most(1'024, 'a');
  EXPECT_EQ(verdict(Rewrite{most, most}, Rewrite{"a", ""}), "valid");
  EXPECT_EQ(verdict({}, Rewrite{most + "a", ""}),
            "/Transforms/0/UrlRewriteConfig/Rewrites/0/Regex: The rewrite's Regex has 1025 "
            "characters; allowed are 1-1024 (ValidationError)");
  EXPECT_EQ(
      verdict(Rewrite{"a", "b"}, Rewrite{"", ""}),
      "/Transforms/1/UrlRewriteConfig/Rewrites/0/Regex: The rewrite's Regex has 0 characters; "
      "allowed are 1-1024 (ValidationError)");
  EXPECT_EQ(verdict(Rewrite{"a", most + "a"}, {}),
            "/Transforms/0/HostHeaderRewriteConfig/Rewrites/0/Replace: The rewrite's Replace has "
            "1025 characters; allowed are 0-1024 (ValidationError)");
  EXPECT_EQ(
      verdict({}, Rewrite{"(a)", "$1$2"}),
      "/Transforms/0/UrlRewriteConfig/Rewrites/0/Replace: The rewrite's Replace '$1$2' refers "
      "to '$2'; the regex has 1 capture groups, the first is '$1' (ValidationError)");
  EXPECT_EQ(verdict({}, Rewrite{"a", "\r\nX: y"}),
            "/Transforms/0/UrlRewriteConfig/Rewrites/0/Replace: The rewrite's Replace "
            "'\\x0d\\x0aX: y' has characters other than visible ASCII (ValidationError)");
}

TEST(RulePrinting, ShowsTransforms) {
  EXPECT_EQ(to_string(rule_of(Rewrite{"^a$", "b"}, Rewrite{"^/(.*)", "/x/$1"})),
            "10 path-pattern is * -> host-header-rewrite '^a$' to 'b', url-rewrite '^/(.*)' to "
            "'/x/$1', forward to api");
}

}  // namespace
}  // namespace cutover::rules

// Checks and prints of the three actions.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "rules/rule.hpp"

namespace cutover::rules {
namespace {

std::string verdict(const Action& action) {
  const Result<void> result = validate(action);
  return result ? "valid" : to_string(result.error());
}

FixedResponse fixed(int status, std::string type = "text/plain", std::string body = "") {
  return {status, std::move(type), std::move(body)};
}

/// A redirect to HTTPS with one part changed.
Redirect redirect(std::string Redirect::*part, std::string value) {
  Redirect changed;
  changed.protocol = "HTTPS";
  changed.*part = std::move(value);
  return changed;
}

TEST(ForwardValidation, TakesOneToFiveTargetGroups) {
  const WeightedTargetGroup group{"api", 1};
  EXPECT_EQ(verdict(Forward{std::vector(5, group)}), "valid");
  EXPECT_EQ(verdict(Forward{}),
            "/ForwardConfig/TargetGroups: A forward action names no target group; 1-5 are required "
            "(ValidationError)");
  EXPECT_EQ(verdict(Forward{std::vector(6, group)}),
            "/ForwardConfig/TargetGroups: A forward action names 6 target groups; the limit is '5' "
            "(TooManyTargetGroups)");
  EXPECT_EQ(verdict(Forward{{{"api"}, {""}}}),
            "/ForwardConfig/TargetGroups/1/TargetGroupArn: The target group's name is empty "
            "(ValidationError)");
}

TEST(ForwardValidation, WeightIsZeroToNineHundredNinetyNine) {
  EXPECT_EQ(verdict(Forward{{{"api", 0}, {"users", 999}}}), "valid");
  EXPECT_EQ(verdict(Forward{{{"api", 0}, {"users", 1000}}}),
            "/ForwardConfig/TargetGroups/1/Weight: Weight '1000' is not in the range 0-999 "
            "(ValidationError)");
}

TEST(FixedResponseValidation, AllowsSuccessAndErrorCodes) {
  for (int status = -500; status < 1'100; ++status) {
    const bool allowed = (status >= 200 && status < 300) || (status >= 400 && status < 600);
    EXPECT_EQ(verdict(fixed(status)) == "valid", allowed) << status;
  }
  EXPECT_EQ(verdict(fixed(302)),
            "/FixedResponseConfig/StatusCode: Status code '302' does not satisfy ^(2|4|5)\\d\\d$; "
            "allowed are 200-299 and 400-599 (ValidationError)");
}

TEST(FixedResponseValidation, AllowsFiveContentTypes) {
  for (const char* type :
       {"text/plain", "text/css", "text/html", "application/javascript", "application/json"}) {
    EXPECT_EQ(verdict(fixed(200, type)), "valid") << type;
  }
  EXPECT_EQ(verdict(fixed(200, "text/xml")),
            "/FixedResponseConfig/ContentType: The ContentType must be one of:'text/html', "
            "'application/json', 'application/javascript', 'text/css', 'text/plain'; found "
            "'text/xml' (InvalidLoadBalancerAction)");
}

TEST(FixedResponseValidation, LimitsTheBodyInCharacters) {
  std::string body;
  for (int i = 0; i < 1024; ++i) body += "\xc3\xa9";
  EXPECT_EQ(verdict(FixedResponse{200, "text/plain", body}), "valid");
  EXPECT_EQ(verdict(FixedResponse{200, "text/plain", body + "e"}),
            "/FixedResponseConfig/MessageBody: The message body has 1025 characters; the limit is "
            "'1024' (ValidationError)");
}

TEST(RedirectValidation, NeedsAPartThatDiffersFromTheRequest) {
  const std::string loop =
      "/RedirectConfig: The redirect configuration is not valid because it creates a loop; at "
      "least "
      "one of Protocol, Host, Port and Path must differ from the request's "
      "(InvalidLoadBalancerAction)";
  Redirect unchanged;
  EXPECT_EQ(verdict(unchanged), loop);
  unchanged.query = "a=b";
  EXPECT_EQ(verdict(unchanged), loop);
  unchanged.protocol = "HTTP";
  EXPECT_EQ(verdict(unchanged), loop);
  const std::vector<std::pair<std::string Redirect::*, std::string>> changes = {
      {&Redirect::protocol, "HTTPS"},
      {&Redirect::host, "www.#{host}"},
      {&Redirect::port, "8080"},
      {&Redirect::path, "/new/#{path}"}};
  for (const auto& [part, value] : changes) {
    Redirect changed;
    changed.*part = value;
    EXPECT_EQ(verdict(changed), "valid") << value;
  }
}

TEST(RedirectValidation, RefusesPartsThatAlbRefuses) {
  const std::vector<std::pair<Redirect, std::string>> cases = {
      {{303, "HTTPS"},
       "/StatusCode: Status code '303' is not allowed for a redirect; allowed are 301 and 302 "
       "(ValidationError)"},
      {redirect(&Redirect::protocol, "https"),
       "/Protocol: The redirect's Protocol 'https' is none of HTTP, HTTPS, #{protocol} "
       "(ValidationError)"},
      {redirect(&Redirect::port, "65536"),
       "/Port: The redirect's Port '65536' is neither in the range 1-65535 nor #{port} "
       "(ValidationError)"},
      {redirect(&Redirect::host, ""),
       "/Host: The redirect's Host has 0 characters; allowed are 1-128 (ValidationError)"},
      {redirect(&Redirect::path, "/" + std::string(128, 'a')),
       "/Path: The redirect's Path has 129 characters; allowed are 1-128 (ValidationError)"},
      {redirect(&Redirect::path, "a/#{path}"),
       "/Path: The redirect's Path 'a/#{path}' does not begin with '/' (ValidationError)"},
      {redirect(&Redirect::query, "?a"),
       "/Query: The redirect's Query '?a' begins with '?', which is added by itself "
       "(ValidationError)"},
      {redirect(&Redirect::query, std::string(129, 'a')),
       "/Query: The redirect's Query has 129 characters; allowed are 0-128 (ValidationError)"},
      {redirect(&Redirect::host, "a\r\nSet-Cookie:b"),
       "/Host: The redirect's Host 'a\\x0d\\x0aSet-Cookie:b' has the character '\\x0d'; allowed is "
       "visible ASCII without the space (ValidationError)"},
  };
  for (const auto& [action, error] : cases) EXPECT_EQ(verdict(action), "/RedirectConfig" + error);
}

TEST(RedirectValidation, PortIsOneToSixtyFiveThousand) {
  for (const char* port : {"1", "80", "65535", "#{port}"}) {
    EXPECT_EQ(verdict(redirect(&Redirect::port, port)), "valid") << port;
  }
  for (const char* port : {"", "0", "080", "-1", "+1", "80 ", "1e3", "4294967376", "#{host}"}) {
    EXPECT_NE(verdict(redirect(&Redirect::port, port)), "valid") << port;
  }
}

TEST(RedirectValidation, AllowsEachPartItsOwnKeywords) {
  const std::vector<std::pair<std::string Redirect::*, std::string>> parts = {
      {&Redirect::host, " host "},
      {&Redirect::path, " host path port "},
      {&Redirect::query, " protocol host port path query "}};
  for (const auto& [part, allowed] : parts) {
    for (const std::string word : {"protocol", "host", "port", "path", "query", "Host", ""}) {
      const bool expected = !word.empty() && allowed.find(" " + word + " ") != std::string::npos;
      EXPECT_EQ(verdict(redirect(part, "/#{" + word + "}")) == "valid", expected)
          << word << " in one of" << allowed;
    }
    EXPECT_NE(verdict(redirect(part, "/#{host")), "valid");
  }
  EXPECT_EQ(
      verdict(redirect(&Redirect::path, "/#{host}/#{query}")),
      "/RedirectConfig/Path: The redirect's Path '/#{host}/#{query}' uses '#{query}'; allowed "
      "there: #{host}, #{path}, #{port} (InvalidLoadBalancerAction)");
  EXPECT_EQ(verdict(redirect(&Redirect::host, "#{host")),
            "/RedirectConfig/Host: The redirect's Host '#{host' uses '#{host'; allowed there: "
            "#{host} (InvalidLoadBalancerAction)");
}

TEST(ActionPrinting, IsOneLine) {
  EXPECT_EQ(to_string(Action{Forward{{{"users"}}}}), "forward to users");
  EXPECT_EQ(to_string(Action{Forward{{{"users", 90}, {"api", 10}}}}),
            "forward to users (weight 90), api (weight 10)");
  EXPECT_EQ(to_string(Action{Forward{{{"users", 0}}}}), "forward to users (weight 0)");
  EXPECT_EQ(to_string(Action{FixedResponse{}}), "fixed-response 200 text/plain");
  EXPECT_EQ(to_string(Action{FixedResponse{503, "text/html", "away\n" + std::string(50, 'x')}}),
            "fixed-response 503 text/html 'away\\x0a" + std::string(35, 'x') + "'...");
  EXPECT_EQ(to_string(Action{redirect(&Redirect::port, "443")}),
            "redirect 302 to HTTPS://#{host}:443/#{path}?#{query}");
  EXPECT_EQ(to_string(Action{redirect(&Redirect::query, "")}),
            "redirect 302 to HTTPS://#{host}:#{port}/#{path}");
}

}  // namespace
}  // namespace cutover::rules

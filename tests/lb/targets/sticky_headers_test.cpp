#include "lb/targets/sticky_headers.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace cutover::lb::targets {
namespace {

StickyCookies read(std::initializer_list<std::string_view> fields, std::string_view app = {}) {
  StickyCookies cookies;
  for (const auto field : fields) cookies.read(field, app);
  return cookies;
}

TEST(StickyCookies, AreFoundByTheirExactName) {
  EXPECT_EQ(read({"AWSALB=abc"}).lb_cookie(), "abc");
  EXPECT_EQ(read({"a=1; AWSALB=abc; b=2"}).lb_cookie(), "abc");
  EXPECT_EQ(read({"a=1;AWSALB=abc"}).lb_cookie(), "abc");
  EXPECT_EQ(read({"a=1", "AWSALB=a+/=="}).lb_cookie(), "a+/==") << "in a second field";
  for (const auto* field : {"awsalb=abc", "XAWSALB=abc", "AWSALBX=abc", "AWSALB", "a=AWSALB=abc",
                            "AWSALBTG=abc", "AWSALBAPP-0=abc", "AWSALB%3Dabc", "", ";;", "=abc"}) {
    EXPECT_EQ(read({field}).lb_cookie(), "") << field;
  }
}

TEST(StickyCookies, CorsWinsOverPlainInEitherOrder) {
  EXPECT_EQ(read({"AWSALB=plain; AWSALBCORS=cors"}).lb_cookie(), "cors");
  EXPECT_EQ(read({"AWSALBCORS=cors", "AWSALB=plain"}).lb_cookie(), "cors");
  EXPECT_EQ(read({"AWSALBTG=plain; AWSALBTGCORS=cors"}).target_group(), "cors");
  EXPECT_EQ(read({"AWSALBTG=plain"}).target_group(), "plain");
}

TEST(StickyCookies, OfTargetAndOfGroupAreApart) {
  const StickyCookies cookies = read({"AWSALBTG=group; AWSALB=target"});
  EXPECT_EQ(cookies.lb_cookie(), "target");
  EXPECT_EQ(cookies.target_group(), "group");
}

TEST(StickyCookies, OfEqualNamesTheFirstCounts) {
  EXPECT_EQ(read({"AWSALB=one; AWSALB=two", "AWSALB=three"}).lb_cookie(), "one");
}

TEST(StickyCookies, ApplicationsOwnIsNoticed) {
  EXPECT_TRUE(read({"a=1; SESSION=x"}, "SESSION").has_app_cookie());
  EXPECT_TRUE(read({"SESSION="}, "SESSION").has_app_cookie());
  EXPECT_FALSE(read({"session=x; SESSIONS=y; SESSION"}, "SESSION").has_app_cookie());
  EXPECT_FALSE(read({"SESSION=x; =y"}).has_app_cookie());
}

std::string joined(std::initializer_list<std::string_view> fields) {
  const auto value = read(fields).app_cookie();
  return value ? std::string(view(*value)) : "none";
}

TEST(StickyCookies, ShardsOfTheApplicationsAreJoinedInOrder) {
  const std::string a(100, 'a');
  const std::string b(20, 'b');
  const std::string c(8, 'c');
  EXPECT_EQ(joined({"AWSALBAPP-0=" + a + b + c}), a + b + c);
  EXPECT_EQ(joined({"AWSALBAPP-3=" + c + "; AWSALBAPP-0=" + a, "AWSALBAPP-1=" + b}), a + b + c);
  EXPECT_EQ(joined({"AWSALBAPP-0=" + a + "; AWSALBAPP-1=" + b}), "none") << "too short";
  EXPECT_EQ(joined({"AWSALBAPP-0=" + a + "; AWSALBAPP-1=" + a}), "none") << "too long";
  EXPECT_EQ(joined({"AWSALBAPP-4=" + a + b + c}), "none");
  EXPECT_EQ(joined({"AWSALBAPP=" + a + b + c}), "none");
}

std::string lines(Sticky::Kind kind, bool secure = false) {
  std::string out;
  append_set_cookie(out, kind, "abc", "Thu, 30 Sep 2021 10:26:41 GMT", secure);
  return out;
}

TEST(StickySetCookie, IsWrittenAsAlbDoes) {
  EXPECT_EQ(lines(Sticky::Kind::lb_cookie),
            "Set-Cookie: AWSALB=abc; Expires=Thu, 30 Sep 2021 10:26:41 GMT; Path=/\r\n"
            "Set-Cookie: AWSALBCORS=abc; Expires=Thu, 30 Sep 2021 10:26:41 GMT; Path=/; "
            "SameSite=None\r\n");
  EXPECT_EQ(lines(Sticky::Kind::target_group, true),
            "Set-Cookie: AWSALBTG=abc; Expires=Thu, 30 Sep 2021 10:26:41 GMT; Path=/\r\n"
            "Set-Cookie: AWSALBTGCORS=abc; Expires=Thu, 30 Sep 2021 10:26:41 GMT; Path=/; "
            "SameSite=None; Secure\r\n");
  EXPECT_EQ(lines(Sticky::Kind::app_cookie),
            "Set-Cookie: AWSALBAPP-0=abc; Expires=Thu, 30 Sep 2021 10:26:41 GMT; Path=/\r\n");
}

TEST(SetsCookie, LooksAtTheNameAlone) {
  EXPECT_TRUE(sets_cookie("SESSION=x", "SESSION"));
  EXPECT_TRUE(sets_cookie(" SESSION =; Path=/; HttpOnly", "SESSION"));
  for (const auto* field :
       {"session=x", "SESSION", "SESSIONS=x", "a=SESSION=x", "a=1; SESSION=x", "", "=x"}) {
    EXPECT_FALSE(sets_cookie(field, "SESSION")) << field;
  }
}

}  // namespace
}  // namespace cutover::lb::targets

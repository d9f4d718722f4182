#include "cutover/api/ecs/account_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace cutover::api::ecs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* root = "arn:aws:iam::123456789012:root";
constexpr const char* user = "arn:aws:iam::123456789012:user/ada";

class AccountSettingsTest : public testing::Test {
 protected:
  AccountSettings settings_{"123456789012"};
};

TEST_F(AccountSettingsTest, ListsWhatWasPutAndWithDefaultsWhatIsInEffect) {
  ASSERT_TRUE(settings_.put("containerInsights", "enabled", ""));
  EXPECT_THAT(*settings_.list({}),
              ElementsAre(AccountSetting{"containerInsights", "enabled", root}));
  AccountSettings::Filter effective;
  effective.effective = true;
  EXPECT_EQ(settings_.list(effective)->size(), 11u);
  effective.name = "taskLongArnFormat";
  EXPECT_THAT(*settings_.list(effective),
              ElementsAre(AccountSetting{"taskLongArnFormat", "enabled", root}));
  EXPECT_THAT(*settings_.list({"containerInsights", "disabled", "", true}), IsEmpty());
}

TEST_F(AccountSettingsTest, APrincipalWithoutAnOwnValueHasTheDefault) {
  ASSERT_TRUE(settings_.put_default("awsvpcTrunking", "enabled"));
  EXPECT_THAT(*settings_.list({"awsvpcTrunking", "", user, true}),
              ElementsAre(AccountSetting{"awsvpcTrunking", "enabled", user}));
  ASSERT_TRUE(settings_.put("awsvpcTrunking", "disabled", user));
  EXPECT_EQ(settings_.remove("awsvpcTrunking", user)->value, "enabled");
  EXPECT_EQ(settings_.remove("awsvpcTrunking", "")->value, "disabled");
}

TEST_F(AccountSettingsTest, RefusesUnknownNamesAndValues) {
  EXPECT_EQ(settings_.put("containerInsight", "enabled", "").error().where, "/name");
  EXPECT_THAT(settings_.put("containerInsight", "enabled", "").error().message,
              testing::HasSubstr("did you mean containerInsights?"));
  EXPECT_EQ(settings_.put("taskLongArnFormat", "disabled", "").error().message,
            "found \"disabled\" for taskLongArnFormat; allowed is enabled");
  EXPECT_EQ(settings_.put("guardDutyActivate", "on", "").error().where, "/name");
  EXPECT_EQ(settings_.list({"", "enabled", "", false}).error().where, "/value");
}

TEST_F(AccountSettingsTest, ComesBackFromWhatWasKept) {
  ASSERT_TRUE(settings_.put("containerInsights", "enhanced", user));
  ASSERT_TRUE(settings_.put_default("dualStackIPv6", "enabled"));
  AccountSettings other("123456789012");
  ASSERT_TRUE(other.restore(settings_.to_json()));
  EXPECT_EQ(*other.list({}), *settings_.list({}));
  EXPECT_EQ(*other.list({"", "", user, false}), *settings_.list({"", "", user, false}));
}

}  // namespace
}  // namespace cutover::api::ecs

#include "containers/tags.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cutover::containers {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(TagStore, AddsReplacesAndRemovesByKey) {
  TagStore store;
  ASSERT_TRUE(store.tag("arn:a", {{"team", "forum"}, {"stage", "test"}}));
  ASSERT_TRUE(store.tag("arn:a", {{"stage", "live"}, {"cost", ""}}));
  EXPECT_THAT(store.list("arn:a"),
              ElementsAre(NamedValue("team", "forum"), NamedValue("stage", "live"),
                          NamedValue("cost", "")));
  store.untag("arn:a", {"team", "none"});
  EXPECT_THAT(store.list("arn:a"),
              ElementsAre(NamedValue("stage", "live"), NamedValue("cost", "")));
  EXPECT_THAT(store.list("arn:b"), IsEmpty());
  store.forget("arn:a");
  EXPECT_THAT(store.list("arn:a"), IsEmpty());
}

TEST(TagStore, TakesFiftyForAResourceAndChangesNothingOtherwise) {
  TagStore store;
  Tags many;
  for (std::size_t i = 0; i < tags_max; ++i) many.emplace_back("key" + std::to_string(i), "");
  ASSERT_TRUE(store.tag("arn:a", many));
  const auto refused = store.tag("arn:a", {{"key1", "changed"}, {"one too many", ""}});
  EXPECT_EQ(to_string(refused.error()),
            "/tags: found 51 tags; allowed for a resource are at most 50 "
            "(InvalidParameterException)");
  EXPECT_EQ(store.list("arn:a"), many);
}

TEST(Tags, AreRefusedWithTheirPlace) {
  const auto refusal = [](const Tags& tags) { return to_string(check_tags(tags).error()); };
  EXPECT_EQ(refusal({{"a", ""}, {"", "x"}}),
            "/tags/1/key: found a key of 0 characters; allowed are 1 to 128 "
            "(InvalidParameterException)");
  EXPECT_EQ(refusal({{"a", std::string(257, 'x')}}),
            "/tags/0/value: found a value of 257 characters; allowed are at most 256 "
            "(InvalidParameterException)");
  EXPECT_EQ(refusal({{"a", ""}, {"a", "x"}}),
            "/tags/1/key: found a a second time; keys differ (InvalidParameterException)");
  EXPECT_EQ(refusal({{"aws:cloudformation", ""}}),
            "/tags/0/key: found aws:cloudformation; keys that begin with aws: are AWS's own "
            "(InvalidParameterException)");
}

}  // namespace
}  // namespace cutover::containers

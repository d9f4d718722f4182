#include "containers/tags.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cutover::containers {
namespace {

using ::testing::ElementsAre;

TEST(Tags, AreAddedReplacedAndRemovedByKey) {
  const Tags tags{{"team", "forum"}, {"stage", "test"}};
  const auto more = with_tags(tags, {{"stage", "live"}, {"cost", ""}});
  ASSERT_TRUE(more);
  EXPECT_THAT(*more, ElementsAre(NamedValue("team", "forum"), NamedValue("stage", "live"),
                                 NamedValue("cost", "")));
  EXPECT_THAT(without_tags(*more, {"team", "none"}),
              ElementsAre(NamedValue("stage", "live"), NamedValue("cost", "")));
}

TEST(Tags, AreFiftyForAResourceAtMost) {
  Tags many;
  for (std::size_t i = 0; i < tags_max; ++i) many.emplace_back("key" + std::to_string(i), "");
  EXPECT_TRUE(with_tags(many, {{"key1", "changed"}}));
  EXPECT_EQ(to_string(with_tags(many, {{"one too many", ""}}).error()),
            "/tags: found 51 tags; allowed for a resource are at most 50 "
            "(InvalidParameterException)");
}

TEST(Tags, OfEcsItselfNeitherCountNorStandInTheWay) {
  Tags many;
  for (std::size_t i = 0; i < tags_max - 1; ++i) many.emplace_back("key" + std::to_string(i), "");
  add_managed_tags(many, "demo", "api");
  EXPECT_THAT((Tags{many.end() - 2, many.end()}),
              ElementsAre(NamedValue("aws:ecs:clusterName", "demo"),
                          NamedValue("aws:ecs:serviceName", "api")));
  const auto full = with_tags(many, {{"the last", ""}});
  ASSERT_TRUE(full);
  EXPECT_FALSE(with_tags(*full, {{"one too many", ""}}));
  Tags alone;
  add_managed_tags(alone, "demo", "");
  EXPECT_THAT(alone, ElementsAre(NamedValue("aws:ecs:clusterName", "demo")));
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

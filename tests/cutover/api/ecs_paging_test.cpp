#include "cutover/api/ecs/paging.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cutover::api::ecs {
namespace {

using Json = nlohmann::json;
using Keys = std::vector<std::string>;

TEST(Paging, PagesTogetherAreTheWholeList) {
  const Keys all{"a", "b", "c", "d", "e"};
  Keys seen;
  Json input{{"maxResults", 2}};
  for (int pages = 1;; ++pages) {
    const auto answer = answer_page("arns", all, input);
    ASSERT_TRUE(answer);
    for (const auto& arn : (*answer)["arns"]) seen.push_back(arn);
    if (!answer->contains("nextToken")) {
      EXPECT_EQ(pages, 3);
      break;
    }
    input["nextToken"] = (*answer)["nextToken"];
  }
  EXPECT_EQ(seen, all);
}

TEST(Paging, APageThatEndsWithTheListIsTheLastOne) {
  const auto page = page_of({"a", "b"}, Json{{"maxResults", 2}});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->next_token, "");
  EXPECT_EQ(page_of(Keys(101, "a"), Json::object())->to, 100u);
  EXPECT_EQ(page_of(Keys(101, "a"), Json::object(), page_size_services)->to, 10u);
}

TEST(Paging, TheNextPageBeginsAtTheSameEntryWhenOthersHaveGone) {
  const auto first = page_of({"a", "b", "c", "d"}, Json{{"maxResults", 2}});
  ASSERT_TRUE(first);
  const Json next{{"maxResults", 2}, {"nextToken", first->next_token}};
  EXPECT_EQ(page_of({"b", "c", "d"}, next)->from, 1u);
  EXPECT_EQ(page_of({"_", "a", "b", "c", "d"}, next)->from, 3u);
  EXPECT_EQ(page_of({"a"}, next)->from, 1u) << "its entry has gone, too";
}

TEST(Paging, OtherTextsAreNoTokens) {
  for (const char* token : {"abc", "xy", "20", "2061", "6161", "\xff\xff", "30"}) {
    const auto page = page_of({"a"}, Json{{"nextToken", token}});
    ASSERT_FALSE(page) << token;
    EXPECT_EQ(page.error().code, "InvalidParameterException");
    EXPECT_EQ(page.error().message, "Invalid token");
  }
}

}  // namespace
}  // namespace cutover::api::ecs

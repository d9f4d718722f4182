#include "rules/path_pattern.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lb/base/random.hpp"
#include "tests/rules/naive_matcher.hpp"

namespace cutover::rules {
namespace {

std::string normalised(std::string_view path) {
  std::string buffer(path.size(), '\0');
  return std::string(normalised_path(path, buffer));
}

TEST(PathNormalisation, RemovesDotSegmentsAndDecodesUnreservedCharacters) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {"/a/b", "/a/b"},
      // Dot segments; a last one leaves a directory.
      {"/a/./b", "/a/b"},
      {"/a/../b", "/b"},
      {"/a/b/..", "/a/"},
      {"/a/b/.", "/a/b/"},
      {"/..", "/"},
      {"/../../a", "/a"},
      {"/.", "/"},
      // Segments that only begin with dots are names.
      {"/.well-known/acme", "/.well-known/acme"},
      {"/a/...", "/a/..."},
      {"/a/..b/.c", "/a/..b/.c"},
      // Repeated slashes are empty segments and stay.
      {"//a//b/", "//a//b/"},
      {"/a//../b", "/a/b"},
      // Encoded unreserved characters, in either case of hex digits, dots among them.
      {"/%61pi/%7Euser/%7euser", "/api/~user/~user"},
      {"/a/%2e%2E/b", "/b"},
      {"/a/.%2e/b", "/b"},
      // Reserved ones mean something else when decoded: they stay. So does what is not an encoding.
      {"/a%2Fb", "/a%2Fb"},
      {"/a%2f..%2fb", "/a%2f..%2fb"},
      {"/%00/%20/%25", "/%00/%20/%25"},
      {"/%", "/%"},
      {"/%6", "/%6"},
      {"/%6x/%x1", "/%6x/%x1"},
      {"/%2561", "/%2561"},
      // What does not begin with a slash has no segments; no path is the root.
      {"*", "*"},
      {"../a", "../a"},
      {"", "/"},
  };
  for (const auto& [path, expected] : cases) {
    EXPECT_EQ(normalised(path), expected) << path;
    EXPECT_EQ(naive::path_seen(path), expected) << "oracle: " << path;
  }
}

TEST(PathNormalisation, AgreesWithTheOracleAndIsDoneOnce) {
  const std::vector<std::string> pieces = {"/", ".", "..", "a", "%2e", "%2F", "%61", "%", "2", "~"};
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    Random random(seed);
    std::string path = random.below(8) == 0 ? "" : "/";
    for (std::uint32_t n = random.below(10); n > 0; --n) path += pieces[random.below(10)];
    const std::string once = normalised(path);
    ASSERT_EQ(once, naive::path_seen(path)) << "seed " << seed << ": " << path;
    if (is_plain_path(path)) {
      ASSERT_EQ(once, path) << "seed " << seed;
    }
  }
}

TEST(PathNormalisation, PlainPathsAreKnownAtAGlance) {
  EXPECT_TRUE(is_plain_path("/api/users/3.json"));
  EXPECT_TRUE(is_plain_path("*"));
  for (const std::string_view path :
       {"", "/a/./b", "/a/..", "/%61", "/caf\xc3\xa9", "/a\x7f", "/\n"}) {
    EXPECT_FALSE(is_plain_path(path)) << naive::decoded(path);
  }
}

TEST(PathNormalisation, StopsAtTheLongestRequestLine) {
  const std::string longest = "/b/../" + std::string(normalised_path_most - 6, 'a');
  EXPECT_EQ(normalised(longest), longest.substr(5));
  const std::string longer = longest + "a";
  EXPECT_EQ(normalised(longer), longer);
}

}  // namespace
}  // namespace cutover::rules

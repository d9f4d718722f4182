#include "bench/load/mix.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cutover::load {
namespace {

RequestKind kind(std::string path, std::uint32_t weight) {
  RequestKind made;
  made.path = std::move(path);
  made.weight = weight;
  return made;
}

std::vector<std::size_t> choices(const std::vector<RequestKind>& kinds, std::uint64_t seed,
                                 int count) {
  auto mix = Mix::make(kinds, "demo", seed);
  std::vector<std::size_t> chosen;
  for (int i = 0; i < count; ++i) chosen.push_back(mix->choose());
  return chosen;
}

TEST(Mix, WritesWholeRequests) {
  struct Row {
    RequestKind kind;
    std::string bytes;
  };
  const Row rows[] = {
      {{}, "GET / HTTP/1.1\r\nHost: demo:8080\r\n\r\n"},
      {{"HEAD", "/api/users?x=1", {{"Accept", "*/*"}}, "", 1},
       "HEAD /api/users?x=1 HTTP/1.1\r\nHost: demo:8080\r\nAccept: */*\r\n\r\n"},
      {{"GET", "/", {{"hOST", "other"}}, "", 1}, "GET / HTTP/1.1\r\nhOST: other\r\n\r\n"},
      {{"POST", "/", {}, "", 1}, "POST / HTTP/1.1\r\nHost: demo:8080\r\nContent-Length: 0\r\n\r\n"},
      {{"DELETE", "/", {}, "body", 1},
       "DELETE / HTTP/1.1\r\nHost: demo:8080\r\nContent-Length: 4\r\n\r\nbody"},
  };
  for (const Row& row : rows) {
    const auto mix = Mix::make({row.kind}, "demo:8080", 1);
    ASSERT_TRUE(mix) << to_string(mix.error());
    EXPECT_EQ(mix->bytes(0), row.bytes);
    EXPECT_EQ(mix->is_head(0), row.kind.method == "HEAD");
  }
}

TEST(Mix, ChoosesInProportionToTheWeights) {
  const std::vector<RequestKind> kinds{kind("/a", 1), kind("/never", 0), kind("/b", 6),
                                       kind("/c", 3)};
  constexpr int count = 100'000;
  std::vector<int> seen(kinds.size());
  for (const std::size_t chosen : choices(kinds, 11, count)) ++seen[chosen];
  EXPECT_NEAR(seen[0], count / 10, 500);
  EXPECT_EQ(seen[1], 0);
  EXPECT_NEAR(seen[2], count * 6 / 10, 900);
  EXPECT_NEAR(seen[3], count * 3 / 10, 900);
}

TEST(Mix, OrderRepeatsFromTheSeed) {
  const std::vector<RequestKind> kinds{kind("/a", 1), kind("/b", 1)};
  EXPECT_EQ(choices(kinds, 3, 200), choices(kinds, 3, 200));
  EXPECT_NE(choices(kinds, 3, 200), choices(kinds, 4, 200));
}

TEST(Mix, RefusesWhatIsNotOneRequestAndSaysWhere) {
  struct Row {
    std::vector<RequestKind> kinds;
    std::string where;
  };
  const Row rows[] = {
      {{}, ""},
      {{kind("/", 0)}, ""},
      {{kind("/", 1), kind("users", 1)}, "/1/path"},
      {{kind("/a b", 1)}, "/0/path"},
      {{kind("/a\r\nX: y", 1)}, "/0/path"},
      {{kind("/\xc3\xa4", 1)}, "/0/path"},
      {{kind("/", 4294967295U), kind("/", 1)}, "/1/weight"},
      {{{"G ET", "/", {}, "", 1}}, "/0/method"},
      {{{"", "/", {}, "", 1}}, "/0/method"},
      {{{"CONNECT", "/", {}, "", 1}}, "/0/method"},
      {{{"GET", "/", {{"A", "b"}, {"X Y", "z"}}, "", 1}}, "/0/headers/1"},
      {{{"GET", "/", {{"X", "a\r\nb"}}, "", 1}}, "/0/headers/0"},
      {{{"POST", "/", {{"content-length", "3"}}, "abc", 1}}, "/0/headers/0"},
      {{{"POST", "/", {{"Transfer-Encoding", "chunked"}}, "abc", 1}}, "/0/headers/0"},
  };
  for (const Row& row : rows) {
    const auto mix = Mix::make(row.kinds, "demo", 1);
    ASSERT_FALSE(mix) << row.where;
    EXPECT_EQ(mix.error().where, row.where) << to_string(mix.error());
  }
  EXPECT_FALSE(Mix::make({kind("/", 1)}, "demo\r\nX: y", 1));
}

}  // namespace
}  // namespace cutover::load

// Finding a rule allocates nothing, whichever index it is found through. This file replaces the
// global operator new of the test program by one that counts.

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "rules/matcher.hpp"
#include "tests/rules/header_list.hpp"

namespace {
std::atomic<std::size_t> allocations = 0;

void* counted(std::size_t size) noexcept {
  ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}
}  // namespace

void* operator new(std::size_t size) {
  if (void* memory = counted(size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
// Not inlined: the compiler would warn of memory from `new` that goes to free().
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace cutover::rules {
namespace {

TEST(Matcher, AllocatesNothingToFindARule) {
  RuleSet set;
  const auto add = [&](std::vector<Condition> conditions) {
    const auto priority = static_cast<std::uint32_t>(set.rules.size() + 1);
    set.rules.push_back({priority, std::move(conditions), Forward{}});
  };
  for (int i = 0; i < 40; ++i) {
    const std::string n = std::to_string(i);
    add({PathPattern{{"/api/service-" + n + "/*"}}});
    add({PathPattern{{"*/file-" + n}}, HostHeader{{"*.example.com"}}});
    add({PathPattern{{"*/inside-" + n + "-*"}}});
    add({HostHeader{{"*.host-" + n + ".example.com"}}});
  }
  const Matcher matcher(set);
  const std::vector<Request> requests = {{.host = "example.com", .path = "/api/service-7/items"},
                                         {.host = "a.example.com:80", .path = "/a/file-39"},
                                         {.host = "example.com", .path = "/a/inside-12-b"},
                                         {.host = "a.HOST-3.example.com", .path = "/a/%2e%2e/\xff"},
                                         {.host = "a.host-3.example.com", .path = "/a/./%61/../b"},
                                         {.host = "none", .path = "/none"}};
  std::vector<std::uint32_t> found(requests.size());
  const std::size_t before = allocations;
  for (std::size_t i = 0; i < requests.size(); ++i) found[i] = matcher.first_match(requests[i]);
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(found, (std::vector<std::uint32_t>{28, 157, 50, 15, 15, Matcher::default_rule}));
}

TEST(Matcher, AllocatesNothingForAnyFieldOnceRegexesKnowTheTexts) {
  const RuleSet set{{{1, {HttpHeader{"X-Env", {"*prod*"}}, HttpRequestMethod{{"PUT"}}}, Forward{}},
                     {2, {QueryString{{{"ver*", "v\\*"}}}}, Forward{}},
                     {3, {SourceIp{{"10.0.0.0/8", "2001:db8::/32"}}}, Forward{}},
                     {4, {PathPattern{{}, {"^/(a|b)+$"}}, HostHeader{{"*.b"}}}, Forward{}},
                     {5, {HttpHeader{"User-Agent", {}, {"curl/[0-9.]+"}}}, Forward{}}},
                    Forward{}};
  const Matcher matcher(set);
  const HeaderList headers{
      {"x-env", "pre-production"}, {"x-env", "staging"}, {"user-agent", "CURL/7.88.1"}};
  const std::vector<Request> requests = {
      {.host = "a.b", .path = "/c", .method = "PUT", .headers = &headers},
      {.host = "a.b", .path = "/c", .method = "GET", .query = "a=b&version=V*"},
      {.host = "a.b", .path = "/c", .source = IpAddress::from_v4({10, 2, 3, 4})},
      {.host = "a.b", .path = "/abba"},
      {.host = "a.c", .path = "/abba", .headers = &headers},
      {.host = "a.b", .path = "/c", .query = "v=v*"}};
  for (const Request& request : requests) (void)matcher.first_match(request);
  std::vector<std::uint32_t> found(requests.size());
  const std::size_t before = allocations;
  for (std::size_t i = 0; i < requests.size(); ++i) found[i] = matcher.first_match(requests[i]);
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(found, (std::vector<std::uint32_t>{0, 1, 2, 3, 4, Matcher::default_rule}));
}

}  // namespace
}  // namespace cutover::rules

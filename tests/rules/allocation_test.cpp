// Finding a rule allocates nothing, whichever index it is found through. This file replaces the
// global operator new of the test program by one that counts.

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "rules/matcher.hpp"

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

}  // namespace
}  // namespace cutover::rules

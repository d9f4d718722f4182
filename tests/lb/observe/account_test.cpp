#include "lb/observe/account.hpp"

#include <gtest/gtest.h>

#include <set>

namespace cutover::lb {
namespace {

TEST(Cause, EachHasAWordOfItsOwn) {
  std::set<std::string_view> words;
  const int causes = static_cast<int>(Cause::idle) + 1;
  for (int i = 0; i < causes; ++i) words.insert(to_string(static_cast<Cause>(i)));
  EXPECT_EQ(words.size(), static_cast<std::size_t>(causes));
  EXPECT_FALSE(words.contains(""));
}

TEST(Cause, IsWrittenInSnakeCase) {
  EXPECT_EQ(to_string(Cause::none), "none");
  EXPECT_EQ(to_string(Cause::no_target), "no_target");
  EXPECT_EQ(to_string(Cause::drain_ended), "drain_ended");
  EXPECT_EQ(to_string(Cause::too_many_forwarded_for), "too_many_forwarded_for");
}

TEST(Fate, DiffersByEachOfItsParts) {
  const Fate fate{Fate::Kind::target, 200, Cause::none, 80, 1, "users", "127.0.0.1:3000"};
  std::set<Fate> fates{fate};
  for (int part = 0; part < 7; ++part) {
    Fate other = fate;
    if (part == 0) other.kind = Fate::Kind::client_left;
    if (part == 1) other.status = 204;
    if (part == 2) other.cause = Cause::response_cut;
    if (part == 3) other.listener = 81;
    if (part == 4) other.rule_priority = 2;
    if (part == 5) other.target_group = "posts";
    if (part == 6) other.target = "127.0.0.1:3001";
    fates.insert(other);
  }
  EXPECT_EQ(fates.size(), 8u);
}

}  // namespace
}  // namespace cutover::lb

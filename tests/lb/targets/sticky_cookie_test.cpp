#include "lb/targets/sticky_cookie.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace cutover::lb::targets {
namespace {

using std::chrono::seconds;

CookieKey key(unsigned char first = 1) {
  CookieKey bytes{};
  bytes[0] = first;
  return bytes;
}

const Sticky example{Sticky::Kind::lb_cookie, 3, 4'000'000'000U,
                     std::chrono::sys_seconds(seconds(1'700'000'000))};

std::string sealed(const Sticky& sticky = example, std::uint64_t seed = 1) {
  Random random(seed);
  return std::string(view(CookieSealer(key()).seal(sticky, random)));
}

TEST(StickyCookie, OpensToWhatWasSealed) {
  CookieSealer sealer(key());
  Random random(1);
  for (const auto kind :
       {Sticky::Kind::lb_cookie, Sticky::Kind::app_cookie, Sticky::Kind::target_group}) {
    for (const std::uint32_t slot : {0U, 1U, 0x12345678U, 0xffffffffU}) {
      const Sticky sticky{kind, slot, ~slot, example.expires + seconds(slot)};
      const SealedText text = sealer.seal(sticky, random);
      EXPECT_EQ(sealer.open(view(text)), sticky);
    }
  }
}

TEST(StickyCookie, Is128Base64CharactersAsAlbs) {
  const std::string text = sealed();
  EXPECT_EQ(text.size(), 128U);
  EXPECT_EQ(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                   "+/"),
            std::string::npos);
}

TEST(StickyCookie, IsNeverTheSameTwiceAndTellsNothing) {
  CookieSealer sealer(key());
  Random random(1);
  std::set<std::string> texts;
  std::set<std::string> ends;
  for (int i = 0; i < 100; ++i) {
    const SealedText text = sealer.seal(example, random);
    texts.insert(std::string(view(text)));
    ends.insert(std::string(view(text).substr(64, 16)));  // zeros, before they were sealed
  }
  EXPECT_EQ(texts.size(), 100U);
  EXPECT_EQ(ends.size(), 100U);
}

TEST(StickyCookie, OfAnyChangedCharacterIsRefused) {
  CookieSealer sealer(key());
  const std::string text = sealed();
  ASSERT_TRUE(sealer.open(text));
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const char c : {'A', 'b', '/', '=', '%', ' ', '\0', '\xff'}) {
      std::string changed = text;
      if (changed[i] == c) continue;
      changed[i] = c;
      EXPECT_FALSE(sealer.open(changed)) << "at " << i;
    }
  }
  EXPECT_EQ(sealer.open(text), example) << "a refusal leaves the sealer as it was";
}

TEST(StickyCookie, OfAnotherLengthIsRefused) {
  CookieSealer sealer(key());
  const std::string text = sealed();
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(sealer.open(text.substr(0, size)));
  }
  EXPECT_FALSE(sealer.open(text + "A"));
  EXPECT_FALSE(sealer.open(text + text));
  EXPECT_FALSE(sealer.open("\"" + text.substr(2) + "\""));
}

TEST(StickyCookie, OfAnotherKeyIsRefused) {
  EXPECT_FALSE(CookieSealer(key(2)).open(sealed()));
  EXPECT_TRUE(CookieSealer(key(1)).open(sealed())) << "nodes that share a key understand it";
}

TEST(StickyCookie, MadeOfRandomBytesIsRefused) {
  CookieSealer sealer(key());
  Random random(7);
  for (int i = 0; i < 1'000; ++i) {
    std::string text;
    for (int j = 0; j < 128; ++j) text += "ABCDwxyz0123+/"[random.below(14)];
    EXPECT_FALSE(sealer.open(text));
  }
}

TEST(StickyCookie, IsHonouredUntilItExpiresAndOnlyAsItsKind) {
  CookieSealer sealer(key());
  const std::string text = sealed();
  const WallTime end = example.expires;
  const auto tick = std::chrono::microseconds(1);
  EXPECT_EQ(sealer.honoured(text, Sticky::Kind::lb_cookie, end - tick), example);
  EXPECT_FALSE(sealer.honoured(text, Sticky::Kind::lb_cookie, end));
  EXPECT_FALSE(sealer.honoured(text, Sticky::Kind::app_cookie, end - tick));
  EXPECT_FALSE(sealer.honoured(text, Sticky::Kind::target_group, end - tick));
}

TEST(StickyCookie, SealerMayBeMoved) {
  CookieSealer first(key());
  CookieSealer second(std::move(first));
  EXPECT_EQ(second.open(sealed()), example);
}

}  // namespace
}  // namespace cutover::lb::targets

#include "lb/base/duration.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "lb/base/random.hpp"

namespace cutover {
namespace {

using namespace std::chrono_literals;

TEST(Duration, IsReadWithItsUnit) {
  const std::vector<std::pair<std::string, Duration>> rows{
      {"1ns", 1ns},     {"250us", 250us},
      {"5ms", 5ms},     {"1.5s", 1500ms},
      {"2m", 2min},     {"1h", 1h},
      {"0s", 0s},       {"0.5h", 30min},
      {"0.25m", 15s},   {"1.234567ms", 1234567ns},
      {"007s", 7s},     {"1.500000000000000s", 1500ms},
      {"8760h", 8760h}, {"0.000000001s", 1ns}};
  for (const auto& [text, duration] : rows) {
    const auto read = parse_duration(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(*read, duration) << text;
  }
}

TEST(Duration, IsRefusedInAnyOtherForm) {
  for (const std::string text : {"",        "5",
                                 "s",       "5 s",
                                 " 5s",     "5s ",
                                 "-5s",     "+5s",
                                 "1.s",     ".5s",
                                 "1,5s",    "1e3s",
                                 "5sec",    "5S",
                                 "1m30s",   "0x5s",
                                 "1.5ns",   "0.0000000001s",
                                 "8760.1h", "99999999999999999999s",
                                 "1.1.1s"}) {
    const auto read = parse_duration(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(to_string(read.error()),
              "found \"" + text +
                  "\"; allowed is a number with its unit, such as 250us, 5ms, 1.5s, 2m or 1h, up "
                  "to 8760h and no finer than 1ns (InvalidDuration)");
  }
}

TEST(Duration, IsWrittenInTheLargestUnitThatIsExact) {
  const std::vector<std::pair<Duration, std::string>> rows{
      {0s, "0s"},   {90s, "90s"},        {120s, "2m"},      {90min, "90m"},
      {2h, "2h"},   {1500ms, "1.5s"},    {1500us, "1.5ms"}, {250us, "250us"},
      {1ns, "1ns"}, {1001ns, "1.001us"}, {-5ms, "-5ms"},    {1234567890ns, "1.23456789s"}};
  for (const auto& [duration, text] : rows) EXPECT_EQ(format_duration(duration), text);
}

TEST(Duration, IsReadBackAsItWasWritten) {
  constexpr std::uint64_t seed = 20;
  Random random(seed);
  for (int i = 0; i < 10'000; ++i) {
    const auto most = static_cast<std::uint64_t>(duration_most.count()) >> random.below(55);
    const Duration duration(static_cast<Duration::rep>(random() % (most + 1)));
    const auto read = parse_duration(format_duration(duration));
    ASSERT_TRUE(read) << format_duration(duration) << ", seed " << seed;
    ASSERT_EQ(*read, duration) << "seed " << seed;
  }
}

}  // namespace
}  // namespace cutover

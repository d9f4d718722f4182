// The share of a target in slow start, measured against the line (ALB user guide: Slow start mode).

#include "tests/scenarios/story.hpp"

namespace cutover::scenarios {
namespace {

constexpr std::uint16_t old_port = 3000;
constexpr std::uint16_t new_port = 3001;

/// An old target, and a new one that has just become healthy in a group that ramps up for 100 s.
class SlowStart : public Story {
 protected:
  void SetUp() override {
    begin(patient());
    lb::targets::TargetGroupSpec spec;
    spec.slow_start = seconds(100);
    forward_everything_to(group, {old_port}, spec);
    answer_checks({old_port});
    advance_in_health(seconds(101), {old_port});
    network.add_target(at(new_port));
    ASSERT_TRUE(balancer->register_target(group, {{"127.0.0.1", new_port}, nullptr}));
    answer_checks({old_port, new_port});
    ASSERT_EQ(state(new_port), lb::targets::State::healthy);
    browser = &client();
  }

  /// How many of 200 requests, asked at this moment, the new target gets.
  int of_200() {
    int reached = 0;
    for (int i = 0; i < 200; ++i) {
      ask(*browser);
      const auto port = serve({old_port, new_port});
      EXPECT_NE(port, 0) << browser->received();
      reached += port == new_port ? 1 : 0;
      browser->received();
    }
    return reached;
  }

  MemoryStream* browser = nullptr;
};

TEST_F(SlowStart, ShareGrowsInALine) {
  // A target with the fraction f of its weight gets f / (1 + f) of what both get.
  for (int second = 10; second < 100; second += 10) {
    advance_in_health(seconds(10), {old_port, new_port});
    const double fraction = second / 100.0;
    const double expected = 200 * fraction / (1 + fraction);
    EXPECT_NEAR(of_200(), expected, 4) << "at second " << second;
  }
  advance_in_health(seconds(11), {old_port, new_port});
  EXPECT_EQ(of_200(), 100);
}

TEST_F(SlowStart, EndsWhenTheTargetDrains) {
  advance_in_health(seconds(50), {old_port, new_port});
  ASSERT_TRUE(balancer->deregister_target(group, {"127.0.0.1", new_port}));
  settle();
  EXPECT_EQ(of_200(), 0);
}

}  // namespace
}  // namespace cutover::scenarios

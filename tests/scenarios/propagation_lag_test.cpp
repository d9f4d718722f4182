// Configuration reaches nodes late: what that does to a target that stops too early, and to one
// that waits (design of ALB's control plane: changes are eventually consistent).

#include "tests/scenarios/story.hpp"

namespace cutover::scenarios {
namespace {

using testing::StartsWith;

/// One node, which hears of changes between 2 and 5 s late.
class PropagationLag : public Story {
 protected:
  void SetUp() override {
    auto options = patient();
    options.nodes = 1;
    options.propagation_lag = {seconds(2), seconds(5), 7};
    begin(options);
    advance(seconds(6));  // the listener arrives
    forward_everything_to(group, {3000, 3001});
    advance_in_health(seconds(10), {3000, 3001});
    ASSERT_EQ(state(3000), lb::targets::State::healthy);
    ASSERT_EQ(state(3001), lb::targets::State::healthy);
    browser = &client();
  }

  /// What 20 requests are answered while target 3000 is gone: "200", "502", … with their numbers.
  std::map<std::string, int> answers() {
    std::map<std::string, int> all;
    for (int i = 0; i < 20; ++i) {
      ask(*browser);
      serve({3001});
      ++all[browser->received().substr(9, 3)];
    }
    return all;
  }

  void stop_3000() { network.add_target(at(3000)).refuses = true; }

  MemoryStream* browser = nullptr;
};

TEST_F(PropagationLag, ATargetThatStopsTooEarlyGives502) {
  ASSERT_TRUE(balancer->deregister_target(group, {"127.0.0.1", 3000}));
  EXPECT_EQ(state(3000), lb::targets::State::draining);
  stop_3000();
  const auto before = answers();
  EXPECT_EQ(before.at("502"), 10);
  EXPECT_EQ(before.at("200"), 10);
  advance(seconds(5));
  EXPECT_EQ(answers(), (std::map<std::string, int>{{"200", 20}}));
}

TEST_F(PropagationLag, ATargetThatWaitsGivesNone) {
  ASSERT_TRUE(balancer->deregister_target(group, {"127.0.0.1", 3000}));
  advance(seconds(5));
  stop_3000();
  EXPECT_EQ(answers(), (std::map<std::string, int>{{"200", 20}}));
}

}  // namespace
}  // namespace cutover::scenarios

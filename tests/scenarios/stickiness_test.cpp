// What becomes of a sticky client when its target is deregistered (ALB user guide: Sticky sessions,
// Deregistration delay).

#include "tests/scenarios/story.hpp"

namespace cutover::scenarios {
namespace {

class Stickiness : public Story {
 protected:
  void SetUp() override {
    begin(patient());
    lb::targets::TargetGroupSpec spec;
    spec.stickiness.enabled = true;
    spec.deregistration_delay = seconds(30);
    forward_everything_to(group, ports, spec);
    answer_checks(ports);
    browser = &client();
  }

  /// One request with the cookie that the last answer gave; the port of the target it reached.
  std::uint16_t visit() {
    ask(*browser, cookie.empty() ? "" : "Cookie: AWSALB=" + cookie + "\r\n");
    const auto port = serve(ports);
    const std::string answer = browser->received();
    const std::string name = "Set-Cookie: AWSALB=";
    const auto begin = answer.find(name);
    EXPECT_NE(begin, std::string::npos) << answer;
    if (begin == std::string::npos) return port;
    cookie = answer.substr(begin + name.size(), answer.find(';', begin) - begin - name.size());
    return port;
  }

  const std::vector<std::uint16_t> ports{3000, 3001, 3002};
  MemoryStream* browser = nullptr;
  std::string cookie;
};

TEST_F(Stickiness, MovesOnceWhenTheTargetDrainsAndStaysThere) {
  const auto first = visit();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(visit(), first);
  ASSERT_TRUE(balancer->deregister_target(group, {"127.0.0.1", first}));
  settle();
  const auto second = visit();
  EXPECT_NE(second, first);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(visit(), second);
}

TEST_F(Stickiness, DoesNotComeBackToATargetThatIsRegisteredAgain) {
  const auto first = visit();
  ASSERT_TRUE(balancer->deregister_target(group, {"127.0.0.1", first}));
  const auto second = visit();
  advance_in_health(seconds(31), ports);
  ASSERT_TRUE(balancer->register_target(group, {{"127.0.0.1", first}, nullptr}));
  answer_checks(ports);
  EXPECT_EQ(state(first), lb::targets::State::healthy);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(visit(), second);
}

}  // namespace
}  // namespace cutover::scenarios

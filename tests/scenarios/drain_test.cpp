// A target is deregistered while it answers a request (ALB user guide: Deregistration delay).

#include "tests/scenarios/story.hpp"

namespace cutover::scenarios {
namespace {

using lb::targets::State;
using testing::StartsWith;

class Drain : public Story {
 protected:
  void SetUp() override {
    begin(patient());
    forward_everything_to(group, {3000});
    answer_checks({3000});
    browser = &client();
    ask(*browser);
    service = &target(3000);
    EXPECT_THAT(service->received(), StartsWith("GET / "));
    ASSERT_TRUE(balancer->deregister_target(group, {"127.0.0.1", 3000}));
    settle();
  }

  MemoryStream* browser = nullptr;
  MemoryStream* service = nullptr;
};

TEST_F(Drain, ARequestInFlightUntilSecond299Succeeds) {
  advance(seconds(299));
  EXPECT_EQ(state(3000), State::draining);
  EXPECT_EQ(browser->received(), "");
  service->send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate");
  settle();
  EXPECT_THAT(browser->received(), testing::EndsWith("late"));
  advance(seconds(1));
  EXPECT_EQ(state(3000), State::unused);
  EXPECT_EQ(only_fate(), "target 200 none api 127.0.0.1:3000");
}

TEST_F(Drain, ARequestInFlightAtSecond300IsCut) {
  advance(seconds(299));
  EXPECT_FALSE(service->ended());
  EXPECT_EQ(browser->received(), "");
  advance(seconds(1));
  EXPECT_TRUE(service->ended());
  EXPECT_THAT(browser->received(), StartsWith("HTTP/1.1 502 Bad Gateway\r\n"));
  EXPECT_EQ(state(3000), State::unused);
  EXPECT_EQ(only_fate(), "load_balancer 502 drain_ended api 127.0.0.1:3000");
}

TEST_F(Drain, ABodyUnderWayAtSecond300IsCutWithItsConnection) {
  advance(seconds(200));
  service->send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  settle();
  EXPECT_THAT(browser->received(), testing::EndsWith("half"));
  advance(seconds(100));
  EXPECT_EQ(browser->received(), "");
  EXPECT_TRUE(browser->ended());
}

}  // namespace
}  // namespace cutover::scenarios

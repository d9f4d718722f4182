#include "containers/runtimes/in_process.hpp"

#include <gtest/gtest.h>

#include "tests/containers/apps/raw_client.hpp"
#include "tests/containers/runtimes/control_loop.hpp"

namespace cutover::containers {
namespace {

using namespace std::chrono_literals;

class InProcess : public testing::Test {
 protected:
  ControlLoop control_;
  const RealClock data_clock_;
  InProcessRuntime runtime_{control_.io(), control_.timers(), data_clock_};
};

TEST_F(InProcess, GivesTheAppToBeCalledAndHasNoPid) {
  Observed api;
  api.start(runtime_, forum_launch());
  control_.run_until([&] { return api.running.has_value(); });
  EXPECT_FALSE(api.running->pid);
  ASSERT_TRUE(api.running->app);
  const auto called = api.running->app->answer({"GET", "/"}, data_clock_.now());
  EXPECT_EQ(called.status, 200);
  EXPECT_EQ(called.body, "Ready to receive requests");
  EXPECT_EQ(status_line(RawClient(api.running->host_ports.at(0)).exchange(get_ready)),
            "HTTP/1.1 200 OK");
}

TEST_F(InProcess, ResetsCallersOnceTheContainerHasStopped) {
  for (const bool gently : {true, false}) {
    Observed api;
    api.start(runtime_, forum_launch());
    control_.run_until([&] { return api.running.has_value(); });
    const auto app = api.running->app;
    EXPECT_FALSE(app->answer({"GET", "/"}, data_clock_.now()).reset);
    gently ? api.container->terminate() : api.container->kill();
    EXPECT_TRUE(app->answer({"GET", "/"}, data_clock_.now()).reset);
    control_.run_until([&] { return api.exit.has_value(); });
    api.container.reset();
    EXPECT_TRUE(app->answer({"GET", "/"}, data_clock_.now()).reset);
  }
}

TEST_F(InProcess, FinishesARequestUnderWayWhenTerminated) {
  auto launch = forum_launch();
  behaviour_of(launch).latency = {apps::Latency::Shape::constant, 20ms};
  Observed api;
  api.start(runtime_, launch);
  control_.run_until([&] { return api.running.has_value(); });
  RawClient client(api.running->host_ports.at(0));
  // The 100 shows that the server has taken the request up before it is told to stop.
  EXPECT_EQ(client.exchange("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                            "Content-Length: 2\r\n\r\n"),
            "HTTP/1.1 100 Continue\n\n");
  api.container->terminate();
  client.send("ab");
  EXPECT_EQ(status_line(client.receive()), "HTTP/1.1 405 Method Not Allowed");
  client.close();
  control_.run_until([&] { return api.exit.has_value(); });
  EXPECT_EQ(render(*api.exit), "0 started");
}

TEST_F(InProcess, HoldsItsAnswersWhileItIsPaused) {
  Observed api;
  api.start(runtime_, forum_launch());
  control_.run_until([&] { return api.running.has_value(); });
  ASSERT_TRUE(api.container->pause());
  EXPECT_TRUE(api.running->app->answer({"GET", "/"}, data_clock_.now()).held);
  RawClient client(api.running->host_ports.at(0));
  client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.receive(), "HTTP/1.1 100 Continue\n\n");
  client.send("ab");
  ASSERT_TRUE(api.container->resume());
  EXPECT_EQ(status_line(client.receive()), "HTTP/1.1 405 Method Not Allowed");
  EXPECT_FALSE(api.running->app->answer({"GET", "/"}, data_clock_.now()).held);
}

TEST_F(InProcess, MayBePausedWhenItIsKilled) {
  Observed api;
  api.start(runtime_, forum_launch());
  control_.run_until([&] { return api.running.has_value(); });
  ASSERT_TRUE(api.container->pause());
  api.container->kill();
  control_.run_until([&] { return api.exit.has_value(); });
  EXPECT_TRUE(api.running->app->answer({"GET", "/"}, data_clock_.now()).reset);
}

TEST_F(InProcess, ChangesItsBehaviourWhileItRuns) {
  Observed api;
  api.start(runtime_, forum_launch());
  control_.run_until([&] { return api.running.has_value(); });
  const auto before = api.running->app->answer({"GET", "/"}, data_clock_.now());
  apps::AppBehaviour failing;
  failing.error_rate = 1;
  ASSERT_TRUE(api.container->change_behaviour(failing));
  EXPECT_EQ(api.running->app->answer({"GET", "/"}, data_clock_.now()).status, 500);
  EXPECT_EQ(status_line(RawClient(api.running->host_ports.at(0)).exchange(get_ready)),
            "HTTP/1.1 500 Internal Server Error");
  ASSERT_TRUE(api.container->change_behaviour({}));
  EXPECT_EQ(api.running->app->answer({"GET", "/"}, data_clock_.now()).status, 200);
  EXPECT_EQ(before.body, "Ready to receive requests");  // Answers outlive a change.
}

TEST_F(InProcess, ServesEveryPortOfItsDefinition) {
  auto launch = forum_launch();
  launch.ports = {{3000, 0}, {3001, 0}};
  Observed api;
  api.start(runtime_, launch);
  control_.run_until([&] { return api.running.has_value(); });
  ASSERT_EQ(api.running->host_ports.size(), 2u);
  for (const auto port : api.running->host_ports) {
    EXPECT_EQ(status_line(RawClient(port).exchange(get_ready)), "HTTP/1.1 200 OK");
  }
  api.container->terminate();
  control_.run_until([&] { return api.exit.has_value(); });
  EXPECT_EQ(render(*api.exit), "0 started");
}

TEST(InProcessStartUp, IsCountedByTheControlTimers) {
  boost::asio::io_context io;
  SimulatedClock clock;
  SimulatedTimers timers(clock);
  InProcessRuntime runtime(io, timers, clock);
  auto launch = forum_launch();
  launch.ports.clear();  // No sockets: what remains is made-up time alone.
  behaviour_of(launch).start_up = 2s;
  Observed api;
  api.start(runtime, launch);
  timers.advance(1999ms);
  io.poll();
  EXPECT_FALSE(api.running);
  timers.advance(1ms);
  io.restart();
  io.poll();
  EXPECT_TRUE(api.running);
}

}  // namespace
}  // namespace cutover::containers

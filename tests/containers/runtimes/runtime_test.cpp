// The laws that every runtime keeps.

#include "containers/runtime.hpp"

#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>

#include "containers/runtimes/in_process.hpp"
#include "containers/runtimes/process.hpp"
#include "tests/containers/apps/raw_client.hpp"
#include "tests/containers/runtimes/control_loop.hpp"

namespace cutover::containers {
namespace {

using namespace std::chrono_literals;

class EveryRuntime : public testing::TestWithParam<std::string> {
 protected:
  std::unique_ptr<Runtime> make_runtime(ControlLoop& control) {
    if (GetParam() == "in_process")
      return std::make_unique<InProcessRuntime>(control.io(), control.timers(), data_clock_);
    return std::make_unique<ProcessRuntime>(control.io(), control.clock(),
                                            ProcessOptions{.program = APP_CHILD});
  }

 private:
  const RealClock data_clock_;
};

INSTANTIATE_TEST_SUITE_P(Runtimes, EveryRuntime, testing::Values("in_process", "process"),
                         [](const auto& parameter) { return parameter.param; });

TEST_P(EveryRuntime, HasAName) {
  ControlLoop control;
  EXPECT_EQ(make_runtime(control)->name(), GetParam());
}

TEST_P(EveryRuntime, ServesTheAppOnAFreePortUntilItIsTerminated) {
  ControlLoop control;
  const auto runtime = make_runtime(control);
  Observed users;
  Observed posts;
  users.start(*runtime, forum_launch("users"));
  posts.start(*runtime, forum_launch("posts"));
  control.run_until([&] { return users.running && posts.running; });
  ASSERT_NE(users.running->host_ports.at(0), posts.running->host_ports.at(0));

  RawClient client(users.running->host_ports.at(0));
  EXPECT_EQ(status_line(client.exchange("GET /api/users/1 HTTP/1.1\r\nHost: a\r\n\r\n")),
            "HTTP/1.1 200 OK");
  EXPECT_EQ(status_line(client.exchange("GET /api/posts HTTP/1.1\r\nHost: a\r\n\r\n")),
            "HTTP/1.1 404 Not Found");
  users.container->terminate();
  control.run_until([&] { return users.exit.has_value(); });
  EXPECT_EQ(render(*users.exit), "0 started");
  EXPECT_EQ(client.receive_all(), "<end>");
  EXPECT_FALSE(RawClient(users.running->host_ports.at(0)).connected());
  EXPECT_EQ(status_line(RawClient(posts.running->host_ports.at(0)).exchange(get_ready)),
            "HTTP/1.1 200 OK");
  EXPECT_EQ(users.calls, 2);
}

TEST_P(EveryRuntime, KillsAContainerThatIsStillAnswering) {
  ControlLoop control;
  const auto runtime = make_runtime(control);
  Observed busy;
  busy.start(*runtime, forum_launch());
  control.run_until([&] { return busy.running.has_value(); });
  RawClient client(busy.running->host_ports.at(0));
  // A request that has been taken up and never ends, because its body never comes.
  EXPECT_EQ(client.exchange("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                            "Content-Length: 2\r\n\r\n"),
            "HTTP/1.1 100 Continue\n\n");
  busy.container->terminate();
  busy.container->kill();
  control.run_until([&] { return busy.exit.has_value(); });
  EXPECT_EQ(render(*busy.exit), "137 started");
  EXPECT_FALSE(RawClient(busy.running->host_ports.at(0)).connected());
  EXPECT_EQ(busy.calls, 2);
}

TEST_P(EveryRuntime, KeepsAFixedHostPortAndSaysWhenItIsTaken) {
  ControlLoop control;
  const auto runtime = make_runtime(control);
  Observed first;
  first.start(*runtime, forum_launch());
  control.run_until([&] { return first.running.has_value(); });

  auto launch = forum_launch();
  launch.ports[0].host_port = first.running->host_ports.at(0);
  Observed second;
  second.start(*runtime, launch);
  control.run_until([&] { return second.exit.has_value(); });
  EXPECT_FALSE(second.running);
  EXPECT_FALSE(second.exit->started);
  const auto reason =
      "CannotStartContainerError: Bind for 127.0.0.1:" + std::to_string(launch.ports[0].host_port) +
      " failed: port is already allocated";
  EXPECT_EQ(second.exit->reason.substr(0, reason.size()), reason);

  first.container->kill();
  control.run_until([&] { return first.exit.has_value(); });
  Observed third;
  third.start(*runtime, launch);
  control.run_until([&] { return third.running || third.exit; });
  ASSERT_TRUE(third.running);
  EXPECT_EQ(third.running->host_ports.at(0), launch.ports[0].host_port);
}

TEST_P(EveryRuntime, LetsTheStartUpTimePassInControlTime) {
  // An hour of it passes in 10 ms.
  ControlLoop control(360'000);
  const auto runtime = make_runtime(control);
  auto launch = forum_launch();
  behaviour_of(launch).start_up = 1h;
  Observed slow;
  const TimePoint begun = control.clock().now();
  slow.start(*runtime, launch);
  control.run_until([&] { return slow.running.has_value(); });
  EXPECT_GE(control.clock().now() - begun, 1h);
}

TEST_P(EveryRuntime, EndsAtOnceWhenTerminatedBeforeItRuns) {
  ControlLoop control;
  const auto runtime = make_runtime(control);
  auto launch = forum_launch();
  behaviour_of(launch).start_up = 1h;
  Observed starting;
  starting.start(*runtime, launch);
  starting.container->terminate();
  control.run_until([&] { return starting.exit.has_value(); });
  EXPECT_FALSE(starting.running);
  EXPECT_EQ(render(*starting.exit), "143 started");
}

TEST_P(EveryRuntime, EndsAtOnceWhenKilledBeforeItRuns) {
  ControlLoop control;
  const auto runtime = make_runtime(control);
  Observed starting;
  starting.start(*runtime, forum_launch());
  starting.container->kill();
  control.run_until([&] { return starting.exit.has_value(); });
  EXPECT_FALSE(starting.running);
  EXPECT_EQ(render(*starting.exit), "137 started");
}

TEST_P(EveryRuntime, IsSilentAboutAContainerThatWasDestroyed) {
  ControlLoop control;
  auto runtime = make_runtime(control);
  Observed running;
  Observed starting;
  running.start(*runtime, forum_launch());
  control.run_until([&] { return running.running.has_value(); });
  const int calls = running.calls;
  running.container.reset();
  starting.start(*runtime, forum_launch());
  starting.container.reset();
  control.run_dry();
  EXPECT_EQ(running.calls, calls);
  EXPECT_EQ(starting.calls, 0);
  runtime.reset();
  EXPECT_FALSE(RawClient(running.running->host_ports.at(0)).connected());
}

TEST_P(EveryRuntime, LetsAContainerBeDestroyedFromItsOwnCallbacks) {
  ControlLoop control;
  const auto runtime = make_runtime(control);
  std::unique_ptr<Container> container;
  bool ran = false;
  bool ended = false;
  container = runtime->start(
      forum_launch(),
      [&](const ContainerRunning&) {
        ran = true;
        container.reset();
      },
      [&](const ContainerExit&) { ended = true; });
  control.run_until([&] { return ran; });
  control.run_dry();
  EXPECT_FALSE(ended);

  container = runtime->start(
      forum_launch(), [&](const ContainerRunning&) { container->kill(); },
      [&](const ContainerExit&) {
        ended = true;
        container.reset();
      });
  control.run_until([&] { return ended; });
  EXPECT_EQ(container, nullptr);
}

TEST_P(EveryRuntime, GivesTheAppItsBehaviour) {
  ControlLoop control;
  const auto runtime = make_runtime(control);
  auto launch = forum_launch();
  behaviour_of(launch).error_rate = 1;
  Observed failing;
  failing.start(*runtime, launch);
  control.run_until([&] { return failing.running.has_value(); });
  EXPECT_EQ(status_line(RawClient(failing.running->host_ports.at(0)).exchange(get_ready)),
            "HTTP/1.1 500 Internal Server Error");
}

TEST_P(EveryRuntime, ReportsNoPortForAContainerThatMapsNone) {
  ControlLoop control;
  const auto runtime = make_runtime(control);
  auto launch = forum_launch();
  launch.ports.clear();
  Observed inner;
  inner.start(*runtime, launch);
  control.run_until([&] { return inner.running.has_value(); });
  EXPECT_TRUE(inner.running->host_ports.empty());
  inner.container->terminate();
  control.run_until([&] { return inner.exit.has_value(); });
  EXPECT_EQ(render(*inner.exit), "0 started");
}

TEST_P(EveryRuntime, RunsAHealthChecksCommand) {
  ControlLoop control;
  const auto runtime = make_runtime(control);
  auto launch = forum_launch();
  launch.environment = {{"CODE", "6"}};
  Observed api;
  api.start(*runtime, launch);
  control.run_until([&] { return api.running.has_value(); });
  const std::string port = std::to_string(api.running->host_ports.at(0));
  std::vector<int> codes;
  const auto run = [&](const std::string& script, Duration timeout) {
    api.container->execute({"sh", "-c", script}, timeout, [&](int code) { codes.push_back(code); });
    const std::size_t expected = codes.size() + 1;
    control.run_until([&] { return codes.size() == expected; });
  };
  run("test $PORT = " + port + " && exit $CODE", 20s);
  run("kill -9 $$", 20s);
  run("while true; do :; done", 10ms);
  EXPECT_EQ(codes, (std::vector{6, 137, 124}));
  api.container->execute({"sleep", "100"}, 20s, [&](int code) { codes.push_back(code); });
  api.container.reset();
  control.run_dry();
  EXPECT_EQ(codes.size(), 3u);
}

TEST_P(EveryRuntime, HoldsItsConnectionsWhileItIsPaused) {
  ControlLoop control;
  const auto runtime = make_runtime(control);
  Observed api;
  api.start(*runtime, forum_launch());
  control.run_until([&] { return api.running.has_value(); });
  ASSERT_TRUE(api.container->pause());
  RawClient client(api.running->host_ports.at(0));
  EXPECT_TRUE(client.connected());
  client.send(get_ready);
  ASSERT_TRUE(api.container->resume());
  EXPECT_EQ(status_line(client.receive()), "HTTP/1.1 200 OK");
}

TEST_P(EveryRuntime, RefusesAnAppThatThereIsNot) {
  ControlLoop control;
  const auto runtime = make_runtime(control);
  Observed unknown;
  unknown.start(*runtime, forum_launch("thread"));
  control.run_until([&] { return unknown.exit.has_value(); });
  EXPECT_FALSE(unknown.running);
  EXPECT_FALSE(unknown.exit->started);
  EXPECT_NE(unknown.exit->reason.find("CannotStartContainerError: found app \"thread\""),
            std::string::npos)
      << unknown.exit->reason;
}

TEST_P(EveryRuntime, MayGoBeforeItsContainersAndTheirLoopDo) {
  auto control = std::make_unique<ControlLoop>();
  Observed first;
  Observed second;
  {
    const auto runtime = make_runtime(*control);
    first.start(*runtime, forum_launch());
    second.start(*runtime, forum_launch());
    control->run_until([&] { return first.running.has_value(); });
  }
  first.container->kill();
  control->run_until([&] { return first.exit.has_value(); });
  EXPECT_EQ(render(*first.exit), "137 started");
  second.container.reset();
  first.container.reset();
  control.reset();
  EXPECT_FALSE(RawClient(first.running->host_ports.at(0)).connected());
}

}  // namespace
}  // namespace cutover::containers

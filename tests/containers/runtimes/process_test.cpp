#include "containers/runtimes/process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <csignal>

#include "containers/runtimes/child_process.hpp"
#include "tests/containers/apps/raw_client.hpp"
#include "tests/containers/runtimes/control_loop.hpp"

namespace cutover::containers {
namespace {

using namespace std::chrono_literals;

class Process : public testing::Test {
 protected:
  /// How a child ends that misbehaves as `act` says.
  std::string end_of(const std::string& act) {
    auto launch = forum_launch();
    launch.environment = {{"CHILD_ACT", act}};
    Observed child;
    child.start(runtime_, launch);
    control_.run_until([&] { return child.exit.has_value(); });
    return (child.running ? "ran, " : "") + render(*child.exit);
  }

  ControlLoop control_;
  ProcessRuntime runtime_{control_.io(), control_.clock(), {.program = APP_CHILD}};
};

bool exists(int pid) { return kill(pid, 0) == 0; }

TEST_F(Process, IsAChildOfItsOwnProcessGroup) {
  Observed api;
  api.start(runtime_, forum_launch());
  control_.run_until([&] { return api.running.has_value(); });
  ASSERT_TRUE(api.running->pid);
  EXPECT_NE(*api.running->pid, getpid());
  EXPECT_EQ(getpgid(*api.running->pid), *api.running->pid);
  EXPECT_FALSE(api.running->app);
}

TEST_F(Process, IsReapedWhenItCrashes) {
  for (const auto& [signal, end] :
       {std::pair(SIGKILL, "137 started"), std::pair(SIGABRT, "134 started")}) {
    Observed api;
    api.start(runtime_, forum_launch());
    control_.run_until([&] { return api.running.has_value(); });
    kill(*api.running->pid, signal);
    control_.run_until([&] { return api.exit.has_value(); });
    EXPECT_EQ(render(*api.exit), end);
    EXPECT_FALSE(exists(*api.running->pid));
  }
}

TEST_F(Process, TellsTheLastWordsOfAChildThatNeverRan) {
  EXPECT_EQ(end_of("die"), "3 never ran: CannotStartContainerError: It failed.");
  EXPECT_EQ(end_of("die silently"),
            "4 never ran: CannotStartContainerError: the process ended with 4 before it listened");
}

TEST_F(Process, HasRunEvenIfItDiedRightAfterItWasReady) {
  EXPECT_EQ(end_of("die when ready"), "ran, 5 started");
}

TEST_F(Process, EndsAtOnceOnASecondSignal) {
  Observed api;
  api.start(runtime_, forum_launch());
  control_.run_until([&] { return api.running.has_value(); });
  RawClient busy(api.running->host_ports.at(0));
  EXPECT_EQ(busy.exchange("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                          "Content-Length: 2\r\n\r\n"),
            "HTTP/1.1 100 Continue\n\n");
  RawClient idle(api.running->host_ports.at(0));
  EXPECT_EQ(status_line(idle.exchange(get_ready)), "HTTP/1.1 200 OK");
  api.container->terminate();
  EXPECT_EQ(idle.receive_all(), "<end>");  // Now it has taken the first one in.
  api.container->terminate();
  control_.run_until([&] { return api.exit.has_value(); });
  EXPECT_EQ(render(*api.exit), "143 started");
}

TEST_F(Process, InheritsNoneOfOurDescriptors) {
  boost::asio::ip::tcp::acceptor listener(control_.io(),
                                          {boost::asio::ip::address_v4::loopback(), 0});
  const Descriptor file(open("/dev/null", O_RDONLY));
  EXPECT_EQ(end_of("count descriptors"), "6 never ran: CannotStartContainerError: 0 descriptors");
}

TEST_F(Process, SaysWhenTheProgramCannotBeExecuted) {
  ProcessRuntime runtime(control_.io(), control_.clock(), {.program = "/nowhere/cutover"});
  Observed child;
  child.start(runtime, forum_launch());
  control_.run_until([&] { return child.exit.has_value(); });
  EXPECT_EQ(render(*child.exit),
            "127 never ran: CannotStartContainerError: cannot execute /nowhere/cutover");
}

TEST_F(Process, EndsWithItsContainer) {
  Observed api;
  api.start(runtime_, forum_launch());
  control_.run_until([&] { return api.running.has_value(); });
  api.container.reset();
  control_.run_dry();
  EXPECT_FALSE(exists(*api.running->pid));
}

TEST(ProcessEnd, ComesWithTheLoopThatWatchedIt) {
  auto control = std::make_unique<ControlLoop>();
  ProcessRuntime runtime(control->io(), control->clock(), {.program = APP_CHILD});
  Observed api;
  api.start(runtime, forum_launch());
  control->run_until([&] { return api.running.has_value(); });
  api.container.reset();
  control.reset();
  EXPECT_FALSE(exists(*api.running->pid));
}

/// What a child printed until the end of its first line.
std::string first_line(int fd) {
  std::string line;
  pollfd readable{fd, POLLIN, 0};
  while (poll(&readable, 1, 20'000) > 0) {
    char c = 0;
    if (read(fd, &c, 1) != 1 || c == '\n') break;
    line += c;
  }
  return line;
}

TEST(AppProgram, PrintsThatItListensThenALinePerRequest) {
  ChildLaunch launch;
  launch.program = APP_CHILD;
  launch.arguments = {"app_child", "app",    "users", "--address",   "127.0.0.1", "--port",
                      "0",         "--seed", "0",     "--behaviour", "{}",        "--log-requests"};
  auto app = spawn(launch);
  ASSERT_TRUE(app) << to_string(app.error());
  const std::string ready = first_line(app->output.get());
  const std::string start = "users listening on 127.0.0.1:";
  ASSERT_EQ(ready.substr(0, start.size()), start);
  RawClient client(static_cast<std::uint16_t>(std::stoi(ready.substr(start.size()))));
  client.exchange("GET /api/users?x=1 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(first_line(app->output.get()), "GET /api/users?x=1 - 0");
  client.close();
  kill(app->pid, SIGINT);
  EXPECT_EQ(reap(app->pid), 0);
}

TEST(ProcessEnd, ComesWithThatOfTheParentWhateverKilledIt) {
  ChildLaunch launch;
  launch.program = APP_CHILD;
  launch.arguments = {"app_child", "host"};
  auto host = spawn(launch);
  ASSERT_TRUE(host) << to_string(host.error());
  const std::string printed = first_line(host->output.get());
  ASSERT_FALSE(printed.empty());
  const int grandchild = std::stoi(printed);
  const Descriptor pidfd(static_cast<int>(syscall(SYS_pidfd_open, grandchild, 0)));
  ASSERT_GE(pidfd.get(), 0) << "no process " << grandchild;
  pollfd ended{pidfd.get(), POLLIN, 0};
  EXPECT_EQ(poll(&ended, 1, 0), 0);
  kill(host->pid, SIGKILL);
  EXPECT_EQ(reap(host->pid), 137);
  EXPECT_EQ(poll(&ended, 1, 20'000), 1);
}

}  // namespace
}  // namespace cutover::containers

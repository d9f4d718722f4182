// Commands in a network of their own, and the relays that make them reachable.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

#include "containers/runtimes/process.hpp"
#include "tests/containers/apps/raw_client.hpp"
#include "tests/containers/runtimes/control_loop.hpp"

namespace cutover::containers {
namespace {

using namespace std::chrono_literals;

ContainerLaunch served_launch(const std::string& name, std::vector<std::string> words) {
  CommandImage image;
  image.command = {ANY_PROGRAM};
  image.command.insert(image.command.end(), words.begin(), words.end());
  image.network = CommandImage::Network::own;
  ContainerLaunch launch;
  launch.task_id = "task";
  launch.name = name;
  launch.source = image;
  launch.environment = {{"NAME", name}};
  launch.ports = {{3000, 0}};
  return launch;
}

class OwnNetwork : public testing::Test {
 protected:
  void SetUp() override {
    const auto offer = probe_isolation();
    if (!offer.available) {
      GTEST_SKIP() << "this system allows no namespaces: " << std::strerror(offer.error);
    }
  }

  /// Runs until it has printed that it listens; gives its host port.
  std::uint16_t serve(Observed& command, const ContainerLaunch& launch) {
    command.start(runtime_, launch);
    control_.run_until([&] {
      const bool said = !launch.log->last_line(LogStream::output).empty();
      return (command.running && said) || command.exit;
    });
    EXPECT_FALSE(command.exit) << (command.exit ? render(*command.exit) : "");
    return command.running ? command.running->host_ports.at(0) : std::uint16_t{0};
  }

  static std::string ask(std::uint16_t port, const std::string& question) {
    RawClient client(port);
    client.send(question);
    client.finish_sending();
    return client.receive_all();
  }

  ControlLoop control_;
  ProcessRuntime runtime_{control_.io(), control_.clock(), {.program = APP_CHILD}};
};

TEST_F(OwnNetwork, LetsFourProgramsInsistOnOnePort) {
  std::map<std::string, Observed> commands;
  std::set<std::uint16_t> ports;
  for (const std::string name : {"a", "b", "c", "d"}) {
    const auto port = serve(commands[name], served_launch(name, {"serve", "3000"}));
    EXPECT_EQ(ask(port, "who?"), name + " got who?<end>");
    ports.insert(port);
  }
  EXPECT_EQ(ports.size(), 4u);
  for (auto& [name, command] : commands) {
    EXPECT_EQ(ask(command.running->host_ports.at(0), "still?"), name + " got still?<end>");
    command.container->terminate();
    control_.run_until([&] { return command.exit.has_value(); });
    EXPECT_EQ(render(*command.exit), "143 started");
    EXPECT_FALSE(RawClient(command.running->host_ports.at(0)).connected());
  }
}

TEST_F(OwnNetwork, IsAutomaticForACommandWithPorts) {
  auto launch = served_launch("a", {"serve"});
  std::get<CommandImage>(launch.source).network = CommandImage::Network::automatic;
  Observed command;
  const auto port = serve(command, launch);
  EXPECT_EQ(launch.log->last_line(LogStream::output), "bound 3000");
  EXPECT_NE(port, 3000);
  EXPECT_EQ(ask(port, "x"), "a got x<end>");
}

TEST_F(OwnNetwork, GivesAFixedHostPortAndSaysWhenItIsTaken) {
  Observed first;
  const auto port = serve(first, served_launch("a", {"serve", "3000"}));
  auto launch = served_launch("b", {"serve", "3000"});
  launch.ports = {{3000, port}};
  Observed second;
  second.start(runtime_, launch);
  control_.run_until([&] { return second.exit.has_value(); });
  EXPECT_EQ(render(*second.exit), "0 never ran: CannotStartContainerError: Bind for 127.0.0.1:" +
                                      std::to_string(port) + " failed: port is already allocated");
  first.container->kill();
  control_.run_until([&] { return first.exit.has_value(); });
  Observed third;
  third.start(runtime_, launch);
  control_.run_until([&] { return third.running || third.exit; });
  ASSERT_TRUE(third.running);
  EXPECT_EQ(third.running->host_ports.at(0), port);
}

TEST_F(OwnNetwork, ListensOnTheAddressOfTheInstance) {
  auto launch = served_launch("a", {"serve", "3000"});
  launch.address = "127.0.1.2";
  Observed command;
  const auto port = serve(command, launch);
  EXPECT_FALSE(RawClient(port).connected());
}

TEST_F(OwnNetwork, ResetsWhoComesBeforeTheProgramListens) {
  auto launch = served_launch("a", {"serve once told", "3000"});
  Observed command;
  const auto port = serve(command, launch);
  RawClient early(port);
  EXPECT_TRUE(early.connected());
  EXPECT_EQ(early.receive_all(), "<reset>");
  kill(*command.running->pid, SIGUSR1);
  control_.run_until([&] { return launch.log->last_line(LogStream::output) == "bound 3000"; });
  EXPECT_EQ(ask(port, "x"), "a got x<end>");
}

TEST_F(OwnNetwork, PassesOnTheEndOfOneDirectionWhileTheOtherGoesOn) {
  Observed command;
  const auto port = serve(command, served_launch("a", {"serve", "3000"}));
  // The program answers only once it has seen the end of what it is sent.
  const std::string much(3'000'000, 'y');
  EXPECT_EQ(ask(port, much), "a got " + much + "<end>");
}

TEST_F(OwnNetwork, HoldsUpASenderWhoseReceiverIsSlowAndNobodyElse) {
  constexpr std::size_t poured = 64 * 1024 * 256;
  Observed command;
  const auto port = serve(command, served_launch("a", {"serve", "3000", std::to_string(poured)}));
  RawClient slow(port);
  RawClient quick(port);
  EXPECT_EQ(quick.receive_all().size(), poured + std::strlen("<end>"));
  EXPECT_EQ(slow.receive_all().size(), poured + std::strlen("<end>"));
}

TEST_F(OwnNetwork, EndsConnectionsWithTheProgram) {
  Observed command;
  const auto port = serve(command, served_launch("a", {"serve", "3000"}));
  RawClient client(port);
  client.send("x");
  EXPECT_EQ(ask(port, "y"), "a got y<end>");
  command.container->kill();
  control_.run_until([&] { return command.exit.has_value(); });
  const std::string end = client.receive_all();
  EXPECT_TRUE(end == "<reset>" || end == "<end>") << end;
}

TEST_F(OwnNetwork, ServesManyConnections) {
  Observed command;
  const auto port = serve(command, served_launch("a", {"serve", "3000"}));
  for (int round = 0; round < 3; ++round) {
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 50; ++i) clients.push_back(std::make_unique<RawClient>(port));
    for (const auto& client : clients) {
      client->send("x");
      client->finish_sending();
    }
    for (const auto& client : clients) EXPECT_EQ(client->receive_all(), "a got x<end>");
  }
}

TEST_F(OwnNetwork, IsWhereHealthChecksRun) {
  Observed command;
  serve(command, served_launch("a", {"serve", "3000"}));
  std::optional<int> code;
  // Binding the port again shows that the command meets the program there.
  command.container->execute({ANY_PROGRAM, "serve", "3000"}, 20s, [&](int its) { code = its; });
  control_.run_until([&] { return code.has_value(); });
  EXPECT_EQ(code, 3);
}

TEST_F(OwnNetwork, SeesNoOtherProcesses) {
  auto launch = served_launch("a", {});
  std::get<CommandImage>(launch.source).command = {"/bin/sh", "-c", "echo /proc/[0-9]*"};
  Observed command;
  command.start(runtime_, launch);
  control_.run_until([&] { return command.exit.has_value(); });
  EXPECT_EQ(launch.log->last_line(LogStream::output), "/proc/1 /proc/2");
}

}  // namespace
}  // namespace cutover::containers

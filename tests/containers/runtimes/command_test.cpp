// Commands of this machine as containers, with namespaces of their own and without.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include "containers/runtimes/child_process.hpp"
#include "containers/runtimes/process.hpp"
#include "tests/containers/apps/raw_client.hpp"
#include "tests/containers/runtimes/control_loop.hpp"

namespace cutover::containers {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

bool exists(int pid) { return kill(pid, 0) == 0; }

std::vector<std::string> all_texts(const ContainerLog& log) {
  std::vector<std::string> texts;
  for (const LogLine& line : log.lines()) texts.push_back(line.text);
  return texts;
}

/// Without what the system does not allow, which is told there, too.
std::vector<std::string> texts(const ContainerLog& log) {
  auto texts = all_texts(log);
  std::erase_if(texts, [](const std::string& text) { return text.starts_with("cutover: "); });
  return texts;
}

ContainerLaunch command_launch(std::vector<std::string> words) {
  CommandImage image;
  image.command = {ANY_PROGRAM};
  image.command.insert(image.command.end(), words.begin(), words.end());
  image.network = CommandImage::Network::host;
  ContainerLaunch launch;
  launch.task_id = "task";
  launch.name = "any";
  launch.source = image;
  return launch;
}

CommandImage& image_of(ContainerLaunch& launch) { return std::get<CommandImage>(launch.source); }

/// A file that disappears with the test.
class LockFile {
 public:
  LockFile() {
    std::string name = std::filesystem::temp_directory_path() / "cutover-lock-XXXXXX";
    fd_ = mkstemp(name.data());
    path_ = name;
  }
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;
  ~LockFile() {
    close(fd_);
    std::filesystem::remove(path_);
  }
  const std::string& path() const { return path_; }
  bool is_held_by_another() const {
    const bool held = flock(fd_, LOCK_EX | LOCK_NB) != 0;
    if (!held) flock(fd_, LOCK_UN);
    return held;
  }
  void wait_until_free() const {
    alarm(20);  // Ends this test program, should it never be.
    flock(fd_, LOCK_EX);
    alarm(0);
  }

 private:
  int fd_ = -1;
  std::string path_;
};

class Command : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (isolation_.available || GetParam() != "isolated") return;
    GTEST_SKIP() << "this system allows no namespaces: " << std::strerror(isolation_.error);
  }

  /// Runs until it is known to run and has printed that line.
  void run_until_said(const Observed& command, const ContainerLaunch& launch,
                      const std::string& line) {
    control_.run_until([&] {
      const auto all = texts(*launch.log);
      return command.running && std::find(all.begin(), all.end(), line) != all.end();
    });
  }
  std::string end_of(const ContainerLaunch& launch) {
    Observed command;
    command.start(runtime_, launch);
    control_.run_until([&] { return command.exit.has_value(); });
    return (command.running ? "ran, " : "") + render(*command.exit);
  }

  const IsolationOffer isolation_ =
      GetParam() == "isolated" ? probe_isolation() : IsolationOffer{false, false, EPERM};
  ControlLoop control_;
  std::vector<std::string> notes_;
  ProcessRuntime runtime_{control_.io(),
                          control_.clock(),
                          {.program = APP_CHILD,
                           .on_note = [this](const std::string& note) { notes_.push_back(note); },
                           .isolation = isolation_}};
};

INSTANTIATE_TEST_SUITE_P(Supervision, Command, testing::Values("isolated", "adopted"),
                         [](const auto& parameter) { return parameter.param; });

TEST_P(Command, RunsOnceItIsExecutedAndKeepsItsCodeWhenItExitsAtOnce) {
  const auto launch = command_launch({"exit", "7"});
  EXPECT_EQ(end_of(launch), "ran, 7 started");
  EXPECT_EQ(texts(*launch.log), std::vector<std::string>{"leaving"});
}

TEST_P(Command, DoesNotStartWhenThereIsNoSuchProgram) {
  auto launch = command_launch({});
  image_of(launch).command = {"no-such-program-here"};
  EXPECT_EQ(end_of(launch),
            "127 never ran: CannotStartContainerError: exec: \"no-such-program-here\": executable "
            "file not found in $PATH");
  image_of(launch).command = {"/nowhere/server"};
  EXPECT_EQ(end_of(launch),
            "127 never ran: CannotStartContainerError: exec: \"/nowhere/server\": no such file or "
            "directory");
  image_of(launch).command = {"/etc/passwd"};
  EXPECT_EQ(end_of(launch),
            "126 never ran: CannotStartContainerError: exec: \"/etc/passwd\": permission denied");
}

TEST_P(Command, DoesNotStartInADirectoryThatThereIsNot) {
  auto launch = command_launch({"exit", "0"});
  image_of(launch).working_directory = "/nowhere";
  EXPECT_EQ(end_of(launch),
            "127 never ran: CannotStartContainerError: chdir to \"/nowhere\" failed: no such file "
            "or directory");
}

TEST_P(Command, HasTheEnvironmentOfAContainer) {
  setenv("CUTOVER_TEST_SECRET", "1", 1);
  auto launch = command_launch({"environment"});
  image_of(launch).environment = {{"A", "image"}, {"B", "image"}};
  image_of(launch).working_directory = "/usr";
  launch.environment = {{"B", "definition"}, {"PORT", "1"}};
  launch.ports = {{3000, 0}};
  Observed command;
  command.start(runtime_, launch);
  control_.run_until([&] { return command.exit.has_value(); });
  unsetenv("CUTOVER_TEST_SECRET");
  const std::string path = std::getenv("PATH");
  EXPECT_THAT(texts(*launch.log),
              testing::UnorderedElementsAre(
                  "A=image", "B=definition", "PATH=" + path,
                  "HOME=" + std::string(std::getenv("HOME") ? std::getenv("HOME") : "/"),
                  "PORT=" + std::to_string(command.running->host_ports.at(0)), "in /usr"));
}

TEST_P(Command, IsReplacedByThatOfTheDefinition) {
  auto launch = command_launch({"exit", "1"});
  launch.command = {ANY_PROGRAM, "exit", "2"};
  EXPECT_EQ(end_of(launch), "ran, 2 started");
  launch.command = {"exit", "3"};
  launch.entry_point = {ANY_PROGRAM};
  EXPECT_EQ(end_of(launch), "ran, 3 started");
  launch.command = {};
  launch.entry_point = {ANY_PROGRAM, "exit", "4"};
  EXPECT_EQ(end_of(launch), "ran, 4 started");
}

TEST_P(Command, RunsAsTheUserOfTheDefinition) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can run programs as others";
  auto launch = command_launch({});
  image_of(launch).command = {"id", "-u"};
  launch.user = "4711:4712";
  EXPECT_EQ(end_of(launch), "ran, 0 started");
  EXPECT_EQ(texts(*launch.log), std::vector<std::string>{"4711"});
  launch.user = "nobody-of-that-name";
  EXPECT_EQ(end_of(launch),
            "0 never ran: CannotStartContainerError: there is no user \"nobody-of-that-name\"");
}

TEST_P(Command, IsTerminatedByItsSignal) {
  const auto launch = command_launch({"wait", "here"});
  Observed command;
  command.start(runtime_, launch);
  run_until_said(command, launch, "waiting");
  ASSERT_TRUE(command.running->pid);
  EXPECT_TRUE(exists(*command.running->pid));
  command.container->terminate();
  control_.run_until([&] { return command.exit.has_value(); });
  EXPECT_EQ(render(*command.exit), "143 started");
  EXPECT_FALSE(exists(*command.running->pid));
}

TEST_P(Command, IsKilledWhenItIgnoresTheSignal) {
  const auto launch = command_launch({"wait", "deaf"});
  Observed command;
  command.start(runtime_, launch);
  run_until_said(command, launch, "waiting");
  command.container->terminate();
  command.container->kill();
  control_.run_until([&] { return command.exit.has_value(); });
  EXPECT_EQ(render(*command.exit), "137 started");
  EXPECT_FALSE(exists(*command.running->pid));
}

TEST_P(Command, TakesAlongWhatHasLeftItsGroupAndSession) {
  const LockFile lock;
  for (const bool by_kill : {true, false}) {
    const auto launch = command_launch({"daemonise", lock.path()});
    Observed command;
    command.start(runtime_, launch);
    run_until_said(command, launch, "left behind");
    EXPECT_TRUE(lock.is_held_by_another());
    by_kill ? command.container->kill() : command.container->terminate();
    control_.run_until([&] { return command.exit.has_value(); });
    EXPECT_FALSE(lock.is_held_by_another());
  }
}

TEST_P(Command, EndsWithItsContainer) {
  const LockFile lock;
  const auto launch = command_launch({"daemonise", lock.path()});
  Observed command;
  command.start(runtime_, launch);
  run_until_said(command, launch, "left behind");
  command.container.reset();
  control_.run_dry();
  EXPECT_FALSE(lock.is_held_by_another());
  EXPECT_FALSE(exists(*command.running->pid));
}

TEST_P(Command, EndsWithThisProcessWhateverKillsIt) {
  const LockFile lock;
  ChildLaunch host;
  host.program = APP_CHILD;
  host.arguments = {"app_child", "host", GetParam(), ANY_PROGRAM, "daemonise", lock.path()};
  auto child = spawn(host);
  ASSERT_TRUE(child) << to_string(child.error());
  // Its own output says when the program has left something behind.
  fcntl(child->output.get(), F_SETFL, 0);
  char byte = 0;
  while (read(child->output.get(), &byte, 1) == 1 && byte != '\n') continue;
  EXPECT_TRUE(lock.is_held_by_another());
  kill(child->pid, SIGKILL);
  EXPECT_EQ(reap(child->pid), 137);
  lock.wait_until_free();
}

TEST_P(Command, MayFloodItsLogWhileOthersAreServed) {
  const auto launch = command_launch({"flood", "again and again"});
  Observed flooding;
  flooding.start(runtime_, launch);
  control_.run_until([&] { return launch.log->forgotten() > 0; });
  const auto other = command_launch({"exit", "5"});
  EXPECT_EQ(end_of(other), "ran, 5 started");
  EXPECT_EQ(texts(*launch.log).back(), "again and again");
  std::size_t bytes = 0;
  for (const LogLine& line : launch.log->lines()) bytes += line.text.size();
  EXPECT_LE(bytes, ContainerLog::bytes_most_default);
  flooding.container->kill();
  control_.run_until([&] { return flooding.exit.has_value(); });
  EXPECT_EQ(render(*flooding.exit), "137 started");
}

TEST_P(Command, MayTakeItsPortLate) {
  auto launch = command_launch({"serve once told"});
  launch.ports = {{3000, 0}};
  Observed command;
  command.start(runtime_, launch);
  run_until_said(command, launch, "waiting");
  const auto port = command.running->host_ports.at(0);
  EXPECT_FALSE(RawClient(port).connected());
  kill(*command.running->pid, SIGUSR1);
  run_until_said(command, launch, "bound " + std::to_string(port));
  RawClient client(port);
  client.send("hello");
  client.finish_sending();
  EXPECT_EQ(client.receive_all(), " got hello<end>");
}

TEST_P(Command, GetsAHostPortThatNoOtherOneGets) {
  std::set<std::uint16_t> ports;
  std::vector<std::unique_ptr<Observed>> commands;
  for (int i = 0; i < 5; ++i) {
    auto launch = command_launch({"wait", "here"});
    launch.ports = {{3000, 0}, {3001, 0}};
    commands.push_back(std::make_unique<Observed>());
    commands.back()->start(runtime_, launch);
    control_.run_until([&] { return commands.back()->running.has_value(); });
    for (const std::uint16_t port : commands.back()->running->host_ports) ports.insert(port);
  }
  EXPECT_EQ(ports.size(), 10u);
  auto launch = command_launch({"wait", "here"});
  launch.ports = {{3000, *ports.begin()}};
  EXPECT_EQ(end_of(launch), "0 never ran: CannotStartContainerError: Bind for 127.0.0.1:" +
                                std::to_string(*ports.begin()) +
                                " failed: port is already allocated");
  commands.clear();
  control_.run_dry();  // A port is given back once its program has really ended.
  Observed again;
  again.start(runtime_, launch);
  control_.run_until([&] { return again.running.has_value(); });
}

TEST_P(Command, IsPausedAndResumed) {
  auto launch = command_launch({"serve"});
  launch.ports = {{3000, 0}};
  Observed command;
  command.start(runtime_, launch);
  control_.run_until([&] { return command.running.has_value(); });
  const auto port = command.running->host_ports.at(0);
  run_until_said(command, launch, "bound " + std::to_string(port));
  ASSERT_TRUE(command.container->pause());
  RawClient client(port);
  EXPECT_TRUE(client.connected());
  client.send("are you there?");
  client.finish_sending();
  // A pause must not be taken for an end, and a signal waits for the end of the pause.
  control_.io().restart();
  control_.io().poll();
  EXPECT_FALSE(command.exit);
  ASSERT_TRUE(command.container->resume());
  EXPECT_EQ(client.receive_all(), " got are you there?<end>");
}

TEST_P(Command, RunsAHealthChecksCommandBesideIt) {
  auto launch = command_launch({"wait", "here"});
  launch.environment = {{"PORT", "x"}, {"CODE", "9"}};
  Observed command;
  command.start(runtime_, launch);
  std::map<std::string, int> codes;
  const auto run = [&](const std::string& name, std::vector<std::string> words, Duration timeout) {
    command.container->execute(words, timeout, [&codes, name](int code) { codes[name] = code; });
  };
  run("code", {"/bin/sh", "-c", "exit $CODE"}, 20s);
  run("fine", {"true"}, 20s);
  run("unknown", {"no-such-program-here"}, 20s);
  run("endless", {ANY_PROGRAM, "wait", "deaf"}, 10ms);
  control_.run_until([&] { return codes.size() == 4; });
  EXPECT_EQ(codes, (std::map<std::string, int>{
                       {"code", 9}, {"endless", 124}, {"fine", 0}, {"unknown", 127}}));
  run("silent", {ANY_PROGRAM, "wait", "deaf"}, 20s);
  command.container.reset();
  control_.run_dry();
  EXPECT_FALSE(codes.contains("silent"));
}

TEST_P(Command, RefusesAnotherBehaviour) {
  Observed command;
  command.start(runtime_, command_launch({"wait", "here"}));
  const auto changed = command.container->change_behaviour({});
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code, "UnsupportedFeatureException");
}

TEST(Supervisor, EndsWhatItHasStartedForSomeoneWhoIsGone) {
  const LockFile lock;
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
  Descriptor ours(ends[0]);
  Descriptor theirs(ends[1]);
  ChildLaunch launch;
  launch.program = APP_CHILD;
  launch.arguments = {"app_child", std::string(supervise_argument)};
  launch.passed = {theirs.get()};
  SupervisedCommand command;
  command.command = {ANY_PROGRAM, "daemonise", lock.path()};
  ASSERT_TRUE(supervision::send(ours.get(), supervision::start(command)));
  ours.reset();
  auto supervisor = spawn(launch);
  ASSERT_TRUE(supervisor) << to_string(supervisor.error());
  theirs.reset();
  EXPECT_EQ(reap(supervisor->pid), 137);
  EXPECT_FALSE(lock.is_held_by_another());
}

TEST(CommandWithoutNamespaces, RunsOnTheHostAndSaysSoOnce) {
  ControlLoop control;
  std::vector<std::string> notes;
  ProcessRuntime runtime(control.io(), control.clock(),
                         {.program = APP_CHILD,
                          .on_note = [&](const std::string& note) { notes.push_back(note); },
                          .isolation = IsolationOffer{false, false, EPERM}});
  for (int i = 0; i < 2; ++i) {
    auto launch = command_launch({"serve"});
    image_of(launch).network = CommandImage::Network::automatic;
    launch.ports = {{3000, 0}};
    Observed command;
    command.start(runtime, launch);
    control.run_until([&] { return command.running.has_value(); });
    EXPECT_THAT(all_texts(*launch.log), Contains(HasSubstr("listen on the port")));
  }
  std::erase_if(notes, [](const std::string& note) { return note.find("limits") == 0; });
  EXPECT_THAT(notes,
              ElementsAre("commands get no network of their own, this system allows no namespaces "
                          "(Operation not permitted): each has to listen on the port in its "
                          "environment's PORT; one that can't needs a container engine"));
}

TEST(CommandWithoutNamespaces, DoesNotStartWhenItNeedsItsOwn) {
  ControlLoop control;
  ProcessRuntime runtime(control.io(), control.clock(),
                         {.program = APP_CHILD, .isolation = IsolationOffer{false, false, EPERM}});
  auto launch = command_launch({"serve", "3000"});
  image_of(launch).network = CommandImage::Network::own;
  Observed command;
  command.start(runtime, launch);
  control.run_until([&] { return command.exit.has_value(); });
  EXPECT_EQ(render(*command.exit),
            "0 never ran: CannotStartContainerError: no network namespace of its own is allowed "
            "here (operation not permitted); let the program listen on PORT and give its image "
            "\"network\": \"host\", or run it in a container engine");
}

}  // namespace
}  // namespace cutover::containers

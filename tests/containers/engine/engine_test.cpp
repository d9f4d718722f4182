// The docker runtime against a real engine, Podman's service, which run.sh starts.

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <list>
#include <map>
#include <set>

#include "containers/runtimes/child_process.hpp"
#include "containers/runtimes/docker_runtime.hpp"
#include "tests/containers/apps/raw_client.hpp"
#include "tests/containers/runtimes/control_loop.hpp"

namespace cutover::containers {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

std::string setting(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

class Engine : public testing::Test {
 protected:
  void SetUp() override {
    if (directory_.empty()) GTEST_SKIP() << "started by tests/containers/engine/run.sh only";
    engine_ = std::make_shared<DockerEngine>(control_.io(), control_.timers(), host());
    Result<void> connected;
    bool told = false;
    engine_->connect([&](const Result<void>& result) {
      connected = result;
      told = true;
    });
    control_.run_until([&] { return told; });
    ASSERT_TRUE(connected) << to_string(connected.error());
    runtime_ = std::make_unique<DockerRuntime>(control_.io(), control_.timers(),
                                               DockerOptions{host(), OWNER_PROGRAM});
  }

  void TearDown() override {
    started_.clear();
    if (runtime_) control_.run_dry();
  }

  std::string host() const { return "unix://" + directory_ + "/engine.sock"; }

  ContainerLaunch launch(std::vector<std::string> command) const {
    ContainerLaunch result;
    result.task_id = "task";
    result.name = "posts";
    result.source = DockerImage{setting("ENGINE_IMAGE"), DockerImage::Pull::never};
    result.command = std::move(command);
    return result;
  }
  ContainerLaunch forum() const {
    auto result =
        launch({"/bin/cutover", "app", "posts", "--address", "0.0.0.0", "--port", "3000"});
    result.ports = {{3000, 0}};
    return result;
  }
  ContainerLaunch shell(const std::string& script) const {
    return launch({"/bin/sh", "-c", script});
  }

  Observed& start(const ContainerLaunch& what) {
    started_.emplace_back();
    started_.back().start(*runtime_, what);
    return started_.back();
  }
  Observed& run(const ContainerLaunch& what) {
    Observed& container = start(what);
    control_.run_until([&] { return container.running || container.exit; });
    EXPECT_TRUE(container.running) << (container.exit ? render(*container.exit) : "");
    return container;
  }
  std::string end(Observed& container) {
    control_.run_until([&] { return container.exit.has_value(); });
    return container.exit ? render(*container.exit) : "";
  }
  /// The app listens a moment after its container has been started.
  std::string ask(std::uint16_t port) {
    for (int i = 0; i < 100; ++i) {
      RawClient client(port);
      if (client.connected()) {
        const auto answer =
            client.exchange("GET /api/posts/in-thread/1 HTTP/1.1\r\nHost: a\r\n\r\n");
        if (answer.starts_with("HTTP")) return status_line(answer);
      }
      pass(50ms);
    }
    return "silence";
  }
  void pass(Duration time) {
    bool passed = false;
    control_.timers().after(time, [&] { passed = true; });
    control_.run_until([&] { return passed; });
  }

  std::vector<DockerListed> listed() {
    std::optional<std::vector<DockerListed>> result;
    auto call = engine_->call({"GET", "/containers/json?" + list_query(DockerLabels::run_label)},
                              DockerEngine::answer_most, [&](const Result<DockerAnswer>& answer) {
                                result = answer ? listed_containers(answer->body)
                                                : std::vector<DockerListed>{};
                              });
    control_.run_until([&] { return result.has_value(); });
    return *result;
  }
  /// Whether none is left, at the latest after a while.
  bool come_to_nothing() {
    for (int i = 0; i < 200; ++i) {
      if (listed().empty()) return true;
      pass(100ms);
    }
    return false;
  }
  static std::string text_of(const ContainerLog& log) {
    std::string text;
    for (const auto& line : log.lines()) text += line.text + '\n';
    return text;
  }

  const std::string directory_ = setting("ENGINE_DIRECTORY");
  ControlLoop control_;
  std::shared_ptr<DockerEngine> engine_;
  std::unique_ptr<DockerRuntime> runtime_;
  std::list<Observed> started_;
};

TEST_F(Engine, RunsFourContainersOfOnePortBehindDynamicPorts) {
  std::set<std::uint16_t> ports;
  for (int i = 0; i < 4; ++i) start(forum());
  for (Observed& container : started_) {
    control_.run_until([&] { return container.running || container.exit; });
    ASSERT_TRUE(container.running) << render(*container.exit);
    ports.insert(container.running->host_ports.at(0));
  }
  EXPECT_EQ(ports.size(), 4U);
  for (const std::uint16_t port : ports) EXPECT_EQ(ask(port), "HTTP/1.1 200 OK");
  EXPECT_EQ(listed().size(), 4U);

  for (Observed& container : started_) container.container->terminate();
  for (Observed& container : started_) EXPECT_EQ(end(container), "0 started");
  started_.clear();
  control_.run_dry();
  EXPECT_TRUE(listed().empty());
  for (const std::uint16_t port : ports) EXPECT_FALSE(RawClient(port).connected());
}

TEST_F(Engine, PublishesAFixedPortAtTheLaunchsAddress) {
  auto what = forum();
  what.address = "127.0.1.1";
  what.ports = {{3000, 32123}};
  Observed& container = run(what);
  EXPECT_EQ(container.running->host_ports, std::vector<std::uint16_t>{32123});
  // That of 127.0.0.1 is free.
  what.address = "127.0.0.1";
  Observed& other = run(what);
  EXPECT_EQ(ask(32123), "HTTP/1.1 200 OK");
  EXPECT_THAT(end(start(what)),
              StartsWith("0 never ran: CannotStartContainerError: cannot listen on the TCP port"));
  other.container->kill();
  EXPECT_EQ(end(other), "137 started");
}

TEST_F(Engine, EndsAsItIsToldTo) {
  Observed& stubborn = run(shell("trap '' TERM; while :; do sleep 1; done"));
  stubborn.container->terminate();
  pass(500ms);
  EXPECT_FALSE(stubborn.exit);
  stubborn.container->kill();
  EXPECT_EQ(end(stubborn), "137 started");
  EXPECT_EQ(end(start(shell("exit 3"))), "3 started");
}

TEST_F(Engine, KeepsWhatAContainerWrites) {
  auto what = shell("echo ready; echo careful >&2; printf bye");
  what.working_directory = "/tmp";
  EXPECT_EQ(end(start(what)), "0 started");
  std::multimap<LogStream, std::string> lines;
  for (const auto& line : what.log->lines()) lines.emplace(line.stream, line.text);
  EXPECT_EQ(lines, (std::multimap<LogStream, std::string>{{LogStream::output, "ready"},
                                                          {LogStream::output, "bye"},
                                                          {LogStream::errors, "careful"}}));
}

TEST_F(Engine, BearsAFloodOfOutput) {
  auto what = shell("while :; do echo 0123456789012345678901234567890123456789; done");
  Observed& flood = run(what);
  control_.run_until([&] { return what.log->forgotten() > 50'000; });
  Observed& other = run(forum());
  EXPECT_EQ(ask(other.running->host_ports.at(0)), "HTTP/1.1 200 OK");
  flood.container->kill();
  EXPECT_EQ(end(flood), "137 started");
}

TEST_F(Engine, GivesAContainerItsEnvironmentUserAndDirectory) {
  auto what = shell("echo $A; pwd; [ -w /bin ] && echo root || echo nobody");
  what.environment = {{"A", "x=y z"}};
  what.working_directory = "/tmp";
  what.user = "1234";
  EXPECT_EQ(end(start(what)), "0 started");
  EXPECT_EQ(text_of(*what.log), "x=y z\n/tmp\nnobody\n");
}

TEST_F(Engine, EndsAContainerThatTakesMoreMemoryThanItMay) {
  auto what = shell("x=0123456789; while :; do x=$x$x; done");
  what.memory = 16;
  // Podman does not learn of it from every kernel.
  EXPECT_THAT(end(start(what)),
              testing::AnyOf("137 started: OutOfMemoryError: Container killed due to memory usage",
                             "137 started"));
}

TEST_F(Engine, TellsWhyAContainerDoesNotStart) {
  auto absent = forum();
  absent.source = DockerImage{"localhost/absent", DockerImage::Pull::never};
  EXPECT_EQ(end(start(absent)),
            "0 never ran: CannotPullContainerError: localhost/absent:latest: the engine does not "
            "have it, and its pull policy is never");
  absent.source = DockerImage{"localhost:1/absent"};
  EXPECT_THAT(end(start(absent)),
              StartsWith("0 never ran: CannotPullContainerError: localhost:1/absent:latest: "));
  const auto why = end(start(launch({"/bin/absent"})));
  EXPECT_THAT(why, StartsWith("0 never ran: CannotStartContainerError: "));
  EXPECT_THAT(why, HasSubstr("/bin/absent"));
}

TEST_F(Engine, AnswersNothingWhilePaused) {
  Observed& container = run(forum());
  const std::uint16_t port = container.running->host_ports.at(0);
  EXPECT_EQ(ask(port), "HTTP/1.1 200 OK");
  ASSERT_TRUE(container.container->pause());
  pass(1s);
  RawClient client(port);
  client.send("GET /api/posts/in-thread/1 HTTP/1.1\r\nHost: a\r\n\r\n");
  pass(500ms);
  ASSERT_TRUE(container.container->resume());
  pass(1s);
  EXPECT_EQ(status_line(client.receive()), "HTTP/1.1 200 OK");
  ASSERT_TRUE(container.container->pause());
  pass(1s);
  container.container->terminate();
  pass(500ms);
  EXPECT_FALSE(container.exit);
  container.container->kill();
  EXPECT_EQ(end(container), "137 started");
}

TEST_F(Engine, ExecutesHealthChecks) {
  Observed& container = run(shell("echo $$ > /tmp/here; sleep 1000"));
  const auto code_of = [&](const std::vector<std::string>& command, Duration timeout) {
    std::optional<int> code;
    container.container->execute(command, timeout, [&](int told) { code = told; });
    control_.run_until([&] { return code.has_value(); });
    return code.value_or(-1);
  };
  EXPECT_EQ(code_of({"/bin/sh", "-c", "[ -f /tmp/here ]"}, 20s), 0);
  EXPECT_EQ(code_of({"/bin/sh", "-c", "[ -f /tmp/there ]"}, 20s), 1);
  EXPECT_NE(code_of({"/bin/absent"}, 20s), 0);
  EXPECT_EQ(code_of({"/bin/sh", "-c", "trap '' TERM; sleep 3; echo late > /tmp/late"}, 1s), 124);
  pass(3s);
  EXPECT_EQ(code_of({"/bin/sh", "-c", "[ -f /tmp/late ]"}, 20s), 1) << "it was not killed";
  EXPECT_FALSE(container.exit);
}

TEST_F(Engine, MayBeStartedAgainUnderItsContainers) {
  Observed& container = run(forum());
  const std::uint16_t port = container.running->host_ports.at(0);
  EXPECT_EQ(ask(port), "HTTP/1.1 200 OK");
  const auto service = setting("ENGINE_SERVICE");
  ASSERT_EQ(std::system((service + " stop " + directory_).c_str()), 0);
  pass(1500ms);
  EXPECT_FALSE(container.exit);
  EXPECT_EQ(ask(port), "HTTP/1.1 200 OK");
  ASSERT_EQ(std::system((service + " start " + directory_).c_str()), 0);
  container.container->terminate();
  EXPECT_EQ(end(container), "0 started");
}

TEST_F(Engine, LosesTheContainersOfARunThatIsGone) {
  auto gone = this_process();
  ++gone.start;
  auto what = launch({"/bin/sleep", "1000"});
  std::string id;
  auto creation = engine_->call(
      {"POST", "/containers/create",
       create_body(what, setting("ENGINE_IMAGE"), {"earlier", to_string(gone)})},
      DockerEngine::work_most,
      [&](const Result<DockerAnswer>& answer) { id = answer ? id_of(answer->body) : "none"; });
  control_.run_until([&] { return !id.empty(); });
  ASSERT_EQ(listed().size(), 1U);
  run(what);
  for (const auto& container : listed()) EXPECT_NE(container.id, id);
  EXPECT_EQ(listed().size(), 1U);
}

/// How many guardians there are of runs of process `owner`.
int guardians_of(int owner) {
  const auto run = fmt::format("{}-", owner);
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "cmdline");
    const std::string line{std::istreambuf_iterator<char>(file), {}};
    const bool guards = line.find(guard_argument) != std::string::npos;
    if (guards && line.find('\0' + run) != std::string::npos) ++count;
  }
  return count;
}

TEST_F(Engine, LosesItsContainersWhenItsOwnerIsKilled) {
  ChildLaunch launch;
  launch.program = OWNER_PROGRAM;
  launch.arguments = {"owner", host(), setting("ENGINE_IMAGE")};
  for (char** entry = environ; *entry; ++entry) launch.environment.emplace_back(*entry);
  auto owner = spawn(launch);
  ASSERT_TRUE(owner) << to_string(owner.error());
  fcntl(owner->output.get(), F_SETFL, 0);
  char first = 0;
  ASSERT_EQ(read(owner->output.get(), &first, 1), 1);
  ASSERT_EQ(listed().size(), 1U);
  EXPECT_EQ(guardians_of(owner->pid), 1);
  kill(owner->pid, SIGKILL);
  EXPECT_EQ(reap(owner->pid), 137);
  EXPECT_TRUE(come_to_nothing());
  // The guardian looks a few times more, and then it is gone too.
  for (int i = 0; i < 300 && guardians_of(owner->pid) > 0; ++i) pass(100ms);
  EXPECT_EQ(guardians_of(owner->pid), 0);
}

TEST_F(Engine, LeavesNoGuardianBehindAnOrderlyEnd) {
  run(launch({"/bin/sleep", "1000"}));
  EXPECT_EQ(guardians_of(getpid()), 1);
  started_.clear();
  control_.run_dry();
  runtime_.reset();
  for (int i = 0; i < 10 && guardians_of(getpid()) > 0; ++i) pass(100ms);
  EXPECT_EQ(guardians_of(getpid()), 0);
  EXPECT_TRUE(listed().empty());
}

}  // namespace
}  // namespace cutover::containers

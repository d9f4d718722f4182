// Faults and logs by the verbs, on a stack that is up.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/end_to_end/program.hpp"

namespace cutover::end_to_end {
namespace {

using testing::HasSubstr;

const std::string stack = CUTOVER_SOURCE_DIR "/tests/end_to_end/stack.json";

class Faults : public testing::Test {
 protected:
  void up(const std::vector<std::string>& more = {}, const std::string& file = stack) {
    std::vector<std::string> arguments{"up",
                                       file,
                                       "--speed",
                                       "200",
                                       "--endpoint",
                                       "127.0.0.1:" + std::to_string(endpoint_),
                                       "--port-offset",
                                       std::to_string(port_ - 80)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    program_ = std::make_unique<Program>(arguments);
    ASSERT_TRUE(program_->says(" of api serves on ")) << program_->err();
  }

  /// A verb that asks the endpoint; its exit status, and in said_ what it printed.
  int ask(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--endpoint", "127.0.0.1:" + std::to_string(endpoint_)});
    Program verb(arguments);
    const int status = verb.wait();
    said_ = verb.out() + verb.err();
    return status;
  }

  /// Asks until the task answers with 200: a program that has just started may not listen yet.
  bool serves() {
    for (int tries = 0; tries < 20'000; ++tries) {
      if (Request(port_, "/api/users").status() == 200) return true;
    }
    return false;
  }

  const std::uint16_t port_ = free_port();
  const std::uint16_t endpoint_ = free_port();
  std::unique_ptr<Program> program_;
  std::string said_;
};

TEST_F(Faults, KillATaskThatIsReplaced) {
  up();
  ASSERT_EQ(ask({"fault", "kill", "api/0"}), 0) << said_;
  EXPECT_TRUE(program_->says("of api stopped: Essential container in task exited"));
}

TEST_F(Faults, PauseATaskUntilItsHealthChecksFail) {
  up({"--runtime", "process"});
  ASSERT_EQ(ask({"fault", "pause", "api/0"}), 0) << said_;
  EXPECT_TRUE(program_->says("of api stopped: Task failed ELB health checks in"));
}

TEST_F(Faults, MakeATaskFailItsRequests) {
  up();
  ASSERT_EQ(ask({"fault", "behaviour", "api/0", "--behaviour", R"({"errorRate": 1})"}), 0) << said_;
  EXPECT_EQ(Request(port_, "/api/users").status(), 500);
}

/// The stack with the app "api" as a command, which this program knows no more of than of any
/// other.
std::string foreign_stack() {
  std::ifstream in(stack);
  auto document = nlohmann::json::parse(in);
  document["Images"]["api:v1"] = {
      {"command", {"sh", "-c", "exec \"$0\" app api --port \"$PORT\"", CUTOVER_PROGRAM}},
      {"network", "host"}};
  const std::string path = testing::TempDir() + "foreign_stack.json";
  std::ofstream(path) << document;
  return path;
}

TEST_F(Faults, MakeAForeignProgramFailItsRequestsUntilTheyAreTakenBack) {
  up({}, foreign_stack());
  EXPECT_TRUE(serves());
  ASSERT_EQ(ask({"fault", "behaviour", "api/0", "--behaviour", R"({"errorRate": 1})"}), 0) << said_;
  EXPECT_EQ(Request(port_, "/api/users").status(), 500);
  ASSERT_EQ(ask({"fault", "behaviour", "api/0", "--behaviour", "{}"}), 0) << said_;
  EXPECT_EQ(Request(port_, "/api/users").status(), 200);
}

TEST_F(Faults, MakeAForeignProgramFailUntilItIsReplaced) {
  up({}, foreign_stack());
  ASSERT_EQ(ask({"fault", "behaviour", "api/0", "--behaviour", R"({"errorRate": 1})"}), 0) << said_;
  EXPECT_TRUE(program_->says("of api stopped: Task failed ELB health checks in"));
  EXPECT_TRUE(serves()) << "the fault ended with its task";
}

TEST_F(Faults, MakeABuiltInAppInAProcessOfItsOwnSlowUntilItIsReplaced) {
  up({"--runtime", "process"});
  ASSERT_EQ(
      ask({"fault", "behaviour", "api/0", "--behaviour", R"({"latency": {"constant": "1h"}})"}), 0)
      << said_;
  Request slow(port_, "/api/users");
  EXPECT_TRUE(program_->says("of api stopped: Task failed ELB health checks in"));
  EXPECT_NE(slow.status(), 200);
}

TEST_F(Faults, MakeStartsFail) {
  up();
  ASSERT_EQ(ask({"fault", "fail-starts", "api", "--count", "1", "--reason", "no room in here"}), 0)
      << said_;
  ASSERT_EQ(ask({"fault", "kill", "api/0"}), 0) << said_;
  EXPECT_TRUE(program_->says("of api stopped: no room in here"));
}

TEST_F(Faults, AreRefusedWithTheReason) {
  up();
  EXPECT_EQ(ask({"fault", "kill", "nothing/0"}), 2);
  EXPECT_THAT(said_, HasSubstr("there is no task nothing/0"));
  EXPECT_EQ(ask({"fault", "burn", "api/0"}), 2);
  EXPECT_THAT(said_, HasSubstr("fail-starts"));
  EXPECT_EQ(ask({"fault", "fill-instance", "7"}), 2);
  EXPECT_THAT(said_, HasSubstr("container instances"));
}

TEST_F(Faults, LogsShowWhatATaskWrote) {
  up({"--runtime", "process"});
  ASSERT_EQ(ask({"logs", "api/0"}), 0) << said_;
  EXPECT_THAT(said_, HasSubstr("stdout api listening on 127.0.0.1:"));
  EXPECT_EQ(ask({"logs", "api/0", "--container", "web"}), 2);
  EXPECT_THAT(said_, HasSubstr("it has api"));
  EXPECT_EQ(ask({"logs", "api/7"}), 2);
}

TEST_F(Faults, SayWhatToDoWhenNothingListens) {
  EXPECT_EQ(ask({"logs", "api/0"}), 2);
  EXPECT_THAT(said_, HasSubstr("`cutover up` prints where its control endpoint is"));
}

}  // namespace
}  // namespace cutover::end_to_end

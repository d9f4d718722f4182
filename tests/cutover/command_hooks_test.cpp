// Lifecycle hooks as commands of this machine: what they are given, and what their end says.

#include "cutover/stack/command_hooks.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <optional>
#include <string>

#include "tests/containers/runtimes/control_loop.hpp"

namespace cutover::stack {
namespace {

using containers::HookAnswer;
using containers::HookStatus;
using namespace std::chrono_literals;

class CommandHook : public testing::Test {
 protected:
  /// A hook that runs this script.
  void run(const std::string& script, const std::string& payload = "{}") {
    commands_["arn:hook"].command = {"sh", "-c", script};
    call_ = hooks_.call("arn:hook", payload, [this](const HookAnswer& answer) {
      answer_ = answer;
      call_.reset();
    });
    EXPECT_FALSE(answer_) << "answered from within call()";
  }
  /// "FAILED: reason", "IN_PROGRESS 30 {…}", "SUCCEEDED".
  std::string answer() {
    loop_.run_until([this] { return answer_.has_value(); });
    std::string text(to_string(answer_->status));
    if (!answer_->reason.empty()) text += ": " + answer_->reason;
    if (answer_->status == HookStatus::in_progress) {
      text += " " + std::to_string(answer_->call_back_delay / 1s) + " " + answer_->details;
    }
    return text;
  }

  containers::ControlLoop loop_;
  HookCommands commands_;
  CommandHooks hooks_{loop_.io(), loop_.clock(), commands_};
  std::unique_ptr<containers::HookCall> call_;
  std::optional<HookAnswer> answer_;
};

struct Row {
  const char* name;
  const char* script;
  const char* answer;
};

class CommandHookAnswers : public CommandHook, public testing::WithParamInterface<Row> {};

TEST_P(CommandHookAnswers, FollowFromItsEndAndWhatItWrites) {
  run(GetParam().script);
  EXPECT_EQ(answer(), GetParam().answer);
}

const Row rows[] = {
    {"Silence", "true", "SUCCEEDED"},
    {"ChatAboutNothing", "echo all well; echo 7", "SUCCEEDED"},
    {"ExitStatus", "echo first >&2; echo 'no such host' >&2; exit 3",
     "FAILED: exit status 3: no such host"},
    {"ExitStatusAndAnAnswer", R"(echo '{"hookStatus":"SUCCEEDED"}'; exit 1)",
     "FAILED: exit status 1"},
    {"ASignal", "kill -9 $$", "FAILED: exit status 137"},
    {"Succeeded", R"(echo '{"hookStatus":"SUCCEEDED"}')", "SUCCEEDED"},
    {"Failed", R"(echo '{"hookStatus":"FAILED"}')", "FAILED: hookStatus FAILED"},
    {"InProgress", R"(echo checking; echo '{"hookStatus":"IN_PROGRESS"}')", "IN_PROGRESS 30 "},
    {"InProgressWithMore",
     R"(printf '{\n "hookStatus": "IN_PROGRESS",\n "callBackDelay": 5, "hookDetails": {"a": 1}}')",
     R"(IN_PROGRESS 5 {"a":1})"},
    {"AnotherStatus", R"(echo '{"hookStatus":"DONE"}')",
     "FAILED: hookStatus is the string \"DONE\"; allowed are SUCCEEDED, FAILED and IN_PROGRESS"},
    {"ADelayThatIsNone", R"(echo '{"hookStatus":"IN_PROGRESS","callBackDelay":"soon"}')",
     "FAILED: callBackDelay is the string \"soon\"; allowed are 0 to 86400 seconds"},
    {"AFlood", R"(head -c 3000000 /dev/zero | tr '\0' x; echo; echo '{"hookStatus":"FAILED"}')",
     "FAILED: hookStatus FAILED"},
};

INSTANTIATE_TEST_SUITE_P(All, CommandHookAnswers, testing::ValuesIn(rows),
                         [](const auto& row) { return row.param.name; });

TEST_F(CommandHook, ReadsItsPayload) {
  const std::string payload(200'000, 'x');
  run("test $(wc -c) -eq 200000", payload);
  EXPECT_EQ(answer(), "SUCCEEDED");
}

TEST_F(CommandHook, RunsInItsDirectoryWithItsEnvironment) {
  const auto directory = std::filesystem::temp_directory_path() / "command_hook";
  std::filesystem::create_directories(directory);
  commands_["arn:hook"].working_directory = directory.string();
  commands_["arn:hook"].environment = {{"STAGE", "smoke"}};
  run(R"(test "$STAGE" = smoke && case $PWD in */command_hook) exit 0;; esac; exit 1)");
  EXPECT_EQ(answer(), "SUCCEEDED");
  std::filesystem::remove(directory);
}

TEST_F(CommandHook, FailsWhereItCannotRun) {
  commands_["arn:hook"].working_directory = "/does/not/exist";
  run("true");
  EXPECT_EQ(answer(), "FAILED: exit status 126: cannot execute /usr/bin/sh in /does/not/exist");
}

TEST_F(CommandHook, IsKilledWithAllThatItStartedWhenItTakesTooLong) {
  commands_["arn:hook"].timeout = 50ms;
  run("sleep 600 & sleep 600");
  EXPECT_EQ(answer(), "FAILED: it took too long and was killed");
  loop_.run_dry();
}

TEST_F(CommandHook, IsKilledWhenNobodyWantsItsAnswer) {
  run("sleep 600 & sleep 600");
  call_.reset();
  loop_.run_dry();
  EXPECT_FALSE(answer_);
}

TEST_F(CommandHook, FailsWhenNothingStandsBehindItsArn) {
  call_ = hooks_.call("arn:other", "{}", [this](const HookAnswer& answer) { answer_ = answer; });
  EXPECT_EQ(answer(), "FAILED: there is no hook \"arn:other\", nor any other");
}

}  // namespace
}  // namespace cutover::stack

// Commands beside a container's program, in an engine that does as it is told.

#include <gmock/gmock.h>

#include "tests/containers/runtimes/docker_runtime_fixture.hpp"

namespace cutover::containers {
namespace {

using namespace std::chrono_literals;

class DockerExecTest : public DockerRuntimeTest {
 protected:
  static constexpr const char* exec_inspect = "GET /exec/e1/json";

  DockerExecTest() {
    engine_.on("POST /containers/c1/exec", {201, R"({"Id":"e1"})"});
    engine_.on("POST /exec/e1/start", {200, frame(1, "fine\n")});
    engine_.on(exec_inspect, {200, R"({"Running":false,"ExitCode":3})"});
  }
  void execute(Duration timeout = 5s) {
    posts_.container->execute({"/bin/check", "-q"}, timeout, [this](int code) {
      EXPECT_FALSE(code_) << "called back twice";
      code_ = code;
    });
    EXPECT_FALSE(code_) << "called back from within execute()";
  }
  int code() {
    control_.run_until([&] { return code_.has_value(); });
    return code_.value_or(-1);
  }

  std::optional<int> code_;
};

TEST_F(DockerExecTest, GivesTheCommandsExitCode) {
  start_and_run();
  execute();
  EXPECT_EQ(code(), 3);
  EXPECT_EQ(nlohmann::json::parse(engine_.body_of("POST /containers/c1/exec"))["Cmd"],
            nlohmann::json::parse(R"(["/bin/check", "-q"])"));
}

TEST_F(DockerExecTest, WaitsForACommandThatHasClosedItsOutput) {
  engine_.on(exec_inspect, {200, R"({"Running":true,"ExitCode":null})"});
  start_and_run();
  execute();
  run_until_asked(exec_inspect);
  settle();
  EXPECT_FALSE(code_);
  engine_.on(exec_inspect, {200, R"({"Running":false,"ExitCode":0})"});
  timers_.advance(200ms);
  EXPECT_EQ(code(), 0);
}

TEST_F(DockerExecTest, CountsWhatCannotRunAs126) {
  engine_.on("POST /containers/c1/exec", {409, R"({"message":"container is paused"})"});
  start_and_run();
  execute();
  EXPECT_EQ(code(), 126);
}

TEST_F(DockerExecTest, EndsWithItsTimeout) {
  engine_.on("POST /exec/e1/start", EngineReply::open());
  start_and_run();
  execute(2s);
  run_until_asked("POST /exec/e1/start");
  timers_.advance(1999ms);
  settle();
  EXPECT_FALSE(code_);
  timers_.advance(1ms);
  EXPECT_EQ(code(), 124);
}

TEST_F(DockerExecTest, IsSilentOnceTheContainerIsDestroyed) {
  engine_.on("POST /exec/e1/start", EngineReply::open());
  start_and_run();
  execute(2s);
  run_until_asked("POST /exec/e1/start");
  posts_.container.reset();
  settle();
  timers_.advance(10s);
  settle();
  EXPECT_FALSE(code_);
}

TEST_F(DockerExecTest, MayDestroyTheContainerWhenItEnds) {
  start_and_run();
  bool ended = false;
  posts_.container->execute({"/bin/check"}, 5s, [&](int) {
    ended = true;
    posts_.container.reset();
  });
  control_.run_until([&] { return ended; });
  run_until_asked(removal);
}

}  // namespace
}  // namespace cutover::containers

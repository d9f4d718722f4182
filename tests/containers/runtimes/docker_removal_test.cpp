// The docker runtime when containers and engines go: removal, engines that come back or do not, and
// what earlier runs left behind.

#include <gmock/gmock.h>

#include "tests/containers/runtimes/docker_runtime_fixture.hpp"

namespace cutover::containers {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(DockerRuntimeTest, RemovesWhatIsDestroyedWithoutAWord) {
  start_and_run();
  posts_.container.reset();
  run_until_asked(removal);
  settle();
  EXPECT_EQ(posts_.calls, 1);
}

TEST_F(DockerRuntimeTest, TriesARemovalAgain) {
  start_and_run();
  engine_.on("DELETE /containers/c1", {500, R"({"message":"device is busy"})"});
  posts_.container.reset();
  run_until_asked(removal);
  settle();
  engine_.on("DELETE /containers/c1", {404, R"({"message":"no such container"})"});
  timers_.advance(1s);
  run_until_asked(removal, 2);
  settle();
  timers_.advance(1min);
  settle();
  EXPECT_EQ(engine_.times_asked(removal), 2);
}

TEST_F(DockerRuntimeTest, SeesThatSomebodyElseRemovedIt) {
  start_and_run();
  engine_.on(inspect, {404, R"({"message":"no such container: c1"})"});
  engine_.answer(wait_for_it, {404, R"({"message":"no such container: c1"})"});
  settle();
  timers_.advance(1s);
  EXPECT_EQ(end(), "255 started: CannotInspectContainerError: no such container: c1");
}

TEST_F(DockerRuntimeTest, OutlivesAnEngineThatIsStartedAgain) {
  start(logged_launch());
  control_.run_until([&] { return posts_.running.has_value(); });
  engine_.die();
  settle();
  timers_.advance(1s);
  settle();
  posts_.container->terminate();
  settle();
  engine_.come_back();
  timers_.advance(1s);
  run_until_asked(wait_for_it, 2);
  run_until_asked("POST /containers/c1/kill?signal=SIGTERM");
  run_until_asked(logs_from_now);
  engine_.send(logs_from_now, frame(1, "stopping\n"));
  engine_.close(logs_from_now);
  engine_.answer(wait_for_it, {200, R"({"StatusCode":0})"});
  EXPECT_EQ(end(), "0 started");
  EXPECT_THAT(log_lines(), ElementsAre("stopping"));
  EXPECT_EQ(posts_.calls, 2);
}

TEST_F(DockerRuntimeTest, LearnsFromAnEngineThatIsBackThatTheContainerEnded) {
  start_and_run();
  engine_.die();
  settle();
  engine_.on(inspect, {200, R"({"State":{"Running":false,"ExitCode":137}})"});
  engine_.come_back();
  timers_.advance(1s);
  settle();
  timers_.advance(2s);
  EXPECT_EQ(end(), "137 started");
}

TEST_F(DockerRuntimeTest, GivesUpAContainerWhoseEngineStaysAway) {
  start_and_run();
  engine_.die();
  settle();
  for (int i = 0; i < 40 && !posts_.exit; ++i) {
    timers_.advance(1s);
    settle();
  }
  EXPECT_EQ(end(), "255 started: CannotInspectContainerError: No such file or directory");
}

TEST_F(DockerRuntimeTest, RemovesFirstWhatRunsThatAreGoneLeftBehind) {
  auto gone = this_process();
  ++gone.start;
  const auto listed = [](const std::string& id, const std::string& owner) {
    return nlohmann::json{{"Id", id}, {"Labels", {{"io.cutover.owner", owner}}}};
  };
  engine_.on("GET /containers/json",
             {200, nlohmann::json{listed("old", to_string(gone)),
                                  listed("other", to_string(this_process())),
                                  listed("strange", "somebody")}
                       .dump()});
  engine_.on("DELETE /containers/old", EngineReply::silence());
  start(launch());
  run_until_asked("DELETE /containers/old?force=1&v=1");
  settle();
  EXPECT_FALSE(engine_.was_asked("GET /images/posts:latest/json"));
  engine_.answer("DELETE /containers/old?force=1&v=1", {204});
  control_.run_until([&] { return posts_.running.has_value(); });
  EXPECT_FALSE(engine_.was_asked("DELETE /containers/other?force=1&v=1"));
  EXPECT_FALSE(engine_.was_asked("DELETE /containers/strange?force=1&v=1"));
}

TEST_F(DockerRuntimeTest, LetsAContainerBeDestroyedFromItsOwnCallbacks) {
  std::unique_ptr<Container> container;
  bool ran = false;
  bool ended = false;
  container = runtime_->start(
      launch(),
      [&](const ContainerRunning&) {
        ran = true;
        container.reset();
      },
      [&](const ContainerExit&) { ended = true; });
  control_.run_until([&] { return ran; });
  run_until_asked(removal);
  settle();
  EXPECT_FALSE(ended);

  for (const bool pulled : {false, true}) {
    engine_.on("GET /images/posts:latest/json", {pulled ? 200U : 500U, "{}"});
    engine_.on(create, {500, "{}"});
    ended = false;
    container = runtime_->start(
        launch(), [](const ContainerRunning&) {},
        [&](const ContainerExit&) {
          ended = true;
          container.reset();
        });
    control_.run_until([&] { return ended; });
  }
}

TEST_F(DockerRuntimeTest, MayGoBeforeItsContainers) {
  start_and_run();
  runtime_.reset();
  posts_.container->terminate();
  run_until_asked("POST /containers/c1/kill?signal=SIGTERM");
  let_it_end(0);
  EXPECT_EQ(end(), "0 started");
  posts_.container.reset();
  run_until_asked(removal);
}

}  // namespace
}  // namespace cutover::containers

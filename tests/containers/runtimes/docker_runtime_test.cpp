// The docker runtime against an engine that does as it is told: a container's start, output and
// signals.

#include <gmock/gmock.h>

#include "tests/containers/runtimes/docker_runtime_fixture.hpp"

namespace cutover::containers {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(DockerRuntimeTest, CreatesStartsAndWatchesAContainer) {
  start_and_run();
  EXPECT_EQ(posts_.running->runtime_id, "c1");
  EXPECT_EQ(posts_.running->host_ports, std::vector<std::uint16_t>{32768});
  EXPECT_FALSE(posts_.running->pid);
  auto requests = engine_.requests();
  ASSERT_GE(requests.size(), 5U);
  EXPECT_THAT(requests[1], HasSubstr("io.cutover.owner"));  // Sweeping.
  requests.erase(requests.begin() + 1);
  EXPECT_THAT(requests, ElementsAre("GET /version", "GET /images/posts:latest/json", create,
                                    "POST /containers/c1/start", logs, wait_for_it, inspect));
  const auto body = nlohmann::json::parse(engine_.body_of(create));
  EXPECT_EQ(body["Image"], "posts:latest");
  EXPECT_EQ(body["Labels"]["io.cutover.task"], "task");
  EXPECT_EQ(runtime_->name(), "docker");
}

TEST_F(DockerRuntimeTest, AsksForTheVersionOnceForAllContainers) {
  start_and_run();
  Observed other;
  other.start(*runtime_, launch());
  control_.run_until([&] { return other.running.has_value(); });
  EXPECT_EQ(engine_.times_asked("GET /version"), 1);
}

TEST_F(DockerRuntimeTest, PullsAnImageThatIsMissing) {
  engine_.on("GET /images/posts:latest/json", {404, R"({"message":"no such image"})"});
  engine_.on(pull_posts, {200, "{\"status\":\"Pulling\"}\r\n{\"status\":\"Done\"}\r\n"});
  start_and_run();
  EXPECT_TRUE(engine_.was_asked(pull_posts));
}

TEST_F(DockerRuntimeTest, PullsAlwaysOrNeverWhenToldTo) {
  engine_.on(pull_posts, {500, R"({"message":"registry is down"})"});
  EXPECT_EQ(end_of(launch(DockerImage::Pull::always)),
            "0 never ran: CannotPullContainerError: posts:latest: registry is down");
  EXPECT_FALSE(engine_.was_asked("GET /images/posts:latest/json"));

  engine_.on("GET /images/posts:latest/json", {404, R"({"message":"no such image"})"});
  posts_ = {};
  EXPECT_EQ(end_of(launch(DockerImage::Pull::never)),
            "0 never ran: CannotPullContainerError: posts:latest: the engine does not have it, and "
            "its pull policy is never");
  EXPECT_EQ(engine_.times_asked(pull_posts), 1);
}

TEST_F(DockerRuntimeTest, TellsWhyAPullFailedInTheMiddle) {
  engine_.on(pull_posts, {200, "{\"status\":\"Pulling\"}\n{\"error\":\"manifest unknown\"}\n"});
  EXPECT_EQ(end_of(launch(DockerImage::Pull::always)),
            "0 never ran: CannotPullContainerError: posts:latest: manifest unknown");
  EXPECT_FALSE(engine_.was_asked(create));
}

TEST_F(DockerRuntimeTest, GivesUpAPullOnlyWhenNothingComesForLong) {
  engine_.on(pull_posts, EngineReply::open());
  start(launch(DockerImage::Pull::always));
  run_until_asked(pull_posts);
  for (int i = 0; i < 3; ++i) {
    engine_.send(pull_posts, "{}\n");
    settle();
    timers_.advance(4min);
    settle();
    EXPECT_FALSE(posts_.exit);
  }
  timers_.advance(1min);
  EXPECT_EQ(end(),
            "0 never ran: CannotPullContainerError: posts:latest: the engine did not answer in "
            "time");
}

TEST_F(DockerRuntimeTest, TellsWhyAContainerWasNotCreatedOrStarted) {
  engine_.on(create, {400, R"({"message":"invalid port"})"});
  EXPECT_EQ(end_of(launch()), "0 never ran: CannotCreateContainerError: invalid port");
  engine_.on(create, {201, "{}"});
  posts_ = {};
  EXPECT_EQ(end_of(launch()), "0 never ran: CannotCreateContainerError: the engine gave it no id");
  engine_.on(create, {201, R"({"Id":"c1"})"});
  engine_.on("POST /containers/c1/start", {500, R"({"message":"port is already allocated"})"});
  posts_ = {};
  EXPECT_EQ(end_of(launch()), "0 never ran: CannotStartContainerError: port is already allocated");
  EXPECT_FALSE(engine_.was_asked(removal));
  posts_.container.reset();
  run_until_asked(removal);
}

TEST_F(DockerRuntimeTest, SaysWhenThereIsNoEngine) {
  engine_.die();
  EXPECT_EQ(end_of(launch()),
            "0 never ran: CannotPullContainerError: no container engine at " +
                engine_.docker_host() +
                ": No such file or directory; start one or map the image to an app or command");
  engine_.come_back();
  posts_ = {};
  start_and_run();
}

TEST_F(DockerRuntimeTest, RefusesAHostThatIsNoLocalSocket) {
  make_runtime("tcp://127.0.0.1:2375");
  EXPECT_EQ(end_of(launch()),
            "0 never ran: CannotPullContainerError: no container engine at tcp://127.0.0.1:2375: "
            "found \"tcp://127.0.0.1:2375\"; a container engine is reached over a local socket "
            "only, such as unix:///var/run/docker.sock; start one or map the image to an app or "
            "command");
}

TEST_F(DockerRuntimeTest, RefusesWhatIsNoEngineOrTooOld) {
  const auto refusal = [&](EngineReply reply) {
    engine_.on("GET /version", std::move(reply));
    posts_ = {};
    return end_of(launch());
  };
  EXPECT_THAT(refusal({200, R"({"ApiVersion":"1.39"})"}), HasSubstr("ends at version 1.39"));
  EXPECT_THAT(refusal({200, "hello"}), HasSubstr("does not name its API version"));
  EXPECT_THAT(refusal({404, "not found"}), HasSubstr("not found"));
  EXPECT_THAT(refusal({0, "220 mail.example ESMTP\r\n", EngineReply::Then::close, true}),
              HasSubstr("the engine broke off its answer: bad version"));
  EXPECT_THAT(refusal({200, std::string(5 * 1024 * 1024, ' ')}),
              HasSubstr("the engine's answer is longer than 4 MiB"));
}

TEST_F(DockerRuntimeTest, DoesNotWaitForeverForASlowEngine) {
  engine_.on(create, EngineReply::silence());
  start(launch());
  run_until_asked(create);
  timers_.advance(2min);
  EXPECT_EQ(end(), "0 never ran: CannotCreateContainerError: the engine did not answer in time");
}

TEST_F(DockerRuntimeTest, KeepsWhatTheContainerWritesToTheLastFrame) {
  start(logged_launch());
  control_.run_until([&] { return posts_.running.has_value(); });
  const auto bytes = frame(1, "ready\nlistening ") + frame(2, "careful\n") + frame(1, "on 3000\n");
  engine_.send(logs, bytes.substr(0, 11));
  settle();
  engine_.send(logs, bytes.substr(11));
  engine_.on(inspect, {200, R"({"State":{"Running":false}})"});
  engine_.answer(wait_for_it, {200, R"({"StatusCode":0,"Error":null})"});
  settle();
  EXPECT_FALSE(posts_.exit) << "there may be more output to come";
  engine_.send(logs, frame(1, "bye"));
  engine_.close(logs);
  EXPECT_EQ(end(), "0 started");
  EXPECT_THAT(log_lines(), ElementsAre("ready", "! careful", "listening on 3000", "bye"));
}

TEST_F(DockerRuntimeTest, ReadsOutputInChunks) {
  engine_.on(logs, EngineReply::silence());
  start(logged_launch());
  control_.run_until([&] { return posts_.running.has_value(); });
  engine_.send(logs, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  // The second chunk is not whole, but its line is.
  engine_.send(logs, "e\r\n" + frame(1, "ready\n") + "\r\nff\r\n" + frame(1, "more\n"));
  control_.run_until([&] { return log_->lines().size() == 2; });
  EXPECT_THAT(log_lines(), ElementsAre("ready", "more"));
}

TEST_F(DockerRuntimeTest, WaitsOnlyALittleForOutputThatDoesNotEnd) {
  start_and_run();
  engine_.answer(wait_for_it, {200, R"({"StatusCode":3})"});
  settle();
  EXPECT_FALSE(posts_.exit);
  timers_.advance(2s);
  EXPECT_EQ(end(), "3 started");
}

TEST_F(DockerRuntimeTest, NotesOutputThatMakesNoSense) {
  start(logged_launch());
  control_.run_until([&] { return posts_.running.has_value(); });
  engine_.send(logs, frame(1, "ready\n") + "a terminal's text\n");
  control_.run_until([&] { return log_->lines().size() == 2; });
  EXPECT_THAT(log_lines(),
              ElementsAre("ready",
                          "! cutover: what the engine sends is not a container's output; no more "
                          "of it is kept"));
  engine_.answer(wait_for_it, {200, R"({"StatusCode":0})"});
  EXPECT_EQ(end(), "0 started");
}

TEST_F(DockerRuntimeTest, SaysWhenTheKernelEndedItForItsMemory) {
  start_and_run();
  let_it_end(137, R"(,"OOMKilled":true)");
  EXPECT_EQ(end(), "137 started: OutOfMemoryError: Container killed due to memory usage");
}

TEST_F(DockerRuntimeTest, ReportsAContainerThatEndedAtOnce) {
  engine_.on(inspect, {200, R"({"State":{"Running":false,"ExitCode":1}})"});
  engine_.on(wait_for_it, {200, R"({"StatusCode":1})"});
  engine_.on(logs, {200, ""});
  EXPECT_EQ(end_of(launch()), "1 started");
  EXPECT_FALSE(posts_.running);
}

TEST_F(DockerRuntimeTest, SendsTheImagesStopSignalAndThenKills) {
  engine_.on(inspect, {200, R"({"State":{"Running":true},"Config":{"StopSignal":"SIGQUIT"}})"});
  start_and_run();
  posts_.container->terminate();
  posts_.container->kill();
  run_until_asked("POST /containers/c1/kill?signal=SIGKILL");
  EXPECT_EQ(engine_.requests().at(engine_.requests().size() - 2),
            "POST /containers/c1/kill?signal=SIGQUIT");
  let_it_end(137);
  EXPECT_EQ(end(), "137 started");
}

TEST_F(DockerRuntimeTest, EndsAtOnceWhenTerminatedDuringItsPull) {
  engine_.on(pull_posts, EngineReply::open());
  start(launch(DockerImage::Pull::always));
  run_until_asked(pull_posts);
  posts_.container->terminate();
  EXPECT_FALSE(posts_.exit) << "called back from within terminate()";
  EXPECT_EQ(end(), "143 never ran");
  EXPECT_FALSE(engine_.was_asked(create));
}

TEST_F(DockerRuntimeTest, RemovesWhatWasCreatedAfterItWasKilled) {
  engine_.on(create, EngineReply::silence());
  start(launch());
  run_until_asked(create);
  posts_.container->kill();
  EXPECT_EQ(end(), "137 never ran");
  engine_.answer(create, {201, R"({"Id":"c1"})"});
  run_until_asked(removal);
  posts_.container.reset();
  settle();
  EXPECT_FALSE(engine_.was_asked("POST /containers/c1/start"));
  EXPECT_EQ(engine_.times_asked(removal), 1);
}

TEST_F(DockerRuntimeTest, SignalsAContainerThatWasStartingOnceItRuns) {
  engine_.on("POST /containers/c1/start", EngineReply::silence());
  start(launch());
  run_until_asked("POST /containers/c1/start");
  posts_.container->terminate();
  engine_.answer("POST /containers/c1/start", {204});
  run_until_asked("POST /containers/c1/kill?signal=SIGTERM");
  let_it_end(0);
  EXPECT_EQ(end(), "0 started");
  EXPECT_FALSE(posts_.running);
}

TEST_F(DockerRuntimeTest, HoldsTheStopSignalWhileItIsPaused) {
  start_and_run();
  ASSERT_TRUE(posts_.container->pause());
  posts_.container->terminate();
  settle();
  EXPECT_EQ(engine_.requests().back(), "POST /containers/c1/pause");
  ASSERT_TRUE(posts_.container->resume());
  run_until_asked("POST /containers/c1/kill?signal=SIGTERM");
  EXPECT_EQ(engine_.requests().at(engine_.requests().size() - 2), "POST /containers/c1/unpause");
}

TEST_F(DockerRuntimeTest, LetsGoOnWhatItKillsWhilePaused) {
  start_and_run();
  ASSERT_TRUE(posts_.container->pause());
  posts_.container->kill();
  run_until_asked("POST /containers/c1/kill?signal=SIGKILL");
  EXPECT_EQ(engine_.requests().at(engine_.requests().size() - 2), "POST /containers/c1/unpause");
}

TEST_F(DockerRuntimeTest, RefusesWhatItCannotDo) {
  start(logged_launch());
  EXPECT_EQ(posts_.container->pause().error().message, "the container is not running");
  control_.run_until([&] { return posts_.running.has_value(); });
  EXPECT_EQ(posts_.container->change_behaviour({}).error().code, "UnsupportedFeatureException");
  engine_.on("POST /containers/c1/pause", {500, R"({"message":"no freezer here"})"});
  ASSERT_TRUE(posts_.container->pause());
  control_.run_until([&] { return !log_->lines().empty(); });
  EXPECT_THAT(log_lines(), ElementsAre("! cutover: pause: no freezer here"));
}

}  // namespace
}  // namespace cutover::containers

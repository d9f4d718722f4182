#include "containers/runtimes/docker_messages.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace cutover::containers {
namespace {

using nlohmann::json;

ContainerLaunch posts_launch() {
  ContainerLaunch launch;
  launch.task_id = "0123";
  launch.name = "posts";
  launch.address = "127.0.1.1";
  return launch;
}

TEST(CreateBody, LeavesToTheImageWhatTheDefinitionLeavesOut) {
  EXPECT_EQ(json::parse(create_body(posts_launch(), "posts:latest", {"run", "owner"})),
            json::parse(R"({
              "Image": "posts:latest", "ExposedPorts": {}, "Env": [],
              "Labels": {"io.cutover.run": "run", "io.cutover.owner": "owner",
                         "io.cutover.task": "0123", "io.cutover.container": "posts"},
              "HostConfig": {"PortBindings": {},
                             "LogConfig": {"Type": "json-file", "Config": {"max-size": "1m"}}}})"));
}

TEST(CreateBody, SaysAllThatTheDefinitionSays) {
  auto launch = posts_launch();
  launch.ports = {{3000, 0}, {9000, 80}};
  launch.entry_point = {"/bin/sh", "-c"};
  launch.command = {"node server.js"};
  launch.working_directory = "/srv";
  launch.user = "node";
  launch.environment = {{"A", "1"}, {"B", "x=y"}};
  launch.cpu = 256;
  launch.memory = 512;
  launch.memory_reservation = 128;
  launch.labels = {{"team", "forum"}, {"io.cutover.run", "forged"}};
  const auto body = json::parse(create_body(launch, "posts:latest", {"run", "owner"}));
  EXPECT_EQ(body["Entrypoint"], json::parse(R"(["/bin/sh", "-c"])"));
  EXPECT_EQ(body["Cmd"], json::parse(R"(["node server.js"])"));
  EXPECT_EQ(body["WorkingDir"], "/srv");
  EXPECT_EQ(body["User"], "node");
  EXPECT_EQ(body["Env"], json::parse(R"(["A=1", "B=x=y"])"));
  EXPECT_EQ(body["ExposedPorts"], json::parse(R"({"3000/tcp": {}, "9000/tcp": {}})"));
  EXPECT_EQ(body["HostConfig"]["PortBindings"],
            json::parse(R"({"3000/tcp": [{"HostIp": "127.0.1.1", "HostPort": ""}],
                            "9000/tcp": [{"HostIp": "127.0.1.1", "HostPort": "80"}]})"));
  EXPECT_EQ(body["HostConfig"]["CpuShares"], 256);
  EXPECT_EQ(body["HostConfig"]["Memory"], 536'870'912);
  EXPECT_EQ(body["HostConfig"]["MemoryReservation"], 134'217'728);
  EXPECT_EQ(body["Labels"]["team"], "forum");
  EXPECT_EQ(body["Labels"]["io.cutover.run"], "run");
}

TEST(CreateBody, AsksForNoLowerCpuShareThanThereIs) {
  auto launch = posts_launch();
  launch.cpu = 1;
  EXPECT_EQ(json::parse(create_body(launch, "posts", {}))["HostConfig"]["CpuShares"], 2);
}

TEST(WithTag, AddsLatestWhereNeitherTagNorDigestStands) {
  EXPECT_EQ(with_tag("posts"), "posts:latest");
  EXPECT_EQ(with_tag("registry:5000/forum/posts"), "registry:5000/forum/posts:latest");
  EXPECT_EQ(with_tag("registry:5000/posts:v2"), "registry:5000/posts:v2");
  EXPECT_EQ(with_tag("posts@sha256:0123"), "posts@sha256:0123");
}

TEST(ListQuery, EscapesWhatAQueryCannotHold) {
  EXPECT_EQ(list_query("a=b c"), "all=1&filters=%7B%22label%22:%5B%22a%3Db%20c%22%5D%7D");
}

TEST(EngineMessage, IsTheEnginesSentenceInOneBoundedLine) {
  EXPECT_EQ(engine_message(R"({"message":"no such\nimage\n","response":404})"), "no such image");
  EXPECT_EQ(engine_message("404 page not found\n"), "404 page not found");
  EXPECT_EQ(engine_message("\xff!"), "?!");
  std::string umlauts = "x";
  for (int i = 0; i < 1000; ++i) umlauts += "ü";
  const auto cut = engine_message(json{{"message", umlauts}}.dump());
  EXPECT_EQ(cut, umlauts.substr(0, cut.size()));
  EXPECT_EQ(cut.size(), 899U);  // And not half of a letter more.
}

std::string chosen(const std::string& most, const std::string& least) {
  const auto version = choose_version({most, least});
  return version ? *version : version.error().message;
}

TEST(ChooseVersion, SpeaksTheOldestThatBothKnow) {
  EXPECT_EQ(chosen("1.41", "1.24"), "v1.41");
  EXPECT_EQ(chosen("1.52", "1.44"), "v1.44");
  EXPECT_EQ(chosen("2.0", ""), "v1.41");
  EXPECT_EQ(chosen("1.40", "1.12"),
            "the engine's API ends at version 1.40; 1.41 or newer is needed");
  for (const std::string none : {"", "latest", "1.", "1.x"}) {
    EXPECT_EQ(chosen(none, ""), "what answers there does not name its API version") << none;
  }
}

TEST(ContainerState, ReadsHowAContainerEndedAndWhereItsPortsAre) {
  const auto state = container_state_of(R"({
    "State": {"Running": false, "ExitCode": 137, "OOMKilled": true},
    "Config": {"StopSignal": "SIGQUIT"},
    "NetworkSettings": {"Ports": {
      "3000/tcp": [{"HostIp": "127.0.0.1", "HostPort": "80"},
                   {"HostIp": "127.0.0.1", "HostPort": "32768"}],
      "3000/udp": [{"HostIp": "127.0.0.1", "HostPort": "99"}],
      "9000/tcp": null}}})");
  EXPECT_FALSE(state.running);
  EXPECT_EQ(state.exit_code, 137);
  EXPECT_TRUE(state.out_of_memory);
  EXPECT_EQ(state.stop_signal, "SIGQUIT");
  // A fixed port is what it is, a dynamic one gets what is left, an unknown one none.
  EXPECT_EQ(host_ports({{3000, 0}, {3000, 80}, {9000, 0}}, state),
            (std::vector<std::uint16_t>{32768, 80, 0}));
}

TEST(Answers, ThatAreNotWhatTheyShouldBeReadAsNothing) {
  for (const std::string body :
       {"", "[]", "null", "{", "7",
        R"({"State": 1, "Config": [], "NetworkSettings": {"Ports": []}})",
        R"({"Id": 5, "StatusCode": "0", "Labels": 3, "ExitCode": 99999999999})",
        R"([{"Id": {}}, 7, {"Labels": {"a": "b"}}])"}) {
    EXPECT_EQ(id_of(body), "") << body;
    EXPECT_FALSE(status_code_of(body)) << body;
    EXPECT_EQ(version_of(body).most, "") << body;
    EXPECT_TRUE(listed_containers(body).empty()) << body;
    EXPECT_FALSE(exec_state_of(body).exit_code) << body;
    EXPECT_FALSE(container_state_of(body).running) << body;
  }
}

TEST(PullProgress, KeepsTheErrorThatALineHolds) {
  const std::string lines =
      "{\"status\":\"Pulling from library/posts\"}\r\n{\"status\":\"x\"}\r\n"
      "{\"errorDetail\":{\"message\":\"no space\"},\"error\":\"no space\\nleft\"}\r\n";
  for (const std::size_t step : {1U, 5U, 1000U}) {
    PullProgress progress;
    for (std::size_t at = 0; at < lines.size(); at += step) progress.take(lines.substr(at, step));
    EXPECT_EQ(progress.error(), "no space left");
  }
}

TEST(PullProgress, NeedsNoLineEndAndBearsALineThatNeverEnds) {
  PullProgress cut;
  cut.take(R"({"error":"denied"})");
  EXPECT_EQ(cut.error(), "denied");
  PullProgress endless;
  for (int i = 0; i < 100; ++i) endless.take(std::string(10'000, '['));
  EXPECT_EQ(endless.error(), "");
}

}  // namespace
}  // namespace cutover::containers

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/end_to_end/program.hpp"

namespace cutover::end_to_end {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::string stack = CUTOVER_SOURCE_DIR "/tests/end_to_end/stack.json";

TEST(Up, ServesUntilASignal) {
  const std::uint16_t port = free_port();
  Program program(
      {"up", stack, "--port-offset", std::to_string(port - 80), "--endpoint", "127.0.0.1:0"});
  ASSERT_TRUE(program.says(" of api serves on http://127.0.0.1:")) << program.err();
  EXPECT_THAT(program.out(), StartsWith("demo:80 listens on http://127.0.0.1:" +
                                        std::to_string(port) + "\n  default -> forward to api\n"));
  EXPECT_EQ(Request(port, "/api/users").status(), 200);
  program.signal(SIGTERM);
  EXPECT_EQ(program.wait(), 0);
  EXPECT_EQ(program.err(), "");
  EXPECT_FALSE(listening(port));
}

TEST(Up, StopsAtOnceOnASecondSignal) {
  // A request that takes an hour: the first signal waits for it, the second one does not.
  auto slow = nlohmann::json::parse(std::ifstream(stack));
  slow["Images"]["api:v1"]["behaviour"] = {{"latency", {{"constant", "1h"}}}};
  slow["Rules"] = nlohmann::json::parse(R"([
    {"ListenerArn": "demo:80", "Priority": 1,
     "Conditions": [{"Field": "path-pattern", "Values": ["/ready"]}],
     "Actions": [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}]}])");
  const std::string file = testing::TempDir() + "slow_stack.json";
  std::ofstream(file) << slow;
  const std::uint16_t port = free_port();
  Program program({"up", file, "--workers", "1", "--port-offset", std::to_string(port - 80),
                   "--endpoint", "127.0.0.1:0"});
  ASSERT_TRUE(program.says(" of api serves on ")) << program.err();
  Request slow_one(port, "/api/users");
  // One worker takes one connection after the other: once this is answered, the first is served.
  EXPECT_EQ(Request(port, "/ready").status(), 200);
  program.signal(SIGINT);
  EXPECT_TRUE(program.says("stopping"));
  program.signal(SIGINT);
  EXPECT_EQ(program.wait(), 128 + SIGINT);
  EXPECT_EQ(slow_one.status(), 0);
  std::filesystem::remove(file);
}

TEST(Up, SaysWhatToDoAboutAPortInUse) {
  const std::uint16_t port = free_port();
  Program first(
      {"up", stack, "--port-offset", std::to_string(port - 80), "--endpoint", "127.0.0.1:0"});
  ASSERT_TRUE(first.says("listens on")) << first.err();
  Program second(
      {"up", stack, "--port-offset", std::to_string(port - 80), "--endpoint", "127.0.0.1:0"});
  EXPECT_EQ(second.wait(), 2);
  EXPECT_THAT(second.err(), HasSubstr("(PortInUse)"));
  EXPECT_THAT(second.err(), HasSubstr("port offset"));
  EXPECT_EQ(second.out(), "");
}

TEST(App, ServesAndLoadMeasuresIt) {
  const std::uint16_t port = free_port();
  Program app({"app", "users", "--port", std::to_string(port)});
  ASSERT_TRUE(app.says("users listening on 127.0.0.1:" + std::to_string(port))) << app.err();
  const std::string url = "http://127.0.0.1:" + std::to_string(port);

  Program good({"load", url + "/api/users", "--rate", "100", "--duration", "300ms", "--json"});
  EXPECT_EQ(good.wait(), 0) << good.err();
  const auto result = nlohmann::json::parse(good.out());
  EXPECT_EQ(result.at(0).at("answered"), result.at(0).at("scheduled"));
  EXPECT_GT(result.at(0).at("scheduled"), 10);

  Program bad({"load", url + "/nothing", "--rate", "100", "--duration", "100ms", "--poisson"});
  EXPECT_EQ(bad.wait(), 1);
  EXPECT_THAT(bad.out(), HasSubstr("404"));

  app.signal(SIGTERM);
  EXPECT_EQ(app.wait(), 0);
}

TEST(CommandLine, NamesWhatIsWrongAndExitsWithTwo) {
  const std::pair<std::vector<std::string>, std::string> cases[] = {
      {{}, "cutover: A subcommand is required\nSee: cutover --help\n"},
      {{"reherse"},
       "cutover: there is no verb \"reherse\"; there are up, rehearse, load, app, logs, fault, "
       "export; did you mean \"rehearse\"? (UnknownVerb)\n"},
      {{"rehearse"}, "cutover: PLAN is required\nSee: cutover rehearse --help\n"},
      {{"up", "s.json", "--workers", "0"},
       "cutover: --workers: Value 0 not in range 1 to 256\nSee: cutover up --help\n"},
      {{"up", "s.json", "--runtime", "docker"},
       "cutover: --runtime: docker not in {in_process,process}\nSee: cutover up --help\n"},
      {{"load", "http://127.0.0.1:1/", "--header", "x"},
       "cutover: --header: found \"x\"; allowed is \"Name: value\" (ValidationError)\n"},
      {{"app", "api", "--port", "0", "--behaviour", R"({"errorRate": 2})"},
       "cutover: --behaviour /errorRate: found the number 2; allowed are 0 to 1 "
       "(ValidationError)\n"},
  };
  for (const auto& [arguments, expected] : cases) {
    Program program(arguments);
    EXPECT_EQ(program.wait(), 2);
    EXPECT_EQ(program.err(), expected);
    EXPECT_EQ(program.out(), "");
  }
}

TEST(CommandLine, DescribesEveryVerb) {
  for (const char* verb : {"up", "rehearse", "load", "app"}) {
    Program program({verb, "--help"});
    EXPECT_EQ(program.wait(), 0);
    EXPECT_THAT(program.out(), HasSubstr(std::string("Usage: cutover ") + verb));
    EXPECT_THAT(program.out(), HasSubstr("Exit status:"));
  }
}

}  // namespace
}  // namespace cutover::end_to_end

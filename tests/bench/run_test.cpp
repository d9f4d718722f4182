#include "bench/load/run.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "tests/bench/scripted_server.hpp"

namespace cutover::load {
namespace {

std::string parsed(std::string_view url, Reach reach = Reach::loopback) {
  const auto target = parse_url(url, reach);
  if (!target) return "refused: " + target.error().message;
  std::ostringstream endpoint;
  endpoint << target->endpoint;
  return fmt::format("{} {} {}", endpoint.str(), target->host, target->path);
}

TEST(LoadUrl, NamesAddressHostAndPath) {
  struct Row {
    std::string url;
    std::string parsed;
  };
  const Row rows[] = {
      {"http://127.0.0.1:8080/api/users", "127.0.0.1:8080 127.0.0.1:8080 /api/users"},
      {"http://127.0.0.1", "127.0.0.1:80 127.0.0.1 /"},
      {"HTTP://localhost:81/", "127.0.0.1:81 localhost:81 /"},
      {"http://demo.localhost:8080/a?b=c/d", "127.0.0.1:8080 demo.localhost:8080 /a?b=c/d"},
      {"http://127.9.8.7:1?x", "127.9.8.7:1 127.9.8.7:1 /?x"},
      {"http://[::1]:8080/%20", "[::1]:8080 [::1]:8080 /%20"},
      {"http://[::1]", "[::1]:80 [::1] /"},
  };
  for (const Row& row : rows) EXPECT_EQ(parsed(row.url), row.parsed) << row.url;
}

TEST(LoadUrl, RefusesWhatItCannotSendTo) {
  const std::string_view rows[] = {"",
                                   "127.0.0.1:8080",
                                   "ftp://127.0.0.1/",
                                   "https://127.0.0.1/",
                                   "http://",
                                   "http:///path",
                                   "http://:80/",
                                   "http://127.0.0.1:/",
                                   "http://127.0.0.1:0/",
                                   "http://127.0.0.1:65536/",
                                   "http://127.0.0.1:80x/",
                                   "http://user@127.0.0.1/",
                                   "http://127.0.0.1/a b",
                                   "http://127.0.0.1/#top",
                                   "http://[::1/",
                                   "http://[::1]8080/"};
  for (const auto row : rows) EXPECT_THAT(parsed(row), testing::StartsWith("refused: ")) << row;
}

TEST(LoadUrl, OtherMachinesMustBeAllowedExplicitly) {
  for (const char* url : {"http://192.0.2.1/", "http://[2001:db8::1]/", "http://0.0.0.0/",
                          "http://example.com/", "http://localhost.example.com/"}) {
    EXPECT_THAT(parsed(url), testing::HasSubstr("must be allowed explicitly")) << url;
  }
  EXPECT_EQ(parsed("http://192.0.2.1/x", Reach::any_host), "192.0.2.1:80 192.0.2.1 /x");
}

TEST(LoadRun, GivesTheSettledAccountOfOnePhase) {
  const ScriptedServer server(
      [](const auto&) -> ScriptedServer::Answer { return {answer(200, "fine")}; });
  Options options;
  options.endpoint = server.endpoint();
  options.host = "demo";
  options.rate = 500;
  options.mix = {RequestKind{}};
  const auto accounts = run_load(options, std::chrono::milliseconds(40), {});
  ASSERT_TRUE(accounts);
  ASSERT_EQ(accounts->size(), 1U);
  const PhaseAccount& account = accounts->front();
  EXPECT_EQ(account.phase, "load");
  EXPECT_GE(account.scheduled, 20U);
  EXPECT_EQ(answered(account), account.scheduled);
}

TEST(LoadRun, RefusesARunWithoutLength) { EXPECT_FALSE(run_load(Options{}, Duration::zero(), {})); }

}  // namespace
}  // namespace cutover::load

// curl against the built program.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <string>

#include "tests/end_to_end/program.hpp"

namespace cutover::clients {
namespace {

using end_to_end::Program;
using testing::HasSubstr;
using testing::StartsWith;

class Curl : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(program.says(" of api serves on ")) << program.err(); }

  /// What `curl -sS ARGUMENTS URL` prints, both streams; of the listener.
  std::string curl(const std::string& arguments, const std::string& path) const {
    return curl_url(arguments, "http://127.0.0.1:" + std::to_string(port) + path);
  }
  /// Of the control endpoint.
  std::string ask(const std::string& arguments, const std::string& path) const {
    const std::string printed = program.out();
    const std::string before = "control endpoint on ";
    const auto begin = printed.find(before) + before.size();
    return curl_url(arguments, printed.substr(begin, printed.find(": AWS", begin) - begin) + path);
  }

  static std::string curl_url(const std::string& arguments, const std::string& url) {
    const std::string command = "curl -sS --max-time 20 " + arguments + " '" + url + "' 2>&1";
    std::FILE* const pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) return "no shell";
    std::string text;
    std::array<char, 4096> block{};
    while (const auto count = std::fread(block.data(), 1, block.size(), pipe)) {
      text.append(block.data(), count);
    }
    ::pclose(pipe);
    return text;
  }

  const std::uint16_t port = end_to_end::free_port();
  Program program{{"up", CUTOVER_SOURCE_DIR "/tests/clients/stack.json", "--port-offset",
                   std::to_string(port - 80), "--endpoint", "127.0.0.1:0", "--trace-requests",
                   "0"}};
};

TEST_F(Curl, ReadsABody) {
  EXPECT_THAT(curl("", "/api/users"), StartsWith("["));
  EXPECT_EQ(curl("-o /dev/null -w '%{http_code} %{http_version}'", "/api/users"), "200 1.1");
}

TEST_F(Curl, ReadsHeadersOfHead) {
  EXPECT_THAT(curl("-I", "/api/users"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(Curl, FollowsARedirectWithAllItsParts) {
  EXPECT_THAT(curl("-o /dev/null -w '%{http_code} %{redirect_url}'", "/old/a?b=c"),
              "302 http://127.0.0.1:80/api/old/a?b=c");
}

TEST_F(Curl, ReadsAFixedResponse) {
  EXPECT_EQ(curl("-w ' %{http_code} %{content_type}'", "/gone"),
            "it is gone 410 text/plain; charset=utf-8");
}

TEST_F(Curl, KeepsOneConnectionForSeveralRequests) {
  const std::string second = "http://127.0.0.1:" + std::to_string(port) + "/gone";
  EXPECT_EQ(curl("-o /dev/null -o /dev/null -w '%{num_connects};' '" + second + "'", "/gone"),
            "1;0;");
}

TEST_F(Curl, SendsABodyAfter100Continue) {
  const std::string text =
      curl("-v -o /dev/null -H 'Expect: 100-continue' --expect100-timeout 20 --data-binary @" +
               std::string(CUTOVER_SOURCE_DIR "/LICENSE"),
           "/gone");
  EXPECT_THAT(text, HasSubstr("< HTTP/1.1 410 Gone"));
}

TEST_F(Curl, SendsAChunkedBody) {
  EXPECT_EQ(curl("-o /dev/null -w '%{http_code}' -X POST -H 'Transfer-Encoding: chunked' "
                 "--data-binary @" CUTOVER_SOURCE_DIR "/README.md",
                 "/gone"),
            "410");
}

TEST_F(Curl, SpeaksHttp10) {
  EXPECT_EQ(curl("--http1.0 -o /dev/null -w '%{http_code}'", "/gone"), "410");
}

TEST_F(Curl, KeepsCookiesOfStickiness) {
  const std::string jar = testing::TempDir() + "curl_cookies_" + std::to_string(port);
  EXPECT_EQ(curl("-o /dev/null -w '%{http_code}' -c '" + jar + "'", "/api/users"), "200");
  const std::string sent = curl("-v -o /dev/null -b '" + jar + "'", "/api/users");
  EXPECT_THAT(sent, HasSubstr("> Cookie: AWSALB"));
  EXPECT_THAT(sent, HasSubstr("AWSALBCORS="));
  std::remove(jar.c_str());
}

TEST_F(Curl, IsToldWhyARequestWentWhereItDid) {
  const std::string sent = "-o /dev/null -H 'X-Cutover-Trace: 1' -H 'X-Amzn-Trace-Id: Root=1-a-b'";
  curl(sent, "/api/users");
  curl("-o /dev/null", "/api/threads");  // asked for no trace
  EXPECT_THAT(ask("", "/traces"), HasSubstr("\"added\": 1,"));
  const std::string trace = ask("", "/traces/1-a-b");
  EXPECT_THAT(trace, HasSubstr("path-pattern /gone does not match /api/users"));
  EXPECT_THAT(trace, HasSubstr("\"group_reason\": \"the only group\""));
  EXPECT_THAT(trace, HasSubstr("\"eligible\": true"));
  EXPECT_EQ(ask("-o /dev/null -w '%{http_code}'", "/traces/1-no-such"), "404");
}

TEST_F(Curl, ReadsTheMetricsOfWhatItHasSent) {
  curl("-o /dev/null", "/api/users");
  curl("-o /dev/null", "/empty");
  const std::string metrics = ask("", "/metrics");
  EXPECT_THAT(metrics, HasSubstr("HTTPCode_ELB_503_Count"));
  EXPECT_THAT(metrics, testing::ContainsRegex("httpcode_elb_503_count_total\\{[^}]*\\} 1\n"));
  EXPECT_THAT(metrics, testing::ContainsRegex("httpcode_target_2xx_count_total\\{[^}]*\\} 1\n"));
  EXPECT_EQ(ask("-o /dev/null -w '%{http_code}' -H 'Origin: http://a.example'", "/metrics"), "403");
}

TEST_F(Curl, IsToldOfAnEmptyGroup) {
  EXPECT_EQ(curl("-o /dev/null -w '%{http_code} %{size_download}'", "/empty"), "503 162");
}

}  // namespace
}  // namespace cutover::clients

#include <gtest/gtest.h>

#include <functional>

#include "lb/observe/access_log.hpp"

namespace cutover::lb {
namespace {

using std::chrono::milliseconds;

WallTime moment(int year, unsigned month, unsigned day, int hours, int minutes, int seconds,
                int micros) {
  const std::chrono::sys_days date{std::chrono::year_month_day{
      std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)}};
  return WallTime(date) + std::chrono::hours(hours) + std::chrono::minutes(minutes) +
         std::chrono::seconds(seconds) + std::chrono::microseconds(micros);
}

/// The request of the user guide's example entry for HTTP.
LogEntry documented() {
  LogEntry entry;
  entry.time = moment(2018, 7, 2, 22, 23, 0, 186641);
  entry.load_balancer = "app/my-loadbalancer/50dc6c495c0c9188";
  entry.client = "192.168.131.39:2817";
  entry.target = "10.0.0.1:80";
  entry.request_processing = milliseconds(0);
  entry.target_processing = milliseconds(1);
  entry.response_processing = milliseconds(0);
  entry.elb_status = 200;
  entry.target_status = 200;
  entry.received_bytes = 34;
  entry.sent_bytes = 366;
  entry.method = "GET";
  entry.host = "www.example.com";
  entry.uri = "/";
  entry.version = "HTTP/1.1";
  entry.user_agent = "curl/7.46.0";
  entry.target_group_arn =
      "arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067";
  entry.trace_id = "Root=1-58337262-36d228ad5d99923122bbe354";
  entry.matched_rule_priority = 0;
  entry.creation_time = moment(2018, 7, 2, 22, 22, 48, 364000);
  entry.actions = "forward";
  entry.connection_trace_id = "TID_1234abcd5678ef90";
  entry.node_address = "10.0.0.7";
  return entry;
}

std::string line(const LogEntry& entry) {
  std::string out;
  append_log_line(entry, out);
  return out;
}

/// The fields of a line, numbered from 1 as the user guide does; quotes are kept.
std::vector<std::string> fields(const LogEntry& entry) {
  std::vector<std::string> found{"", ""};
  bool quoted = false;
  for (const char c : line(entry)) {
    if (c == '"') quoted = !quoted;
    if (c == '\n') break;
    if (c == ' ' && !quoted) {
      found.emplace_back();
    } else {
      found.back() += c;
    }
  }
  return found;
}

TEST(LogLine, IsTheDocumentedExampleByteForByte) {
  EXPECT_EQ(line(documented()),
            "http 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 "
            "192.168.131.39:2817 10.0.0.1:80 0.000 0.001 0.000 200 200 34 366 "
            "\"GET http://www.example.com:80/ HTTP/1.1\" \"curl/7.46.0\" - - "
            "arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/"
            "73e2d6bc24d8a067 \"Root=1-58337262-36d228ad5d99923122bbe354\" \"-\" \"-\" 0 "
            "2018-07-02T22:22:48.364000Z \"forward\" \"-\" \"-\" \"10.0.0.1:80\" \"200\" \"-\" "
            "\"-\" TID_1234abcd5678ef90 \"-\" \"-\" \"-\" 10.0.0.7\n");
}

TEST(LogLine, UnreadableRequestIsDashesAtTheLoadBalancersName) {
  LogEntry entry;
  entry.time = entry.creation_time = moment(2026, 1, 1, 0, 0, 0, 0);
  entry.load_balancer = "app/demo/50dc6c495c0c9188";
  entry.client = "127.0.0.1:50000";
  entry.elb_status = 400;
  entry.sent_bytes = 272;
  EXPECT_EQ(line(entry),
            "http 2026-01-01T00:00:00.000000Z app/demo/50dc6c495c0c9188 127.0.0.1:50000 - -1 -1 -1 "
            "400 - 0 272 \"- http://demo:80- -\" \"-\" - - - \"-\" \"-\" \"-\" - "
            "2026-01-01T00:00:00.000000Z \"-\" \"-\" \"-\" \"-\" \"-\" \"-\" \"-\" - \"-\" \"-\" "
            "\"-\" -\n");
}

TEST(LogLine, HasThirtyFourFieldsWhateverTheRequest) {
  EXPECT_EQ(fields(documented()).size(), 35u);
  EXPECT_EQ(fields(LogEntry{}).size(), 35u);
  LogEntry hostile = documented();
  hostile.uri = "/\" \" \n\\\" x";
  hostile.user_agent = "a\" b\"\r\n c\\";
  hostile.host = "\" -";
  EXPECT_EQ(fields(hostile).size(), 35u);
}

TEST(LogLine, EachAbsentValueIsADash) {
  using Change = std::function<void(LogEntry&)>;
  struct Row {
    Change change;
    std::vector<std::size_t> dashed;
    std::string dash;
  };
  const Row rows[] = {
      {[](auto& entry) { entry.client = ""; }, {4}, "-"},
      {[](auto& entry) { entry.target = ""; }, {5}, "-"},
      {[](auto& entry) { entry.target = ""; }, {26}, "\"-\""},
      {[](auto& entry) { entry.request_processing = Duration(-1); }, {6}, "-1"},
      {[](auto& entry) { entry.target_processing = Duration(-1); }, {7}, "-1"},
      {[](auto& entry) { entry.response_processing = Duration(-1); }, {8}, "-1"},
      {[](auto& entry) { entry.elb_status = 0; }, {9}, "-"},
      {[](auto& entry) { entry.target_status = 0; }, {10}, "-"},
      {[](auto& entry) { entry.target_status = 0; }, {27}, "\"-\""},
      {[](auto& entry) { entry.user_agent = ""; }, {14}, "\"-\""},
      {[](auto&) {}, {15, 16}, "-"},
      {[](auto& entry) { entry.target_group_arn = ""; }, {17}, "-"},
      {[](auto& entry) { entry.trace_id = ""; }, {18}, "\"-\""},
      {[](auto&) {}, {19, 20, 24, 25, 28, 29, 31, 32, 33}, "\"-\""},
      {[](auto& entry) { entry.matched_rule_priority = -2; }, {21}, "-"},
      {[](auto& entry) { entry.actions = ""; }, {23}, "\"-\""},
      {[](auto& entry) { entry.connection_trace_id = ""; }, {30}, "-"},
      {[](auto& entry) { entry.node_address = ""; }, {34}, "-"},
  };
  for (const Row& row : rows) {
    LogEntry entry = documented();
    row.change(entry);
    for (const std::size_t field : row.dashed) EXPECT_EQ(fields(entry)[field], row.dash) << field;
  }
}

TEST(LogLine, PresentValuesStandInTheirFields) {
  LogEntry entry = documented();
  entry.matched_rule_priority = 50'000;
  entry.actions = "redirect";
  entry.redirect_url = "https://example.com:443/x?y";
  entry.error_reason = "AWSALBTGCookieInvalid";
  entry.classification = "Ambiguous";
  entry.classification_reason = "BothTeClPresent";
  entry.transformed_host = "api.example.com";
  entry.transformed_uri = "/product.php?id=1";
  entry.transform_status = "TransformSuccess";
  const auto found = fields(entry);
  EXPECT_EQ(found[21], "50000");
  EXPECT_EQ(found[23], "\"redirect\"");
  EXPECT_EQ(found[24], "\"https://example.com:443/x?y\"");
  EXPECT_EQ(found[25], "\"AWSALBTGCookieInvalid\"");
  EXPECT_EQ(found[26], "\"10.0.0.1:80\"");
  EXPECT_EQ(found[27], "\"200\"");
  EXPECT_EQ(found[28], "\"Ambiguous\"");
  EXPECT_EQ(found[29], "\"BothTeClPresent\"");
  EXPECT_EQ(found[31], "\"api.example.com\"");
  EXPECT_EQ(found[32], "\"/product.php?id=1\"");
  EXPECT_EQ(found[33], "\"TransformSuccess\"");
  entry.matched_rule_priority = -1;
  EXPECT_EQ(fields(entry)[21], "-1");
}

TEST(LogLine, RequestLineAlwaysNamesSchemeAndPort) {
  LogEntry entry = documented();
  entry.method = "POST";
  entry.host = "users.example.com";
  entry.listener_port = 8080;
  entry.uri = "/api/users?id=1";
  entry.version = "HTTP/1.0";
  EXPECT_EQ(fields(entry)[13], "\"POST http://users.example.com:8080/api/users?id=1 HTTP/1.0\"");
  entry.type = "ws";
  EXPECT_EQ(fields(entry)[13], "\"POST http://users.example.com:8080/api/users?id=1 HTTP/1.0\"");
  entry.type = "h2";
  EXPECT_EQ(fields(entry)[13], "\"POST https://users.example.com:8080/api/users?id=1 HTTP/1.0\"");
}

TEST(LogLine, RequestWithoutHostNamesTheLoadBalancer) {
  LogEntry entry = documented();
  entry.host = "";
  EXPECT_EQ(fields(entry)[13], "\"GET http://my-loadbalancer:80/ HTTP/1.1\"");
}

TEST(LogLine, SecondsHaveThreeDecimalsRounded) {
  const std::pair<Duration, const char*> rows[] = {
      {Duration(0), "0.000"},
      {Duration(499'999), "0.000"},
      {Duration(500'000), "0.001"},
      {milliseconds(86), "0.086"},
      {milliseconds(999) + Duration(500'000), "1.000"},
      {std::chrono::seconds(60), "60.000"},
      {std::chrono::seconds(4000) + milliseconds(7), "4000.007"},
  };
  for (const auto& [duration, text] : rows) {
    LogEntry entry = documented();
    entry.target_processing = duration;
    EXPECT_EQ(fields(entry)[7], text);
  }
}

TEST(LogLine, TimesAreCalendarTimesToTheMicrosecond) {
  const std::pair<WallTime, const char*> rows[] = {
      {moment(1970, 1, 1, 0, 0, 0, 0), "1970-01-01T00:00:00.000000Z"},
      {moment(2024, 2, 29, 23, 59, 59, 999'999), "2024-02-29T23:59:59.999999Z"},
      {moment(2026, 12, 31, 9, 8, 7, 6), "2026-12-31T09:08:07.000006Z"},
  };
  for (const auto& [time, text] : rows) {
    LogEntry entry = documented();
    entry.time = entry.creation_time = time;
    EXPECT_EQ(fields(entry)[2], text);
    EXPECT_EQ(fields(entry)[22], text);
  }
}

TEST(LogLine, BytesThatWouldBreakTheLineAreWrittenInHex) {
  LogEntry entry = documented();
  entry.user_agent = "a \"b\"\\c\r\n\t\x7f\xc3\xa4~";
  EXPECT_EQ(fields(entry)[14], R"("a \x22b\x22\x5Cc\x0D\x0A\x09\x7F\xC3\xA4~")");
  entry.uri = std::string_view("/\0x", 3);
  EXPECT_EQ(fields(entry)[13], R"("GET http://www.example.com:80/\x00x HTTP/1.1")");
  entry.trace_id = "Root=\"";
  EXPECT_EQ(fields(entry)[18], R"("Root=\x22")");
}

TEST(LogLine, UserAgentIsCutAtEightKilobytes) {
  LogEntry entry = documented();
  const std::string agent(8192, 'a');
  const std::string longer = agent + "b";
  entry.user_agent = agent;
  EXPECT_EQ(fields(entry)[14], '"' + agent + '"');
  entry.user_agent = longer;
  EXPECT_EQ(fields(entry)[14], '"' + agent + '"');
}

TEST(LogLine, IsAppended) {
  std::string out = "before\n";
  append_log_line(documented(), out);
  append_log_line(documented(), out);
  EXPECT_EQ(out, "before\n" + line(documented()) + line(documented()));
}

}  // namespace
}  // namespace cutover::lb

// What reads ALB's own logs reads these: the patterns split a line as Athena's regular expression
// tables do, one group per field, written from the user guide's lists of fields.

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <vector>

#include "lb/observe/access_log.hpp"
#include "lb/observe/connection_log.hpp"

namespace cutover::lb {
namespace {

/// The groups of a whole line (without its end), or none if the reader would give rows of nulls.
std::vector<std::string> read(const std::string& pattern, std::string line) {
  if (!line.ends_with('\n')) return {};
  line.pop_back();
  const RE2 reader(pattern);
  EXPECT_TRUE(reader.ok()) << reader.error();
  std::vector<std::string> groups(static_cast<std::size_t>(reader.NumberOfCapturingGroups()));
  std::vector<RE2::Arg> args(groups.size());
  for (std::size_t i = 0; i < groups.size(); ++i) args[i] = &groups[i];
  std::vector<const RE2::Arg*> pointers;
  for (const auto& arg : args) pointers.push_back(&arg);
  if (!RE2::FullMatchN(line, reader, pointers.data(), static_cast<int>(pointers.size()))) return {};
  return groups;
}

/// Addresses fall into address and port, the request line into its three parts: 34 fields give 38
/// groups.
const std::string access_pattern = [] {
  const std::string word = " ([^ ]*)";
  const std::string number = " ([-.0-9]*)";
  const std::string quoted = " \"([^\"]*)\"";
  std::string pattern = "([a-z0-9]+)" + word + word;                     // type time elb
  pattern += " ([^ ]*):([0-9]+)" + std::string(" ([^ ]*)[:-]([0-9]*)");  // client, target
  pattern += number + number + number;                                   // times
  pattern += " (-|[0-9]{3}) (-|[0-9]{3}) ([0-9]+) ([0-9]+)";             // codes, bytes
  pattern += " \"([^ ]*) ([^ ]*) ([^\" ]*)\"" + quoted;                  // request line, user agent
  pattern += " ([A-Z0-9-]+) ([A-Za-z0-9.-]*)" + word;                    // TLS, target group
  pattern += quoted + quoted + quoted;           // trace id, domain, certificate
  pattern += " (-|-1|[0-9]+)" + word;            // priority, creation time
  pattern += quoted + quoted + quoted;           // actions, redirect, error
  pattern += quoted + quoted + quoted + quoted;  // lists, classification
  pattern += " (-|TID_[0-9a-f]+)" + quoted + quoted + quoted + word;
  return pattern;
}();

LogEntry request() {
  LogEntry entry;
  entry.time = entry.creation_time = WallTime(std::chrono::seconds(1'530'570'180));
  entry.load_balancer = "app/demo/50dc6c495c0c9188";
  entry.client = "127.0.0.1:50000";
  entry.target = "127.0.0.1:34567";
  entry.request_processing = entry.target_processing = entry.response_processing = Duration(0);
  entry.elb_status = entry.target_status = 200;
  entry.method = "GET";
  entry.host = "demo";
  entry.uri = "/api/users?id=1";
  entry.version = "HTTP/1.1";
  entry.user_agent = "curl/7.88.1";
  entry.trace_id = "Root=1-58337262-36d228ad5d99923122bbe354";
  entry.target_group_arn =
      "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/users/73e2d6bc24d8a067";
  entry.matched_rule_priority = 2;
  entry.actions = "rewrite,forward";
  entry.connection_trace_id = "TID_1234abcd5678ef90";
  entry.node_address = "127.0.0.1";
  return entry;
}

std::vector<std::string> read_access(const LogEntry& entry) {
  std::string line;
  append_log_line(entry, line);
  return read(access_pattern, line);
}

TEST(LogReaders, SplitARoutedRequest) {
  LogEntry entry = request();
  entry.transformed_uri = "/users/1";
  entry.transform_status = "TransformSuccess";
  const std::vector<std::string> expected = {
      "http",
      "2018-07-02T22:23:00.000000Z",
      "app/demo/50dc6c495c0c9188",
      "127.0.0.1",
      "50000",
      "127.0.0.1",
      "34567",
      "0.000",
      "0.000",
      "0.000",
      "200",
      "200",
      "0",
      "0",
      "GET",
      "http://demo:80/api/users?id=1",
      "HTTP/1.1",
      "curl/7.88.1",
      "-",
      "-",
      "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/users/73e2d6bc24d8a067",
      "Root=1-58337262-36d228ad5d99923122bbe354",
      "-",
      "-",
      "2",
      "2018-07-02T22:23:00.000000Z",
      "rewrite,forward",
      "-",
      "-",
      "127.0.0.1:34567",
      "200",
      "-",
      "-",
      "TID_1234abcd5678ef90",
      "-",
      "/users/1",
      "TransformSuccess",
      "127.0.0.1"};
  EXPECT_EQ(read_access(entry), expected);
}

TEST(LogReaders, SplitWhatWasNeverRouted) {
  LogEntry entry;
  entry.time = entry.creation_time = WallTime(std::chrono::seconds(1'530'570'180));
  entry.load_balancer = "app/demo/50dc6c495c0c9188";
  entry.client = "127.0.0.1:50000";
  entry.elb_status = 400;
  entry.classification = "Severe";
  entry.classification_reason = "BadUri";
  const auto groups = read_access(entry);
  ASSERT_EQ(groups.size(), 38u);
  EXPECT_EQ(groups[10], "400");
  EXPECT_EQ(groups[31], "Severe");
  EXPECT_EQ(groups[32], "BadUri");
}

TEST(LogReaders, SplitWebSocketsRedirectsAndHostileClients) {
  LogEntry socket = request();
  socket.type = "ws";
  socket.elb_status = socket.target_status = 101;
  EXPECT_EQ(read_access(socket).size(), 38u);

  LogEntry redirect = request();
  redirect.target = "";
  redirect.target_status = 0;
  redirect.elb_status = 301;
  redirect.request_processing = redirect.target_processing = redirect.response_processing =
      Duration(-1);
  redirect.redirect_url = "https://demo:443/";
  EXPECT_EQ(read_access(redirect).size(), 38u);

  LogEntry hostile = request();
  hostile.user_agent = "\" 200 \"\n\\";
  hostile.uri = "/\"\r\n";
  hostile.trace_id = "Root=\" \"";
  EXPECT_EQ(read_access(hostile).size(), 38u);
}

TEST(LogReaders, SplitConnections) {
  const std::string pattern =
      R"re(([^ ]*) ([^ ]*) ([0-9]*) ([0-9]*) ([A-Za-z0-9.-]*) ([^ ]*) ([-.0-9]*) "([^"]*)")re"
      R"re( ([^ ]*) ([^ ]*) ([^ ]*) (TID_[0-9a-f]*))re";
  ConnectionLogEntry entry;
  entry.time = WallTime(std::chrono::seconds(1'530'570'180));
  entry.client_ip = "127.0.0.1";
  entry.client_port = 50000;
  entry.listener_port = 80;
  entry.connection_trace_id = "TID_1234abcd5678ef90";
  std::string line;
  append_connection_log_line(entry, line);
  const std::vector<std::string> expected = {
      "2018-07-02T22:23:00.000000Z", "127.0.0.1", "50000", "80", "-", "-", "-", "-", "-", "-", "-",
      "TID_1234abcd5678ef90"};
  EXPECT_EQ(read(pattern, line), expected);
}

}  // namespace
}  // namespace cutover::lb

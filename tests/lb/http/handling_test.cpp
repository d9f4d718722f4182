// What a load balancer's and a listener's attributes, a rule's transforms and a WebSocket change
// about the heads that are sent (ALB user guide: HTTP headers, Host header preservation).

#include "lb/http/handling.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <string>

#include "lb/http/classification.hpp"
#include "lb/http/grammar.hpp"
#include "lb/http/rewrite.hpp"

namespace cutover::lb::http {
namespace {

ForwardingContext on_port(std::uint16_t port, std::string_view text) {
  return {.peer_address = "10.0.0.7",
          .listener_port = port,
          .bound_port = 9999,
          .listener_port_text = text,
          .dns_name = "demo",
          .trace_id = "1-5759e988-bd862e3fe1be46a994272793",
          .peer_port = 4711};
}

std::string sent(std::string_view bytes, const ForwardingContext& context) {
  RequestHead head;
  EXPECT_EQ(scan_request_head(bytes, 0, head), ScanStatus::complete) << bytes;
  EXPECT_EQ(admit(head, classify(head)).refused_status, 0) << bytes;
  std::string out;
  std::string_view trace_id;
  append_request_head(head, context, out, trace_id);
  return out;
}

/// The lines of `out` whose names begin with `start`, in any case, without line ends, joined by
/// "|".
std::string lines(std::string_view start, std::string_view out) {
  std::string found;
  for (std::size_t at = 0; at < out.size();) {
    const std::size_t end = out.find("\r\n", at);
    const std::string_view line = out.substr(at, end - at);
    if (equals_ignore_case(line.substr(0, start.size()), start)) {
      found.append(found.empty() ? "" : "|").append(line);
    }
    at = end + 2;
  }
  return found;
}

std::string get(std::string_view headers) {
  return "GET /x?y HTTP/1.1\r\nHost: a\r\n" + std::string(headers) + "\r\n";
}

TEST(ForwardedForModes, FollowTheUserGuide) {
  struct Row {
    ForwardedForMode mode;
    bool port;
    std::string_view peer;
    std::string_view received;
    std::string_view expected;
  };
  using enum ForwardedForMode;
  const auto one = "x-forwarded-for: 1.1.1.1\r\n";
  const auto two = "x-forwarded-for: 1.1.1.1\r\nX-Forwarded-For: 2.2.2.2\r\n";
  for (const Row& row : {
           Row{append, false, "10.0.0.7", "", "X-Forwarded-For: 10.0.0.7"},
           Row{append, false, "10.0.0.7", one, "X-Forwarded-For: 1.1.1.1, 10.0.0.7"},
           Row{append, false, "::1", one, "X-Forwarded-For: 1.1.1.1, ::1"},
           Row{append, true, "10.0.0.7", "", "X-Forwarded-For: 10.0.0.7:4711"},
           Row{append, true, "10.0.0.7", two, "X-Forwarded-For: 1.1.1.1, 2.2.2.2, 10.0.0.7:4711"},
           Row{append, true, "::1", one, "X-Forwarded-For: 1.1.1.1, [::1]:4711"},
           Row{preserve, false, "10.0.0.7", "", ""},
           Row{preserve, true, "10.0.0.7", one, "x-forwarded-for: 1.1.1.1"},
           Row{preserve, false, "10.0.0.7", two,
               "x-forwarded-for: 1.1.1.1|X-Forwarded-For: 2.2.2.2"},
           Row{remove, false, "10.0.0.7", "", ""},
           Row{remove, true, "10.0.0.7", two, ""},
       }) {
    ForwardingContext context = on_port(80, "80");
    context.peer_address = row.peer;
    context.handling.forwarded_for = row.mode;
    context.handling.client_port_in_forwarded_for = row.port;
    EXPECT_EQ(lines("x-forwarded-for", sent(get(row.received), context)), row.expected);
  }
}

TEST(ForwardedForModes, LeaveProtoAndPortAlone) {
  ForwardingContext context = on_port(80, "80");
  context.handling.forwarded_for = ForwardedForMode::remove;
  EXPECT_EQ(lines("x-forwarded", sent(get("X-Forwarded-Proto: https\r\n"), context)),
            "X-Forwarded-Proto: http|X-Forwarded-Port: 80");
}

TEST(HostPreservation, FollowsTheTableOfTheUserGuide) {
  struct Row {
    std::uint16_t port;
    std::string_view bytes;
    std::string_view rewritten;
    std::string_view preserved;
  };
  for (const Row& row : {
           Row{80, "GET / HTTP/1.1\r\nHost: Example.com\r\n\r\n", "Host: example.com",
               "Host: Example.com"},
           Row{80, "GET / HTTP/1.1\r\nHost: example.com:80\r\n\r\n", "Host: example.com",
               "Host: example.com:80"},
           Row{443, "GET / HTTP/1.1\r\nHost: example.com:443\r\n\r\n", "Host: example.com",
               "Host: example.com:443"},
           Row{8080, "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n", "Host: example.com:8080",
               "Host: example.com"},
           Row{80, "GET https://dns_name/index.html HTTP/1.1\r\nHost: example.com\r\n\r\n",
               "Host: dns_name", "Host: example.com"},
           Row{80, "GET / HTTP/1.1\r\nHost: A\r\nHost: b\r\n\r\n", "Host: a", "Host: A|Host: b"},
           Row{80, "GET / HTTP/1.0\r\n\r\n", "Host: demo", "Host: demo"},
       }) {
    const std::string port_text = std::to_string(row.port);
    ForwardingContext context = on_port(row.port, port_text);
    EXPECT_EQ(lines("host:", sent(row.bytes, context)), row.rewritten) << row.bytes;
    context.handling.preserve_host_header = true;
    EXPECT_EQ(lines("host:", sent(row.bytes, context)), row.preserved) << row.bytes;
  }
}

TEST(InvalidHeaderFields, AreCountedAndDroppedWhenAsked) {
  const std::string bytes =
      get("Good-1: a\r\nX_Y: b\r\nX.Z: c\r\nX Y: d\r\nA: e\r\n f g\r\nno-colon\r\n"
          "Very-Long-And-Valid-Name: h\r\nVery-Long-And_Invalid-Name: i\r\n");
  RequestHead head;
  ASSERT_EQ(scan_request_head(bytes, 0, head), ScanStatus::complete);
  EXPECT_EQ(head.invalid_names, 5U);
  ForwardingContext context = on_port(80, "80");
  const auto after_own = [&] {
    const std::string out = sent(bytes, context);
    const std::size_t begin = out.find("\r\n", out.find("X-Amzn-Trace-Id")) + 2;
    return out.substr(begin, out.size() - begin - 2);
  };
  EXPECT_EQ(after_own(),
            "Good-1: a\r\nX_Y: b\r\nX.Z: c\r\nX Y: d\r\nA: e\r\nf g:\r\nno-colon:\r\n"
            "Very-Long-And-Valid-Name: h\r\nVery-Long-And_Invalid-Name: i\r\n");
  context.handling.drop_invalid_header_fields = true;
  EXPECT_EQ(after_own(), "Good-1: a\r\nA: e\r\nno-colon:\r\nVery-Long-And-Valid-Name: h\r\n");
}

TEST(InvalidHeaderFields, AreKnownByEveryCharacterAtEveryPlace) {
  for (int c = 0x21; c < 0x7f; ++c) {
    if (c == ':') continue;
    const bool valid = std::isalnum(c) != 0 || c == '-';
    for (const std::size_t length : {1U, 15U, 16U, 17U, 40U}) {
      std::string name(length, 'n');
      name[length / 2] = static_cast<char>(c);
      RequestHead head;
      const std::string bytes = get(name + ": 1\r\n");
      ASSERT_EQ(scan_request_head(bytes, 0, head), ScanStatus::complete);
      EXPECT_EQ(head.invalid_names, valid ? 0U : 1U) << name;
    }
  }
}

TEST(Transforms, ReplaceUriAndHostAsTheyAre) {
  ForwardingContext context = on_port(8080, "8080");
  context.transformed_uri = "/product.php?id=7";
  EXPECT_EQ(lines("GET", sent(get(""), context)), "GET /product.php?id=7 HTTP/1.1");
  EXPECT_EQ(lines("host:", sent(get(""), context)), "Host: a:8080");
  context.transformed_uri = {};
  context.transformed_host = "New.Example";
  context.handling.preserve_host_header = true;
  EXPECT_EQ(lines("GET", sent("GET http://b/x HTTP/1.1\r\nHost: a\r\n\r\n", context)),
            "GET /x HTTP/1.1");
  EXPECT_EQ(lines("host:", sent(get("Host: b\r\n"), context)), "Host: New.Example");
}

TEST(WebSocketUpgrade, ReachesTheTarget) {
  const std::string bytes =
      get("Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
  ForwardingContext context = on_port(80, "80");
  const std::string passed =
      "Sec-WebSocket-Version: 13|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
  EXPECT_EQ(lines("connection:", sent(bytes, context)), "");
  EXPECT_EQ(lines("upgrade:", sent(bytes, context)), "");
  EXPECT_EQ(lines("sec-", sent(bytes, context)), passed);
  context.upgrade = true;
  EXPECT_EQ(lines("connection:", sent(bytes, context)), "Connection: Upgrade");
  EXPECT_EQ(lines("upgrade:", sent(bytes, context)), "Upgrade: websocket");
  EXPECT_EQ(lines("sec-", sent(bytes, context)), passed);
}

std::string answered(std::string_view bytes, const ResponseContext& context) {
  ResponseHead head;
  EXPECT_EQ(scan_response_head(bytes, 0, head), ResponseScanStatus::complete) << bytes;
  std::string out;
  append_response_head(head, context, out);
  return out;
}

TEST(WebSocketUpgrade, IsAnsweredByTheTarget) {
  EXPECT_EQ(answered("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n"
                     "connection: upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n",
                     {.extra_lines = "Set-Cookie: AWSALB=x\r\n", .upgrade = true}),
            "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nSec-WebSocket-Accept: x\r\n"
            "Set-Cookie: AWSALB=x\r\nConnection: Upgrade\r\n\r\n");
}

const ResponseHandling secured{
    .server_header = false,
    .inserted_lines = "X-Frame-Options: DENY\r\nX-Content-Type-Options: nosniff\r\n",
    .overridden = {"x-frame-options", "x-content-type-options"}};

TEST(ListenerAttributes, ShapeTargetsResponses) {
  const std::string_view bytes =
      "HTTP/1.1 200 OK\r\nServer: forum\r\nDate: x\r\nX-FRAME-OPTIONS: SAMEORIGIN\r\n"
      "Content-Length: 0\r\n\r\n";
  const ResponseHandling none;
  EXPECT_EQ(answered(bytes, {.handling = &none}), answered(bytes, {}));
  EXPECT_EQ(answered(bytes, {.handling = &secured, .extra_lines = "Set-Cookie: AWSALB=x\r\n"}),
            "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 0\r\nX-Frame-Options: DENY\r\n"
            "X-Content-Type-Options: nosniff\r\nSet-Cookie: AWSALB=x\r\n"
            "Connection: keep-alive\r\n\r\n");
}

TEST(ListenerAttributes, ShapeTheLoadBalancersOwnResponses) {
  std::string out;
  append_own_response({.status = 503, .head_only = true, .date = "x", .handling = &secured}, out);
  EXPECT_EQ(out,
            "HTTP/1.1 503 Service Temporarily Unavailable\r\nDate: x\r\nContent-Type: text/html\r\n"
            "Content-Length: 162\r\nConnection: keep-alive\r\nX-Frame-Options: DENY\r\n"
            "X-Content-Type-Options: nosniff\r\n\r\n");
}

}  // namespace
}  // namespace cutover::lb::http

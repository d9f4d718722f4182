#include <gtest/gtest.h>

#include <string>

#include "lb/http/classification.hpp"
#include "lb/http/rewrite.hpp"

namespace cutover::lb::http {
namespace {

constexpr std::string_view fresh_id = "1-5759e988-bd862e3fe1be46a994272793";

ForwardingContext on_port_80() {
  return {.peer_address = "10.0.0.7",
          .listener_port = 80,
          .bound_port = 8080,
          .listener_port_text = "80",
          .dns_name = "demo-1.elb.localhost",
          .trace_id = fresh_id};
}

ForwardingContext on_port_8081() {
  ForwardingContext context = on_port_80();
  context.listener_port = 8081;
  context.bound_port = 16081;
  context.listener_port_text = "8081";
  return context;
}

std::string rewritten(std::string_view bytes, const ForwardingContext& context = on_port_80()) {
  RequestHead head;
  EXPECT_EQ(scan_request_head(bytes, 0, head), ScanStatus::complete) << bytes;
  EXPECT_EQ(admit(head, classify(head)).refused_status, 0) << bytes;
  std::string out;
  std::string_view trace_id;
  append_request_head(head, context, out, trace_id);
  EXPECT_NE(out.find("\r\nX-Amzn-Trace-Id: " + std::string(trace_id) + "\r\n"), std::string::npos);
  return out;
}

/// The value of the header `name` in the rewritten request; "(absent)"; several joined by " | ".
std::string sent(std::string_view name, std::string_view bytes,
                 const ForwardingContext& context = on_port_80()) {
  const std::string out = rewritten(bytes, context);
  const std::string start = "\r\n" + std::string(name) + ": ";
  std::string values;
  for (std::size_t at = out.find(start); at != std::string::npos; at = out.find(start, at + 1)) {
    const std::size_t value = at + start.size();
    values += (values.empty() ? "" : " | ") + out.substr(value, out.find('\r', value) - value);
  }
  return values.empty() ? "(absent)" : values;
}

/// The header lines after the load balancer's own, separated by "|".
std::string passed(std::string_view headers) {
  const std::string out =
      rewritten("POST / HTTP/1.1\r\nHost: a\r\n" + std::string(headers) + "\r\n");
  std::size_t at = out.find("\r\n", out.find("X-Amzn-Trace-Id: ")) + 2;
  std::string lines;
  for (std::size_t end = out.find("\r\n", at); end != at; end = out.find("\r\n", at)) {
    lines += (lines.empty() ? "" : "|") + out.substr(at, end - at);
    at = end + 2;
  }
  EXPECT_EQ(at + 2, out.size());
  return lines;
}

std::string with_host(std::string_view host) {
  return "GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n";
}

std::string with_header(std::string_view header) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(header) + "\r\n\r\n";
}

TEST(RequestRewrite, SendsTheWholeHeadAsHttp11) {
  EXPECT_EQ(rewritten("GET /api/users?a=1 HTTP/1.1\r\n"
                      "Host: Demo.Example\r\n"
                      "user-agent: curl/7.88.1\r\n"
                      "ACCEPT:  */* \r\n"
                      "Connection: close\r\n"
                      "X: 1\r\n"
                      "X: 2\r\n"
                      "\r\n"),
            "GET /api/users?a=1 HTTP/1.1\r\n"
            "X-Forwarded-For: 10.0.0.7\r\n"
            "X-Forwarded-Proto: http\r\n"
            "X-Forwarded-Port: 80\r\n"
            "Host: demo.example\r\n"
            "X-Amzn-Trace-Id: Root=1-5759e988-bd862e3fe1be46a994272793\r\n"
            "user-agent: curl/7.88.1\r\n"
            "ACCEPT:  */* \r\n"
            "X: 1\r\n"
            "X: 2\r\n"
            "\r\n");
}

TEST(RequestRewrite, AppendsToTheBuffer) {
  RequestHead head;
  const std::string bytes = with_host("a");
  ASSERT_EQ(scan_request_head(bytes, 0, head), ScanStatus::complete);
  std::string out = "before";
  std::string_view trace_id;
  append_request_head(head, on_port_80(), out, trace_id);
  EXPECT_TRUE(out.starts_with("beforeGET / HTTP/1.1\r\n"));
  EXPECT_TRUE(out.ends_with("\r\n\r\n"));
  EXPECT_EQ(trace_id, "Root=" + std::string(fresh_id));
}

TEST(RequestRewrite, SendsTheTargetInOriginForm) {
  const auto request_line = [](std::string_view line) {
    const std::string out = rewritten(std::string(line) + "\r\nHost: a\r\n\r\n");
    return out.substr(0, out.find("\r\n"));
  };
  EXPECT_EQ(request_line("GET /x?y HTTP/1.0"), "GET /x?y HTTP/1.1");
  EXPECT_EQ(request_line("GET /x HTTP/1.5"), "GET /x HTTP/1.1");
  EXPECT_EQ(request_line("GET http://b/x?y HTTP/1.1"), "GET /x?y HTTP/1.1");
  EXPECT_EQ(request_line("GET http://b HTTP/1.1"), "GET / HTTP/1.1");
  EXPECT_EQ(request_line("GET http://b? HTTP/1.1"), "GET /? HTTP/1.1");
  EXPECT_EQ(request_line("OPTIONS * HTTP/1.1"), "OPTIONS * HTTP/1.1");
  EXPECT_EQ(request_line("OPTIONS http://b HTTP/1.1"), "OPTIONS * HTTP/1.1");
  EXPECT_EQ(request_line("OPTIONS http://b/ HTTP/1.1"), "OPTIONS / HTTP/1.1");
  EXPECT_EQ(request_line("OPTIONS http://u@b HTTP/1.1"), "OPTIONS * HTTP/1.1");
  EXPECT_EQ(request_line("GET /a b HTTP/1.1"), "GET /a b HTTP/1.1");
  EXPECT_EQ(request_line("GET  /a  HTTP/1.1 "), "GET /a HTTP/1.1");
}

TEST(ForwardedFor, AppendsThePeer) {
  EXPECT_EQ(sent("X-Forwarded-For", with_host("a")), "10.0.0.7");
  EXPECT_EQ(sent("X-Forwarded-For", with_header("x-forwarded-for: 1.1.1.1")), "1.1.1.1, 10.0.0.7");
  EXPECT_EQ(sent("X-Forwarded-For", with_header("X-Forwarded-For: 1.1.1.1, ::2 ")),
            "1.1.1.1, ::2, 10.0.0.7");
  EXPECT_EQ(sent("X-Forwarded-For",
                 with_header("X-Forwarded-For: 1.1.1.1\r\nX: y\r\nX-Forwarded-For: 2.2.2.2")),
            "1.1.1.1, 2.2.2.2, 10.0.0.7");
  EXPECT_EQ(sent("X-Forwarded-For", with_header("X-Forwarded-For:")), "10.0.0.7");
  ForwardingContext over_ipv6 = on_port_80();
  over_ipv6.peer_address = "::1";
  EXPECT_EQ(sent("X-Forwarded-For", with_host("a"), over_ipv6), "::1");
}

TEST(ForwardedProtoAndPort, AreTheLoadBalancersOwn) {
  EXPECT_EQ(sent("X-Forwarded-Proto", with_header("x-forwarded-proto: https")), "http");
  EXPECT_EQ(sent("X-Forwarded-Port", with_header("X-Forwarded-Port: 443")), "80");
  EXPECT_EQ(sent("X-Forwarded-Port", with_host("a"), on_port_8081()), "8081");
  EXPECT_EQ(sent("x-forwarded-proto", with_header("x-forwarded-proto: https")), "(absent)");
}

TEST(TraceId, FollowsTheTableOfTheUserGuide) {
  const std::string fresh(fresh_id);
  const auto with_id = [](std::string_view value) {
    return sent("X-Amzn-Trace-Id", with_header("x-amzn-trace-id: " + std::string(value)));
  };
  EXPECT_EQ(sent("X-Amzn-Trace-Id", with_host("a")), "Root=" + fresh);
  EXPECT_EQ(with_id("Root=1-a-b"), "Self=" + fresh + ";Root=1-a-b");
  EXPECT_EQ(with_id("Root=1-a-b;CalledFrom=app"), "Self=" + fresh + ";Root=1-a-b;CalledFrom=app");
  EXPECT_EQ(with_id("Self=1-x-y;Root=1-a-b;C=1"), "Self=" + fresh + ";Root=1-a-b;C=1");
  EXPECT_EQ(with_id("Root=1-a-b; Self=1-x-y"), "Self=" + fresh + ";Root=1-a-b");
  EXPECT_EQ(with_id("Self=1-x-y"), "Self=" + fresh);
  EXPECT_EQ(with_id("C=1"), "Root=" + fresh + ";C=1");
  EXPECT_EQ(with_id(";;"), "Root=" + fresh);
  EXPECT_EQ(with_id("Root=1-a-b\r\nX-Amzn-Trace-Id: Root=1-c-d"), "Self=" + fresh + ";Root=1-a-b");
}

TEST(TraceId, IsReplacedWhenHeadersExceed7KiB) {
  // "Host: a", CR LF, the trace id's line, CR LF, "X: " and its value.
  const std::string id = "X-Amzn-Trace-Id: Root=1-a-b";
  const std::size_t rest = 7 * 1024 - 7 - 2 - id.size() - 2 - 3;
  EXPECT_EQ(sent("X-Amzn-Trace-Id", with_header(id + "\r\nX: " + std::string(rest, 'x'))),
            "Self=" + std::string(fresh_id) + ";Root=1-a-b");
  EXPECT_EQ(sent("X-Amzn-Trace-Id", with_header(id + "\r\nX: " + std::string(rest + 1, 'x'))),
            "Root=" + std::string(fresh_id));
}

TEST(HostHeader, LosesItsPortOnDefaultPorts) {
  EXPECT_EQ(sent("Host", with_host("example.com")), "example.com");
  EXPECT_EQ(sent("Host", with_host("Example.COM:80")), "example.com");
  EXPECT_EQ(sent("Host", with_host("example.com:8080")), "example.com");  // the bound port
  EXPECT_EQ(sent("Host", with_host("example.com:")), "example.com");
  EXPECT_EQ(sent("Host", with_host("example.com:9000")), "example.com:9000");
  EXPECT_EQ(sent("Host", with_host("[::1]:8080")), "[::1]");
  EXPECT_EQ(sent("Host", with_host("[::1]")), "[::1]");
  EXPECT_EQ(sent("Host", with_host("[::1]:9000")), "[::1]:9000");
}

TEST(HostHeader, GainsThePortOnOtherPorts) {
  EXPECT_EQ(sent("Host", with_host("example.com"), on_port_8081()), "example.com:8081");
  EXPECT_EQ(sent("Host", with_host("example.com:8081"), on_port_8081()), "example.com:8081");
  EXPECT_EQ(sent("Host", with_host("example.com:16081"), on_port_8081()), "example.com:8081");
  EXPECT_EQ(sent("Host", with_host("example.com:9000"), on_port_8081()), "example.com:9000");
  EXPECT_EQ(sent("Host", with_host("[::1]"), on_port_8081()), "[::1]:8081");
}

TEST(HostHeader, ComesFromAnAbsoluteTarget) {
  EXPECT_EQ(sent("Host", "GET https://DNS_name/index.html HTTP/1.1\r\nHost: example.com\r\n\r\n"),
            "dns_name");
  EXPECT_EQ(sent("Host", "GET http://b:8080/ HTTP/1.1\r\nHost: example.com\r\n\r\n"), "b");
}

TEST(HostHeader, IsTheLoadBalancersNameForHttp10WithoutHost) {
  EXPECT_EQ(sent("Host", "GET / HTTP/1.0\r\n\r\n"), "demo-1.elb.localhost");
}

TEST(HostHeader, IsTheFirstOfSeveral) { EXPECT_EQ(sent("Host", with_header("Host: b")), "a"); }

TEST(HopByHop, HeadersStayWithTheConnection) {
  EXPECT_EQ(passed("Keep-Alive: 5\r\nProxy-Connection: x\r\nProxy-Authorization: y\r\n"
                   "TE: trailers\r\nUpgrade: h2c\r\nExpect: 100-continue\r\nA: b\r\n"),
            "A: b");
  EXPECT_EQ(passed("A: 1\r\nConnection: close, Foo,bar\r\nFOO: 2\r\nBar: 3\r\nBaz: 4\r\n"),
            "A: 1|Baz: 4");
  EXPECT_EQ(passed("Trailer: X\r\nTransfer-Encoding: chunked\r\n"), "Transfer-Encoding: chunked");
}

TEST(HopByHop, ConnectionCannotStripWhatTheLoadBalancerSends) {
  const std::string request =
      "POST / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.1.1.1\r\nContent-Length: 5\r\n"
      "Connection: Host, X-Forwarded-For, X-Forwarded-Proto, X-Forwarded-Port, Content-Length, "
      "X-Amzn-Trace-Id\r\n\r\n";
  EXPECT_EQ(sent("Host", request), "a");
  EXPECT_EQ(sent("X-Forwarded-For", request), "1.1.1.1, 10.0.0.7");
  EXPECT_EQ(sent("X-Forwarded-Proto", request), "http");
  EXPECT_EQ(sent("X-Forwarded-Port", request), "80");
  EXPECT_EQ(sent("X-Amzn-Trace-Id", request), "Root=" + std::string(fresh_id));
  EXPECT_EQ(sent("Content-Length", request), "5");
}

TEST(FramingHeaders, LeaveTheTargetOneReading) {
  EXPECT_EQ(passed("Content-Length: 5\r\n"), "Content-Length: 5");
  EXPECT_EQ(passed("content-length: 0\r\n"), "content-length: 0");
  EXPECT_EQ(passed("Content-Length: 005\r\n"), "Content-Length: 5");
  EXPECT_EQ(passed("Content-Length: 00\r\n"), "Content-Length: 0");
  EXPECT_EQ(passed("Content-Length: 5\r\nA: b\r\nContent-Length: 5\r\n"), "Content-Length: 5|A: b");
  EXPECT_EQ(passed("transfer-encoding: CHUNKED\r\n"), "Transfer-Encoding: chunked");
  EXPECT_EQ(passed("Transfer-Encoding: identity, chunked\r\n"), "Transfer-Encoding: chunked");
  EXPECT_EQ(passed("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
            "Transfer-Encoding: chunked");
  EXPECT_EQ(passed("Content-Length: 5\r\nTransfer-Encoding: identity\r\n"), "Content-Length: 5");
}

TEST(OddHeaders, PassUnlessATargetCouldTakeThemForFraming) {
  EXPECT_EQ(passed("Transfer_Encoding: chunked\r\n"), "Transfer_Encoding: chunked");
  EXPECT_EQ(passed("Content-Lengt: 5\r\nX Y: z\r\n"), "Content-Lengt: 5|X Y: z");
  EXPECT_EQ(passed("Transfer-Encoding : chunked\r\nA: b\r\n"), "A: b");
  EXPECT_EQ(passed("Content-Length\t: 5\r\nA: b\r\n"), "A: b");
  EXPECT_EQ(passed("Transfer-Encod\xc4\xb1ng: x\r\nA: \xe2\x82\xac\r\n"), "A: \xe2\x82\xac");
}

TEST(OddHeaders, GetTheColonTheyLack) {
  EXPECT_EQ(passed("A: b\r\n c d\r\nE: f\r\n"), "A: b|c d:|E: f");
  EXPECT_EQ(passed("A: b\r\n\tC: d\r\n"), "A: b|C: d");
  EXPECT_EQ(passed("no-colon\r\n"), "no-colon:");
}

TEST(OddHeaders, CannotSmuggleWhatTheLoadBalancerAnswersFor) {
  EXPECT_EQ(passed("A: b\r\n Host: c\r\n"), "A: b");
  EXPECT_EQ(passed("A: b\r\n X-Forwarded-For: 6.6.6.6\r\n"), "A: b");
  EXPECT_EQ(passed("A: b\r\n Transfer-Encoding: chunked\r\n"), "A: b");
  EXPECT_EQ(passed("A: b\r\n Content-Length : 5\r\n"), "A: b");
  EXPECT_EQ(passed("A: b\r\n Host : c\r\n"), "A: b");
  EXPECT_EQ(passed("Transfer-Encoding\r\nA: b\r\n"), "A: b");
  EXPECT_EQ(passed(": a\r\n \t\r\nA: b\r\n"), "A: b");
  EXPECT_EQ(passed("Connection: c\r\nA: b\r\n C: d\r\n"), "A: b");
  EXPECT_EQ(passed("X-Forwarded-For : 6.6.6.6\r\nHost\t: c\r\nA : b\r\n"), "A : b");
}

TEST(OddHeaders, ComeWithCrLfWhateverTheyCameWith) {
  EXPECT_EQ(passed("A: b\nC: d\r\nE: f\n"), "A: b|C: d|E: f");
  EXPECT_EQ(rewritten("GET / HTTP/1.1\nHost: a\nA: b\n\n"),
            rewritten("GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n\r\n"));
}

}  // namespace
}  // namespace cutover::lb::http

#include "lb/http/request_head.hpp"

#include <gtest/gtest.h>

#include "tests/lb/http/render.hpp"

namespace cutover::lb::http {
namespace {

using namespace std::string_view_literals;

struct Case {
  std::string_view bytes;
  std::string_view rendered;
};

template <std::size_t N>
void expect_all(const Case (&cases)[N]) {
  for (const Case& c : cases) EXPECT_EQ(scanned_request(c.bytes), c.rendered) << c.bytes;
}

TEST(RequestHead, SplitsTheRequestLine) {
  expect_all({
      {"GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1"},
      {"POST /a/b?x=1&y=2 HTTP/1.1\r\n\r\n", "POST /a/b?x=1&y=2 HTTP/1.1"},
      {"GET /? HTTP/1.1\r\n\r\n", "GET /? HTTP/1.1"},
      {"GET /a?b?c HTTP/1.0\r\n\r\n", "GET /a?b?c HTTP/1.0"},
      {"PURGE /x HTTP/1.1\r\n\r\n", "PURGE /x HTTP/1.1"},
      {"OPTIONS * HTTP/1.1\r\n\r\n", "OPTIONS * HTTP/1.1"},
      {"GET /x HTTP/1.7\r\n\r\n", "GET /x HTTP/1.7 [odd]"},
      {"GET /x HTTP/2.0\r\n\r\n", "GET /x HTTP/2.0 [odd]"},
      {"GET /x http/1.1\r\n\r\n", "GET /x http/1.1 [odd]"},
      {"GET /x\xc3\xa9 HTTP/1.1\r\n\r\n", "GET /x\xc3\xa9 HTTP/1.1 [odd]"},
  });
}

TEST(RequestHead, RecordsOddRequestLinesAsTheyStand) {
  expect_all({
      {"GET /a b HTTP/1.1\r\n\r\n", "GET /a b HTTP/1.1 [odd]"},
      {"GET /a\tb HTTP/1.1\r\n\r\n", "GET /a\tb HTTP/1.1 [odd]"},
      {"GET  /a HTTP/1.1\r\n\r\n", "GET /a HTTP/1.1 [extra-spaces odd]"},
      {"GET /a  HTTP/1.1\r\n\r\n", "GET /a HTTP/1.1 [extra-spaces odd]"},
      {"GET /a HTTP/1.1 \r\n\r\n", "GET /a HTTP/1.1 [extra-spaces odd]"},
      {"GET HTTP/1.1\r\n\r\n", "GET  HTTP/1.1 [odd]"},
      {"GET  HTTP/1.1\r\n\r\n", "GET  HTTP/1.1 [odd]"},
      {" / HTTP/1.1\r\n\r\n", " / HTTP/1.1 [odd]"},
      {"G@T / HTTP/1.1\r\n\r\n", "G@T / HTTP/1.1 [odd]"},
      {"GET /\x01 HTTP/1.1\r\n\r\n", "GET /\x01 HTTP/1.1 [odd]"},
      {"GET /a\rb HTTP/1.1\r\n\r\n", "GET /a\rb HTTP/1.1 [odd]"},
      {"GET /a\0b HTTP/1.1\r\n\r\n"sv, "GET /a\0b HTTP/1.1 [odd]"sv},
  });
}

TEST(RequestHead, IsCompleteAfterTheLineOfAnHttp09Request) {
  expect_all({
      {"GET /\r\n", "GET / - [odd]"},
      {"GET /x\n", "GET /x - [bare-lf odd]"},
      {"GET\r\n", "GET  - [odd]"},
      {"GET / HTTP/0.9\r\n", "incomplete"},
      {"GET / HTTP/0.9\r\n\r\n", "GET / HTTP/0.9 [odd]"},
  });
}

TEST(RequestHead, FindsAuthorityAndPathOfAbsoluteTargets) {
  expect_all({
      {"GET http://a.b/x?y HTTP/1.1\r\n\r\n", "GET /x?y HTTP/1.1 [authority=a.b]"},
      {"GET HTTPS://A.B:81/x HTTP/1.1\r\n\r\n", "GET /x HTTP/1.1 [authority=A.B:81]"},
      {"GET http://a.b HTTP/1.1\r\n\r\n", "GET / HTTP/1.1 [authority=a.b]"},
      {"GET http://a.b?q HTTP/1.1\r\n\r\n", "GET /?q HTTP/1.1 [authority=a.b]"},
      {"GET http://u:p@a.b/x HTTP/1.1\r\n\r\n", "GET /x HTTP/1.1 [authority=a.b]"},
      {"GET http:///x HTTP/1.1\r\n\r\n", "GET /x HTTP/1.1"},
      {"GET ftp://a.b/x HTTP/1.1\r\n\r\n", "GET ftp://a.b/x HTTP/1.1"},
      {"CONNECT a.b:443 HTTP/1.1\r\n\r\n", "CONNECT a.b:443 HTTP/1.1"},
  });
}

TEST(RequestHead, TrimsValuesAndRecognisesNamesInAnyCase) {
  expect_all({
      {"GET / HTTP/1.1\r\nhOsT: a\r\nX:  b c \t \r\n\r\n", "GET / HTTP/1.1 hOsT:a* X:b c"},
      {"GET / HTTP/1.1\r\nA:\r\nB: \r\n\r\n", "GET / HTTP/1.1 A: B:"},
      {"GET / HTTP/1.1\r\nA:b:c\r\n\r\n", "GET / HTTP/1.1 A:b:c"},
      {"GET / HTTP/1.1\r\nX_Y: \t1\t2\t\r\n\r\n", "GET / HTTP/1.1 X_Y:1\t2"},
      {"GET / HTTP/1.1\r\nX Y: 1\r\n\r\n", "GET / HTTP/1.1 X Y:1"},
  });
}

TEST(RequestHead, RecognisesEachKnownName) {
  for (const std::string_view name :
       {"Host", "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "TE",
        "Trailer", "Transfer-Encoding", "Content-Length", "Upgrade", "Expect", "X-Forwarded-For",
        "X-Forwarded-Proto", "X-Forwarded-Port", "X-Amzn-Trace-Id", "User-Agent", "Server",
        "Date"}) {
    std::string lower_case(name);
    for (char& c : lower_case) c = static_cast<char>(std::tolower(c));
    for (const std::string& spelled : {std::string(name), lower_case}) {
      RequestHead head;
      ASSERT_EQ(scan_request_head("GET / HTTP/1.1\r\n" + spelled + ": 1\r\n\r\n", 0, head),
                ScanStatus::complete);
      EXPECT_NE(head.headers.at(0).known, Known::other) << spelled;
      for (std::size_t i = 0; i < spelled.size(); ++i) {
        std::string other = spelled;
        other[i] = other[i] == 'q' ? 'z' : 'q';
        ASSERT_EQ(scan_request_head("GET / HTTP/1.1\r\n" + other + ": 1\r\n\r\n", 0, head),
                  ScanStatus::complete);
        if (name == "Proxy-Connection" || name == "Proxy-Authorization") break;
        EXPECT_EQ(head.headers.at(0).known, Known::other) << other;
      }
    }
  }
}

TEST(RequestHead, DerivesWhatTheProxyAsks) {
  expect_all({
      {"GET / HTTP/1.1\r\nConnection: Keep-Alive\r\n\r\n",
       "GET / HTTP/1.1 Connection:Keep-Alive* [keep-alive]"},
      {"GET / HTTP/1.1\r\nConnection: foo,, CLOSE\r\n\r\n",
       "GET / HTTP/1.1 Connection:foo,, CLOSE* [close]"},
      {"GET / HTTP/1.1\r\nConnection: upgrade\r\nConnection: close\r\n\r\n",
       "GET / HTTP/1.1 Connection:upgrade* Connection:close* [close upgrade]"},
      {"PUT / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 5\r\n\r\n",
       "PUT / HTTP/1.1 Expect:100-Continue* Content-Length:5* [length=5 continue]"},
      {"PUT / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n", "PUT / HTTP/1.0 Expect:100-continue*"},
      {"PUT / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n",
       "PUT / HTTP/1.1 Transfer-Encoding:Chunked* [chunked]"},
      {"PUT / HTTP/1.1\r\nTransfer-Encoding: identity\r\n\r\n",
       "PUT / HTTP/1.1 Transfer-Encoding:identity* [odd]"},
      {"PUT / HTTP/1.1\r\nTransfer-Encoding: identity, chunked\r\n\r\n",
       "PUT / HTTP/1.1 Transfer-Encoding:identity, chunked* [chunked odd]"},
      {"PUT / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
       "PUT / HTTP/1.1 Transfer-Encoding:gzip, chunked* [odd]"},
      {"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked, identity\r\n\r\n",
       "PUT / HTTP/1.1 Transfer-Encoding:chunked, identity* [odd]"},
      {"PUT / HTTP/1.1\r\nContent-Length: 18446744073709551615\r\n\r\n",
       "PUT / HTTP/1.1 Content-Length:18446744073709551615* [length=18446744073709551615]"},
      {"PUT / HTTP/1.1\r\nContent-Length: 18446744073709551616\r\n\r\n",
       "PUT / HTTP/1.1 Content-Length:18446744073709551616* [odd]"},
      {"PUT / HTTP/1.1\r\nContent-Length: +5\r\n\r\n", "PUT / HTTP/1.1 Content-Length:+5* [odd]"},
      {"PUT / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
       "PUT / HTTP/1.1 Content-Length:5* Content-Length:5* [length=5 odd]"},
      {"PUT / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
       "PUT / HTTP/1.1 Content-Length:5* Content-Length:6* [odd]"},
  });
}

TEST(RequestHead, TakesTheFirstOfSeveralHosts) {
  RequestHead head;
  scan_request_head("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nUser-Agent: u\r\n\r\n", 0, head);
  EXPECT_EQ(head.host, "a");
  EXPECT_EQ(head.user_agent, "u");
  scan_request_head("GET / HTTP/1.1\r\nHost:\r\nHost: b\r\n\r\n", 0, head);
  EXPECT_EQ(head.host, "");
  EXPECT_EQ(head.user_agent, "");
}

TEST(RequestHead, RecordsOddHeaderLines) {
  expect_all({
      {"GET / HTTP/1.1\r\nA: b\r\n  c: d\r\n\r\n", "GET / HTTP/1.1 A:b c:d [odd]"},
      {"GET / HTTP/1.1\r\nA: b\r\n\tHost: d\r\n\r\n", "GET / HTTP/1.1 A:b Host:d [odd]"},
      {"GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", "GET / HTTP/1.1 A:b c: [odd]"},
      {"GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / HTTP/1.1 no colon: [odd]"},
      {"GET / HTTP/1.1\r\nHost\r\n\r\n", "GET / HTTP/1.1 Host: [odd]"},
      {"GET / HTTP/1.1\r\n: x\r\n\r\n", "GET / HTTP/1.1 :x [odd]"},
      {"GET / HTTP/1.1\r\n  \r\n\r\n", "GET / HTTP/1.1 : [odd]"},
      {"GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", "GET / HTTP/1.1 A:b\rc [odd]"},
      {"GET / HTTP/1.1\r\nA: b\r\r\n\r\n", "GET / HTTP/1.1 A:b\r [odd]"},
      {"GET / HTTP/1.1\r\nA: \0b\r\n\r\n"sv, "GET / HTTP/1.1 A:\0b [odd]"sv},
      {"GET / HTTP/1.1\r\nA: \x7f\r\n\r\n", "GET / HTTP/1.1 A:\x7f [odd]"},
      {"GET / HTTP/1.1\r\nA: \xe2\x82\xac\r\n\r\n", "GET / HTTP/1.1 A:\xe2\x82\xac [odd]"},
      {"GET / HTTP/1.1\r\nA\t: b\r\n\r\n", "GET / HTTP/1.1 A\t:b [odd]"},
      {"GET / HTTP/1.1\r\nTransfer_Encoding: x\r\n\r\n",
       "GET / HTTP/1.1 Transfer_Encoding:x [odd]"},
      {"GET / HTTP/1.1\r\nContent-Length : 1\r\n\r\n", "GET / HTTP/1.1 Content-Length :1 [odd]"},
  });
}

TEST(RequestHead, AcceptsBareLineFeedsAndSaysSo) {
  expect_all({
      {"GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1 Host:a* [bare-lf odd]"},
      {"GET / HTTP/1.1\r\nHost: a\n\r\n", "GET / HTTP/1.1 Host:a* [bare-lf odd]"},
      {"GET / HTTP/1.1\r\nHost: a\r\n\n", "GET / HTTP/1.1 Host:a* [bare-lf odd]"},
  });
}

TEST(RequestHead, EndsWhereItsEmptyLineEnds) {
  RequestHead head;
  const std::string_view bytes = "\r\n\nGET / HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\n\r\n";
  ASSERT_EQ(scan_request_head(bytes, 0, head), ScanStatus::complete);
  EXPECT_EQ(bytes.substr(head.length), "GET /2 HTTP/1.1\r\n\r\n");
  EXPECT_EQ(render(head), "GET / HTTP/1.1 Host:a*");
}

TEST(RequestHead, ForgetsTheEarlierRequest) {
  RequestHead head;
  scan_request_head("POST http://a/?q HTTP/1.0\nContent-Length: 5\nConnection: close, x\n\n", 0,
                    head);
  scan_request_head("GET / HTTP/1.1\r\nB: c\r\n\r\n", 0, head);
  EXPECT_EQ(render(head), "GET / HTTP/1.1 B:c");
  EXPECT_EQ(head.connection_options, 0U);
}

}  // namespace
}  // namespace cutover::lb::http

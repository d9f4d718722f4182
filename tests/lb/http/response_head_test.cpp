#include "lb/http/response_head.hpp"

#include <gtest/gtest.h>

#include "tests/lb/http/render.hpp"

namespace cutover::lb::http {
namespace {

using namespace std::string_view_literals;

struct Case {
  std::string_view bytes;
  std::string_view rendered;
};

/// Lines are read in larger pieces while more bytes follow them.
const std::string body(64, 'b');

template <std::size_t N>
void expect_all(const Case (&cases)[N]) {
  for (const Case& c : cases) {
    EXPECT_EQ(scanned_response(c.bytes), c.rendered) << c.bytes;
    EXPECT_EQ(scanned_response(std::string(c.bytes) + body), c.rendered) << c.bytes;
  }
}

/// Each line is the header part of a 200 response.
template <std::size_t N>
void expect_malformed(const std::string_view (&headers)[N]) {
  for (const std::string_view h : headers) {
    const std::string bytes = "HTTP/1.1 200 OK\r\n" + std::string(h) + "\r\n";
    EXPECT_EQ(scanned_response(bytes), "malformed") << h;
    EXPECT_EQ(scanned_response(bytes + body), "malformed") << h;
  }
}

TEST(ResponseHead, SplitsTheStatusLine) {
  expect_all({
      {"HTTP/1.1 200 OK\r\n\r\n", "1.1 200 'OK'"},
      {"HTTP/1.0 404 Not Found\r\n\r\n", "1.0 404 'Not Found'"},
      {"HTTP/1.1 200 \r\n\r\n", "1.1 200 ''"},
      {"HTTP/1.1 200\r\n\r\n", "1.1 200 ''"},
      {"HTTP/1.1 999 \xc3\xa9\tx\r\n\r\n", "1.1 999 '\xc3\xa9\tx'"},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "1.1 100 'Continue'"},
  });
}

TEST(ResponseHead, RefusesOtherStatusLines) {
  for (const std::string_view line :
       {"HTTP/2.0 200 OK"sv, "HTTP/1.2 200 OK"sv, "http/1.1 200 OK"sv, "HTTP/1.1  200 OK"sv,
        "HTTP/1.1 20 OK"sv, "HTTP/1.1 2000 OK"sv, "HTTP/1.1 099 OK"sv, "HTTP/1.1 2x0 OK"sv,
        "HTTP/1.1 +20 OK"sv, "HTTP/1.1\t200 OK"sv, "HTTP/1.1 200\tOK"sv, "HTTP/1.1 200 O\0K"sv,
        "HTTP/1.1 200 O\rK"sv, "HTTP/1.1 200 O\x01K"sv, "HTTP/1.1"sv, ""sv, "SSH-2.0-x"sv}) {
    EXPECT_EQ(scanned_response(std::string(line) + "\r\n\r\n"), "malformed") << line;
  }
  EXPECT_EQ(scanned_response("\r\nHTTP/1.1 200 OK\r\n\r\n"), "malformed");
}

TEST(ResponseHead, TellsAnotherProtocolBeforeItsLineEnds) {
  EXPECT_EQ(scanned_response(""), "incomplete");
  EXPECT_EQ(scanned_response("HT"), "incomplete");
  EXPECT_EQ(scanned_response("HTTP/1.1 2"), "incomplete");
  EXPECT_EQ(scanned_response("SS"), "malformed");
  EXPECT_EQ(scanned_response("HTTP/2"), "malformed");
  EXPECT_EQ(scanned_response("HTTP/1.1 200 OK\r\nbad line\r\n"), "malformed");
}

TEST(ResponseHead, ReadsHeaders) {
  expect_all({
      {"HTTP/1.1 200 OK\r\nContent-Type:text/plain\r\nX-Y:  z \t\r\n\r\n",
       "1.1 200 'OK' Content-Type:text/plain X-Y:z"},
      {"HTTP/1.1 200 OK\r\ndate: now\r\nconnection: Close\r\ncontent-length: 12\r\n\r\n",
       "1.1 200 'OK' date:now* connection:Close* content-length:12* [length=12 close date]"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\nConnection: keep-alive\r\n\r\n",
       "1.1 200 'OK' Transfer-Encoding:Chunked* Connection:keep-alive* [chunked keep-alive]"},
      {"HTTP/1.1 200 OK\r\nX: \xe2\x82\xac\t\r\nEmpty:\r\n\r\n",
       "1.1 200 'OK' X:\xe2\x82\xac Empty:"},
  });
}

TEST(ResponseHead, RefusesHeadersThatAreNotPlain) {
  expect_malformed({
      "no colon\r\n",
      ": empty name\r\n",
      "A : b\r\n",
      "A b: c\r\n",
      "A(b: c\r\n",
      "A\xc3\xa9: c\r\n",
      "A: b\r\n folded\r\n",
      " A: b\r\n",
      "A: b\n",
      "A: b\r\r\n",
      "A: b\rc\r\n",
      "A: \0b\r\n"sv,
      "A: \x01\r\n",
      "A: \x7f\r\n",
      "Content\rLength: 5\r\n",
      "Proxy-(a: b\r\n",
  });
  EXPECT_EQ(scanned_response("HTTP/1.1 200 OK\nA: b\n\n"), "malformed");
  EXPECT_EQ(scanned_response("HTTP/1.1 200 OK\r\nA: b\r\n\n"), "malformed");
}

TEST(ResponseHead, ReadsALineLikeAnyOtherWhereverItEnds) {
  for (std::size_t name_size = 1; name_size < 40; ++name_size) {
    for (std::size_t value_size = 0; value_size < 40; ++value_size) {
      const std::string name(name_size, 'n');
      const std::string value(value_size, 'v');
      const std::string line = name + ": " + value + "\r\n";
      const std::string rest = "Content-Length: 3\r\n\r\n";
      EXPECT_EQ(scanned_response("HTTP/1.1 200 OK\r\n" + line + rest),
                "1.1 200 'OK' " + name + ":" + value + " Content-Length:3* [length=3]");
      for (const std::string_view bad : {"\x7f", "\r", "\n", "\x01"}) {
        const std::string spoilt = name + ": " + value + std::string(bad) + "\r\n";
        EXPECT_EQ(scanned_response("HTTP/1.1 200 OK\r\n" + spoilt + rest), "malformed") << spoilt;
      }
    }
  }
}

TEST(ResponseHead, RefusesConflictingFraming) {
  expect_malformed({
      "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
      "Content-Length: 5\r\nContent-Length: 5\r\n",
      "Content-Length: 5\r\nContent-Length: 6\r\n",
      "Content-Length: 5, 5\r\n",
      "Content-Length: 5x\r\n",
      "Content-Length: -1\r\n",
      "Content-Length:\r\n",
      "Content-Length: 18446744073709551616\r\n",
      "Transfer-Encoding: gzip, chunked\r\n",
      "Transfer-Encoding: identity\r\n",
      "Transfer-Encoding: chunked, chunked\r\n",
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
      "Transfer-Encoding:\r\n",
      "Transfer_Encoding: chunked\r\n",
      "Content-Length1: 5\r\n",
  });
  EXPECT_EQ(scanned_response("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), "malformed");
}

TEST(ResponseHead, RefusesBodiesWhereThereAreNone) {
  expect_all({
      {"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
       "1.1 204 'No Content' Content-Length:0* [length=0]"},
      {"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", "malformed"},
      {"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", "malformed"},
      {"HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\n", "malformed"},
      {"HTTP/1.1 100 Continue\r\nTransfer-Encoding: chunked\r\n\r\n", "malformed"},
      {"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
       "1.1 304 'Not Modified' Content-Length:5* [length=5]"},
  });
}

TEST(ResponseHead, EndsWhereItsEmptyLineEnds) {
  ResponseHead head;
  const std::string_view bytes = "HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody\r\n\r\n";
  ASSERT_EQ(scan_response_head(bytes, 0, head), ResponseScanStatus::complete);
  EXPECT_EQ(bytes.substr(head.length), "body\r\n\r\n");
}

}  // namespace
}  // namespace cutover::lb::http

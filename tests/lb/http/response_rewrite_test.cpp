#include <gtest/gtest.h>

#include <string>

#include "lb/http/rewrite.hpp"

namespace cutover::lb::http {
namespace {

constexpr std::string_view now = "Sun, 06 Nov 1994 08:49:37 GMT";

std::string rewritten(std::string_view bytes, ResponseContext context = {}) {
  if (context.date.empty()) context.date = now;
  ResponseHead head;
  EXPECT_EQ(scan_response_head(bytes, 0, head), ResponseScanStatus::complete) << bytes;
  std::string out = "before|";
  append_response_head(head, context, out);
  return out.substr(7);
}

TEST(ResponseRewrite, PassesStatusAndHeaders) {
  EXPECT_EQ(rewritten("HTTP/1.1 201 Made Up\r\n"
                      "Server: forum\r\n"
                      "Date: yesterday\r\n"
                      "set-cookie: a=1\r\n"
                      "Set-Cookie:  b=2 \r\n"
                      "Content-Length: 5\r\n"
                      "\r\n"),
            "HTTP/1.1 201 Made Up\r\n"
            "Server: forum\r\n"
            "Date: yesterday\r\n"
            "set-cookie: a=1\r\n"
            "Set-Cookie:  b=2 \r\n"
            "Content-Length: 5\r\n"
            "Connection: keep-alive\r\n"
            "\r\n");
}

TEST(ResponseRewrite, AddsAMissingDate) {
  EXPECT_EQ(rewritten("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Connection: keep-alive\r\n\r\n");
}

TEST(ResponseRewrite, SpeaksForItsOwnConnection) {
  const std::string_view bytes =
      "HTTP/1.1 200 OK\r\nDate: x\r\nConnection: close, X-Hop\r\nKeep-Alive: timeout=5\r\n"
      "X-Hop: 1\r\nProxy-Connection: x\r\nUpgrade: h2c\r\nContent-Length: 0\r\n\r\n";
  EXPECT_EQ(rewritten(bytes),
            "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(rewritten(bytes, {.keep_alive = false}),
            "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST(ResponseRewrite, KeepsFramingThatConnectionNames) {
  EXPECT_EQ(rewritten("HTTP/1.1 200 OK\r\nDate: x\r\nConnection: Content-Length\r\n"
                      "Content-Length: 0\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
}

TEST(ResponseRewrite, PassesChunkedFramingOrDropsIt) {
  const std::string_view bytes =
      "HTTP/1.1 200 OK\r\nDate: x\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n";
  EXPECT_EQ(rewritten(bytes),
            "HTTP/1.1 200 OK\r\nDate: x\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n"
            "Connection: keep-alive\r\n\r\n");
  EXPECT_EQ(rewritten(bytes, {.client_minor_version = 0, .drop_framing = true}),
            "HTTP/1.1 200 OK\r\nDate: x\r\nConnection: close\r\n\r\n");
}

TEST(ResponseRewrite, NamesTheTargetGroupWhenAsked) {
  EXPECT_EQ(rewritten("HTTP/1.1 200 OK\r\nDate: x\r\n\r\n", {.label = "users"}),
            "HTTP/1.1 200 OK\r\nDate: x\r\nX-Cutover-Target-Group: users\r\n"
            "Connection: keep-alive\r\n\r\n");
}

TEST(ResponseRewrite, LeavesInterimResponsesAlone) {
  EXPECT_EQ(rewritten("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", {.label = "users"}),
            "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
}

TEST(ResponseRewrite, KeepsAMissingReasonMissing) {
  EXPECT_EQ(rewritten("HTTP/1.1 299\r\nDate: x\r\n\r\n"),
            "HTTP/1.1 299 \r\nDate: x\r\nConnection: keep-alive\r\n\r\n");
}

}  // namespace
}  // namespace cutover::lb::http

// ALB user guide, quotas: request line 16 K, one header 16 K, all request headers 64 K, all
// response headers 32 K. A sender learns of it even if it never ends its head.

#include <gtest/gtest.h>

#include "tests/lb/http/render.hpp"

namespace cutover::lb::http {
namespace {

std::string filled(std::string_view start, std::string_view end, std::size_t length) {
  return std::string(start) + std::string(length - start.size() - end.size(), 'x') +
         std::string(end);
}

std::string request_status(const std::string& bytes) {
  RequestHead head;
  return std::string(to_string(scan_request_head(bytes, 0, head)));
}

std::string response_status(const std::string& bytes) {
  ResponseHead head;
  return std::string(to_string(scan_response_head(bytes, 0, head)));
}

TEST(Limits, RequestLineMayHave16KiB) {
  const std::string most = filled("GET /", " HTTP/1.1", request_line_bytes_most);
  const std::string over = filled("GET /", " HTTP/1.1", request_line_bytes_most + 1);
  EXPECT_EQ(request_status(most + "\r\n\r\n"), "complete");
  EXPECT_EQ(request_status(most + "\n\n"), "complete");
  EXPECT_EQ(request_status(most), "incomplete");
  EXPECT_EQ(request_status(most + "\r"), "incomplete");
  EXPECT_EQ(request_status(over + "\r\n\r\n"), "line_too_long");
  EXPECT_EQ(request_status(over), "line_too_long");
}

TEST(Limits, OneHeaderMayHave16KiB) {
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\n";
  const std::string most = filled("A: ", "", header_bytes_most);
  EXPECT_EQ(request_status(start + most + "\r\n\r\n"), "complete");
  EXPECT_EQ(request_status(start + most + "\r"), "incomplete");
  EXPECT_EQ(request_status(start + most + "x\r\n\r\n"), "headers_too_large");
  EXPECT_EQ(request_status(start + most + "x"), "headers_too_large");
}

TEST(Limits, AllRequestHeadersMayHave64KiB) {
  const std::string line = filled("A: ", "\r\n", 8192);
  std::string headers;
  for (int i = 0; i < 7; ++i) headers += line;
  const std::string start = "GET / HTTP/1.1\r\n";
  EXPECT_EQ(request_status(start + headers + filled("A: ", "", 8192) + "\r\n\r\n"), "complete");
  EXPECT_EQ(request_status(start + headers + filled("A: ", "", 8192)), "incomplete");
  EXPECT_EQ(request_status(start + headers + filled("A: ", "", 8193)), "headers_too_large");
  EXPECT_EQ(request_status(start + headers + filled("A: ", "", 8193) + "\r\n\r\n"),
            "headers_too_large");
}

TEST(Limits, RequestMayHave512HeaderLines) {
  std::string bytes = "GET / HTTP/1.1\r\n";
  for (std::size_t i = 0; i < header_count_most; ++i) bytes += "A: b\r\n";
  EXPECT_EQ(request_status(bytes + "\r\n"), "complete");
  EXPECT_EQ(request_status(bytes + "A: b\r\n"), "incomplete");
  EXPECT_EQ(request_status(bytes + "A: b\r\n\r\n"), "headers_too_large");
}

TEST(Limits, EmptyLinesBeforeARequestAreFew) {
  RequestHead head;
  std::string blank;
  for (int i = 0; i < 32; ++i) blank += "\r\n";
  const std::string bytes = blank + "GET / HTTP/1.1\r\n\r\n";
  EXPECT_EQ(scan_request_head(bytes, 0, head), ScanStatus::complete);
  EXPECT_EQ(head.method, "GET");
  EXPECT_EQ(scan_request_head(blank, 0, head), ScanStatus::incomplete);
  EXPECT_EQ(scan_request_head(blank + "\r\n", 0, head), ScanStatus::complete);
  EXPECT_EQ(head.method, "");
}

TEST(Limits, ResponseHeadMayHave32KiB) {
  const std::string start = "HTTP/1.1 200 OK\r\n";
  const std::string most = filled(start + "A: ", "\r\n\r\n", response_headers_bytes_most);
  const std::string over = filled(start + "A: ", "\r\n\r\n", response_headers_bytes_most + 1);
  EXPECT_EQ(response_status(most), "complete");
  EXPECT_EQ(response_status(most + "body"), "complete");
  EXPECT_EQ(response_status(over), "too_large");
  EXPECT_EQ(response_status(filled(start + "A: ", "", response_headers_bytes_most)), "incomplete");
  EXPECT_EQ(response_status(filled(start + "A: ", "", response_headers_bytes_most + 1)),
            "too_large");
}

TEST(Limits, ResponseMayHave512HeaderLines) {
  std::string bytes = "HTTP/1.1 200 OK\r\n";
  for (std::size_t i = 0; i < header_count_most; ++i) bytes += "A: b\r\n";
  EXPECT_EQ(response_status(bytes + "\r\n"), "complete");
  EXPECT_EQ(response_status(bytes + "A: b\r\n"), "too_large");
}

}  // namespace
}  // namespace cutover::lb::http

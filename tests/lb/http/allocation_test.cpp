// The data plane's promise: once buffers have grown, a request's heads cost no allocation.

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <string>

#include "lb/http/body.hpp"
#include "lb/http/classification.hpp"
#include "lb/http/rewrite.hpp"

namespace {
thread_local std::size_t allocations = 0;
}

void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace cutover::lb::http {
namespace {

TEST(Allocation, HeadsCostNoneInSteadyState) {
  const std::string request =
      "POST http://a.b/x?y HTTP/1.1\r\nHost: a\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\n"
      "X-Forwarded-For: 1.1.1.1\r\nX-Amzn-Trace-Id: Root=1-a-b;C=d\r\nContent-Length: 5\r\n"
      " folded\r\nX: \xe2\x82\xac\r\n\r\n";
  const std::string response =
      "HTTP/1.1 200 OK\r\nServer: x\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n";
  const ForwardingContext forwarding{
      .peer_address = "127.0.0.1",
      .listener_port_text = "80",
      .dns_name = "demo",
      .trace_id = "1-5759e988-bd862e3fe1be46a994272793",
      .handling = {.client_port_in_forwarded_for = true, .drop_invalid_header_fields = true}};
  const ResponseHandling handling{.server_header = false,
                                  .inserted_lines = "X-Frame-Options: DENY\r\n",
                                  .overridden = {"x-frame-options"}};
  RequestHead request_head;
  ResponseHead response_head;
  std::string out;
  const auto converse = [&] {
    std::string_view trace_id;
    EXPECT_EQ(scan_request_head(request, 0, request_head), ScanStatus::complete);
    EXPECT_EQ(admit(request_head, classify(request_head)).refused_status, 0);
    out.clear();
    append_request_head(request_head, forwarding, out, trace_id);
    EXPECT_EQ(scan_response_head(response, 0, response_head), ResponseScanStatus::complete);
    out.clear();
    append_response_head(response_head,
                         {.date = "Sun, 06 Nov 1994 08:49:37 GMT", .handling = &handling}, out);
    Body body = Body::of_response(response_head, request_head.method);
    EXPECT_FALSE(body.consume("5\r\nhello\r\n0\r\n\r\n").malformed);
    out.clear();
    append_own_response({.status = 503, .date = "Sun, 06 Nov 1994 08:49:37 GMT"}, out);
  };
  converse();
  const std::size_t before = allocations;
  for (int i = 0; i < 10; ++i) converse();
  EXPECT_EQ(allocations, before);
}

}  // namespace
}  // namespace cutover::lb::http

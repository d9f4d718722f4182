// Response heads: pieces and whole agree, views lie in the buffer, and what is sent to a client has
// the framing that was understood here.

#include <cstdint>
#include <string>
#include <string_view>

#include "lb/http/body.hpp"
#include "lb/http/rewrite.hpp"
#include "tests/fuzz/head_checks.hpp"

namespace cutover::lb::http {
namespace {

void check_sent(const ResponseHead& head, bool drop_framing) {
  const ResponseHandling handling{.server_header = head.length % 2 == 0,
                                  .inserted_lines = "X-Frame-Options: DENY\r\n",
                                  .overridden = {"x-frame-options"}};
  std::string out;
  append_response_head(head,
                       {.drop_framing = drop_framing,
                        .date = "Sun, 06 Nov 1994 08:49:37 GMT",
                        .label = "g",
                        .handling = &handling,
                        .extra_lines = "Set-Cookie: AWSALB=x\r\n"},
                       out);
  ResponseHead sent;
  const ResponseScanStatus status = scan_response_head(out, 0, sent);
  // What is added can exceed the limits that the response itself just kept.
  if (status == ResponseScanStatus::too_large) return;
  require(status == ResponseScanStatus::complete && sent.length == out.size());
  require(sent.status == head.status && sent.reason == head.reason);
  require(sent.content_length == head.content_length);
  require(sent.chunked == (head.chunked && !drop_framing));
  require(Body::of_response(sent, "HEAD").complete());
}

void check(std::string_view bytes) {
  ResponseHead head;
  const ResponseScanStatus status = scan_response_head(bytes, 0, head);
  const std::string whole = status == ResponseScanStatus::complete ? render(head) : "";
  check_pieces(bytes, status, whole, scan_response_head);
  if (status != ResponseScanStatus::complete) return;
  const std::string_view own = bytes.substr(0, head.length);
  require_inside(head.reason, own);
  require_inside(head.headers, own);
  check_sent(head, false);
  check_sent(head, true);
}

}  // namespace
}  // namespace cutover::lb::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  cutover::lb::http::check(bytes);
  return 0;
}

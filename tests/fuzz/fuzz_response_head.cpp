// Response heads: pieces and whole agree, views lie in the buffer, and what is sent to a client has
// the framing that was understood here.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "lb/http/body.hpp"
#include "lb/http/rewrite.hpp"
#include "tests/lb/http/render.hpp"

namespace cutover::lb::http {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void require_inside(std::string_view view, std::string_view bytes) {
  require(view.empty() || (view.data() >= bytes.data() &&
                           view.data() + view.size() <= bytes.data() + bytes.size()));
}

void check_pieces(std::string_view bytes, ResponseScanStatus whole_status,
                  const std::string& whole) {
  const std::size_t step = 1 + bytes.size() % 7;
  ResponseScanStatus status = ResponseScanStatus::incomplete;
  ResponseHead head;
  for (std::size_t searched = 0;
       status == ResponseScanStatus::incomplete && searched < bytes.size();) {
    const std::size_t arrived = std::min(searched + step, bytes.size());
    const std::string piece(bytes.substr(0, arrived));
    status = scan_response_head(piece, searched, head);
    searched = arrived;
    if (status == ResponseScanStatus::complete) require(render(head) == whole);
  }
  require(status == whole_status);
}

void check_sent(const ResponseHead& head, bool drop_framing) {
  std::string out;
  append_response_head(
      head, {.drop_framing = drop_framing, .date = "Sun, 06 Nov 1994 08:49:37 GMT", .label = "g"},
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
  check_pieces(bytes, status, whole);
  if (status != ResponseScanStatus::complete) return;
  const std::string_view own = bytes.substr(0, head.length);
  require_inside(head.reason, own);
  for (const HeaderLine& header : head.headers) {
    require_inside(header.line, own);
    require_inside(header.name, header.line);
    require_inside(header.value, header.line);
  }
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

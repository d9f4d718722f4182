// Request heads: pieces and whole agree, views lie in the buffer, every head has a class, and what
// is sent to a target reads there as it was understood here.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "lb/http/body.hpp"
#include "lb/http/classification.hpp"
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

void check_views(const RequestHead& head, std::string_view bytes) {
  const std::string_view own = bytes.substr(0, head.length);
  for (const std::string_view view :
       {head.method, head.target, head.version, head.host, head.absolute_authority, head.path,
        head.query, head.user_agent, head.trace_id}) {
    require_inside(view, own);
  }
  for (const HeaderLine& header : head.headers) {
    require_inside(header.line, own);
    require_inside(header.name, header.line);
    require_inside(header.value, header.line);
  }
}

void check_pieces(std::string_view bytes, ScanStatus whole_status, const std::string& whole) {
  const std::size_t step = 1 + bytes.size() % 7;
  ScanStatus status = ScanStatus::incomplete;
  RequestHead head;
  for (std::size_t searched = 0; status == ScanStatus::incomplete && searched < bytes.size();) {
    const std::size_t arrived = std::min(searched + step, bytes.size());
    const std::string piece(bytes.substr(0, arrived));
    status = scan_request_head(piece, searched, head);
    searched = arrived;
    if (status == ScanStatus::complete) require(render(head) == whole);
  }
  require(status == whole_status);
}

void check_class(const RequestHead& head, const Classification& classification) {
  require((classification.tier == Tier::compliant) == classification.reason.empty());
  if (head.plain) {
    RequestHead looked_at = head;
    looked_at.plain = false;
    require(classify(looked_at).tier == Tier::compliant);
  }
}

void check_forwarded(const RequestHead& head) {
  const ForwardingContext context{.peer_address = "127.0.0.1",
                                  .listener_port = 81,
                                  .bound_port = 8081,
                                  .listener_port_text = "81",
                                  .dns_name = "demo",
                                  .trace_id = "1-5759e988-bd862e3fe1be46a994272793"};
  std::string out;
  std::string_view trace_id;
  append_request_head(head, context, out, trace_id);
  RequestHead sent;
  const ScanStatus status = scan_request_head(out, 0, sent);
  // What is added can exceed the limits that the request itself just kept.
  if (status == ScanStatus::headers_too_large) return;
  require(status == ScanStatus::complete && sent.length == out.size());
  require(sent.method == head.method && sent.version == "HTTP/1.1" && !sent.bare_lf);
  if (sent.target != "*") {
    require(sent.path == head.path && sent.query == head.query && sent.has_query == head.has_query);
  }
  require(Body::of_request(sent).framing() == Body::of_request(head).framing());
  require(head.chunked ? sent.chunked : sent.content_length == head.content_length);
  for (const Known once : {Known::host, Known::content_length, Known::transfer_encoding,
                           Known::x_forwarded_for, Known::x_amzn_trace_id}) {
    require(std::count_if(sent.headers.begin(), sent.headers.end(),
                          [&](const HeaderLine& header) { return header.known == once; }) <= 1);
  }
  const int refused = admit(sent, classify(sent)).refused_status;
  require(refused == 0 || refused == 463);
}

void check(std::string_view bytes) {
  RequestHead head;
  const ScanStatus status = scan_request_head(bytes, 0, head);
  const std::string whole = status == ScanStatus::complete ? render(head) : "";
  check_pieces(bytes, status, whole);
  if (status != ScanStatus::complete) return;
  check_views(head, bytes);
  const Classification classification = classify(head);
  check_class(head, classification);
  if (admit(head, classification).refused_status == 0) check_forwarded(head);

  const std::string alone(bytes.substr(0, head.length));
  RequestHead again;
  require(scan_request_head(alone, 0, again) == ScanStatus::complete && render(again) == whole);
}

}  // namespace
}  // namespace cutover::lb::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A copy of exact size, so that reading beyond its end is found.
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  cutover::lb::http::check(bytes);
  return 0;
}

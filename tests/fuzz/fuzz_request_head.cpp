// Request heads: pieces and whole agree, views lie in the buffer, every head has a class, and what
// is sent to a target reads there as it was understood here, in every mode: a reader that shares no
// code with the proxy finds the same framing, so nothing behind a message is ever taken for part of
// it.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "lb/http/body.hpp"
#include "lb/http/classification.hpp"
#include "lb/http/rewrite.hpp"
#include "tests/fuzz/head_checks.hpp"
#include "tests/fuzz/strict_reader.hpp"

namespace cutover::lb::http {
namespace {

void check_views(const RequestHead& head, std::string_view bytes) {
  const std::string_view own = bytes.substr(0, head.length);
  for (const std::string_view view :
       {head.method, head.target, head.version, head.host, head.absolute_authority, head.path,
        head.query, head.user_agent, head.trace_id}) {
    require_inside(view, own);
  }
  require_inside(head.headers, own);
}

void check_class(const RequestHead& head, const Classification& classification) {
  require((classification.tier == Tier::compliant) == classification.reason.empty());
  if (head.plain) {
    RequestHead looked_at = head;
    looked_at.plain = false;
    require(classify(looked_at).tier == Tier::compliant);
  }
}

/// The load balancer's attributes take turns by `variant`.
RequestHandling handling(DesyncMode mode, std::size_t variant) {
  return {.desync_mode = mode,
          .forwarded_for = static_cast<ForwardedForMode>(variant % 3),
          .client_port_in_forwarded_for = variant / 3 % 2 == 1,
          .drop_invalid_header_fields = variant / 6 % 2 == 1};
}

void check_framing(const RequestHead& head, std::string_view sent) {
  const auto strict = StrictReader::read(sent);
  require(strict.has_value() && strict->head_length == sent.size());
  require(strict->chunked == head.chunked);
  require(head.chunked ? !strict->content_length : strict->content_length == head.content_length);
}

void check_forwarded(const RequestHead& head, DesyncMode mode) {
  const ForwardingContext context{.peer_address = "127.0.0.1",
                                  .listener_port = 81,
                                  .bound_port = 8081,
                                  .listener_port_text = "81",
                                  .dns_name = "demo",
                                  .trace_id = "1-5759e988-bd862e3fe1be46a994272793",
                                  .peer_port = 4711,
                                  .handling = handling(mode, head.length),
                                  .upgrade = is_upgrade_request(head)};
  std::string out;
  std::string_view trace_id;
  append_request_head(head, context, out, trace_id);
  check_framing(head, out);
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
  require(is_upgrade_request(sent) == is_upgrade_request(head));
  require(!context.handling.drop_invalid_header_fields || sent.invalid_names == 0);
  const auto count = [&](Known known) {
    return std::count_if(sent.headers.begin(), sent.headers.end(),
                         [&](const HeaderLine& header) { return header.known == known; });
  };
  require(count(Known::host) == 1 && count(Known::x_amzn_trace_id) == 1);
  if (context.handling.forwarded_for != ForwardedForMode::preserve) {
    const bool append = context.handling.forwarded_for == ForwardedForMode::append;
    require(count(Known::x_forwarded_for) == (append ? 1 : 0));
  }
  const int refused = admit(sent, classify(sent), mode).refused_status;
  require(refused == 0 || refused == 463);
}

void check_modes(const RequestHead& head, const Classification& classification) {
  const auto served = [&](DesyncMode mode) {
    return admit(head, classification, mode).refused_status == 0;
  };
  require(!served(DesyncMode::strictest) || classification.tier == Tier::compliant);
  require(!served(DesyncMode::strictest) || served(DesyncMode::defensive));
  require(!served(DesyncMode::defensive) || served(DesyncMode::monitor));
  for (const DesyncMode mode :
       {DesyncMode::monitor, DesyncMode::defensive, DesyncMode::strictest}) {
    if (served(mode)) check_forwarded(head, mode);
  }
}

void check(std::string_view bytes) {
  RequestHead head;
  const ScanStatus status = scan_request_head(bytes, 0, head);
  const std::string whole = status == ScanStatus::complete ? render(head) : "";
  check_pieces(bytes, status, whole, scan_request_head);
  if (status != ScanStatus::complete) return;
  check_views(head, bytes);
  const Classification classification = classify(head);
  check_class(head, classification);
  check_modes(head, classification);

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

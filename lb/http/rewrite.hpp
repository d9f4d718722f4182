#pragma once

// The heads the proxy sends: a client's request rewritten for a target, a target's response
// rewritten for a client (ALB user guide: HTTP headers and ALBs), and the pages the load balancer
// makes itself.
// All append to a caller's buffer; nothing else is allocated.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "lb/http/handling.hpp"
#include "lb/http/request_head.hpp"
#include "lb/http/response_head.hpp"

namespace cutover::lb::http {

/// What the rewriting needs to know of the connection and the load balancer.
struct ForwardingContext {
  std::string_view peer_address = {};  ///< "127.0.0.1", IPv6 without brackets.
  std::uint16_t listener_port = 80;    ///< As X-Forwarded-Port says it.
  std::uint16_t bound_port = 80;       ///< Really bound; a Host that names it means listener_port.
  std::string_view listener_port_text = {};  ///< listener_port in decimal.
  std::string_view dns_name = {};            ///< Host for HTTP/1.0 clients that sent none.
  std::string_view trace_id = {};            ///< "1-<8 hex>-<24 hex>", fresh for this request.
  std::uint16_t peer_port = 0;               ///< For client_port_in_forwarded_for.
  RequestHandling handling = {};
  /// Set by the rule's transforms: sent in place of the request's path and query, and of the Host,
  /// as they are (ALB user guide: Transforms). Empty: no transform.
  std::string_view transformed_uri = {};
  std::string_view transformed_host = {};
  /// The request asks for a WebSocket (is_upgrade_request()) and the target may give it.
  bool upgrade = false;
};

/// The request as the target gets it, always as HTTP/1.1, final empty line included. Of a head that
/// admit() let pass. X-Forwarded-*, Host and X-Amzn-Trace-Id are the load balancer's and come
/// first; other headers follow as they were received. Hop-by-hop headers are dropped (`Connection`
/// and what it names, Keep-Alive, Proxy-*, TE, Trailer, Upgrade, Expect), and so is what a target
/// could take for a framing header that was not honoured here. No Connection header is sent, as
/// HTTP/1.1's default keeps it, unless the request asks for a WebSocket. `trace_id_out` gets the
/// whole X-Amzn-Trace-Id value as sent: a view into `out`, valid until `out` grows.
void append_request_head(const RequestHead& head, const ForwardingContext& context,
                         std::string& out, std::string_view& trace_id_out);

/// How the response goes to the client.
struct ResponseContext {
  int client_minor_version = 1;
  bool keep_alive = true;       ///< The client connection stays open afterwards.
  bool drop_framing = false;    ///< Chunked from the target, HTTP/1.0 client: sent until close.
  std::string_view date = {};   ///< For responses without one: "Sun, 06 Nov 1994 08:49:37 GMT".
  std::string_view label = {};  ///< X-Cutover-Target-Group's value; empty: no such header.
  const ResponseHandling* handling = nullptr;  ///< Of the listener; null: the defaults.
  /// Whole header lines with CR LF, such as a stickiness cookie's Set-Cookie.
  std::string_view extra_lines = {};
  /// A 101 to a request that was sent with ForwardingContext::upgrade: the target's Upgrade is
  /// passed on with a Connection header to match.
  bool upgrade = false;
};
/// `Connection` is the load balancer's own; the target's Server stays unless the listener's
/// attributes say otherwise. Of interim responses only a 101 gets `extra_lines`.
void append_response_head(const ResponseHead& head, const ResponseContext& context,
                          std::string& out);

/// A response made by the load balancer.
struct OwnResponse {
  int status = 503;
  bool head_only = false;  ///< The request was HEAD.
  bool keep_alive = true;
  std::string_view date = {};
  std::string_view location = {};      ///< For 301 and 302.
  std::string_view allow = {};         ///< For 405.
  std::string_view content_type = {};  ///< For a fixed response, as is `body`.
  std::string_view body = {};
  bool fixed_response = false;  ///< `body` is sent instead of ALB's HTML page.
  std::string_view label = {};
  const ResponseHandling* handling = nullptr;  ///< Of the listener; null: the defaults.
  std::string_view extra_lines = {};           ///< Whole header lines with CR LF.
};
/// With `Server: awselb/2.0` and ALB's HTML page, exact to the byte.
void append_own_response(const OwnResponse& response, std::string& out);
/// "Service Temporarily Unavailable", …; empty for a status that has no phrase of its own (ALB's
/// own 460, 463, 464, 561, 562: what it prints there is not known).
std::string_view reason_phrase(int status);

/// A longer Location is not sent: 507 (ALB user guide: Troubleshooting, HTTP 507).
inline constexpr std::size_t location_bytes_most = 8 * 1024;

/// The Location of a redirect (ALB user guide: Redirect actions). `host` is the request's host
/// without port.
struct RedirectSource {
  std::string_view protocol = {};  ///< "HTTP"
  std::string_view host = {};
  std::uint16_t port = 80;
  std::string_view path = {};  ///< With its leading slash.
  std::string_view query = {};
};
/// Appends the Location for `#{…}` templates; see rules::Redirect for the parts' meaning.
void append_location(std::string_view protocol, std::string_view host, std::string_view port,
                     std::string_view path, std::string_view query, const RedirectSource& source,
                     std::string& out);

}  // namespace cutover::lb::http

#pragma once

// A request's head, found in the receive buffer without copying. The scanner refuses nothing by
// itself: it records what stands there, odd or not, and classify() (lb/http/classification.hpp)
// says what the bytes amount to.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace cutover::lb::http {

/// ALB's fixed limits (ALB user guide: Quotas, HTTP headers).
inline constexpr std::size_t request_line_bytes_most = 16 * 1024;
inline constexpr std::size_t header_bytes_most = 16 * 1024;
inline constexpr std::size_t request_headers_bytes_most = 64 * 1024;
inline constexpr std::size_t response_headers_bytes_most = 32 * 1024;
/// Ours: more header lines than this are treated as headers too large.
inline constexpr std::size_t header_count_most = 512;
/// Ours: names that Connection may list, besides close, keep-alive and upgrade.
inline constexpr unsigned connection_options_most = 32;

/// Header names the proxy treats specially, recognised once while scanning.
enum class Known : std::uint8_t {
  other,
  host,
  connection,
  keep_alive,
  proxy_connection,
  te,
  trailer,
  transfer_encoding,
  content_length,
  upgrade,
  expect,
  x_forwarded_for,
  x_forwarded_proto,
  x_forwarded_port,
  x_amzn_trace_id,
  user_agent,
  server,
  date,
};

/// One header line. `value` is without surrounding spaces and tabs, `line` the whole raw line
/// without its line end. A line without colon is all name. A line that starts with a space or tab
/// (a folded header's continuation) stands for itself; its name is without the leading blanks and
/// never `known`.
struct HeaderLine {
  std::string_view name;
  std::string_view value;
  std::string_view line;
  Known known = Known::other;
};

/// Views into the scanned bytes; valid as long as those stay put. Reuse one object for many scans:
/// it allocates only while it grows.
struct RequestHead {
  std::string_view method;
  std::string_view target;   ///< Between the first and the last run of spaces of the request line.
  std::string_view version;  ///< "HTTP/1.1"; empty for an HTTP/0.9 line, which is a whole head.
  std::vector<HeaderLine> headers;
  std::size_t length = 0;  ///< Bytes of the whole head, final empty line included.

  // Derived while scanning, for the common questions:
  int minor_version = 1;  ///< The digit of "HTTP/1.<digit>"; else -1.
  std::string_view host;  ///< Of the first Host header; see also absolute_authority.
  /// "example.com:81" of "GET http://example.com:81/x"; user information is left out.
  std::string_view absolute_authority;
  std::string_view path;   ///< Path of the target: no query, no scheme or authority.
  std::string_view query;  ///< Without the "?"; empty when there is none.
  bool has_query = false;  ///< True for "/x?" too.
  std::string_view user_agent;
  std::string_view trace_id;                    ///< Of the first X-Amzn-Trace-Id header.
  std::optional<std::uint64_t> content_length;  ///< When exactly one valid value was given.
  bool chunked = false;                         ///< Transfer-Encoding's only coding is chunked.
  bool connection_close = false;                ///< A Connection header lists "close".
  bool connection_keep_alive = false;
  bool connection_upgrade = false;
  bool expect_continue = false;
  bool bare_lf = false;       ///< Some line ended in LF alone.
  bool extra_spaces = false;  ///< More than one space next to the target or the version.
  /// Nothing that classify() has to look at: compliant, and only token names and printable ASCII
  /// (beside tabs) in it.
  bool plain = true;
  unsigned connection_options = 0;       ///< Names that Connection lists, see above.
  unsigned forwarded_for_addresses = 0;  ///< In all X-Forwarded-For headers.
  /// Headers whose name isn't [-A-Za-z0-9]+: what routing.http.drop_invalid_header_fields drops,
  /// and what ALB's Forwarded- and DroppedInvalidHeaderRequestCount count a request for.
  unsigned invalid_names = 0;
};

enum class ScanStatus : std::uint8_t {
  incomplete,  ///< No end of head yet; call again with more bytes.
  complete,
  line_too_long,      ///< Request line over its limit (-> 414).
  headers_too_large,  ///< One header, all of them, or their number over its limit.
};

/// Looks for a request head at the start of `bytes`. `searched` is how many bytes an earlier call
/// on the same message has already seen (0 at first), so that slow senders cost linear time.
/// Leading empty lines are skipped (RFC 9112 §2.2) and count into `length`.
ScanStatus scan_request_head(std::string_view bytes, std::size_t searched, RequestHead& head);

}  // namespace cutover::lb::http

#pragma once

// A response's head from a target, found in the receive buffer without copying, and whether it is
// one that ALB would pass on (ALB user guide: HTTP 502). Responses get no benefit of the doubt:
// what isn't plainly right is malformed (502).

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "lb/http/request_head.hpp"

namespace cutover::lb::http {

/// Views into the scanned bytes. Reuse one object for many scans.
struct ResponseHead {
  /// 100-999. RFC 9110 §15 defines classes up to 599; ALB's documentation names no bound, and
  /// services do send codes of their own above, so they pass.
  int status = 0;
  int minor_version = 1;
  std::string_view reason;
  std::vector<HeaderLine> headers;
  std::size_t length = 0;  ///< Bytes of the whole head.
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool connection_close = false;
  bool connection_keep_alive = false;
  bool connection_upgrade = false;  ///< A 101's Connection lists "upgrade".
  bool has_date = false;
  unsigned connection_options = 0;  ///< Names that Connection lists, as in RequestHead.
};

enum class ResponseScanStatus : std::uint8_t {
  incomplete,  ///< No end of head yet, and nothing wrong so far.
  complete,
  malformed,
  too_large,  ///< The whole head is over response_headers_bytes_most, or has too many lines.
};

/// Looks for a response head at the start of `bytes`; `searched` as for scan_request_head. A wrong
/// line is told as soon as it has ended, so that a target that speaks another protocol and then
/// waits isn't waited for. Interim responses (1xx) are heads of their own.
ResponseScanStatus scan_response_head(std::string_view bytes, std::size_t searched,
                                      ResponseHead& head);

}  // namespace cutover::lb::http

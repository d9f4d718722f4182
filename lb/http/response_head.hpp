#pragma once

// A response's head from a target, found in the receive buffer without copying, and whether it is
// one that ALB would pass on (alb.md §15.6). Responses get no benefit of the doubt: what isn't
// plainly right is malformed (502).

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "lb/http/request_head.hpp"

namespace cutover::lb::http {

/// Views into the scanned bytes. Reuse one object for many scans.
struct ResponseHead {
  int status = 0;  ///< 100-999.
  int minor_version = 1;
  std::string_view reason;
  std::vector<HeaderLine> headers;
  std::size_t length = 0;  ///< Bytes of the whole head.
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool connection_close = false;
  bool connection_keep_alive = false;
  bool has_date = false;
};

enum class ResponseScanStatus : std::uint8_t { incomplete, complete, malformed, too_large };
ResponseScanStatus scan_response_head(std::string_view bytes, std::size_t searched,
                                      ResponseHead& head);

}  // namespace cutover::lb::http

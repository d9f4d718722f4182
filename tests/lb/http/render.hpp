#pragma once

// Scanned heads as one short string each, so that tests compare whole results.

#include <string>
#include <string_view>

#include "lb/http/request_head.hpp"
#include "lb/http/response_head.hpp"

namespace cutover::lb::http {

/// "incomplete", "line_too_long", …
std::string_view to_string(ScanStatus status);
std::string_view to_string(ResponseScanStatus status);

/// `GET path=/x?a=1 1.1 host=h Host:h [close length=5]`: the request line, each header as
/// `name:value` and what was derived.
std::string render(const RequestHead& head);
std::string render(const ResponseHead& head);

/// Scans `bytes` at once: the rendered head when complete, else the status.
std::string scanned_request(std::string_view bytes);
std::string scanned_response(std::string_view bytes);

}  // namespace cutover::lb::http

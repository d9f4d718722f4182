#pragma once

// The head of an in-process target's answer, as it goes to the client.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "lb/http/handling.hpp"

namespace cutover::lb::proxy {

struct InProcessHead {
  int status = 200;
  std::string_view reason;
  std::string_view headers;  ///< Raw lines, each ended by CRLF.
  std::uint64_t content_length = 0;
  bool keep_alive = true;
  std::string_view date;
  std::string_view label;  ///< X-Cutover-Target-Group; empty: no such header.
  const http::ResponseHandling* handling = nullptr;  ///< Of the listener; null: the defaults.
  std::string_view extra_lines;                      ///< Whole lines, each ended by CRLF.
};

/// Calls `visit(name, value, line)` for each of these raw lines; `line` with its CRLF.
template <class Visit>
void for_each_header(std::string_view headers, const Visit& visit) {
  while (!headers.empty()) {
    const std::size_t end = std::min(headers.find("\r\n"), headers.size() - 2) + 2;
    const std::string_view line = headers.substr(0, end);
    headers.remove_prefix(end);
    const std::size_t colon = std::min(line.find(':'), line.size() - 2);
    std::string_view value = line.substr(colon + 1, line.size() - colon - 3);
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    visit(line.substr(0, colon), value, line);
  }
}

/// Appends the whole head, final empty line included. 1xx and 204 carry no Content-Length (RFC 9110
/// §8.6).
void append_in_process_head(const InProcessHead& head, std::string& out);

}  // namespace cutover::lb::proxy

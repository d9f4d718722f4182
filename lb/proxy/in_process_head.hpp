#pragma once

// The head of an in-process target's answer, as it goes to the client.

#include <cstdint>
#include <string>
#include <string_view>

namespace cutover::lb::proxy {

struct InProcessHead {
  int status = 200;
  std::string_view reason;
  std::string_view headers;  ///< Raw lines, each ended by CRLF.
  std::uint64_t content_length = 0;
  bool keep_alive = true;
  std::string_view date;
  std::string_view label;  ///< X-Cutover-Target-Group; empty: no such header.
};

/// Appends the whole head, final empty line included. 1xx and 204 carry no Content-Length (RFC 9110
/// §8.6).
void append_in_process_head(const InProcessHead& head, std::string& out);

}  // namespace cutover::lb::proxy

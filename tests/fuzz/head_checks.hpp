#pragma once

// What the fuzz targets of request and response heads check alike.

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "lb/http/request_head.hpp"
#include "tests/lb/http/render.hpp"

namespace cutover::lb::http {

inline void require(bool holds) {
  if (!holds) std::abort();
}

inline void require_inside(std::string_view view, std::string_view bytes) {
  require(view.empty() || (view.data() >= bytes.data() &&
                           view.data() + view.size() <= bytes.data() + bytes.size()));
}

inline void require_inside(const std::vector<HeaderLine>& headers, std::string_view bytes) {
  for (const HeaderLine& header : headers) {
    require_inside(header.line, bytes);
    require_inside(header.name, header.line);
    require_inside(header.value, header.line);
  }
}

/// `bytes` read in pieces come to what they came to when read at once: `whole_status`, and `whole`
/// for the head when that is complete.
template <class Head, class Status>
void check_pieces(std::string_view bytes, Status whole_status, const std::string& whole,
                  Status (*scan)(std::string_view, std::size_t, Head&)) {
  const std::size_t step = 1 + bytes.size() % 7;
  Status status = Status::incomplete;
  Head head;
  for (std::size_t searched = 0; status == Status::incomplete && searched < bytes.size();) {
    const std::size_t arrived = std::min(searched + step, bytes.size());
    const std::string piece(bytes.substr(0, arrived));
    status = scan(piece, searched, head);
    searched = arrived;
    if (status == Status::complete) require(render(head) == whole);
  }
  require(status == whole_status);
}

}  // namespace cutover::lb::http

#pragma once

// What scanning a request's head and a response's have in common.

#include <cstddef>
#include <string_view>
#include <utility>

#include "lb/http/grammar.hpp"

namespace cutover::lb::http {

inline std::string_view between(const char* from, const char* end) {
  return {from, static_cast<std::size_t>(end - from)};
}

/// A fresh head that keeps the memory which the last one's headers took.
template <class Head>
void reset(Head& head) {
  auto headers = std::move(head.headers);
  headers.clear();
  head = Head{};
  head.headers = std::move(headers);
}

/// One Connection header's options.
template <class Head>
void note_connection(std::string_view value, Head& head) {
  for_each_element(value, [&](std::string_view option) {
    if (equals_ignore_case(option, "keep-alive")) {
      head.connection_keep_alive = true;
    } else if (equals_ignore_case(option, "close")) {
      head.connection_close = true;
    } else if (equals_ignore_case(option, "upgrade")) {
      head.connection_upgrade = true;
    } else {
      ++head.connection_options;
    }
  });
}

}  // namespace cutover::lb::http

#pragma once

// What a request's head and a response's have in common for scanning and rewriting.

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "lb/http/field_name.hpp"
#include "lb/http/grammar.hpp"
#include "lb/http/request_head.hpp"

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

/// One Connection header's options, when there may be several.
template <class Head>
[[gnu::noinline]] void note_connection_options(std::string_view value, Head& head) {
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

/// One Connection header's options.
template <class Head>
void note_connection(std::string_view value, Head& head) {
  if (value.size() == 10 && is<"keep-alive">(value)) {  // nearly always all that stands there
    head.connection_keep_alive = true;
  } else if (value.size() == 5 && is<"close">(value)) {
    head.connection_close = true;
  } else {
    note_connection_options(value, head);
  }
}

/// Whether a Connection header lists `name`, which makes it a header of that connection alone.
inline bool is_named_by_connection(const std::vector<HeaderLine>& headers, std::string_view name) {
  bool named = false;
  for (const HeaderLine& header : headers) {
    if (header.known != Known::connection) continue;
    for_each_element(header.value, [&](std::string_view option) {
      named = named || equals_ignore_case(option, name);
    });
  }
  return named;
}

}  // namespace cutover::lb::http

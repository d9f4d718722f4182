#include <algorithm>
#include <array>
#include <charconv>

#include "lb/http/grammar.hpp"
#include "lb/http/message_head.hpp"
#include "lb/http/output.hpp"
#include "lb/http/rewrite.hpp"

namespace cutover::lb::http {
namespace {

/// More than all literal text that is added to a head.
constexpr std::size_t own_bytes_most = 128;

/// The listener's inserted header replaces the target's.
bool is_overridden(std::string_view name, const ResponseHandling* handling) {
  if (handling == nullptr) return false;
  return std::any_of(
      handling->overridden.begin(), handling->overridden.end(),
      [&](const std::string& overridden) { return equals_ignore_case(name, overridden); });
}

void put_response_headers(const ResponseHead& head, const ResponseContext& context,
                          Output& output) {
  const bool drops_server = context.handling != nullptr && !context.handling->server_header;
  LineRun run(output);
  for (const HeaderLine& header : head.headers) {
    switch (header.known) {
      case Known::connection:
      case Known::keep_alive:
      case Known::proxy_connection:
      case Known::te:
        break;
      case Known::upgrade:
        if (context.upgrade) run.add(header.line);
        break;
      case Known::transfer_encoding:
      case Known::trailer:
        if (!context.drop_framing) run.add(header.line);
        break;
      case Known::content_length:
        if (!context.upgrade) run.add(header.line);
        break;
      case Known::server:
        if (drops_server) break;
        [[fallthrough]];
      default:
        if (head.connection_options > 0 && is_named_by_connection(head.headers, header.name)) break;
        if (!is_overridden(header.name, context.handling)) run.add(header.line);
    }
  }
  run.flush();
}

/// What the load balancer adds to a final response's headers.
void put_own_headers(const ResponseHead& head, const ResponseContext& context, Output& output) {
  if (!head.has_date && !context.date.empty()) {
    output.put("Date: ");
    output.put(context.date);
    output.put("\r\n");
  }
  if (context.handling != nullptr) output.put(context.handling->inserted_lines);
  output.put(context.extra_lines);
  if (!context.label.empty()) {
    output.put("X-Cutover-Target-Group: ");
    output.put(context.label);
    output.put("\r\n");
  }
  const bool keep_alive = context.keep_alive && !context.drop_framing;
  output.put(keep_alive ? "Connection: keep-alive\r\n" : "Connection: close\r\n");
}

}  // namespace

void append_response_head(const ResponseHead& head, const ResponseContext& context,
                          std::string& out) {
  const std::size_t inserted =
      context.handling == nullptr ? 0 : context.handling->inserted_lines.size();
  Output output(out, head.length + own_bytes_most + context.date.size() + context.label.size() +
                         context.extra_lines.size() + inserted);
  std::array<char, 3> code{};
  std::to_chars(code.data(), code.data() + code.size(), head.status);
  output.put("HTTP/1.1 ");
  output.put({code.data(), code.size()});
  output.put(' ');
  output.put(head.reason);
  output.put("\r\n");
  put_response_headers(head, context, output);
  if (head.status >= 200) {
    put_own_headers(head, context, output);
  } else if (context.upgrade) {
    output.put(context.extra_lines);
    output.put("Connection: Upgrade\r\n");
  }
  output.put("\r\n");
}

}  // namespace cutover::lb::http

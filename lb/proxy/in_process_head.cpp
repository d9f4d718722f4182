#include "lb/proxy/in_process_head.hpp"

#include <algorithm>
#include <charconv>

#include "lb/http/grammar.hpp"

namespace cutover::lb::proxy {

namespace {
void append_number(std::uint64_t number, std::string& out) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, static_cast<std::size_t>(end - digits));
}
/// The target's own, but for those that the listener's attributes replace or leave out.
void append_headers(const InProcessHead& head, std::string& out) {
  const auto* handling = head.handling;
  if (handling == nullptr || (handling->server_header && handling->overridden.empty())) {
    out += head.headers;
  } else {
    for_each_header(head.headers,
                    [&](std::string_view name, std::string_view, std::string_view line) {
                      const auto is = [name](std::string_view other) {
                        return http::equals_ignore_case(name, other);
                      };
                      const auto& overridden = handling->overridden;
                      if (!handling->server_header && is("server")) return;
                      if (std::any_of(overridden.begin(), overridden.end(), is)) return;
                      out += line;
                    });
    out += handling->inserted_lines;
  }
  out += head.extra_lines;
}

}  // namespace

void append_in_process_head(const InProcessHead& head, std::string& out) {
  out += "HTTP/1.1 ";
  append_number(static_cast<std::uint64_t>(head.status), out);
  out += ' ';
  out += head.reason;
  out += "\r\n";
  append_headers(head, out);
  if (head.status >= 200 && head.status != 204) {
    out += "Content-Length: ";
    append_number(head.content_length, out);
    out += "\r\n";
  }
  out += "Date: ";
  out += head.date;
  out += head.keep_alive ? "\r\nConnection: keep-alive\r\n" : "\r\nConnection: close\r\n";
  if (!head.label.empty()) {
    out += "X-Cutover-Target-Group: ";
    out += head.label;
    out += "\r\n";
  }
  out += "\r\n";
}

}  // namespace cutover::lb::proxy

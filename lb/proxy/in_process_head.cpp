#include "lb/proxy/in_process_head.hpp"

#include <charconv>

namespace cutover::lb::proxy {

namespace {
void append_number(std::uint64_t number, std::string& out) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, static_cast<std::size_t>(end - digits));
}
}  // namespace

void append_in_process_head(const InProcessHead& head, std::string& out) {
  out += "HTTP/1.1 ";
  append_number(static_cast<std::uint64_t>(head.status), out);
  out += ' ';
  out += head.reason;
  out += "\r\n";
  out += head.headers;
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

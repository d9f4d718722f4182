#include "lb/observe/connection_log.hpp"

#include "lb/observe/log_text.hpp"

namespace cutover::lb {

namespace {

/// A value that stands without quotes: a space in it would become two fields.
void append_bare(std::string_view text, std::string& out) {
  const std::size_t before = out.size();
  append_escaped(text.empty() ? "-" : text, out);
  for (std::size_t i = before; i < out.size(); ++i) {
    if (out[i] == ' ') out.replace(i, 1, "\\x20");
  }
}

}  // namespace

void append_connection_log_line(const ConnectionLogEntry& entry, std::string& out) {
  append_time(entry.time, out);
  out += ' ';
  append_bare(entry.client_ip, out);
  for (const std::uint16_t port : {entry.client_port, entry.listener_port}) {
    out += ' ';
    append_number(port, out);
  }
  for (const auto& text : {entry.tls_protocol, entry.tls_cipher}) {
    out += ' ';
    append_bare(text, out);
  }
  out += ' ';
  if (entry.tls_handshake_latency < Duration::zero()) {
    out += '-';
  } else {
    append_seconds(entry.tls_handshake_latency, out);
  }
  out += ' ';
  append_quoted(entry.leaf_client_cert_subject, out);
  for (const auto& text : {entry.leaf_client_cert_validity, entry.leaf_client_cert_serial_number,
                           entry.tls_verify_status, entry.connection_trace_id}) {
    out += ' ';
    append_bare(text, out);
  }
  out += '\n';
}

}  // namespace cutover::lb

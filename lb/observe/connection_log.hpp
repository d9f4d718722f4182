#pragma once

// ALB's connection log (ALB user guide, "Connection log entries"): one line of 12 fields per client
// connection, written when it has been established or has failed to be.

#include <cstdint>
#include <string>
#include <string_view>

#include "lb/base/clock.hpp"

namespace cutover::lb {

/// One connection. Views live during the call; empty ones become "-".
struct ConnectionLogEntry {
  WallTime time;
  std::string_view client_ip;
  std::uint16_t client_port = 0;
  std::uint16_t listener_port = 0;
  std::string_view tls_protocol;       ///< "TLSv1.2"; these and the following: empty without TLS.
  std::string_view tls_cipher;         ///< "ECDHE-RSA-AES128-GCM-SHA256"
  Duration tls_handshake_latency{-1};  ///< Negative: "-".
  std::string_view leaf_client_cert_subject;
  std::string_view leaf_client_cert_validity;  ///< "NotBefore=…;NotAfter=…"
  std::string_view leaf_client_cert_serial_number;
  std::string_view tls_verify_status;    ///< "Success" or "Failed:<code>"
  std::string_view connection_trace_id;  ///< "TID_<hex>"
};

/// Appends one line with its "\n". The subject stands in quotes; bytes that could break the line
/// are written as \xHH. The handshake's latency is in seconds with three decimals.
void append_connection_log_line(const ConnectionLogEntry& entry, std::string& out);

}  // namespace cutover::lb

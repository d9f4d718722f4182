#include "lb/observe/connection_log.hpp"

#include <gtest/gtest.h>

namespace cutover::lb {
namespace {

std::string line(const ConnectionLogEntry& entry) {
  std::string out;
  append_connection_log_line(entry, out);
  return out;
}

ConnectionLogEntry plain() {
  ConnectionLogEntry entry;
  entry.time = WallTime(std::chrono::sys_days(std::chrono::year(2023) / 10 / 4)) +
               std::chrono::hours(17) + std::chrono::minutes(5) + std::chrono::seconds(15) +
               std::chrono::microseconds(514108);
  entry.client_ip = "203.0.113.1";
  entry.client_port = 36280;
  entry.listener_port = 80;
  entry.connection_trace_id = "TID_1234abcd5678ef90";
  return entry;
}

TEST(ConnectionLogLine, HasDashesForAllOfTlsWithoutTls) {
  EXPECT_EQ(line(plain()),
            "2023-10-04T17:05:15.514108Z 203.0.113.1 36280 80 - - - \"-\" - - - "
            "TID_1234abcd5678ef90\n");
}

TEST(ConnectionLogLine, TellsTheHandshakeAndTheCertificate) {
  ConnectionLogEntry entry = plain();
  entry.listener_port = 443;
  entry.tls_protocol = "TLSv1.2";
  entry.tls_cipher = "ECDHE-RSA-AES128-GCM-SHA256";
  entry.tls_handshake_latency = std::chrono::milliseconds(4036);
  entry.leaf_client_cert_subject = "CN=amazondomains.com,O=endEntity,L=Seattle,ST=Washington,C=US";
  entry.leaf_client_cert_validity = "NotBefore=2023-09-21T22:43:21Z;NotAfter=2026-06-17T22:43:21Z";
  entry.leaf_client_cert_serial_number = "FEF257372D5C14D4";
  entry.tls_verify_status = "Success";
  EXPECT_EQ(line(entry),
            "2023-10-04T17:05:15.514108Z 203.0.113.1 36280 443 TLSv1.2 "
            "ECDHE-RSA-AES128-GCM-SHA256 4.036 "
            "\"CN=amazondomains.com,O=endEntity,L=Seattle,ST=Washington,C=US\" "
            "NotBefore=2023-09-21T22:43:21Z;NotAfter=2026-06-17T22:43:21Z FEF257372D5C14D4 "
            "Success TID_1234abcd5678ef90\n");
}

TEST(ConnectionLogLine, StaysOneLineOfTwelveFieldsWhateverACertificateSays) {
  ConnectionLogEntry entry = plain();
  entry.leaf_client_cert_subject = "CN=a\" b\n";
  entry.leaf_client_cert_serial_number = "1 2\n";
  EXPECT_EQ(line(entry),
            "2023-10-04T17:05:15.514108Z 203.0.113.1 36280 80 - - - \"CN=a\\x22 b\\x0A\" - "
            "1\\x202\\x0A - TID_1234abcd5678ef90\n");
}

}  // namespace
}  // namespace cutover::lb

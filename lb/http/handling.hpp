#pragma once

// What the attributes of a load balancer and of a listener change about messages that pass: values
// that the rewriting and the admission of requests are given. Default-constructed they are ALB's
// defaults (ALB user guide: Load balancer attributes, Listener attributes).

#include <cstdint>
#include <string>
#include <vector>

namespace cutover::lb::http {

/// What each class of request leads to (ALB user guide: Desync mitigation mode).
///
///   class       monitor  defensive            strictest
///   Compliant   served   served               served
///   Acceptable  served   served               400
///   Ambiguous   served   served, then both    400
///                        connections closed
///   Severe      served   400                  400
///
/// Served in monitor mode needs a request that has one meaning here: see admit().
enum class DesyncMode : std::uint8_t { monitor, defensive, strictest };

/// What becomes of X-Forwarded-For (ALB user guide: X-Forwarded headers).
enum class ForwardedForMode : std::uint8_t {
  append,    ///< The peer's address goes behind what was received.
  preserve,  ///< Sent as received; when absent it stays absent.
  remove,    ///< Never sent.
};

/// A load balancer's attributes that concern requests.
struct RequestHandling {
  DesyncMode desync_mode = DesyncMode::defensive;
  ForwardedForMode forwarded_for = ForwardedForMode::append;
  /// "ip:port" and "[ipv6]:port" are appended. Has no effect in the other two modes.
  bool client_port_in_forwarded_for = false;
  /// Headers whose name isn't [-A-Za-z0-9]+ are left out. They are counted either way, see
  /// RequestHead::invalid_names.
  bool drop_invalid_header_fields = false;
  /// Host goes to the target as it was received.
  bool preserve_host_header = false;

  friend bool operator==(const RequestHandling&, const RequestHandling&) = default;
};

/// A listener's attributes that concern responses, made ready for writing them. ALB's
/// documentation doesn't say whether inserted headers stand in its own responses too; here they
/// do: a browser needs Strict-Transport-Security on an error page as much as elsewhere.
struct ResponseHandling {
  bool server_header = true;  ///< Off: no Server, neither the target's nor "awselb/2.0".
  /// Whole header lines, each with CR LF, that go into every final response.
  std::string inserted_lines;
  /// The names of those, in lower case: a target's headers of these names are left out.
  std::vector<std::string> overridden;

  friend bool operator==(const ResponseHandling&, const ResponseHandling&) = default;
};

}  // namespace cutover::lb::http

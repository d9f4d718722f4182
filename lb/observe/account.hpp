#pragma once

// Where every request ends up, exactly once: answered by a target, answered by the load balancer,
// or abandoned by its client. Per-worker counts of these add up to the requests seen, always.

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cutover::lb {

/// Why the load balancer answered by itself, or what cut a request short (ALB user guide,
/// "Troubleshoot your Application Load Balancers": HTTP errors).
enum class Cause : std::uint8_t {
  none,
  fixed_response,
  redirect,
  malformed_request,       // 400
  headers_too_large,       // 400
  uri_too_long,            // 414
  body_cut,                // 400: the client finished sending before its body was whole
  request_timeout,         // 408
  method_not_allowed,      // 405 TRACE
  unsupported_encoding,    // 501
  unsupported_version,     // 505
  too_many_forwarded_for,  // 463
  no_target,               // 503
  too_many_connections,    // 503: a bound of ours was reached
  redirect_too_long,       // 507
  connect_failed,          // 502
  connect_timeout,         // 504
  target_closed,           // 502: FIN or RST with the request outstanding
  malformed_response,      // 502
  target_timeout,          // 504
  drain_ended,             // 502: the deregistration delay ran out
  body_too_large,          // 413: an in-process target's bound
  response_cut,            // the response broke off after its head had gone to the client
  client_left,             // 460: the client closed first
  shutdown,                // 503: the load balancer stopped
  transform_failed,        // 500: a rule's rewrite made no valid host or URI
  idle,                    // an upgraded connection had nothing to pass on for the idle timeout
};
/// "no_target", …: the word in reports, metrics and JSON.
std::string_view to_string(Cause cause);

struct Fate {
  enum class Kind : std::uint8_t { target, load_balancer, client_left };
  Kind kind = Kind::target;
  int status = 0;  ///< As sent to the client; 460 when the client left first.
  Cause cause = Cause::none;
  std::uint16_t listener = 0;       ///< The listener's port.
  std::uint32_t rule_priority = 0;  ///< 0: default rule, or none was evaluated.
  std::string target_group;         ///< Empty when no forward action was taken.
  std::string target;               ///< "127.0.0.1:34567"; empty when none was chosen.
  friend auto operator<=>(const Fate&, const Fate&) = default;
};

/// Totals since start. `requests` counts heads that began to be answered; at rest
/// requests == sum of fates + in_flight, at all times.
struct Accounts {
  std::uint64_t requests = 0;
  std::uint64_t in_flight = 0;
  std::map<Fate, std::uint64_t> fates;

  std::uint64_t connections_accepted = 0;
  std::uint64_t connections_open = 0;
  std::uint64_t connections_refused = 0;  ///< Over a bound, or out of file descriptors.
};

}  // namespace cutover::lb

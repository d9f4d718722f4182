#pragma once

// What a request head amounts to: ALB's desync classes (ALB user guide: Desync mitigation mode, and
// its list of classification reasons), what each of ALB's modes makes of them, and the errors that
// are refused in every mode (ALB user guide: Troubleshoot). Pure functions of the head.

#include <cstdint>
#include <string_view>

#include "lb/http/handling.hpp"
#include "lb/http/request_head.hpp"
#include "lb/observe/account.hpp"

namespace cutover::lb::http {

enum class Tier : std::uint8_t { compliant, acceptable, ambiguous, severe };
std::string_view to_string(Tier tier);

struct Classification {
  Tier tier = Tier::compliant;
  /// ALB's word, "BothTeClPresent"; empty when compliant. The first reason at the worst tier.
  std::string_view reason;
};
Classification classify(const RequestHead& head);
/// Of a head that never came to its end: `bytes` are all that the client sent before it closed.
/// PartialHeaderLine when the last line is unfinished, else MissingLastEmptyLine.
Classification classify_cut_off(std::string_view bytes);

/// What to do with a request.
struct Admission {
  int refused_status = 0;  ///< 0: serve it. Else 400, 405, 463, 501, 505 …
  Cause cause = Cause::none;
  /// Close the client's connection, and the target's if there was one, afterwards: ambiguous, or
  /// refused such that where the next request begins is not certain.
  bool close_after = false;
};
/// The checks in the order in which the first failing one decides. ALB's documentation gives the
/// statuses but no order: it is chosen here.
///
/// 1. The desync class and the mode -> 400, see DesyncMode. Except that BadVersion is left to the
///    third check: what is well-formed but not 1.x gets 505, which tells the client what to change.
///    (A registered coding that ALB doesn't take is no desync fault: it gets 501 below.)
/// 2. In monitor mode, what has more than one meaning: a method that is no token, a target with NUL
///    or CR, a header that the load balancer acts on with one, a body whose end the framing headers
///    don't tell -> 400. Other Severe requests are served as they were understood: what gave
///    offence is not sent to the target (see append_request_head()).
/// 3. HTTP/0.9 and 2.0, 3.1, … -> 505. ALB's documentation says that clients may use 0.9, but the
///    answer would have to go without status and headers, and nobody rehearses with it.
/// 4. A registered Transfer-Encoding besides chunked and identity -> 501.
/// 5. More names in Connection than connection_options_most; CONNECT; a target that is no path, no
///    http URL and not OPTIONS' "*"; a missing, empty or impossible Host (HTTP/1.0 may leave it
///    out; of several the first counts) -> 400.
/// 6. TRACE -> 405. 7. More than 30 X-Forwarded-For addresses -> 463.
///
/// Other methods pass when they are tokens.
Admission admit(const RequestHead& head, const Classification& classification,
                DesyncMode mode = DesyncMode::defensive);

/// A request that asks for a WebSocket (RFC 6455 §4.1): GET, HTTP/1.1, without a body, `Connection`
/// with `upgrade` and `Upgrade` with `websocket`. Requests for other protocols are served without
/// regard to that, as RFC 9110 §7.8 lets a server do: ALB's documentation names WebSocket alone.
bool is_upgrade_request(const RequestHead& head);

}  // namespace cutover::lb::http

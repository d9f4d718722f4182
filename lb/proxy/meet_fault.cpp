// A request to a target that has a fault: held back for a while, then answered in the target's
// place or taken on to it. All of it counts as the target's.

#include "lb/proxy/client_connection.hpp"
#include "lb/proxy/worker.hpp"
#include "lb/target_fault.hpp"

namespace cutover::lb::proxy {

Task<bool> ClientConnection::meet_fault(Exchange& exchange) {
  exchange.dispatched = worker_.clock().now();
  // The fault may be taken away meanwhile; the target's state keeps it while it is in use.
  const TargetFault::Treatment treatment = exchange.target->route->fault->next(exchange.dispatched);
  if (worker_.logs_requests() || exchange.why() != nullptr) name_trace(exchange);
  if (treatment.delay > Duration::zero()) {
    const bool waited = co_await wait_for_target(exchange, treatment.delay);
    if (!waited) co_return co_await fail(exchange, exchange.aborted);
    touch();
    // Other connections have used the scratch head meanwhile.
    (void)http::scan_request_head(exchange.head, 0, worker_.request_head);
    exchange.held_back = worker_.clock().now() - exchange.dispatched;
  }
  if (exchange.why() != nullptr) {
    trace_phase(exchange, "fault", treatment.answer ? "answers in the target's place" : "delay");
  }
  bool going = false;
  if (treatment.answer) {
    going = co_await answer_in_place(exchange, *treatment.answer);
  } else if (exchange.target->route->service) {
    going = co_await call_in_process(exchange);
  } else {
    going = co_await dial(exchange);
  }
  co_return going;
}

/// Answers for the target, which need not have all of the request's body for it.
Task<bool> ClientConnection::answer_in_place(Exchange& exchange,
                                             const InProcessResponse& response) {
  if (response.reset) co_return co_await fail(exchange, Cause::target_closed);
  const bool body_left = leave_body(exchange);
  bool sent = send_for_target(exchange, response);
  if (sent && exchange.to_client.unsent()) sent = co_await exchange.to_client.flush();
  if (!sent) co_return co_await fail(exchange, Cause::client_left);
  if (exchange.keep_alive && body_left) co_return co_await discard_body(exchange);
  co_return exchange.keep_alive;
}

}  // namespace cutover::lb::proxy

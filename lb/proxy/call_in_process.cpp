// A request answered by a target of this process: a function call instead of a second TCP hop.

#include <boost/asio/error.hpp>

#include "lb/http/grammar.hpp"
#include "lb/http/rewrite.hpp"
#include "lb/proxy/client_connection.hpp"
#include "lb/proxy/in_process_head.hpp"
#include "lb/proxy/worker.hpp"

namespace cutover::lb::proxy {

namespace {

/// The rewritten head's header lines: without the request line and the final empty line.
std::string_view header_lines(std::string_view head) {
  const std::size_t first = head.find("\r\n") + 2;
  return head.substr(first, head.size() - first - 2);
}

/// Whether the answer sets the cookie that stickiness follows.
bool sets_app_cookie(const Exchange& exchange, std::string_view headers) {
  const auto& stickiness = exchange.peculiarities->target_stickiness;
  if (!stickiness || stickiness->type != targets::Stickiness::Type::app_cookie) return false;
  bool sets = false;
  for_each_header(headers, [&](std::string_view name, std::string_view value, std::string_view) {
    sets |= http::equals_ignore_case(name, "set-cookie") &&
            targets::sets_cookie(value, stickiness->app_cookie_name);
  });
  return sets;
}

/// Views into the rewritten head.
InProcessRequest request_of(std::string_view head, std::string_view method, std::string_view body) {
  InProcessRequest request;
  request.method = head.substr(0, method.size());
  request.target = head.substr(method.size() + 1);
  request.target = request.target.substr(0, request.target.find(" HTTP/1.1\r\n"));
  request.headers = header_lines(head);
  request.body = body;
  return request;
}

}  // namespace

/// Lets the target's simulated work, or a fault's, pass; false when the exchange was aborted
/// meanwhile.
Task<bool> ClientConnection::wait_for_target(Exchange& exchange, Duration length) {
  Operation delay;
  delay.begin();
  exchange.delay = &delay;
  exchange.delay_timer = worker_.timers().after(length, [&delay] { delay.end(error_code(), 0); });
  watch_for_leaving();
  (void)co_await delay;
  exchange.delay = nullptr;
  co_return exchange.aborted == Cause::none;
}

/// Collects the request's body, up to what an in-process target may be given.
Task<bool> ClientConnection::collect_body(Exchange& exchange, std::string& body) {
  for (;;) {
    const auto got = exchange.body.consume(buffer_.bytes(), &body);
    buffer_.consume(got.consumed);
    exchange.received_bytes += got.consumed;
    if (got.malformed) exchange.aborted = Cause::malformed_request;
    if (body.size() > in_process_body_most) exchange.aborted = Cause::body_too_large;
    if (exchange.aborted != Cause::none) co_return false;
    if (exchange.body.complete()) co_return true;
    exchange.uploading = true;
    const bool more = co_await read_body_part(exchange);
    exchange.uploading = false;
    if (!more) co_return false;
  }
}

Task<bool> ClientConnection::call_in_process(Exchange& exchange) {
  std::string body;
  if (!exchange.body.complete()) {
    if (exchange.expect_continue) {
      bool sent = exchange.to_client.send("HTTP/1.1 100 Continue\r\n\r\n", {});
      if (sent && exchange.to_client.unsent()) sent = co_await exchange.to_client.flush();
      if (!sent) co_return co_await fail(exchange, Cause::client_left);
    }
    const bool collected = co_await collect_body(exchange, body);
    if (!collected) co_return co_await fail(exchange, exchange.aborted);
    (void)http::scan_request_head(exchange.head, 0, worker_.request_head);
  }

  auto& out = worker_.out;
  out.clear();
  append_forwarded_head(exchange, out);
  InProcessResponse response;
  auto& service = *exchange.target->route->service;
  service.serve(request_of(out, exchange.method, body), worker_.clock().now(), response);
  if (response.held) {
    const std::string head = out;  // Others write over it while this one waits.
    while (response.held) {
      const bool waited = co_await wait_for_target(exchange, response.delay);
      if (!waited) co_return co_await fail(exchange, exchange.aborted);
      response = {};
      service.serve(request_of(head, exchange.method, body), worker_.clock().now(), response);
    }
    touch();
  }
  if (response.delay > Duration::zero()) {
    const bool waited = co_await wait_for_target(exchange, response.delay);
    if (!waited) co_return co_await fail(exchange, exchange.aborted);
    touch();
  }
  if (response.reset) co_return co_await fail(exchange, Cause::target_closed);
  if (exchange.why() != nullptr) trace_phase(exchange, "response", "in this process");
  bool sent = send_for_target(exchange, response);
  if (sent && exchange.to_client.unsent()) sent = co_await exchange.to_client.flush();
  if (!sent) co_return co_await fail(exchange, Cause::client_left);
  co_return exchange.keep_alive;
}

/// Hands the client what the target, or a fault in its place, has answered by value. False: the
/// client is gone.
bool ClientConnection::send_for_target(Exchange& exchange, const InProcessResponse& response) {
  exchange.target_status = response.status;
  exchange.answered = worker_.clock().now();
  if (closing_) exchange.keep_alive = false;
  InProcessHead head;
  head.status = response.status;
  head.reason = response.reason;
  head.headers = response.headers;
  head.content_length = response.body.size();
  head.keep_alive = exchange.keep_alive;
  head.date = worker_.date();
  head.handling = response_handling(exchange);
  if (worker_.settings().label_responses) head.label = exchange.group->name;
  if (exchange.peculiarities) {
    write_cookies(exchange, sets_app_cookie(exchange, response.headers));
    head.extra_lines = exchange.peculiarities->cookie_lines;
  }
  auto& out = worker_.out;
  out.clear();
  append_in_process_head(head, out);
  const bool bodyless =
      exchange.method == "HEAD" || response.status == 204 || response.status == 304;
  exchange.response_started = true;
  exchange.fate.kind = Fate::Kind::target;
  exchange.fate.status = static_cast<std::uint16_t>(response.status);
  return exchange.to_client.send(out, bodyless ? std::string_view() : response.body);
}

}  // namespace cutover::lb::proxy

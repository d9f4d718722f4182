// One request: admitted or refused, routed, answered by the load balancer or handed to a target.

#include <variant>

#include "lb/http/trace_id.hpp"
#include "lb/proxy/client_connection.hpp"
#include "lb/proxy/worker.hpp"
#include "rules/host_header.hpp"

namespace cutover::lb::proxy {

namespace {

/// A body the load balancer doesn't need is read to its end, up to this much, to keep the
/// connection.
constexpr std::uint64_t discarded_body_most = 256 * 1024;

/// The status of an answer that `cause` leads to (ALB user guide: Troubleshooting).
int status_for(Cause cause) {
  switch (cause) {
    case Cause::malformed_request:
    case Cause::headers_too_large:
      return 400;
    case Cause::request_timeout:
      return 408;
    case Cause::body_too_large:
      return 413;
    case Cause::uri_too_long:
      return 414;
    case Cause::connect_timeout:
    case Cause::target_timeout:
      return 504;
    case Cause::no_target:
    case Cause::too_many_connections:
    case Cause::shutdown:
      return 503;
    default:
      return 502;
  }
}

/// After these the request's framing, or the client, can't be trusted any more.
bool ends_connection(Cause cause) {
  return cause == Cause::malformed_request || cause == Cause::headers_too_large ||
         cause == Cause::uri_too_long || cause == Cause::request_timeout ||
         cause == Cause::unsupported_encoding || cause == Cause::unsupported_version ||
         cause == Cause::body_too_large || cause == Cause::shutdown;
}

}  // namespace

Task<bool> ClientConnection::serve(Need need) {
  Exchange exchange(*this);
  exchange_ = &exchange;
  phase_ = Phase::serving;
  touch();
  worker_.mutable_counts().begin_request();
  exchange.fate.listener_port = binding_.port;
  if (worker_.settings().log_requests) {
    exchange.created = worker_.clock().wall_now();
    exchange.started = worker_.clock().now();
  }
  bool going = false;
  switch (need) {
    case Need::too_long_line:
      going = co_await answer_by_itself(exchange, 414, Cause::uri_too_long);
      break;
    case Need::too_large_headers:
      going = co_await answer_by_itself(exchange, 400, Cause::headers_too_large);
      break;
    case Need::timeout:
      going = co_await answer_by_itself(exchange, 408, Cause::request_timeout);
      break;
    default:
      going = co_await serve_request(exchange);
  }
  finish(exchange);
  co_return going&& exchange.keep_alive;
}

void ClientConnection::take_request(Exchange& exchange) {
  const auto& head = worker_.request_head;
  exchange.head = buffer_.bytes().substr(0, head.length);
  exchange.method = head.method;
  exchange.uri = head.target;
  exchange.version = head.version;
  exchange.user_agent = head.user_agent;
  exchange.host = head.absolute_authority.empty() ? head.host : head.absolute_authority;
  exchange.client_minor_version = head.minor_version;
  exchange.expect_continue = head.expect_continue && head.minor_version >= 1;
  exchange.body = http::Body::of_request(head);
  exchange.received_bytes = head.length;
  exchange.classification = http::classify(head);
  buffer_.consume(head.length);
  exchange.body_mark = buffer_.begin();
}

bool ClientConnection::may_keep_alive(const http::RequestHead& head) const {
  if (closing_ || worker_.draining()) return false;
  if (worker_.coarse_now() - opened_ >= worker_.settings().client_keep_alive) return false;
  return head.minor_version >= 1 ? !head.connection_close : head.connection_keep_alive;
}

Task<bool> ClientConnection::serve_request(Exchange& exchange) {
  take_request(exchange);
  const auto admission = http::admit(worker_.request_head, exchange.classification);
  exchange.close_after = admission.close_after;
  exchange.keep_alive = may_keep_alive(worker_.request_head) && !admission.close_after;
  if (admission.refused_status != 0) {
    co_return co_await answer_by_itself(exchange, admission.refused_status, admission.cause);
  }
  const auto& listeners = worker_.table().listeners;
  const auto listener = binding_.slot < listeners.size() ? listeners[binding_.slot] : nullptr;
  if (!listener) {  // deleted since the connection was accepted
    exchange.keep_alive = false;
    co_return co_await answer_by_itself(exchange, 503, Cause::shutdown);
  }
  const ActionRoute& action = *route(exchange, *listener);
  if (const auto* forwarded = std::get_if<ForwardRoute>(&action)) {
    exchange.actions = "forward";
    co_return co_await forward(exchange, *forwarded);
  }
  if (const auto* redirect = std::get_if<rules::Redirect>(&action)) {
    exchange.actions = "redirect";
    co_return co_await answer_redirect(exchange, *redirect);
  }
  const auto& fixed = std::get<rules::FixedResponse>(action);
  exchange.actions = "fixed-response";
  exchange.fate.cause = Cause::fixed_response;
  http::OwnResponse response;
  response.status = fixed.status_code;
  response.fixed_response = true;
  response.content_type = fixed.content_type;
  response.body = fixed.message_body;
  co_return co_await send_own(exchange, response);
}

const ActionRoute* ClientConnection::route(Exchange& exchange, const ListenerRoute& listener) {
  const auto& head = worker_.request_head;
  const std::uint32_t rule = listener.matcher.first_match({exchange.host, head.path});
  if (rule == rules::Matcher::default_rule) return &listener.default_action;
  exchange.fate.rule_priority = listener.matcher.rules()[rule].priority;
  return &listener.actions[rule];
}

Task<bool> ClientConnection::answer_by_itself(Exchange& exchange, int status, Cause cause) {
  exchange.fate.cause = cause;
  if (ends_connection(cause)) {
    exchange.keep_alive = false;
    linger_ = cause != Cause::shutdown;
  }
  http::OwnResponse response;
  response.status = status;
  if (status == 405) response.allow = "GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH";
  return send_own(exchange, response);
}

Task<bool> ClientConnection::answer_redirect(Exchange& exchange, const rules::Redirect& redirect) {
  constexpr std::size_t location_bytes_most = 8 * 1024;  // ALB user guide: HTTP 507
  const auto& head = worker_.request_head;
  http::RedirectSource source;
  source.protocol = "HTTP";
  source.host = rules::host_without_port(exchange.host);
  if (source.host.empty()) source.host = worker_.settings().dns_name;
  source.port = binding_.port;
  source.path = head.path;
  source.query = head.query;
  http::append_location(redirect.protocol, redirect.host, redirect.port, redirect.path,
                        redirect.query, source, exchange.location);
  if (exchange.location.size() > location_bytes_most) {
    exchange.location.clear();
    return answer_by_itself(exchange, 507, Cause::redirect_too_long);
  }
  exchange.fate.cause = Cause::redirect;
  http::OwnResponse response;
  response.status = redirect.status_code;
  response.location = exchange.location;
  return send_own(exchange, response);
}

Task<bool> ClientConnection::send_own(Exchange& exchange, http::OwnResponse response) {
  exchange.fate.kind = Fate::Kind::load_balancer;
  exchange.fate.status = static_cast<std::uint16_t>(response.status);
  const auto got = exchange.body.consume(buffer_.bytes());
  buffer_.consume(got.consumed);
  exchange.received_bytes += got.consumed;
  // What is still to come of the body is read on only if that is little; a client that waits for
  // "100 Continue" may never send it.
  const bool body_left = !exchange.body.complete() || got.malformed;
  if (body_left && (got.malformed || exchange.expect_continue)) {
    exchange.keep_alive = false;
    linger_ = true;
  }
  response.head_only = exchange.method == "HEAD";
  response.keep_alive = exchange.keep_alive;
  response.date = worker_.date();
  if (worker_.settings().label_responses) response.label = "-";
  worker_.out.clear();
  http::append_own_response(response, worker_.out);
  exchange.response_started = true;
  bool sent = exchange.to_client.send(worker_.out, {});
  if (sent && exchange.to_client.unsent()) sent = co_await exchange.to_client.flush();
  if (!sent) {
    exchange.fate.kind = Fate::Kind::client_left;
    exchange.fate.status = 460;
    exchange.keep_alive = false;
    co_return false;
  }
  if (exchange.keep_alive && body_left) co_return co_await discard_body(exchange);
  co_return exchange.keep_alive;
}

Task<bool> ClientConnection::discard_body(Exchange& exchange) {
  std::uint64_t discarded = 0;
  exchange.uploading = true;
  while (!exchange.body.complete() && discarded < discarded_body_most) {
    const bool more = co_await read_body_part(exchange);
    if (!more) break;
    const auto got = exchange.body.consume(buffer_.bytes());
    buffer_.consume(got.consumed);
    discarded += got.consumed;
    exchange.received_bytes += got.consumed;
    if (got.malformed) break;
  }
  exchange.uploading = false;
  linger_ = !exchange.body.complete();
  co_return exchange.body.complete();
}

Task<bool> ClientConnection::read_body_part(Exchange& exchange) {
  if (read_.idle()) {
    buffer_.rewind(exchange.body_mark);
    if (buffer_.space_size() == 0) co_return false;
    stream_->read(buffer_.space(), buffer_.space_size(), read_);
  }
  const auto outcome = co_await read_;
  if (outcome.error) {
    if (exchange.aborted == Cause::none) exchange.aborted = Cause::client_left;
    co_return false;
  }
  buffer_.received(outcome.bytes);
  touch();
  co_return true;
}

Task<bool> ClientConnection::fail(Exchange& exchange, Cause cause) {
  if (exchange.aborted != Cause::none) cause = exchange.aborted;
  if (cause == Cause::client_left) {
    exchange.fate.kind = Fate::Kind::client_left;
    exchange.fate.status = 460;
    exchange.fate.cause = Cause::client_left;
    exchange.keep_alive = false;
    return nothing_more();
  }
  if (exchange.response_started) {
    // The status line is out: all that is left is to break off, so that the client notices.
    exchange.fate.kind = Fate::Kind::target;
    exchange.fate.status = static_cast<std::uint16_t>(exchange.target_status);
    exchange.fate.cause = cause == Cause::none ? Cause::response_cut : cause;
    exchange.keep_alive = false;
    stream_->reset();
    return nothing_more();
  }
  return answer_by_itself(exchange, status_for(cause), cause);
}

Task<bool> ClientConnection::nothing_more() { co_return false; }

}  // namespace cutover::lb::proxy

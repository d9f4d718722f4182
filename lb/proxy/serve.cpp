// One request: admitted or refused, routed, answered by the load balancer or handed to a target.

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <variant>

#include "lb/http/grammar.hpp"
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
    case Cause::body_cut:
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
    case Cause::transform_failed:
      return 500;
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
         cause == Cause::body_too_large || cause == Cause::body_cut || cause == Cause::shutdown;
}

/// A head's fields, for rules that look at them.
class HeadersOf final : public rules::HeaderSource {
 public:
  explicit HeadersOf(const http::RequestHead& head) : head_(head) {}

  bool next(std::string_view name, std::size_t& from, std::string_view& value) const override {
    for (; from < head_.headers.size(); ++from) {
      const auto& header = head_.headers[from];
      if (!http::equals_ignore_case(header.name, name)) continue;
      value = header.value;
      ++from;
      return true;
    }
    return false;
  }

 private:
  const http::RequestHead& head_;
};

rules::IpAddress address_of(const std::string& text) {
  const auto address = boost::asio::ip::make_address(text);
  return address.is_v4() ? rules::IpAddress::from_v4(address.to_v4().to_bytes())
                         : rules::IpAddress::from_v6(address.to_v6().to_bytes());
}

}  // namespace

Task<bool> ClientConnection::serve(Need need) {
  Exchange exchange(*this);
  exchange_ = &exchange;
  phase_ = Phase::serving;
  touch();
  worker_.mutable_counts().begin_request();
  exchange.fate.listener_port = binding_.port;
  if (worker_.logs_requests() || worker_.settings().traces.any()) {
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
    case Need::cut_off_head:
      exchange.classification = http::classify_cut_off(buffer_.bytes());
      going = co_await answer_by_itself(exchange, 400, Cause::malformed_request);
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
  exchange.received_trace_id = head.trace_id;
  exchange.host = head.absolute_authority.empty() ? head.host : head.absolute_authority;
  exchange.client_minor_version = head.minor_version;
  exchange.expect_continue = head.expect_continue && head.minor_version >= 1;
  exchange.body = http::Body::of_request(head);
  exchange.received_bytes = head.length;
  exchange.classification = http::classify(head);
  exchange.upgrade = head.connection_upgrade && http::is_upgrade_request(head);
  buffer_.consume(head.length);
  exchange.body_mark = buffer_.begin();
}

bool ClientConnection::may_keep_alive(const http::RequestHead& head) const {
  if (closing_ || worker_.draining()) return false;
  if (worker_.coarse_now() >= keep_alive_until_) return false;
  return head.minor_version >= 1 ? !head.connection_close : head.connection_keep_alive;
}

Task<bool> ClientConnection::serve_request(Exchange& exchange) {
  take_request(exchange);
  const auto mode = worker_.table().attributes.handling.desync_mode;
  const auto admission = http::admit(worker_.request_head, exchange.classification, mode);
  if (!worker_.request_head.plain || worker_.request_head.invalid_names > 0) {
    count_oddities(exchange);
  }
  if (worker_.settings().traces.any() && wants_trace()) begin_trace(exchange);
  exchange.close_after = admission.close_after;
  exchange.keep_alive = may_keep_alive(worker_.request_head) && !admission.close_after;
  if (admission.refused_status != 0) {
    co_return co_await answer_by_itself(exchange, admission.refused_status, admission.cause);
  }
  const auto& listeners = worker_.table().listeners;
  if (binding_.slot < listeners.size()) exchange.listener = listeners[binding_.slot];
  if (!exchange.listener) {  // deleted since the connection was accepted
    exchange.keep_alive = false;
    co_return co_await answer_by_itself(exchange, 503, Cause::shutdown);
  }
  const ActionRoute& action = *route(exchange, *exchange.listener);
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
  const auto& matcher = listener.matcher;
  rules::Request request;
  request.host = exchange.host;
  request.path = head.path;
  request.method = head.method;
  request.query = head.query;
  const HeadersOf headers(head);
  if (matcher.needs_headers()) request.headers = &headers;
  if (matcher.needs_source()) request.source = address_of(peer_);
  const std::uint32_t rule = matcher.first_match(request);
  worker_.mutable_metrics().rule_evaluations += matcher.evaluated(rule);
  if (exchange.why() != nullptr) {
    trace_rules(exchange, request, rule);
    trace_phase(exchange, "rules");
  }
  if (rule == rules::Matcher::default_rule) return &listener.default_action;
  exchange.fate.rule_priority = matcher.rules()[rule].priority;
  exchange.transforms = matcher.transforms(rule);
  return &listener.actions[rule];
}

void ClientConnection::count_oddities(const Exchange& exchange) {
  auto& metrics = worker_.mutable_metrics();
  if (exchange.classification.tier != http::Tier::compliant) {
    ++metrics.desync_non_compliant_requests;
  }
  if (worker_.request_head.invalid_names == 0) return;
  if (worker_.table().attributes.handling.drop_invalid_header_fields) {
    ++metrics.dropped_invalid_header_requests;
  } else {
    ++metrics.forwarded_invalid_header_requests;
  }
}

/// The listener's, also for a request that was not routed.
const http::ResponseHandling* ClientConnection::response_handling(const Exchange& exchange) const {
  if (exchange.listener) return &exchange.listener->handling;
  const auto& listeners = worker_.table().listeners;
  const bool known = binding_.slot < listeners.size() && listeners[binding_.slot];
  return known ? &listeners[binding_.slot]->handling : nullptr;
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
  if (exchange.location.size() > http::location_bytes_most) {
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
  if (exchange.trace_id.empty() && (worker_.logs_requests() || exchange.why() != nullptr)) {
    name_trace(exchange);
  }
  const bool body_left = leave_body(exchange);
  response.head_only = exchange.method == "HEAD";
  response.keep_alive = exchange.keep_alive;
  response.handling = response_handling(exchange);
  response.date = worker_.date();
  if (worker_.settings().label_responses) response.label = "-";
  worker_.out.clear();
  http::append_own_response(response, worker_.out);
  exchange.response_started = true;
  bool sent = exchange.to_client.send(worker_.out, {});
  if (sent && exchange.to_client.unsent()) sent = co_await exchange.to_client.flush();
  if (!sent) {
    exchange.keep_alive = false;
    // ALB's documentation lists a body cut short under 400, whether or not the client still reads.
    if (exchange.fate.cause == Cause::body_cut) co_return false;
    exchange.fate.kind = Fate::Kind::client_left;
    exchange.fate.status = 460;
    co_return false;
  }
  if (exchange.keep_alive && body_left) co_return co_await discard_body(exchange);
  co_return exchange.keep_alive;
}

/// A trace id for the log of a request that no target was sent.
void ClientConnection::name_trace(Exchange& exchange) {
  char trace_id[35];
  http::write_trace_id(worker_.coarse_wall(), worker_.random(), trace_id);
  exchange.trace_id = exchange.received_trace_id.empty() ? "Root=" : "Self=";
  exchange.trace_id.append(trace_id, sizeof trace_id);
  if (!exchange.received_trace_id.empty()) {
    exchange.trace_id.append(";").append(exchange.received_trace_id);
  }
}

/// Takes what has come of a body that nobody needs; true when some is still to come. That is read
/// on only if it is little; a client that waits for "100 Continue" may never send it.
bool ClientConnection::leave_body(Exchange& exchange) {
  const auto got = exchange.body.consume(buffer_.bytes());
  buffer_.consume(got.consumed);
  exchange.received_bytes += got.consumed;
  const bool left = !exchange.body.complete() || got.malformed;
  if (left && (got.malformed || exchange.expect_continue)) {
    exchange.keep_alive = false;
    linger_ = true;
  }
  return left;
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
    // A client that only finished sending may still read its answer.
    const bool finished = outcome.error == boost::asio::error::eof;
    if (exchange.aborted == Cause::none) {
      exchange.aborted = finished ? Cause::body_cut : Cause::client_left;
    }
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

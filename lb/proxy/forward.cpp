// A request forwarded to a target over a connection: sent as it comes in, answered as the answer
// comes in, through two bounded buffers. Nothing is retried (ALB user guide: Troubleshooting, HTTP
// 502).

#include <algorithm>
#include <boost/asio/error.hpp>
#include <utility>

#include "lb/http/grammar.hpp"
#include "lb/http/trace_id.hpp"
#include "lb/proxy/client_connection.hpp"
#include "lb/proxy/worker.hpp"

namespace cutover::lb::proxy {

namespace {

/// Whether the answer sets the cookie that stickiness follows.
bool sets_app_cookie(const Exchange& exchange, const http::ResponseHead& head) {
  const auto& stickiness = exchange.peculiarities->target_stickiness;
  if (!stickiness || stickiness->type != targets::Stickiness::Type::app_cookie) return false;
  return std::any_of(head.headers.begin(), head.headers.end(), [&](const auto& header) {
    return http::equals_ignore_case(header.name, "set-cookie") &&
           targets::sets_cookie(header.value, stickiness->app_cookie_name);
  });
}

}  // namespace

Task<bool> ClientConnection::forward(Exchange& exchange, const ForwardRoute& route) {
  const auto slot = choose_group(exchange, route);
  if (!slot) return answer_by_itself(exchange, 503, Cause::no_target);
  exchange.fate.group = *slot;
  const auto& group = worker_.table().groups[*slot];
  exchange.group = &worker_.group_state(group);
  if (group->eligible.empty()) return answer_by_itself(exchange, 503, Cause::no_target);
  const auto& target = group->eligible[choose_target(exchange, *group)];
  exchange.use(worker_.target_state(target));
  if (exchange.why() != nullptr) trace_phase(exchange, "target chosen");
  ++exchange.group->counters.requests;
  if (group->failing_open) ++exchange.group->counters.unhealthy_routing_requests;
  if (exchange.transforms != nullptr && !transform(exchange)) {
    return answer_by_itself(exchange, 500, Cause::transform_failed);
  }
  if (target->fault) return meet_fault(exchange);
  if (target->service) return call_in_process(exchange);
  return dial(exchange);
}

Task<bool> ClientConnection::dial(Exchange& exchange) {
  std::unique_ptr<UpstreamConnection> upstream = exchange.target->take_idle();
  exchange.reused = upstream != nullptr;
  if (!upstream) {
    const Cause failed = co_await connect(exchange, upstream);
    if (failed != Cause::none) co_return co_await fail(exchange, failed);
    // Other connections have used the scratch head meanwhile.
    (void)http::scan_request_head(exchange.head, 0, worker_.request_head);
  }
  if (exchange.why() != nullptr) {
    trace_phase(exchange, "connect", exchange.reused ? "reused connection" : "new connection");
  }
  const bool going = co_await converse(exchange, std::move(upstream));
  co_return going;
}

Task<Cause> ClientConnection::connect(Exchange& exchange,
                                      std::unique_ptr<UpstreamConnection>& upstream) {
  upstream = std::make_unique<UpstreamConnection>(worker_, *exchange.target);
  upstream->stream = worker_.network().connect(exchange.target->route->endpoint, upstream->read);
  exchange.upstream = upstream.get();
  exchange.connecting = true;
  worker_.deadlines().set(*this, worker_.coarse_now() + worker_.settings().connect_timeout);
  if (exchange.body.complete()) watch_for_leaving();
  Operation& connected = upstream->read;
  const auto outcome = co_await connected;
  exchange.connecting = false;
  exchange.upstream = nullptr;
  touch();
  if (!outcome.error && exchange.aborted == Cause::none) co_return Cause::none;
  UpstreamConnection::dispose(std::move(upstream));
  if (exchange.aborted != Cause::none) co_return exchange.aborted;
  if (outcome.error == boost::system::errc::timed_out) co_return Cause::connect_timeout;
  co_return Cause::connect_failed;
}

void ClientConnection::append_forwarded_head(Exchange& exchange, std::string& out) {
  char trace_id[35];
  http::write_trace_id(worker_.coarse_wall(), worker_.random(), trace_id);
  http::ForwardingContext context;
  context.peer_address = peer_;
  context.peer_port = peer_port_;
  context.handling = worker_.table().attributes.handling;
  context.upgrade = exchange.upgrade && !exchange.target->route->service;
  if (const auto* peculiar = exchange.peculiarities.get()) {
    context.transformed_host = peculiar->transformed_host;
    context.transformed_uri = peculiar->transformed_uri;
  }
  context.listener_port = binding_.port;
  context.bound_port = binding_.bound_port;
  context.listener_port_text = binding_.port_text;
  context.dns_name = worker_.settings().dns_name;
  context.trace_id = {trace_id, sizeof trace_id};
  std::string_view sent_trace_id;
  http::append_request_head(worker_.request_head, context, out, sent_trace_id);
  if (worker_.logs_requests() || exchange.why() != nullptr) {
    exchange.trace_id = sent_trace_id;
  }
  exchange.dispatched = worker_.clock().now() - exchange.held_back;
}

/// What the receive buffer holds of the body, as it goes to the target: trailer fields are cut out.
/// Valid until the next read is begun.
std::string_view ClientConnection::take_body(Exchange& exchange, bool& malformed) {
  char* const front = buffer_.front();
  const auto got = exchange.body.consume(buffer_.bytes());
  malformed = got.malformed;
  buffer_.consume(got.consumed);
  exchange.received_bytes += got.consumed;
  if (got.gap_size == 0) return {front, got.consumed};
  return {front, http::Body::close_gap(front, got)};
}

/// Sends the head and what has come of the body. False: the target is gone already.
bool ClientConnection::send_request(Exchange& exchange, Outbox& to_target) {
  auto& out = worker_.out;
  out.clear();
  append_forwarded_head(exchange, out);
  bool malformed = false;
  const std::string_view body = take_body(exchange, malformed);
  if (malformed) exchange.aborted = Cause::malformed_request;
  if (!to_target.send(out, body)) return false;
  if (exchange.why() != nullptr) {
    trace_phase(exchange, "request sent", exchange.body.complete() ? "" : "head, body to follow");
  }
  if (exchange.expect_continue && !exchange.body.complete()) {
    // ALB answers the expectation itself, at once. A client that doesn't take 25 bytes is treated
    // like any other that doesn't read: its answer will wait for it.
    return exchange.to_client.send("HTTP/1.1 100 Continue\r\n\r\n", {});
  }
  return true;
}

/// Passes the rest of the request's body on. True when all of it has been sent.
Task<bool> ClientConnection::upload(Exchange& exchange, Outbox& to_target) {
  for (;;) {
    if (to_target.unsent()) {
      const bool sent = co_await to_target.flush();
      if (!sent) co_return false;
      touch();
    }
    if (exchange.body.complete()) break;
    exchange.uploading = true;
    const bool more = co_await read_body_part(exchange);
    exchange.uploading = false;
    Cause broken = more ? Cause::none : exchange.aborted;
    if (more) {
      bool malformed = false;
      const std::string_view body = take_body(exchange, malformed);
      if (malformed) broken = Cause::malformed_request;
      if (broken == Cause::none && !to_target.send({}, body)) co_return false;
    }
    if (broken != Cause::none) {
      exchange.aborted = broken;
      if (exchange.upstream != nullptr) exchange.upstream->stream->cancel();
      co_return false;
    }
  }
  watch_for_leaving();
  co_return true;
}

Task<bool> ClientConnection::converse(Exchange& exchange,
                                      std::unique_ptr<UpstreamConnection> upstream) {
  exchange.upstream = upstream.get();
  Outbox to_target(*upstream->stream, frames(), upstream->write_wait);
  Cause failed = Cause::none;
  bool reusable = false;
  if (!send_request(exchange, to_target)) {
    failed = Cause::target_closed;
  } else if (exchange.aborted != Cause::none) {
    failed = exchange.aborted;
  } else {
    upstream->keep_reading();
    const bool at_once = exchange.body.complete() && !to_target.unsent();
    if (at_once) {
      watch_for_leaving();
      failed = co_await await_response(exchange, *upstream);
      if (failed == Cause::none && worker_.response_head.status == 101) {
        failed = co_await relay_upgraded(exchange, *upstream, to_target);
      } else if (failed == Cause::none) {
        failed = co_await relay_response(exchange, *upstream, true, reusable);
      }
    } else {
      // The target may answer before it has all of the body: both directions go on at once.
      auto uploading = upload(exchange, to_target);
      uploading.start();
      failed = co_await await_response(exchange, *upstream);
      if (failed == Cause::none) {
        failed = co_await relay_response(exchange, *upstream, uploading.done(), reusable);
      }
      if (!uploading.done()) {
        reusable = false;
        upstream->stream->cancel();
        stream_->cancel();
      }
      const bool uploaded = co_await uploading;
      if (!uploaded) {
        reusable = false;
        exchange.keep_alive = false;
        linger_ = true;
      }
    }
  }
  exchange.upstream = nullptr;
  if (reusable && exchange.aborted == Cause::none && !exchange.close_after) {
    exchange.target->put_back(std::move(upstream));
  } else {
    UpstreamConnection::dispose(std::move(upstream));
  }
  if (failed != Cause::none) co_return co_await fail(exchange, failed);
  exchange.fate.kind = Fate::Kind::target;
  exchange.fate.status = static_cast<std::uint16_t>(exchange.target_status);
  co_return exchange.keep_alive;
}

/// Reads until worker_.response_head holds the final response's head: `none`; else what went wrong.
Task<Cause> ClientConnection::await_response(Exchange& exchange, UpstreamConnection& upstream) {
  std::size_t searched = 0;
  for (;;) {
    upstream.keep_reading();
    const auto outcome = co_await upstream.read;
    if (exchange.aborted != Cause::none) co_return exchange.aborted;
    if (outcome.error) co_return Cause::target_closed;
    if (std::exchange(upstream.parked, false)) continue;  // now there is something to read
    upstream.buffer.received(outcome.bytes);
    touch();
    for (bool rescan = true; rescan;) {
      rescan = false;
      auto& head = worker_.response_head;
      switch (http::scan_response_head(upstream.buffer.bytes(), searched, head)) {
        case http::ResponseScanStatus::malformed:
        case http::ResponseScanStatus::too_large:
          co_return Cause::malformed_response;
        case http::ResponseScanStatus::incomplete:
          searched = upstream.buffer.bytes().size();
          if (upstream.buffer.space_size() == 0 && !upstream.buffer.grow()) {
            co_return Cause::malformed_response;
          }
          break;
        case http::ResponseScanStatus::complete:
          if (head.status >= 200) co_return Cause::none;
          // 101 answers an Upgrade; without one that was forwarded it means nothing.
          if (head.status == 101) {
            co_return exchange.upgrade ? Cause::none : Cause::malformed_response;
          }
          const Cause failed = co_await relay_interim(exchange, upstream);
          if (failed != Cause::none) co_return failed;
          searched = 0;
          rescan = !upstream.buffer.empty();
          if (!rescan) upstream.buffer.rewind();
      }
    }
  }
}

/// Passes a 1xx response on: to clients that know them, and not 100, which was answered already.
Task<Cause> ClientConnection::relay_interim(Exchange& exchange, UpstreamConnection& upstream) {
  const std::string_view raw = upstream.buffer.bytes().substr(0, worker_.response_head.length);
  const bool passed_on = worker_.response_head.status != 100 && exchange.client_minor_version >= 1;
  upstream.buffer.consume(raw.size());
  if (!passed_on) co_return Cause::none;
  if (exchange.to_client.unsent()) {
    const bool flushed = co_await exchange.to_client.flush();
    if (!flushed) co_return Cause::client_left;
    (void)http::scan_response_head(raw, 0, worker_.response_head);
  }
  auto& out = worker_.out;
  out.clear();
  http::append_response_head(worker_.response_head, {}, out);
  if (!exchange.to_client.send(out, {})) co_return Cause::client_left;
  if (exchange.to_client.unsent()) {
    const bool flushed = co_await exchange.to_client.flush();
    if (!flushed) co_return Cause::client_left;
  }
  co_return Cause::none;
}

/// How the response in worker_.response_head goes to the client.
http::ResponseContext ClientConnection::response_context(Exchange& exchange) {
  http::ResponseContext context;
  context.client_minor_version = exchange.client_minor_version;
  context.keep_alive = exchange.keep_alive;
  context.date = worker_.date();
  context.handling = response_handling(exchange);
  if (worker_.settings().label_responses) context.label = exchange.group->name;
  if (exchange.peculiarities) {
    write_cookies(exchange, sets_app_cookie(exchange, worker_.response_head));
    context.extra_lines = exchange.peculiarities->cookie_lines;
  }
  return context;
}

Task<Cause> ClientConnection::relay_response(Exchange& exchange, UpstreamConnection& upstream,
                                             bool uploaded, bool& reusable) {
  const auto& head = worker_.response_head;
  http::Body body = http::Body::of_response(head, exchange.method);
  const bool until_close = body.framing() == http::Body::Framing::until_close;
  const bool drop_framing =
      body.framing() == http::Body::Framing::chunked && exchange.client_minor_version < 1;
  const bool target_keeps =
      head.minor_version >= 1 ? !head.connection_close : head.connection_keep_alive;
  if (until_close || drop_framing || !uploaded || closing_) exchange.keep_alive = false;
  exchange.target_status = head.status;
  exchange.answered = worker_.clock().now();
  if (exchange.why() != nullptr) trace_phase(exchange, "first byte of the response");

  http::ResponseContext context = response_context(exchange);
  context.drop_framing = drop_framing;
  if (exchange.to_client.unsent()) {  // of a "100 Continue", or a slow reader's interim response
    const std::size_t head_length = head.length;
    const bool flushed = co_await exchange.to_client.flush();
    if (!flushed) co_return Cause::client_left;
    (void)http::scan_response_head(upstream.buffer.bytes().substr(0, head_length), 0,
                                   worker_.response_head);
  }
  auto& out = worker_.out;
  out.clear();
  http::append_response_head(head, context, out);
  upstream.buffer.consume(head.length);
  exchange.response_started = true;

  std::string payload;
  bool first = true;
  bool bulk = upstream.buffer.space_size() == 0;  // the target has more than one read takes
  for (;;) {
    payload.clear();
    const auto got = body.consume(upstream.buffer.bytes(), drop_framing ? &payload : nullptr);
    const std::string_view piece =
        drop_framing ? std::string_view(payload) : upstream.buffer.bytes().substr(0, got.consumed);
    if (!exchange.to_client.send(first ? std::string_view(out) : std::string_view(), piece)) {
      co_return Cause::client_left;
    }
    first = false;
    if (exchange.to_client.unsent()) {
      const bool flushed = co_await exchange.to_client.flush();
      if (exchange.aborted != Cause::none) co_return exchange.aborted;
      if (!flushed) co_return Cause::client_left;
      touch();
    }
    upstream.buffer.consume(got.consumed);
    if (got.malformed) co_return Cause::response_cut;
    if (body.complete()) break;
    if (!upstream.read.pending()) {
      upstream.buffer.rewind();
      if (bulk) upstream.buffer.grow_for_bulk();
    }
    upstream.keep_reading();
    const auto outcome = co_await upstream.read;
    if (exchange.aborted != Cause::none) co_return exchange.aborted;
    if (outcome.error) {
      if (until_close && outcome.error == boost::asio::error::eof) break;
      co_return Cause::response_cut;
    }
    upstream.buffer.received(outcome.bytes);
    bulk = upstream.buffer.space_size() == 0;
    touch();
  }
  reusable = target_keeps && !until_close && upstream.buffer.empty() && upstream.read.idle();
  if (reusable) {
    upstream.buffer.rewind();
    upstream.buffer.release_large();
  }
  co_return Cause::none;
}

}  // namespace cutover::lb::proxy

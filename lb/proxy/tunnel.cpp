// A connection that was upgraded (RFC 9110 §7.8): from the target's 101 on, bytes pass both ways
// unread until both sides have ended, or nothing has passed for the idle timeout (ALB user guide:
// WebSockets; rules, stickiness and limits on messages do not apply any more).

#include <boost/asio/error.hpp>

#include "lb/proxy/client_connection.hpp"
#include "lb/proxy/worker.hpp"

namespace cutover::lb::proxy {

namespace {
bool is_end(const error_code& error) { return error == boost::asio::error::eof; }
}  // namespace

/// Sends the target's 101 and relays until the end. The exchange is the whole connection's.
Task<Cause> ClientConnection::relay_upgraded(Exchange& exchange, UpstreamConnection& upstream,
                                             Outbox& to_target) {
  exchange.upgraded = true;
  exchange.keep_alive = false;
  exchange.target_status = worker_.response_head.status;
  exchange.answered = worker_.clock().now();
  read_.watch(nullptr);
  auto& out = worker_.out;
  out.clear();
  http::ResponseContext context = response_context(exchange);
  context.upgrade = true;
  http::append_response_head(worker_.response_head, context, out);
  upstream.buffer.consume(worker_.response_head.length);
  exchange.response_started = true;
  if (!exchange.to_client.send(out, {})) co_return Cause::client_left;

  auto upstream_bound = relay_to_target(exchange, upstream, to_target);
  upstream_bound.start();
  const bool orderly = co_await relay_to_client(exchange, upstream);
  if (!orderly) end_tunnel(exchange);
  (void)co_await upstream_bound;
  exchange.fate.cause = exchange.aborted;
  co_return Cause::none;
}

void ClientConnection::end_tunnel(Exchange& exchange) {
  if (exchange.upstream != nullptr) exchange.upstream->stream->cancel();
  stream_->cancel();
}

/// True: the target's end was passed on to the client. False: one of them is gone.
Task<bool> ClientConnection::relay_to_client(Exchange& exchange, UpstreamConnection& upstream) {
  for (;;) {
    const std::string_view piece = upstream.buffer.bytes();
    if (exchange.to_client.unsent()) {  // of the 101
      const bool flushed = co_await exchange.to_client.flush();
      if (!flushed) co_return false;
    }
    if (!piece.empty()) {
      if (!exchange.to_client.send({}, piece)) co_return false;
      if (exchange.to_client.unsent()) {
        const bool flushed = co_await exchange.to_client.flush();
        if (!flushed) co_return false;
      }
      touch();
      upstream.buffer.consume(piece.size());
    }
    if (exchange.aborted != Cause::none) co_return false;
    if (!upstream.read.pending()) upstream.buffer.rewind();
    upstream.keep_reading();
    const auto outcome = co_await upstream.read;
    if (exchange.aborted != Cause::none) co_return false;
    if (outcome.error) {
      if (!is_end(outcome.error)) co_return false;
      stream_->shut_down_sending();
      co_return true;
    }
    upstream.buffer.received(outcome.bytes);
    touch();
  }
}

/// As relay_to_client(), the other way.
Task<bool> ClientConnection::relay_to_target(Exchange& exchange, UpstreamConnection& upstream,
                                             Outbox& to_target) {
  for (;;) {
    const std::string_view piece = buffer_.bytes();
    if (!piece.empty()) {
      bool sent = to_target.send({}, piece);
      if (sent && to_target.unsent()) sent = co_await to_target.flush();
      if (!sent) break;
      touch();
      exchange.received_bytes += piece.size();
      buffer_.consume(piece.size());
    }
    if (exchange.aborted != Cause::none) break;
    if (read_.idle()) {
      buffer_.rewind(exchange.body_mark);
      stream_->read(buffer_.space(), buffer_.space_size(), read_);
    }
    const auto outcome = co_await read_;
    if (exchange.aborted != Cause::none) break;
    if (outcome.error) {
      if (!is_end(outcome.error)) break;
      upstream.stream->shut_down_sending();
      co_return true;
    }
    buffer_.received(outcome.bytes);
    touch();
  }
  end_tunnel(exchange);
  co_return false;
}

}  // namespace cutover::lb::proxy

#include "containers/runtimes/relayed_connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/socket_base.hpp>
#include <utility>

namespace cutover::containers {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// Buffers passed on before others get their turn.
constexpr int buffers_in_a_row = 4;

}  // namespace

RelayedConnection::RelayedConnection(tcp::socket outer, std::vector<char>& buffer,
                                     std::function<void(RelayedConnection&)> on_end)
    : outer_(std::move(outer)),
      inner_(outer_.get_executor()),
      buffer_(buffer),
      on_end_(std::move(on_end)) {}

void RelayedConnection::connect(Descriptor socket, std::uint16_t container_port) {
  if (!socket || !outer_.is_open()) return reset();
  error_code error;
  inner_.assign(tcp::v4(), socket.get(), error);
  if (error) return reset();
  socket.release();
  outer_.non_blocking(true, error);
  inner_.non_blocking(true, error);
  for (tcp::socket* each : {&outer_, &inner_}) each->set_option(tcp::no_delay(true), error);
  inner_.async_connect({asio::ip::address_v4::loopback(), container_port},
                       [self = shared_from_this()](const error_code& failed) {
                         if (failed) return self->reset();
                         self->pump(self->inwards_);
                         self->pump(self->outwards_);
                       });
}

void RelayedConnection::pump(Flow& flow) {
  for (int i = 0; i < buffers_in_a_row && flow.from.is_open(); ++i) {
    error_code error;
    const std::size_t size = flow.from.read_some(asio::buffer(buffer_), error);
    if (error == asio::error::would_block) break;
    if (error == asio::error::eof) return end(flow);
    if (error) return reset();
    if (!write(flow, buffer_.data(), size)) return;
    if (size < buffer_.size()) break;
  }
  wait_to_read(flow);
}

bool RelayedConnection::write(Flow& flow, const char* bytes, std::size_t size) {
  error_code error;
  const std::size_t written = flow.to.write_some(asio::buffer(bytes, size), error);
  if (!error && written == size) return true;
  if (error && error != asio::error::would_block) {
    reset();
    return false;
  }
  flow.unsent.assign(bytes + written, bytes + size);
  flow.sent = 0;
  wait_to_write(flow);
  return false;
}

void RelayedConnection::send_unsent(Flow& flow) {
  error_code error;
  flow.sent += flow.to.write_some(
      asio::buffer(flow.unsent.data() + flow.sent, flow.unsent.size() - flow.sent), error);
  if (error && error != asio::error::would_block) return reset();
  if (flow.sent < flow.unsent.size()) return wait_to_write(flow);
  flow.unsent = {};
  pump(flow);
}

void RelayedConnection::wait_to_read(Flow& flow) {
  if (!flow.from.is_open()) return;
  flow.from.async_wait(tcp::socket::wait_read,
                       [self = shared_from_this(), &flow](const error_code& error) {
                         if (!error) self->pump(flow);
                       });
}

void RelayedConnection::wait_to_write(Flow& flow) {
  flow.to.async_wait(tcp::socket::wait_write,
                     [self = shared_from_this(), &flow](const error_code& error) {
                       if (!error && flow.to.is_open()) self->send_unsent(flow);
                     });
}

void RelayedConnection::end(Flow& flow) {
  flow.ended = true;
  if (inwards_.ended && outwards_.ended) return close();
  error_code ignored;  // A peer that has gone already shows when its own direction is read.
  flow.to.shutdown(tcp::socket::shutdown_send, ignored);
}

void RelayedConnection::reset() {
  error_code ignored;
  for (tcp::socket* each : {&outer_, &inner_}) {
    each->set_option(asio::socket_base::linger(true, 0), ignored);
  }
  close();
}

void RelayedConnection::close() {
  error_code ignored;
  outer_.close(ignored);
  inner_.close(ignored);
  if (const auto on_end = std::exchange(on_end_, nullptr)) on_end(*this);
}

}  // namespace cutover::containers
